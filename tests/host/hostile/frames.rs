//! HTTP/2 by hand (RFC 9113): a client that sends the frames that it wants.

use std::net::SocketAddr;

use super::wire::{Wire, within};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;

pub const NO_ERROR: u32 = 0;
pub const CANCEL: u32 = 8;
pub const ENHANCE_YOUR_CALM: u32 = 11;

/// `SETTINGS_INITIAL_WINDOW_SIZE`.
const INITIAL_WINDOW_SIZE: u16 = 4;

/// What begins a connection.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One frame.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The number at `at` of the payload: the reason of a reset or, at 4, of a GOAWAY.
    pub fn number(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.payload[at..at + 4].try_into().expect("four bytes"))
    }

    /// The status of a response, from the first field of its head: static index, or a literal with the name `:status` (RFC 7541).
    pub fn status(&self) -> u16 {
        assert_eq!(self.kind, HEADERS, "{self:?}");
        match self.payload[0] {
            0x88 => 200,
            0x8c => 400,
            0x8d => 404,
            0x8e => 500,
            _ => huffman_number(&self.payload[2..]),
        }
    }
}

/// Three digits in the code of RFC 7541, appendix B: `0` to `2` have five bits, the others six.
fn huffman_number(bytes: &[u8]) -> u16 {
    let mut bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| u16::from(byte >> bit & 1)));
    let mut number = 0;
    for _ in 0..3 {
        let five = (0..5).fold(0, |code, _| code << 1 | bits.next().expect("a bit"));
        number = number * 10 + if five < 3 { five } else { (five << 1 | bits.next().expect("a bit")) - 0x19 + 3 };
    }
    number
}

/// The bytes of a frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The head of a request, without Huffman codes.
pub fn request(method: u8, path: &str) -> Vec<u8> {
    let literal =
        |index: u8, value: &str| [&[index, u8::try_from(value.len()).expect("short")], value.as_bytes()].concat();
    // `:method` and `:scheme` from the static table; `:path` and `:authority` as literals that are not indexed.
    [vec![method, 0x86], literal(4, path), literal(1, "localhost")].concat()
}

/// `:method: GET` in the static table.
pub const GET: u8 = 0x82;
/// `:method: POST` in the static table.
pub const POST: u8 = 0x83;

/// A connection of HTTP/2.
pub struct Frames {
    pub wire: Wire,
    /// Whether it gives the signs of life that it is asked for.
    pub lives: bool,
}

impl Frames {
    /// Connects and shakes hands; streams begin with a window of `window` bytes.
    pub async fn open(address: SocketAddr, window: u32) -> Self {
        let mut frames = Self { wire: Wire::open(address).await, lives: true };
        let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat();
        frames.wire.send([PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat()).await;
        // The connection's own window is out of the way.
        frames.send(WINDOW_UPDATE, 0, 0, &(1_u32 << 30).to_be_bytes()).await;
        assert_eq!(frames.next().await.kind, SETTINGS);
        frames.send(SETTINGS, ACK, 0, &[]).await;
        frames
    }

    /// Sends a frame.
    pub async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.wire.send(frame(kind, flags, stream, payload)).await;
    }

    /// Sends a GET of `path` on `stream`.
    pub async fn get(&mut self, stream: u32, path: &str) {
        self.send(HEADERS, END_HEADERS | END_STREAM, stream, &request(GET, path)).await;
    }

    /// Reads one frame.
    pub async fn next(&mut self) -> Frame {
        let head = self.wire.take(9).await;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let payload = self.wire.take(number(&head[..3]) as usize).await;
        if (head[3], head[4]) == (PING, 0) && self.lives {
            self.send(PING, ACK, 0, &payload).await;
        }
        Frame { kind: head[3], flags: head[4], stream: number(&head[5..9]), payload }
    }

    /// Reads on to a frame of `kind` on `stream`, which comes in time.
    pub async fn next_of(&mut self, kind: u8, stream: u32) -> Frame {
        within(async {
            loop {
                let frame = self.next().await;
                if (frame.kind, frame.stream) == (kind, stream) {
                    return frame;
                }
            }
        })
        .await
    }

    /// Reads on to the end of a response, which comes in time: then the request is no longer in progress.
    pub async fn end_of(&mut self, stream: u32) {
        within(async {
            loop {
                let frame = self.next().await;
                if frame.stream == stream && frame.flags & END_STREAM != 0 && [DATA, HEADERS].contains(&frame.kind) {
                    return;
                }
            }
        })
        .await;
    }

    /// Makes a hundred requests from `stream` on, gives them up when the host has them, and reads on to the next PING; whether it
    /// comes. If not, the reason is [`ENHANCE_YOUR_CALM`].
    pub async fn make_and_reset(&mut self, stream: u32) -> bool {
        let streams = (stream..).step_by(2).take(100);
        let head = |stream| frame(HEADERS, END_HEADERS | END_STREAM, stream, &request(GET, "/granted/sleep?ms=100"));
        let reset = |stream| frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
        for frames in [streams.clone().flat_map(head).collect(), streams.flat_map(reset).collect::<Vec<u8>>()] {
            self.wire.send([frames, frame(PING, 0, 0, &[7; 8])].concat()).await;
            loop {
                let frame = self.next().await;
                match (frame.kind, frame.flags) {
                    (PING, ACK) => break,
                    (GOAWAY, _) => {
                        assert_eq!(frame.number(4), ENHANCE_YOUR_CALM);
                        return false;
                    }
                    _ => {}
                }
            }
        }
        true
    }
}
