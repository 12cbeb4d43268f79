//! Log lines go to a thread of their own, so that a slow terminal or pipe never holds up a request.
//!
//! What waits is bounded in bytes, and what is dropped is counted in the log itself. `tracing-appender` bounds lines of any length,
//! and either blocks whoever logs or drops in silence.

use std::{
    io::{self, BufWriter, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// Bytes of the lines that may wait; further lines are counted and dropped.
const CAPACITY: usize = 4 << 20;
/// Bytes that are written at once.
const BUFFER: usize = 64 << 10;
/// What a line takes beside its text.
const OVERHEAD: usize = 64;

/// How long the end of the program waits for the lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The way to the thread that writes. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    messages: Sender<Message>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Bytes that wait.
    waiting: AtomicUsize,
    /// Lines dropped since the log last said so.
    dropped: AtomicU64,
}

enum Message {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

impl Writer {
    pub(super) fn start(output: impl Write + Send + 'static) -> Self {
        let (messages, receiver) = channel();
        let counts = Arc::<Counts>::default();
        let shared = Arc::clone(&counts);
        let thread = std::thread::Builder::new().name("kronos-log".into());
        // Without the thread every line is dropped; nothing else depends on it.
        let _ = thread.spawn(move || write(&receiver, &shared, BufWriter::with_capacity(BUFFER, output)));
        Self { messages, counts }
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
fn write(receiver: &Receiver<Message>, counts: &Counts, mut output: BufWriter<impl Write>) {
    while let Ok(first) = receiver.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => {
                    let _ = output.write_all(&line);
                    counts.waiting.fetch_sub(line.len() + OVERHEAD, Ordering::Relaxed);
                }
                Message::Flush(done) => {
                    let _ = output.flush();
                    let _ = done.send(());
                }
            }
            next = receiver.try_recv().ok();
        }
        let lost = counts.dropped.swap(0, Ordering::Relaxed);
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
        let size = line.len() + OVERHEAD;
        let fits = self.counts.waiting.fetch_add(size, Ordering::Relaxed) + size <= CAPACITY;
        if !fits || self.messages.send(Message::Line(line.to_vec())).is_err() {
            self.counts.waiting.fetch_sub(size, Ordering::Relaxed);
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
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
        // Too long to be held back by the buffer.
        let line = vec![b'x'; BUFFER];
        let size = line.len() + OVERHEAD;
        let fit = CAPACITY / size;
        let waiting = || writer.counts.waiting.load(Ordering::Relaxed);
        for _ in 0..fit + 3 {
            (&writer).write_all(&line).expect("writing never fails");
        }
        assert_eq!((waiting(), writer.counts.dropped.load(Ordering::Relaxed)), (fit * size, 3));
        drop(release);
        writer.flush();
        assert_eq!(waiting(), 0);
    }
}
