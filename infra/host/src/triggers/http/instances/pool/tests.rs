//! Pools whose instances are played by the test.

use std::{future::Future, pin::pin};

use futures::FutureExt as _;

use super::*;

/// Stands for an instance; it ends when its membership is dropped.
struct Played(Mutex<Option<Membership<Played>>>);

impl Played {
    fn end(&self) {
        drop(self.0.lock().expect("no panic").take());
    }
}

const BOUNDS: Bounds =
    Bounds { instances: 2, concurrency: 2, reuse: 100, waiting: 3, patience: Duration::from_mins(1) };

fn pool(bounds: Bounds) -> Arc<Pool<Played>> {
    Pool::new(bounds, |membership| Played(Mutex::new(Some(membership))))
}

fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    future.now_or_never()
}

/// A place that is there at once.
fn placed(pool: &Arc<Pool<Played>>, depth: u8) -> Place<Played> {
    now(pool.place(depth)).flatten().expect("a place")
}

/// The instance begins with the request and waits, or computes.
fn begin(place: &mut Place<Played>, computes: bool) {
    place.begun();
    place.link().suspended(computes);
}

/// A request in an instance of `pool` that waits.
fn begun(pool: &Arc<Pool<Played>>, depth: u8) -> Place<Played> {
    let mut place = placed(pool, depth);
    begin(&mut place, false);
    place
}

fn computing(pool: &Arc<Pool<Played>>) -> Place<Played> {
    let mut place = placed(pool, 0);
    begin(&mut place, true);
    place
}

#[tokio::test]
async fn requests_share_an_instance_that_waits() {
    let pool = pool(BOUNDS);
    let first = begun(&pool, 0);
    let second = begun(&pool, 0);
    assert_eq!(first.id, second.id);
    let third = begun(&pool, 0);
    assert_ne!(third.id, first.id, "two at the same time are enough");
    drop(first);
    drop(second);
    assert_ne!(begun(&pool, 0).id, third.id, "the one without requests");
}

#[tokio::test]
async fn an_instance_that_computes_gets_a_second_one_beside_it_and_no_third() {
    let pool = pool(BOUNDS);
    let first = computing(&pool);
    let second = computing(&pool);
    assert_ne!(first.id, second.id);
    let mut third = pin!(pool.place(0));
    assert!(now(third.as_mut()).is_none());
    first.link().suspended(false);
    assert_eq!(third.await.expect("a place").id, first.id);
}

#[tokio::test]
async fn a_request_waits_for_one_that_is_on_its_way() {
    let pool = pool(BOUNDS);
    let mut first = placed(&pool, 0);
    let mut second = pin!(pool.place(0));
    assert!(now(second.as_mut()).is_none(), "the first instance may take it in a moment");
    first.begun();
    assert!(now(second.as_mut()).is_none());
    first.link().suspended(true);
    let second = second.await.expect("a place");
    assert_ne!(second.id, first.id, "it computes");
}

#[tokio::test]
async fn those_that_wait_come_first_come_first_served_and_do_not_pass_on_to_the_dead() {
    let pool = pool(Bounds { instances: 1, concurrency: 1, ..BOUNDS });
    let first = begun(&pool, 0);
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(pool.place(0))).collect();
    assert!(waiting.iter_mut().all(|waiting| now(waiting).is_none()));
    assert!(now(pool.place(0)).expect("refused at once").is_none(), "no more than three wait");
    drop(waiting.remove(0));
    drop(first);
    let mut second = now(waiting.remove(0)).flatten().expect("the place");
    assert!(now(waiting[0].as_mut()).is_none());
    // It leaves without having reached the instance.
    drop(second);
    second = now(waiting.remove(0)).flatten().expect("the place");
    begin(&mut second, false);
    drop(second);
    assert!(now(pool.place(0)).is_some());
}

#[tokio::test]
async fn nobody_waits_longer_than_a_while() {
    let patience = Duration::from_millis(20);
    let pool = pool(Bounds { instances: 1, concurrency: 1, patience, ..BOUNDS });
    let _first = begun(&pool, 0);
    let start = tokio::time::Instant::now();
    assert!(pool.place(0).await.is_none());
    assert!(start.elapsed() >= patience);
}

#[tokio::test]
async fn an_instance_that_ends_makes_room() {
    let pool = pool(Bounds { instances: 1, ..BOUNDS });
    let first = computing(&pool);
    let mut second = pin!(pool.place(0));
    assert!(now(second.as_mut()).is_none());
    first.handle().end();
    assert_ne!(second.await.expect("a new instance").id, first.id);
    drop(first);
    assert_eq!(pool.lock().members.len(), 0, "a place that was never used leaves no instance");
}

#[tokio::test]
async fn an_instance_has_so_many_requests_in_its_life() {
    let pool = pool(Bounds { instances: 1, reuse: 2, ..BOUNDS });
    let first = begun(&pool, 0);
    let second = begun(&pool, 0);
    assert_eq!(first.id, second.id);
    let mut third = pin!(pool.place(0));
    assert!(now(third.as_mut()).is_none(), "it is spent and has requests");
    drop((first, second));
    assert!(now(third).flatten().is_some());
}

#[tokio::test]
async fn no_request_waits_for_one_that_was_cut_off() {
    let pool = pool(Bounds { instances: 1, concurrency: 1, ..BOUNDS });
    let first = begun(&pool, 0);
    let mut second = pin!(pool.place(0));
    assert!(now(second.as_mut()).is_none());
    first.link().expire();
    let second = now(second).flatten().expect("another instance");
    assert_ne!(second.id, first.id);
    // What is left of the first does not bring its instance back.
    first.link().suspended(false);
    let id = first.id;
    drop(first);
    assert!(now(pool.place(0)).is_none());
    assert_ne!(second.id, id);
}

#[tokio::test]
async fn no_request_waits_for_one_whose_client_went_away() {
    let pool = pool(Bounds { instances: 1, concurrency: 2, ..BOUNDS });
    let first = begun(&pool, 0);
    let caller = first.caller();
    let innocent = begun(&pool, 0);
    assert_eq!(first.id, innocent.id);
    let mut third = pin!(pool.place(0));
    assert!(now(third.as_mut()).is_none());
    drop(caller);
    let mut third = now(third).flatten().expect("another instance");
    begin(&mut third, false);
    assert_ne!(third.id, first.id);
    // Without need an instance is shared with one that nobody waits for.
    let fourth = begun(&pool, 0);
    assert_eq!(fourth.id, third.id);
    drop(third.caller());
    drop(fourth);
    assert_eq!(begun(&pool, 0).id, third.id);
}

#[tokio::test]
async fn a_request_that_was_not_taken_is_handed_to_another_instance() {
    let pool = pool(BOUNDS);
    let mut first = begun(&pool, 0);
    let second = placed(&pool, 0);
    assert_eq!(second.id, first.id);
    second.link().refused();
    drop(second);
    assert_ne!(placed(&pool, 0).id, first.id);
    begin(&mut first, false);
    assert_eq!(placed(&pool, 0).id, first.id, "it takes requests again");
}

#[tokio::test]
async fn an_idle_instance_ends_unless_a_request_is_on_its_way() {
    let pool = pool(BOUNDS);
    let first = begun(&pool, 0);
    let link = first.link();
    assert!(!link.end_idle());
    drop(first);
    let second = placed(&pool, 0);
    assert!(!link.end_idle());
    drop(second);
    assert!(link.end_idle());
    assert!(now(pool.place(0)).flatten().expect("a place").id != link.id, "it takes none any more");
}

/// Every instance is full of requests that wait for a call to the same component, which waits for another one.
#[tokio::test]
async fn calls_of_a_component_to_itself_do_not_wait_for_their_callers() {
    for concurrency in [1, 2] {
        let pool = pool(Bounds { concurrency, ..BOUNDS });
        let mut held = Vec::new();
        for depth in 0..=16 {
            for _ in 0..BOUNDS.instances * concurrency {
                held.push(begun(&pool, depth));
            }
            assert!(now(pool.place(depth)).is_none(), "as many as allowed at depth {depth}");
        }
    }
}

/// A call that has to wait does not keep a deeper one waiting, on which it may depend.
#[tokio::test]
async fn a_deeper_call_overtakes() {
    let pool = pool(Bounds { instances: 1, concurrency: 1, ..BOUNDS });
    let _client = begun(&pool, 0);
    let call = begun(&pool, 1);
    let mut another = pin!(pool.place(1));
    assert!(now(another.as_mut()).is_none());
    let deeper = begun(&pool, 2);
    let mut other = pin!(pool.place(2));
    assert!(now(other.as_mut()).is_none());
    drop(deeper);
    assert!(now(other).flatten().is_some(), "it came after a call that has to wait");
    drop(call);
    assert!(now(another).flatten().is_some());
}
