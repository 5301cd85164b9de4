//! The reading half of an import, on a thread of its own.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use anyhow::Context;
use indicatif::ProgressBar;
use tokio::{sync::mpsc, task::JoinHandle};
use wharf_catalog::import::{Batch, FileError, ImportMapping, Importer, Summary};

use crate::{configuration::ImportSettings, output::Output};

const BAR: &str = "{bar:30} {bytes}/{total_bytes} {eta:>4} left  {msg}";

/// A file that is being read.
pub(super) struct Reading {
    batches: mpsc::Receiver<Batch>,
    thread: JoinHandle<Result<Summary, FileError>>,
    read: Arc<AtomicU64>,
    bar: ProgressBar,
}

impl Reading {
    /// Opens the file; its header is looked at on the thread, with the first rows.
    pub(super) fn begin(
        path: &Path,
        mapping: ImportMapping,
        settings: &ImportSettings,
        output: Output,
    ) -> anyhow::Result<Self> {
        let (source, length) = open(path)?;
        let (sender, batches) = mpsc::channel(settings.batches_ahead);
        let (rows, limits) = (settings.batch_rows, settings.limits);
        let read = Arc::<AtomicU64>::default();
        let counted = Counted { source, read: Arc::clone(&read) };
        let thread = tokio::task::spawn_blocking(move || {
            let mut importer = Importer::open(counted, &mapping, limits)?;
            while let Some(batch) = importer.next_batch(rows)? {
                if sender.blocking_send(batch).is_err() {
                    break;
                }
            }
            Ok(importer.summary().clone())
        });
        Ok(Self { batches, thread, read, bar: output.bar(BAR, length) })
    }

    pub(super) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// The next batch; none at the end, and none after an error.
    pub(super) async fn next(&mut self) -> Option<Batch> {
        self.batches.recv().await
    }

    /// Moves the bar to what has been read, and puts this text beside it.
    pub(super) fn show(&self, text: &str) {
        self.bar.set_position(self.read.load(Relaxed));
        self.bar.set_message(text.to_owned());
    }

    /// What was read in all, or why it could not be.
    pub(super) async fn finish(self) -> anyhow::Result<Summary> {
        drop(self.batches);
        self.bar.finish_and_clear();
        Ok(self.thread.await.context("the thread that reads the file ended unexpectedly")??)
    }
}

fn open(path: &Path) -> anyhow::Result<(Box<dyn Read + Send>, u64)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), 0));
    }
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    Ok((Box::new(file), length))
}

/// Counts what is read, for the bar.
struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.source.read(buffer)?;
        self.read.fetch_add(bytes as u64, Relaxed);
        Ok(bytes)
    }
}
