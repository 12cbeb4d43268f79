//! Reports from the read model. They lag behind the entries by as long as `report-builder` takes, and count a running timer from
//! when it is stopped.

mod summary;

use kronos_platform::{Call, Problem, Reply, Response, serve};
use spin_sdk::{http::Request, http_service};

#[http_service]
async fn handle(request: Request) -> Response {
    serve("reports", request, route).await
}

async fn route(call: Call) -> Result<Reply, Problem> {
    match call.operation.id {
        "get_report_summary" => Ok(summary::summary(call).await?),
        other => Err(Problem::internal(format!("the operation `{other}` has no handler"))),
    }
}
