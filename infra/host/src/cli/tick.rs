//! `kronos tick`: one ring of the doorbell.

use std::{process::ExitCode, time::Duration};

use kronos_host::DOORBELL;

use super::{Application, Failure, Settings};

/// How long Redis may take.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    // A cron job has the address and not the application.
    let url = match settings.redis() {
        Some(url) => url.to_owned(),
        None => Application::read(settings)?.configuration()?.1.get("redis_url")?,
    };
    if url.starts_with("redis://embedded") {
        return Err("the embedded Redis lives in `kronos up`, which rings by itself\n  \
                    Name a Redis server with --redis."
            .into());
    }
    let client = redis::Client::open(url).map_err(|error| format!("the Redis URL is malformed: {error}"))?;
    let address = client.get_connection_info().addr().to_string();
    let publish = async {
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PUBLISH").arg(DOORBELL).arg("").query_async::<u64>(&mut connection).await
    };
    match tokio::time::timeout(TIMEOUT, publish).await {
        Ok(Ok(heard)) => {
            println!("{heard} subscribers heard it.");
            Ok(ExitCode::SUCCESS)
        }
        Ok(Err(error)) => Err(format!("Redis at {address}: {error}").into()),
        Err(_) => Err(format!("Redis at {address} did not answer within {} s", TIMEOUT.as_secs()).into()),
    }
}
