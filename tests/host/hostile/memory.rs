//! What hostile clients cost, together.

use std::time::Duration;

use kronos_tests::OWNER_PASSWORD;

use super::{
    frames::{CANCEL, END_HEADERS, Frames, HEADERS, POST, PREFACE, RST_STREAM, request},
    process::Process,
    wire::{Wire, within},
};

/// What 1,000 of them may add to the resident memory of the host.
const BOUND: u64 = 128 << 20;

/// 1,000 connections that hold as much as they can, of ten kinds.
#[tokio::test]
async fn a_thousand_hostile_connections_stay_within_a_bound() {
    let process = Process::start("guests", &[("connections_per_address", 2048)]).await;
    let address = process.address;
    let mut other = Wire::open(address).await;
    other.get("/granted/body?bytes=60000").await;
    other.response().await;
    process.forget_peak();
    let before = process.peak();
    let (mut wires, mut frames) = (Vec::new(), Vec::new());
    let get = "GET /granted/body?bytes=60000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let post = "POST /granted/echo HTTP/1.1\r\nHost: localhost\r\n";
    for number in 0..1000 {
        if number % 10 >= 8 {
            let mut connection = Frames::open(address, 0).await;
            if number % 10 == 8 {
                for stream in 0..2 {
                    connection.get(2 * stream + 1, "/granted/body?bytes=60000").await;
                }
            } else {
                connection.send(HEADERS, END_HEADERS, 1, &request(POST, "/granted/echo")).await;
            }
            frames.push(connection);
            continue;
        }
        let mut wire = Wire::open_narrow(address).await;
        match number % 10 {
            0 => {}
            1 => wire.send(&PREFACE[..20]).await,
            2 => wire.send(format!("GET / HTTP/1.1\r\nx-a: {}", "a".repeat(30_000))).await,
            3 => wire.send(format!("{post}Content-Length: 65000\r\n\r\n{}", "x".repeat(64_000))).await,
            4 => wire.send(format!("{post}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")).await,
            5 => wire.send(get).await,
            6 => wire.send(get.repeat(100)).await,
            _ => {
                wire.get("/granted/hello").await;
                wire.response().await.expect_text("hello");
            }
        }
        wires.push(wire);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    other.get("/granted/hello").await;
    other.response().await.expect_text("hello");
    let grown = process.peak() - before;
    println!("1,000 hostile connections: {} MiB more", grown >> 20);
    assert!(grown < BOUND, "{grown} bytes more");
}

/// What 100 people who sign in at once may add: the instances of all components together have 256 MiB, and each hash of a password
/// takes 19 MiB of its instance.
const SIGN_INS: u64 = 320 << 20;

#[tokio::test]
async fn a_hundred_sign_ins_stay_within_a_bound() {
    let process = Process::start("kronos", &[]).await;
    let url = format!("http://{}/auth/session", process.address);
    let client = reqwest::Client::new();
    // Status, and when to come back.
    let sign_in = async |password: &str| {
        let body = serde_json::json!({ "email": "owner@example.com", "password": password });
        let answer = client.post(&url).json(&body).send().await.expect("an answer");
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
        (answer.status().as_u16(), retry_after)
    };
    assert_eq!(sign_in(OWNER_PASSWORD).await, (200, None));
    process.forget_peak();
    let before = process.peak();
    let answers = futures::future::join_all((0..100).map(|_| sign_in(OWNER_PASSWORD))).await;
    let grown = process.peak() - before;
    let signed_in = answers.iter().filter(|answer| **answer == (200, None)).count();
    println!("100 sign-ins, {signed_in} at once: {} MiB more", grown >> 20);
    // How many get through is for the machine to say; the others are told to come back.
    let put_off = answers.iter().filter(|(status, retry)| matches!(status, 429 | 503) && retry.is_some()).count();
    assert_eq!(signed_in + put_off, 100, "{answers:?}");
    assert!(signed_in > 0, "{answers:?}");
    assert!(grown < SIGN_INS, "{grown} bytes more");
}

/// A client of HTTP/2 that asks for a hundred answers at a time, takes nothing of them, and shows that it lives: each of them is given
/// up for being too slow.
#[tokio::test]
async fn unread_answers_cost_little() {
    let process = Process::start("guests", &[("stall_ms", 1000)]).await;
    let mut other = Wire::open(process.address).await;
    other.get("/granted/body?bytes=60000").await;
    other.response().await;
    process.forget_peak();
    let before = process.peak();
    let mut frames = Frames::open(process.address, 0).await;
    let mut next = 1;
    for _ in 0..3 {
        for _ in 0..100 {
            frames.get(next, "/granted/body?bytes=60000").await;
            next += 2;
        }
        let (mut begun, mut given_up) = (0, 0);
        let to_the_end = async {
            while given_up < 100 {
                let frame = frames.next().await;
                match frame.kind {
                    HEADERS => {
                        assert_eq!(frame.status(), 200);
                        begun += 1;
                    }
                    RST_STREAM => {
                        assert_eq!(frame.number(0), CANCEL);
                        given_up += 1;
                    }
                    _ => {}
                }
            }
        };
        within(to_the_end).await;
        assert_eq!(begun, 100);
    }
    let grown = process.peak() - before;
    println!("100 unread answers: {} KiB more", grown >> 10);
    // Three times what the answers have; without the end of each they would be all three hundred.
    assert!(grown < 16 << 20, "{grown} bytes more");
}
