//! The only thing a connector can do beside returning: write lines to the operator's log, a few and short.

use std::sync::Arc;

/// How much a line matters, in the connector's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// The lines of one call.
#[derive(Debug)]
pub(crate) struct Journal {
    connector: Arc<str>,
    function: &'static str,
    lines_left: u32,
    line_bytes: usize,
    dropped: u64,
}

impl Journal {
    pub(crate) fn new(connector: Arc<str>, function: &'static str, lines: u32, line_bytes: usize) -> Self {
        Self { connector, function, lines_left: lines, line_bytes, dropped: 0 }
    }

    #[cfg(test)]
    pub(crate) fn lines_left(&self) -> u32 {
        self.lines_left
    }

    pub(crate) fn write(&mut self, level: Level, message: &str) {
        let Some(left) = self.lines_left.checked_sub(1) else {
            self.dropped += 1;
            return;
        };
        self.lines_left = left;
        let message = one_line(message, self.line_bytes);
        let (connector, function) = (&*self.connector, self.function);
        match level {
            Level::Debug => tracing::debug!(target: "connector", connector, function, "{message}"),
            Level::Info => tracing::info!(target: "connector", connector, function, "{message}"),
            Level::Warn => tracing::warn!(target: "connector", connector, function, "{message}"),
            Level::Error => tracing::error!(target: "connector", connector, function, "{message}"),
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.dropped > 0 {
            let (connector, function, dropped) = (&*self.connector, self.function, self.dropped);
            tracing::warn!(
                target: "connector", connector, function, dropped,
                "the connector logged more lines than the sandbox setting `log-lines` allows"
            );
        }
    }
}

/// The beginning of a text, without anything that could look like a further line.
fn one_line(text: &str, bytes: usize) -> String {
    text[..text.floor_char_boundary(bytes)].chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_a_character_and_cannot_forge_another_line() {
        assert_eq!(one_line("näh", 2), "n");
        assert_eq!(one_line("a\r\nERROR b\u{1b}[0m", 100), "a  ERROR b [0m");
    }

    #[test]
    fn lines_beyond_the_limit_are_counted_and_dropped() {
        let mut journal = Journal::new("a".into(), "f", 2, 10);
        for _ in 0..5 {
            journal.write(Level::Info, "line");
        }
        assert_eq!((journal.lines_left, journal.dropped), (0, 3));
    }
}
