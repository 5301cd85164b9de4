//! What wakes a running server from outside: a component in the drop folder, a change by another process.
//!
//! The operating system tells; nothing is polled.

use std::{path::PathBuf, sync::Arc};

use notify::{Event, EventKind, RecursiveMode, Watcher, event::AccessKind};
use tokio::sync::Notify;

use crate::{
    directory::DataDirectory,
    host::{self, Host},
};

/// Watches for as long as it is held.
#[derive(Debug)]
pub(crate) struct Watch {
    _watcher: notify::RecommendedWatcher,
    connectors: Arc<Notify>,
    wake: Arc<Notify>,
}

impl Watch {
    pub(crate) fn begin(directory: &DataDirectory) -> notify::Result<Self> {
        let [drop_folder, wake_file] = directory.watched().map(absolute);
        let (connectors, wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (connectors_told, wake_told, folder) =
            (Arc::clone(&connectors), Arc::clone(&wake), drop_folder.clone());
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            // The server's own reading of the folder is told, too.
            Ok(event) if is_reading(&event) => {}
            Ok(event) if event.paths.iter().all(|path| !path.starts_with(&folder)) => wake_told.notify_one(),
            // Also when events were lost: a scan finds what they were about.
            Ok(_) => connectors_told.notify_one(),
            Err(error) => tracing::warn!(%error, "the data directory is not watched properly"),
        })?;
        watcher.watch(&drop_folder, RecursiveMode::NonRecursive)?;
        watcher.watch(&wake_file, RecursiveMode::NonRecursive)?;
        // What came since the folder was last looked at was not told.
        connectors.notify_one();
        Ok(Self { _watcher: watcher, connectors, wake })
    }

    /// Passes on what happens, until the future is dropped.
    pub(crate) async fn follow(&self, host: &Host) {
        tokio::join!(self.follow_changes(host), self.follow_drop_folder(host));
    }

    /// What another process has changed may concern connectors as well as channels and products.
    async fn follow_changes(&self, host: &Host) {
        loop {
            self.wake.notified().await;
            if let Err(error) = host.connectors.refresh().await {
                tracing::warn!(%error, "the connectors cannot be read");
            }
            host.reconciler.wake();
        }
    }

    /// A large file arrives in many events; those that come while it settles are one.
    async fn follow_drop_folder(&self, host: &Host) {
        let settle = host.site.configuration.connectors.settle();
        loop {
            self.connectors.notified().await;
            tokio::time::sleep(settle).await;
            if rescan(host).await {
                self.connectors.notify_one();
            }
        }
    }
}

fn is_reading(event: &Event) -> bool {
    matches!(event.kind, EventKind::Access(kind) if !matches!(kind, AccessKind::Close(notify::event::AccessMode::Write)))
}

/// Events name paths as the operating system resolves them.
fn absolute(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}

/// Whether files are still changing.
async fn rescan(host: &Host) -> bool {
    match host.connectors.scan().await {
        Ok(scan) => {
            host::report(&scan);
            host.reconciler.wake();
            scan.unsettled
        }
        Err(error) => {
            tracing::warn!(%error, "the drop folder cannot be taken in");
            false
        }
    }
}
