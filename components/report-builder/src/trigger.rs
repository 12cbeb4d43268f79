//! The export that Spin's Redis trigger calls.
#![expect(
    unsafe_code,
    clippy::same_length_and_capacity,
    reason = "the macro of the SDK exports a function of the component's ABI"
)]

use spin_sdk::redis_subscriber;

#[redis_subscriber]
async fn on_message(_doorbell: Vec<u8>) -> Result<(), super::Failure> {
    super::apply_events().await
}
