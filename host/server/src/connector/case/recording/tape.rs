//! Writes a recording while a channel is synced.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use wharf_catalog::{Context, Operation};
use wharf_sandbox::{
    CallError, Connector, Tap,
    exchange::{Answer, Preparation, Settlement},
};

use super::{
    Head,
    line::{of_prepare, of_settle},
    signed::Values,
};
use crate::connector::case::exact::Exact;

/// A recording that is being written. Memory holds what is on its way to the file.
#[derive(Debug)]
pub struct Tape(Mutex<Reel>);

#[derive(Debug)]
struct Reel {
    file: BufWriter<File>,
    secret: Values,
    calls: u64,
    /// The first failure to write; nothing is written after it.
    failed: Option<io::Error>,
}

impl Tape {
    /// Begins a recording in a file that does not exist yet.
    ///
    /// # Errors
    /// When it exists or cannot be written.
    pub fn create(path: &Path, head: &Head) -> io::Result<Self> {
        let mut file = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
        writeln!(file, "{}", serde_json::to_string(head)?)?;
        let reel = Reel { file, secret: Values::default(), calls: 0, failed: None };
        Ok(Self(Mutex::new(reel)))
    }

    /// Brings everything to the file; returns how many calls it holds.
    ///
    /// # Errors
    /// The first failure to write.
    pub fn finish(&self) -> io::Result<u64> {
        let mut reel = self.reel();
        match reel.failed.take() {
            Some(error) => Err(error),
            None => reel.file.flush().map(|()| reel.calls),
        }
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reel {
    fn write(&mut self, line: &Exact) {
        let line = self.secret.removed_from(line.line());
        if self.failed.is_none() {
            // Brought to the file at once: a recording that is broken off holds what was heard until then.
            self.failed = writeln!(self.file, "{line}").and_then(|()| self.file.flush()).err();
            self.calls += 1;
        }
    }
}

impl Tap for Tape {
    fn prepared(
        &self,
        connector: &Connector,
        context: &Context,
        operations: &[Operation],
        preparation: &Preparation,
    ) {
        let mut reel = self.reel();
        let description = connector.description();
        reel.secret.learn(description, &preparation.exchanges);
        let line = of_prepare(description, context, operations, preparation, &reel.secret);
        reel.write(&line);
    }

    fn settled(
        &self,
        connector: &Connector,
        context: &Context,
        answers: &[Answer],
        settlements: &[Result<Settlement, CallError>],
    ) {
        let mut reel = self.reel();
        let description = connector.description();
        for (answer, settled) in answers.iter().zip(settlements) {
            let gives = settled.as_ref().ok();
            // An address comes with the answer that is settled here.
            reel.secret.learn(description, gives.map_or(&[], |settlement| &settlement.further));
            let line = of_settle(description, context, answer, gives, &reel.secret);
            reel.write(&line);
        }
    }
}
