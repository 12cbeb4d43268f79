//! PostgreSQL through `spin:postgres`.

use spin_sdk::pg::{Connection, DbValue, Error as SdkError, ParameterValue, PgError, QueryError};

use super::{Driver, Engine, Error, Row, RowsFuture, Value, stream, wait};

pub(super) struct Postgres {
    url: String,
    /// Concurrent requests of an instance share it; single statements do not disturb each other.
    connection: wait::Shared<Connection>,
}

impl Postgres {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.into(), connection: wait::Shared::default() }
    }

    async fn open(&self) -> Result<Connection, Error> {
        wait::within(wait::OPEN, async { Connection::open(&self.url).await.map_err(error) }).await
    }

    async fn run(&self, sql: &'static str, parameters: Vec<Value>) -> Result<Vec<Row>, Error> {
        let parameters: Vec<_> = parameters.into_iter().map(parameter).collect();
        let connection = self.connection.get(self.open(), wait::pause).await?;
        let result = wait::within(wait::STATEMENT, collect(&connection, sql, parameters)).await;
        if matches!(result, Err(Error::Unavailable(_))) {
            self.connection.close(&connection);
        }
        result
    }
}

async fn collect(
    connection: &Connection,
    sql: &'static str,
    parameters: Vec<ParameterValue>,
) -> Result<Vec<Row>, Error> {
    let mut result = connection.query(sql, parameters).await.map_err(error)?;
    let rows = stream::read(result.rows()).await;
    let rows = rows.into_iter().map(|values| Ok(Row::new(values.into_iter().map(value).collect::<Result<_, _>>()?)));
    let rows = rows.collect::<Result<_, Error>>()?;
    // A failure after the first row arrives here only.
    result.result().await.map_err(error)?;
    Ok(rows)
}

impl Driver for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn packs(&self) -> bool {
        true
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        Box::pin(self.run(sql, parameters))
    }
}

fn parameter(value: Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Bool(value) => ParameterValue::Boolean(value),
        Value::Integer(value) => ParameterValue::Int64(value),
        Value::Text(value) => ParameterValue::Str(value),
        Value::Uuid(value) => ParameterValue::Uuid(value.to_string()),
        Value::Bytes(value) => ParameterValue::Binary(value),
    }
}

fn value(value: DbValue) -> Result<Value, Error> {
    match value {
        DbValue::DbNull => Ok(Value::Null),
        DbValue::Boolean(value) => Ok(Value::Bool(value)),
        DbValue::Int16(value) => Ok(Value::Integer(value.into())),
        DbValue::Int32(value) => Ok(Value::Integer(value.into())),
        DbValue::Int64(value) => Ok(Value::Integer(value)),
        DbValue::Str(value) | DbValue::Uuid(value) => Ok(Value::Text(value)),
        DbValue::Binary(value) => Ok(Value::Bytes(value)),
        other => Err(Error::Internal(format!("statements must cast what they select to text or bigint: {other:?}"))),
    }
}

fn error(error: SdkError) -> Error {
    let error = match error {
        SdkError::PgError(error) => error,
        SdkError::Decode(text) => return Error::Internal(text),
    };
    match error {
        PgError::QueryFailed(QueryError::DbError(error)) => {
            let constraint = error.extras.iter().find(|(name, _)| name == "constraint").map_or("", |(_, name)| name);
            Error::from_sqlstate(&error.code, constraint, error.as_text)
        }
        // A text is not an answer of the server: the connection broke.
        PgError::ConnectionFailed(text) | PgError::QueryFailed(QueryError::Text(text)) => Error::Unavailable(text),
        PgError::BadParameter(text) | PgError::ValueConversionFailed(text) | PgError::Other(text) => {
            Error::Internal(text)
        }
    }
}
