//! The audit trail of an organization: read by those who may, changed by nobody.

mod list;
mod refusal;

use kronos_api::audit::Op;
use kronos_platform::{Call, Reply};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    match op {
        Op::List => list::list(call).await,
    }
}
