//! Names to addresses, without those that the runtime configuration blocks.

use std::net::SocketAddr;

use ipnet::IpNet;

/// Resolves `host` and leaves out what lies in `blocked`.
pub(super) async fn resolve(host: &str, port: u16, blocked: &[IpNet]) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((host.trim_matches(['[', ']']), port))
        .await
        .map_err(|error| format!("the host `{host}` can't be resolved: {error}"))?;
    let allowed: Vec<_> =
        found.filter(|address| !blocked.iter().any(|network| network.contains(&address.ip()))).collect();
    if allowed.is_empty() {
        return Err(format!("every address of `{host}` lies in a blocked network"));
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[tokio::test]
    async fn blocked_networks_are_left_out() {
        let loopback = ["127.0.0.0/8".parse().expect("a network")];
        assert!(resolve("127.0.0.1", 1, &[]).await.is_ok());
        assert!(resolve("[::1]", 1, &loopback).await.is_ok());
        let error = resolve("127.0.0.1", 1, &loopback).await.expect_err("blocked");
        assert!(error.contains("blocked"), "{error}");
    }
}
