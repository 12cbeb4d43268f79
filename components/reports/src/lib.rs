//! Reports from the read model. They lag behind the entries by as long as `report-builder` takes, and count a running timer from
//! when it is stopped.

mod summary;

use kronos_platform::{Call, Problem, Reply};

kronos_platform::http_service!("reports", super::route);

async fn route(call: Call) -> Result<Reply, Problem> {
    match call.operation.id {
        "get_report_summary" => Ok(summary::summary(call).await?),
        other => Err(Problem::internal(format!("the operation `{other}` has no handler"))),
    }
}
