//! Log lines go to a thread of their own, so that a slow terminal or pipe never holds up a request.

use std::{
    io::{self, BufWriter, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait; further ones are counted and dropped.
const CAPACITY: usize = 8192;

/// How long the end of the program waits for the lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The way to the thread that writes. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    messages: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

impl Writer {
    pub(super) fn start(output: impl Write + Send + 'static) -> Self {
        let (messages, receiver) = sync_channel(CAPACITY);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        let thread = std::thread::Builder::new().name("kronos-log".into());
        // Without the thread every line is dropped; nothing else depends on it.
        let _ = thread.spawn(move || write(&receiver, &counter, BufWriter::with_capacity(64 << 10, output)));
        Self { messages, dropped }
    }

    /// Waits until everything sent so far is written.
    pub(super) fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.messages.send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(FLUSH_TIMEOUT);
        }
    }
}

/// Writes until every sender is gone; flushes whenever nothing waits. An output that fails has no better place to say so.
fn write(receiver: &Receiver<Message>, dropped: &AtomicU64, mut output: BufWriter<impl Write>) {
    while let Ok(first) = receiver.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => {
                    let _ = output.write_all(&line);
                }
                Message::Flush(done) => {
                    let _ = output.flush();
                    let _ = done.send(());
                }
            }
            next = receiver.try_recv().ok();
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(output, "{lost} log lines were dropped: the output is too slow");
        }
        let _ = output.flush();
    }
}

impl<'a> MakeWriter<'a> for Writer {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Writer {
    /// `line` is a whole event: the formatter writes each at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.messages.try_send(Message::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_arrive_in_order() {
        let sink = Sink::default();
        let writer = Writer::start(sink.clone());
        for number in 0..100 {
            writeln!(&writer, "{number}").expect("writing never fails");
        }
        writer.flush();
        let text = String::from_utf8(sink.0.lock().expect("no writer panics").clone()).expect("text");
        assert_eq!(text.lines().count(), 100);
        assert!(text.starts_with("0\n1\n"));
    }

    #[test]
    fn an_output_that_blocks_holds_nobody_up() {
        struct Stuck(Receiver<()>);
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (release, stuck) = sync_channel(0);
        let writer = Writer::start(Stuck(stuck));
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while writer.dropped.load(Ordering::Relaxed) == 0 {
            assert!(std::time::Instant::now() < deadline, "every line was taken by an output that takes none");
            for _ in 0..CAPACITY {
                writeln!(&writer, "a line").expect("writing never fails");
            }
        }
        drop(release);
    }
}
