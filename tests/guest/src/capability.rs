//! One function per capability: what the host answers, as text.

use std::collections::HashMap;

use spin_sdk::{http::body::IncomingBodyExt, key_value, pg, redis, sqlite, variables};

type Answer = Result<String, String>;

/// Calls the capability `action`, `None` when there is no such action.
pub async fn call(action: &str, arguments: &HashMap<String, String>) -> Option<Answer> {
    let unnamed = arguments.iter().find(|(_, value)| value.is_empty()).map(|(name, _)| name.as_str());
    let argument = |name: &str| arguments.get(name).map(String::as_str).or(unnamed).unwrap_or_default();
    Some(match action {
        "variable" => variables::get(argument("name")).await.map_err(text),
        "environment" if arguments.is_empty() => {
            Ok(std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect())
        }
        "environment" => std::env::var(argument("name")).map_err(text),
        "file" => std::fs::read_to_string(argument("path")).map_err(text),
        "key-value" => key_value(argument("store"), argument("key"), arguments.get("value")).await,
        "sqlite" => sqlite(argument("database"), argument("sql")).await,
        "postgres" => postgres(argument("url"), argument("sql")).await,
        "redis" => redis(argument("url"), argument("command")).await,
        "fetch" => fetch(argument("url")).await,
        _ => return None,
    })
}

async fn key_value(store: &str, key: &str, value: Option<&String>) -> Answer {
    let store = key_value::Store::open(store).await.map_err(text)?;
    if let Some(value) = value {
        store.set(key, value).await.map_err(text)?;
    }
    Ok(store.get(key).await.map_err(text)?.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into()))
}

/// Runs the statements between semicolons on one connection; returns the rows of the last.
async fn sqlite(database: &str, sql: &str) -> Answer {
    let connection = sqlite::Connection::open(database).await.map_err(text)?;
    let mut answer = String::new();
    for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
        let rows = connection.execute(statement, vec![]).await.map_err(text)?.collect().await.map_err(text)?;
        answer = rows.iter().map(|row| format!("{:?}\n", row.values)).collect();
    }
    Ok(answer)
}

/// Runs the statements between semicolons on one connection; returns the rows of the last, whose columns have to be text.
async fn postgres(url: &str, sql: &str) -> Answer {
    let connection = pg::Connection::open(url).await.map_err(text)?;
    let mut answer = String::new();
    for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
        if statement.trim() == "trap" {
            super::trap();
        }
        let mut rows = connection.query(statement, vec![]).await.map_err(text)?;
        let columns: Vec<_> = rows.columns().iter().map(|column| column.name.clone()).collect();
        answer.clear();
        while let Some(row) = rows.next().await {
            let values: Vec<_> = columns.iter().map(|name| row.get::<String>(name).unwrap_or_default()).collect();
            answer += &format!("{}\n", values.join("|"));
        }
        rows.result().await.map_err(text)?;
    }
    Ok(answer)
}

async fn redis(url: &str, command: &str) -> Answer {
    let connection = redis::Connection::open(url).await.map_err(text)?;
    let mut words = command.split_whitespace();
    let name = words.next().unwrap_or_default();
    let arguments: Vec<_> = words.map(|word| redis::RedisParameter::Binary(word.as_bytes().to_vec())).collect();
    connection.execute(name, arguments).await.map(|results| format!("{results:?}")).map_err(text)
}

async fn fetch(url: &str) -> Answer {
    let response = spin_sdk::http::get(url).await.map_err(text)?;
    let status = response.status().as_u16();
    let body = response.into_body().bytes().await.map_err(text)?;
    Ok(format!("{status} {}", String::from_utf8_lossy(&body)))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
