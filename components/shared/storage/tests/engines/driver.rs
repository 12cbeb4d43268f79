//! The engines without Spin in between.

use std::{error::Error as StdError, rc::Rc, sync::Mutex};

use kronos_storage::{
    Engine, Error, Row, Value,
    db::{Driver, RowsFuture},
};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use tokio_postgres::{
    Client,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

pub struct Sqlite(pub Mutex<rusqlite::Connection>);

impl Driver for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        let result = self.run(sql, &parameters);
        Box::pin(async move { result })
    }
}

impl Sqlite {
    fn run(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, Error> {
        let error = |error: rusqlite::Error| Error::from_sqlite_message(&error.to_string());
        let connection = self.0.lock().unwrap();
        let mut statement = connection.prepare(sql).map_err(error)?;
        for (index, parameter) in parameters.iter().enumerate() {
            let value = match parameter {
                Value::Null => SqliteValue::Null,
                Value::Bool(value) => SqliteValue::Integer((*value).into()),
                Value::Integer(value) => SqliteValue::Integer(*value),
                Value::Text(value) => SqliteValue::Text(value.clone()),
                Value::Uuid(value) => SqliteValue::Text(value.to_string()),
                Value::Bytes(value) => SqliteValue::Blob(value.clone()),
            };
            statement.raw_bind_parameter(index + 1, ToSqlOutput::Owned(value)).map_err(error)?;
        }
        let width = statement.column_count();
        let mut result = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = result.next().map_err(error)? {
            let values = (0..width).map(|index| match row.get_ref(index).map_err(error)? {
                ValueRef::Null => Ok(Value::Null),
                ValueRef::Integer(value) => Ok(Value::Integer(value)),
                ValueRef::Text(text) => Ok(Value::Text(String::from_utf8(text.to_vec()).unwrap())),
                ValueRef::Real(_) | ValueRef::Blob(_) => Err(Error::Internal("not a type that Kronos stores".into())),
            });
            rows.push(Row::new(values.collect::<Result<_, _>>()?));
        }
        Ok(rows)
    }
}

pub struct Postgres {
    pub client: Rc<Client>,
    /// Whether it reads all rows as one value, as components do.
    pub packs: bool,
}

#[derive(Debug)]
struct Parameter(Value);

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match &self.0 {
            Value::Null => Ok(IsNull::Yes),
            // Spin is as strict about types.
            Value::Bool(value) if *kind == Type::BOOL => value.to_sql(kind, out),
            Value::Integer(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Value::Text(value) if *kind == Type::TEXT => value.to_sql(kind, out),
            Value::Uuid(value) if *kind == Type::UUID => value.as_bytes().as_slice().to_sql(&Type::BYTEA, out),
            value => Err(format!("{value:?} for a parameter of type {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl Driver for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn packs(&self) -> bool {
        self.packs
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        Box::pin(self.run(sql, parameters))
    }
}

impl Postgres {
    async fn run(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Error> {
        let parameters: Vec<_> = parameters.into_iter().map(Parameter).collect();
        let parameters: Vec<_> = parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync)).collect();
        let rows = self.client.query(sql, &parameters).await.map_err(|error| match error.as_db_error() {
            Some(error) => {
                Error::from_sqlstate(error.code().code(), error.constraint().unwrap_or_default(), error.to_string())
            }
            None => Error::Internal(format!("{error:?}")),
        })?;
        rows.iter().map(row).collect()
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let values = row.columns().iter().enumerate().map(|(index, column)| match *column.type_() {
        Type::BOOL => Ok(row.get::<_, Option<bool>>(index).into()),
        Type::INT4 => Ok(row.get::<_, Option<i32>>(index).map(i64::from).into()),
        Type::INT8 => Ok(row.get::<_, Option<i64>>(index).into()),
        Type::TEXT => Ok(row.get::<_, Option<String>>(index).into()),
        Type::BYTEA => Ok(row.get::<_, Option<Vec<u8>>>(index).map_or(Value::Null, Value::Bytes)),
        ref kind => Err(Error::Internal(format!("column {} is a {kind}", column.name()))),
    });
    Ok(Row::new(values.collect::<Result<_, _>>()?))
}
