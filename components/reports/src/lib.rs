//! Reports from the read model. They lag behind the entries by as long as `report-builder` takes, and count a running timer from
//! when it is stopped.

mod refusal;
mod summary;

use kronos_api::reports::Op;
use kronos_platform::{Call, Reply};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    match op {
        Op::Summary => summary::summary(call).await,
    }
}
