//! Servers with certificates.

use kronos_test_servers::{self as servers, needs};

use super::{Duration, pool};
use crate::capabilities::postgres::{
    ConnectionError, Patience, address::Target, connect, permits::Permits, pool::Pool,
};

#[needs(postgres, openssl)]
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_encrypts_and_proves_nothing() {
    let (server, _) = servers::postgres_with_tls();
    let address = |mode| format!("postgres://postgres@localhost:{}/postgres?sslmode={mode}", server.port());
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    // A pool and a single connection, as that of migrations, are made in the same way.
    for (mode, is_encrypted) in [("prefer", true), ("disable", false)] {
        let client = connect(&address(mode)).await.expect(mode);
        assert_eq!(client.query_one(encrypted, &[]).await.expect("a row").get::<_, bool>(0), is_encrypted, "{mode}");
        pool(&address(mode), 4).reach().await.expect(mode);
    }
    let refused = connect(&address("require")).await.expect_err("nobody vouches for it");
    assert!(
        matches!(&refused, ConnectionError::Connect { address, .. } if *address == format!("localhost:{}", server.port()))
    );
    assert!(refused.to_string().contains("certificate") && refused.to_string().contains("sslmode=prefer"), "{refused}");
    pool(&address("require"), 4).reach().await.expect_err("nobody vouches for it");
}

#[needs(postgres, openssl)]
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_authority_is_asked_for_the_name_of_the_server() {
    let (server, ca) = servers::postgres_with_tls();
    let (_other, stranger) = servers::postgres_with_tls();
    let reach = async |host: &str, mode: &str, ca: &str| {
        let address = format!("postgres://postgres@{host}:{}/postgres?sslmode={mode}", server.port());
        let target = Target::new(&address, Some(ca)).expect("an address");
        let pool =
            std::sync::Arc::new(Pool::new(target, Permits::new(4).into(), Patience::new(Duration::from_secs(30))));
        pool.reach().await
    };
    for mode in ["prefer", "require"] {
        reach("localhost", mode, &ca).await.expect(mode);
        reach("127.0.0.1", mode, &ca).await.expect_err("the certificate names localhost only");
        reach("localhost", mode, &stranger).await.expect_err("another authority");
    }
}
