//! What the operator reads in the log.

use std::{
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From now on the log of this process is kept.
pub fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let kept = tracing_subscriber::fmt().with_ansi(false).with_writer(|| Writer).try_init();
        // A process with a log of its own keeps that one.
        drop(kept);
    });
}

/// The lines of the log that tell of this connector.
pub fn of(connector: &str) -> Vec<String> {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let mark = format!("connector=\"{connector}\"");
    String::from_utf8_lossy(&log).lines().filter(|line| line.contains(&mark)).map(str::to_owned).collect()
}
