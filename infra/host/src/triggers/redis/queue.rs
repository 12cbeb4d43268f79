//! Messages that wait for a component.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;

/// Messages that may wait, and their bytes: what Redis allows a slow subscriber by default (`client-output-buffer-limit pubsub`).
const MAX_MESSAGES: usize = 1024;
const MAX_BYTES: usize = 8 << 20;

/// A message and the channel that it came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) channel: std::sync::Arc<str>,
    pub(super) payload: Bytes,
}

/// Messages on their way, in their order. Beyond the bounds the oldest are given up, where Redis would give up the connection.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Notify,
    merges: bool,
}

#[derive(Debug, Default)]
struct Waiting {
    messages: VecDeque<Message>,
    bytes: usize,
    /// Whether a message without content waits.
    rung: bool,
    overflowed: bool,
}

impl Queue {
    /// With `merges`, messages without content that wait are one: such a message is a doorbell, it says no more than that there is
    /// something to look for. Others are never merged: two that are equal may be two orders.
    pub(super) fn new(merges: bool) -> Self {
        Self { waiting: Mutex::default(), filled: Notify::new(), merges }
    }

    pub(super) fn push(&self, message: Message) {
        let mut waiting = self.lock();
        let is_ring = message.payload.is_empty() && self.merges;
        if is_ring && waiting.rung {
            return;
        }
        let bytes = message.payload.len();
        while waiting.messages.len() >= MAX_MESSAGES
            || waiting.bytes + bytes > MAX_BYTES && !waiting.messages.is_empty()
        {
            waiting.take();
            if !waiting.overflowed {
                waiting.overflowed = true;
                tracing::warn!(
                    "more than {MAX_MESSAGES} messages or {} MiB wait on the channel `{}`: the oldest are dropped",
                    MAX_BYTES >> 20,
                    message.channel
                );
            }
        }
        waiting.rung |= is_ring;
        waiting.bytes += bytes;
        waiting.messages.push_back(message);
        drop(waiting);
        self.filled.notify_one();
    }

    pub(super) async fn pop(&self) -> Message {
        loop {
            if let Some(message) = self.lock().take() {
                return message;
            }
            self.filled.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self) -> Option<Message> {
        let message = self.messages.pop_front();
        match &message {
            Some(message) if message.payload.is_empty() => self.rung = false,
            Some(message) => self.bytes -= message.payload.len(),
            None => self.overflowed = false,
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(payload: impl Into<Bytes>) -> Message {
        Message { channel: "c".into(), payload: payload.into() }
    }

    fn drain(queue: &Queue) -> Vec<Bytes> {
        std::iter::from_fn(|| queue.lock().take()).map(|message| message.payload).collect()
    }

    #[test]
    fn only_messages_without_content_are_merged() {
        for (merges, expected) in [(true, &["a", "", "a", "b", "a"][..]), (false, &["a", "", "a", "", "b", "a"])] {
            let queue = Queue::new(merges);
            for payload in ["a", "", "a", "", "b", "a"] {
                queue.push(message(payload));
            }
            assert_eq!(drain(&queue), expected);
        }
    }

    #[tokio::test]
    async fn a_ring_that_is_being_answered_does_not_stand_for_a_later_one() {
        let queue = Queue::new(true);
        for _ in 0..2 {
            queue.push(message(""));
            queue.push(message(""));
            assert_eq!(queue.pop().await, message(""));
        }
        assert!(drain(&queue).is_empty());
    }

    #[test]
    fn a_full_queue_drops_the_oldest() {
        let queue = Queue::new(true);
        for number in 0..=MAX_MESSAGES {
            queue.push(message(number.to_string()));
        }
        let left = drain(&queue);
        assert_eq!((left.len(), &*left[0]), (MAX_MESSAGES, &b"1"[..]));
    }

    #[test]
    fn bytes_are_bounded_too_and_one_message_may_be_larger_than_all() {
        let queue = Queue::new(true);
        for size in [MAX_BYTES / 2, MAX_BYTES / 2, 1, 0, MAX_BYTES - 1] {
            queue.push(message(vec![b'x'; size]));
        }
        let sizes: Vec<_> = drain(&queue).iter().map(Bytes::len).collect();
        assert_eq!(sizes, [1, 0, MAX_BYTES - 1]);
        queue.push(message(vec![b'x'; 2 * MAX_BYTES]));
        assert_eq!(drain(&queue).len(), 1);
        assert_eq!(queue.lock().bytes, 0);
    }
}
