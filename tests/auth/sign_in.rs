//! `POST /auth/session`: how often one may try, and who waits for whom.

use kronos_tests::{Actor, Answer, Engine, Kronos, OWNER_PASSWORD, on_both_engines};
use reqwest::Method;
use serde_json::json;

const OWNER: &str = "owner@example.com";

async fn try_at(actor: &Actor, email: &str, password: &str) -> Answer {
    actor.post("/auth/session", &json!({ "email": email, "password": password })).await
}

/// Microseconds since the epoch.
fn now() -> u64 {
    jsonwebtoken::get_current_timestamp() * 1_000_000
}

async fn rows(kronos: &Kronos) -> i64 {
    kronos.number("SELECT count(*) FROM identity.sign_in_throttle").await
}

on_both_engines! {
    /// Ten wrong passwords from one address stop attempts from there, and nobody else's; for accounts that do not exist as well.
    async fn wrong_passwords_count_by_account_and_address(kronos: Kronos) {
        for email in [OWNER, "nobody@example.com"] {
            let stranger = kronos.anonymous_at(0, 2);
            for _ in 0..10 {
                try_at(&stranger, email, "wrong").await.expect_problem(401, "invalid_credentials");
            }
            let refused = try_at(&stranger, email, "wrong").await.expect_problem(429, "too_many_requests");
            assert_eq!(refused.header("retry-after"), "30");
        }
        let stranger = kronos.anonymous_at(0, 2);
        try_at(&stranger, OWNER, OWNER_PASSWORD).await.expect_problem(429, "too_many_requests");
        try_at(&kronos.anonymous_at(0, 3), OWNER, OWNER_PASSWORD).await.expect(200);
        try_at(&stranger, OWNER, OWNER_PASSWORD).await.expect_problem(429, "too_many_requests");
        try_at(&stranger, "other@example.com", "wrong").await.expect_problem(401, "invalid_credentials");
    }

    /// The right password gives back what wrong ones from the same address took.
    async fn the_right_password_gives_attempts_back(kronos: Kronos) {
        let owner = kronos.anonymous_at(0, 2);
        for _ in 0..2 {
            for _ in 0..9 {
                try_at(&owner, OWNER, "wrong").await.expect_problem(401, "invalid_credentials");
            }
            try_at(&owner, OWNER, OWNER_PASSWORD).await.expect(200);
        }
    }

    /// What is refused is not stored, and what came back is deleted by the next attempt.
    async fn the_throttle_stays_small(kronos: Kronos) {
        let stranger = kronos.anonymous_at(0, 2);
        for _ in 0..10 {
            try_at(&stranger, OWNER, "wrong").await.expect_problem(401, "invalid_credentials");
        }
        assert_eq!(rows(&kronos).await, 3, "the account, the address, and both together");
        for _ in 0..20 {
            try_at(&stranger, OWNER, "wrong").await.expect_problem(429, "too_many_requests");
        }
        assert_eq!(rows(&kronos).await, 3);
        kronos.sql("UPDATE identity.sign_in_throttle SET free_at = free_at - 600000000").await;
        try_at(&stranger, "other@example.com", "wrong").await.expect_problem(401, "invalid_credentials");
        assert_eq!(rows(&kronos).await, 3, "those of the other account");
    }

    /// Made-up accounts from one address cost a hash each, so they are bounded too, and nobody else's are.
    async fn an_address_has_its_limit_whatever_the_account(kronos: Kronos) {
        let (stranger, other) = (kronos.anonymous_at(0, 2), kronos.anonymous_at(0, 3));
        try_at(&stranger, "a@example.com", "wrong").await.expect_problem(401, "invalid_credentials");
        // As if it had gone on for an hour: that of the address comes back first.
        let soonest = "(SELECT min(free_at) FROM identity.sign_in_throttle)";
        kronos.sql(&format!("UPDATE identity.sign_in_throttle SET free_at = free_at + 3600000000 WHERE free_at = {soonest}")).await;
        let stored = rows(&kronos).await;
        let refused = try_at(&stranger, "b@example.com", "wrong").await.expect_problem(429, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(rows(&kronos).await, stored + 2, "what was given back");
        try_at(&other, "b@example.com", "wrong").await.expect_problem(401, "invalid_credentials");
        try_at(&other, OWNER, OWNER_PASSWORD).await.expect(200);
    }

    /// While many addresses try one account, its owner gets in from where they have signed in before; a new address waits.
    async fn an_attack_from_many_addresses_leaves_the_owner_in(kronos: Kronos) {
        let (home, elsewhere) = (kronos.anonymous_at(0, 2), kronos.anonymous_at(0, 4));
        try_at(&home, OWNER, OWNER_PASSWORD).await.expect(200);
        // After the attempt that has come back, and before those that have not.
        let between = now() + 2_000_000;
        try_at(&kronos.anonymous_at(0, 3), OWNER, "wrong").await.expect_problem(401, "invalid_credentials");
        // As if it went on for an hour.
        kronos.sql(&format!("UPDATE identity.sign_in_throttle SET free_at = free_at + 3600000000 WHERE free_at > {between}")).await;
        let stored = rows(&kronos).await;
        for _ in 0..2 {
            try_at(&elsewhere, OWNER, OWNER_PASSWORD).await.expect_problem(429, "too_many_requests");
        }
        assert_eq!(rows(&kronos).await, stored);
        for _ in 0..12 {
            try_at(&home, OWNER, OWNER_PASSWORD).await.expect(200);
        }
        try_at(&elsewhere, "other@example.com", "wrong").await.expect_problem(401, "invalid_credentials");
    }

    /// Many who sign in at once wait for one another, and nobody is refused.
    async fn everybody_gets_their_turn(kronos: Kronos) {
        let mut attempts = tokio::task::JoinSet::new();
        for host in 1..=30 {
            let actor = kronos.anonymous_at(1, host);
            attempts.spawn(async move { try_at(&actor, OWNER, OWNER_PASSWORD).await.status });
        }
        assert_eq!(attempts.join_all().await, [200; 30]);
    }
}

/// Behind a proxy that is trusted, strangers and the owner have addresses of their own; nobody is believed otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_a_trusted_proxy_are_told_apart() {
    let kronos = Kronos::start_with(Engine::Embedded, |options| {
        options.variables.push(("trusted_proxies".to_owned(), "127.0.0.0/24".to_owned()));
    })
    .await;
    let (proxy, direct) = (kronos.anonymous_at(0, 2), kronos.anonymous_at(1, 2));
    let attempt = async |actor: &Actor, forwarded: &str, password: &str| {
        let body = json!({ "email": OWNER, "password": password });
        let request = actor.request(Method::POST, "/auth/session").header("x-forwarded-for", forwarded).json(&body);
        actor.send(request).await
    };
    for number in 0..10 {
        let made_up = format!("192.0.2.{number}, 203.0.113.5");
        attempt(&proxy, &made_up, "wrong").await.expect_problem(401, "invalid_credentials");
        attempt(&direct, &format!("192.0.2.{number}"), "wrong").await.expect_problem(401, "invalid_credentials");
    }
    attempt(&proxy, "203.0.113.5", OWNER_PASSWORD).await.expect_problem(429, "too_many_requests");
    attempt(&direct, "192.0.2.77", OWNER_PASSWORD).await.expect_problem(429, "too_many_requests");
    attempt(&proxy, "198.51.100.7", OWNER_PASSWORD).await.expect(200);
}
