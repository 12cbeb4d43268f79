//! Rows on their way from the host.

use spin_sdk::wasip3::wit_bindgen::{StreamReader, StreamResult};

/// Rows that there is room for at first.
const FIRST: usize = 16;

/// All rows, as many at a time as the host has: one call for most statements, where one by one each would be a call.
pub(super) async fn read<T>(stream: &mut StreamReader<T>) -> Vec<T> {
    let mut rows = Vec::with_capacity(FIRST);
    loop {
        let result;
        (result, rows) = stream.read(rows).await;
        if !matches!(result, StreamResult::Complete(_)) {
            return rows;
        }
        if rows.len() == rows.capacity() {
            rows.reserve(rows.len());
        }
    }
}
