//! SQLite through `spin:sqlite`.

use spin_sdk::sqlite::{Connection, Error as SdkError, Value as SdkValue};

use super::{Driver, Engine, Error, Row, RowsFuture, Value, stream, wait};

pub(super) struct Sqlite {
    label: &'static str,
    connection: wait::Shared<Connection>,
}

impl Sqlite {
    pub(super) fn new(label: &'static str) -> Self {
        Self { label, connection: wait::Shared::default() }
    }

    async fn open(&self) -> Result<Connection, Error> {
        let open = async {
            let connection = Connection::open(self.label).await.map_err(|error| opening(self.label, error))?;
            // Real Spin opens SQLite without them; on the Kronos host they are on already.
            collect(&connection, "PRAGMA foreign_keys = ON", Vec::new()).await?;
            Ok(connection)
        };
        wait::within(wait::OPEN, open).await
    }

    async fn run(&self, sql: &'static str, parameters: Vec<Value>) -> Result<Vec<Row>, Error> {
        let connection = self.connection.get(self.open(), wait::pause).await?;
        let result = wait::within(wait::STATEMENT, collect(&connection, sql, parameters)).await;
        if matches!(result, Err(Error::Unavailable(_))) {
            self.connection.close(&connection);
        }
        result
    }
}

async fn collect(connection: &Connection, sql: &'static str, parameters: Vec<Value>) -> Result<Vec<Row>, Error> {
    let result = connection.execute(sql, parameters.into_iter().map(parameter)).await.map_err(error)?;
    let (_columns, mut rows, end) = result.into_inner();
    let rows = stream::read(&mut rows).await;
    let rows = rows.into_iter().map(|row| Ok(Row::new(row.values.into_iter().map(value).collect::<Result<_, _>>()?)));
    let rows = rows.collect::<Result<_, Error>>()?;
    end.await.map_err(error)?;
    Ok(rows)
}

impl Driver for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        Box::pin(self.run(sql, parameters))
    }
}

fn parameter(value: Value) -> SdkValue {
    match value {
        Value::Null => SdkValue::Null,
        Value::Bool(value) => SdkValue::Integer(value.into()),
        Value::Integer(value) => SdkValue::Integer(value),
        Value::Text(value) => SdkValue::Text(value),
        Value::Uuid(value) => SdkValue::Text(value.to_string()),
        Value::Bytes(value) => SdkValue::Blob(value),
    }
}

fn value(value: SdkValue) -> Result<Value, Error> {
    match value {
        SdkValue::Null => Ok(Value::Null),
        SdkValue::Integer(value) => Ok(Value::Integer(value)),
        SdkValue::Text(value) => Ok(Value::Text(value)),
        SdkValue::Real(_) | SdkValue::Blob(_) => Err(Error::Internal("columns hold integers and texts only".into())),
    }
}

fn opening(label: &str, failure: SdkError) -> Error {
    match failure {
        SdkError::NoSuchDatabase => Error::Internal(format!("no SQLite database is labelled `{label}`")),
        SdkError::AccessDenied => {
            Error::Internal(format!("the component was not granted the SQLite database `{label}`"))
        }
        other => error(other),
    }
}

fn error(error: SdkError) -> Error {
    match error {
        SdkError::Io(text) => Error::from_sqlite_message(&text),
        SdkError::DatabaseFull => Error::Unavailable("the disk is full".into()),
        SdkError::NoSuchDatabase | SdkError::AccessDenied => {
            Error::Internal("the SQLite database is gone or not granted any more".into())
        }
        SdkError::InvalidConnection => Error::Internal("the SQLite connection was closed".into()),
    }
}
