//! What one call remembers of the WASI it was given: a clock that stands, a sequence that is always the same,
//! half a printed line, and how many handles are out.

use wasmtime::component::Resource;

use crate::{
    journal::{Journal, Level},
    limits::{Exceeded, Limits},
};

/// Any WASI resource: streams and pollables are all alike, since nothing is behind them.
#[derive(Debug)]
pub(crate) struct Handle;

/// Where an output stream leads; a handle's own number.
pub(super) const STDOUT: u32 = 1;
pub(super) const STDERR: u32 = 2;
/// Every handle that is not an output stream.
pub(super) const NOTHING: u32 = 0;

#[derive(Debug)]
pub(crate) struct Inert {
    handles: u64,
    most_handles: Exceeded,
    most_random: Exceeded,
    nanoseconds: u64,
    random: u64,
    stdout: Line,
    stderr: Line,
}

impl Inert {
    pub(crate) fn new(limits: &Limits) -> Self {
        let line = |level| Line { level, bytes: Vec::new(), most: limits.log_line_bytes };
        Self {
            handles: 0,
            most_handles: Exceeded::new("wasi-handles", limits.wasi_handles as usize, "open WASI handles"),
            most_random: Exceeded::new("wasi-random-bytes", limits.wasi_random_bytes, "random bytes at once"),
            nanoseconds: 0,
            random: 0,
            stdout: line(Level::Info),
            stderr: line(Level::Warn),
        }
    }

    /// A handle for the guest, which counts until the guest drops it.
    pub(super) fn handle(&mut self, number: u32) -> wasmtime::Result<Resource<Handle>> {
        if self.handles >= self.most_handles.allowed {
            return Err(wasmtime::Error::new(self.most_handles.clone()));
        }
        self.handles += 1;
        Ok(Resource::new_own(number))
    }

    pub(super) fn release(&mut self) {
        self.handles = self.handles.saturating_sub(1);
    }

    /// The monotonic clock. Only being looked at moves it, so that who spins until it moves on is let go.
    pub(super) fn now(&mut self) -> u64 {
        self.nanoseconds = self.nanoseconds.saturating_add(1);
        self.nanoseconds
    }

    /// Waits by putting the clock forward, so that who waits in a loop sees that it is over.
    pub(super) fn wait_until(&mut self, instant: u64) {
        self.nanoseconds = self.nanoseconds.max(instant);
    }

    pub(super) fn wait_for(&mut self, duration: u64) {
        self.nanoseconds = self.nanoseconds.saturating_add(duration);
    }

    /// The next number of a sequence (SplitMix64) that is the same in every call.
    pub(super) fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn random_bytes(&mut self, count: u64) -> wasmtime::Result<Vec<u8>> {
        if count > self.most_random.allowed {
            return Err(wasmtime::Error::new(self.most_random.clone()));
        }
        let count = usize::try_from(count)?;
        let words = (0..count.div_ceil(8)).flat_map(|_| self.random().to_le_bytes());
        Ok(words.take(count).collect())
    }

    pub(crate) fn print(&mut self, stream: &Resource<Handle>, contents: &[u8], journal: &mut Journal) {
        match stream.rep() {
            STDOUT => self.stdout.print(contents, journal),
            STDERR => self.stderr.print(contents, journal),
            _ => {}
        }
    }

    /// Logs what was printed without a line's end, such as the message before a trap.
    pub(crate) fn finish(&mut self, journal: &mut Journal) {
        self.stdout.end(journal);
        self.stderr.end(journal);
    }
}

/// What was printed since the last line's end, as far as the log would show it.
#[derive(Debug)]
struct Line {
    level: Level,
    bytes: Vec<u8>,
    most: usize,
}

impl Line {
    fn print(&mut self, contents: &[u8], journal: &mut Journal) {
        let mut lines = contents.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let room = self.most.saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&line[..line.len().min(room)]);
            if lines.peek().is_some() {
                self.end(journal);
            }
        }
    }

    /// An empty line says nothing and would use up one that does.
    fn end(&mut self, journal: &mut Journal) {
        if !self.bytes.trim_ascii().is_empty() {
            journal.write(self.level, &String::from_utf8_lossy(&self.bytes));
        }
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_draw_the_same_numbers_and_one_call_different_ones() {
        let (mut one, mut other) = (Inert::new(&Limits::default()), Inert::new(&Limits::default()));
        let bytes = one.random_bytes(20).unwrap();
        assert_eq!(bytes, other.random_bytes(20).unwrap());
        assert_ne!(bytes, one.random_bytes(20).unwrap());
    }

    #[test]
    fn a_request_for_a_terabyte_of_random_bytes_names_the_limit() {
        let error = Inert::new(&Limits::default()).random_bytes(1 << 40).unwrap_err();
        assert!(error.to_string().contains("`wasi-random-bytes`"), "{error}");
    }

    #[test]
    fn the_clock_moves_only_when_it_is_looked_at_or_waited_for() {
        let mut inert = Inert::new(&Limits::default());
        assert_eq!((inert.now(), inert.now()), (1, 2));
        inert.wait_for(1_000);
        assert_eq!(inert.now(), 1_003);
        inert.wait_until(10);
        assert_eq!(inert.now(), 1_004, "an instant that has passed puts nothing back");
        inert.wait_until(u64::MAX);
        assert_eq!(inert.now(), u64::MAX);
    }

    #[test]
    fn a_dropped_handle_makes_room_for_another() {
        let mut inert = Inert::new(&Limits { wasi_handles: 2, ..Limits::default() });
        inert.handle(NOTHING).unwrap();
        inert.handle(NOTHING).unwrap();
        assert!(inert.handle(NOTHING).unwrap_err().to_string().contains("`wasi-handles`"));
        inert.release();
        inert.handle(NOTHING).unwrap();
    }

    #[test]
    fn a_line_is_logged_when_it_ends_and_never_held_beyond_what_the_log_shows() {
        let mut journal = Journal::new("a".into(), "f", 10, 8);
        let mut line = Line { level: Level::Info, bytes: Vec::new(), most: 8 };
        line.print(b"one\n\ntwo", &mut journal);
        assert_eq!((line.bytes.as_slice(), journal.lines_left()), (b"two".as_slice(), 9));
        line.print(&[b'x'; 100], &mut journal);
        assert_eq!(line.bytes, b"twoxxxxx");
        line.print(b"\nthree", &mut journal);
        line.end(&mut journal);
        assert_eq!((line.bytes.len(), journal.lines_left()), (0, 7));
    }
}
