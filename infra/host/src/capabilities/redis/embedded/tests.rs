use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ::redis::Value;

use super::EmbeddedRedis;

fn call(redis: &EmbeddedRedis, line: &str) -> Result<Value, String> {
    let parts: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    redis.call(&parts).map_err(|error| error.to_string())
}

fn with_clock(capacity: usize) -> (EmbeddedRedis, Arc<AtomicU64>) {
    let clock = Arc::new(AtomicU64::new(0));
    let time = clock.clone();
    (EmbeddedRedis::new(capacity, move || Duration::from_millis(time.load(Ordering::Relaxed))), clock)
}

#[test]
fn keys_end_when_their_time_has_come() {
    let (redis, clock) = with_clock(1 << 20);
    call(&redis, "SET a 1 PX 1000").expect("a key");
    call(&redis, "SET b 1").expect("a key");
    assert_eq!(call(&redis, "PTTL a"), Ok(Value::Int(1000)));
    clock.store(400, Ordering::Relaxed);
    assert_eq!(call(&redis, "TTL a"), Ok(Value::Int(1)));
    assert_eq!(call(&redis, "SET a 2 KEEPTTL"), Ok(Value::Okay));
    clock.store(999, Ordering::Relaxed);
    assert_eq!(call(&redis, "INCR a"), Ok(Value::Int(3)));
    clock.store(1000, Ordering::Relaxed);
    assert_eq!(call(&redis, "GET a"), Ok(Value::Nil));
    assert_eq!(call(&redis, "TTL a"), Ok(Value::Int(-2)));
    assert_eq!(call(&redis, "DBSIZE"), Ok(Value::Int(1)));
    assert_eq!(call(&redis, "SET a 1 NX"), Ok(Value::Okay));
    assert_eq!(call(&redis, "TTL a"), Ok(Value::Int(-1)));
}

#[test]
fn many_keys_that_ended_are_swept_without_being_asked_for() {
    let (redis, clock) = with_clock(1 << 20);
    for n in 0..1000 {
        call(&redis, &format!("SETEX k{n} 1 v")).expect("a key");
    }
    clock.store(2000, Ordering::Relaxed);
    for _ in 0..40 {
        call(&redis, "PING").expect("an answer");
    }
    assert_eq!(redis.store.lock().expect("not poisoned").keys().count(), 0);
}

#[test]
fn memory_is_bounded_and_comes_back() {
    let (redis, _) = with_clock(10_000);
    let mut written = 0;
    let refused = loop {
        match call(&redis, &format!("SADD s{} {}", written % 7, "x".repeat(100 + written))) {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, "OOM command not allowed when used memory > 'maxmemory'.");
    assert!((20..60).contains(&written), "{written}");
    assert!(call(&redis, "GET a").is_ok() && call(&redis, "SMEMBERS s1").is_ok());
    for n in 0..7 {
        call(&redis, &format!("DEL s{n}")).expect("room");
    }
    assert!(call(&redis, "SET a 1").is_ok());
    call(&redis, "DEL a").expect("an answer");
    call(&redis, "HSET h a 1 b 22 a 333").expect("a hash");
    call(&redis, "HINCRBY h a 4444").expect("a hash");
    call(&redis, "HDEL h a b").expect("a hash");
    assert_eq!(redis.store.lock().expect("not poisoned").used(), 0);
}

/// 127 times 1 MiB fit, with what each answer takes besides.
#[test]
fn a_value_is_not_copied_more_often_than_a_guest_may_have_it() {
    let (redis, _) = with_clock(2 << 20);
    redis.call(&[b"SET", b"a", &vec![b'x'; 1 << 20]]).expect("room");
    let many = |count: usize| redis.call(&[&[&b"MGET"[..]][..], &vec![&b"a"[..]; count]].concat());
    assert!(many(127).is_ok());
    let error = many(128).expect_err("it is too large");
    assert_eq!(error.to_string(), "the answer has more than 134217728 bytes");
}

#[test]
fn a_missing_command_is_named_with_its_remedy() {
    let (redis, _) = with_clock(1000);
    assert_eq!(
        call(&redis, "lpush a b"),
        Err("ERR the embedded Redis does not have the command `LPUSH`; run with --redis URL".into())
    );
}

#[test]
fn messages_reach_the_subscribers_of_their_channel() {
    let redis = EmbeddedRedis::default();
    let heard = Arc::<Mutex<Vec<String>>>::default();
    for (channel, name, most) in [("c", "first", 1), ("c", "second", 9), ("d", "third", 9)] {
        let (heard, taken) = (heard.clone(), AtomicU64::new(0));
        redis.clone().subscribe(channel, move |payload| {
            let goes_on = taken.fetch_add(1, Ordering::Relaxed) < most;
            if goes_on {
                heard.lock().expect("not poisoned").push(format!("{name} {}", String::from_utf8_lossy(payload)));
            }
            goes_on
        });
    }
    for (line, receivers) in [
        ("PUBLISH c one", 2),
        ("PUBLISH c two", 1),
        ("PUBLISH c three", 1),
        ("PUBLISH d four", 1),
        ("PUBLISH e five", 0),
    ] {
        assert_eq!(call(&redis, line), Ok(Value::Int(receivers)), "{line}");
    }
    let expected = ["first one", "second one", "second two", "second three", "third four"];
    assert_eq!(*heard.lock().expect("not poisoned"), expected);
}
