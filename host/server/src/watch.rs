//! What wakes a running server from outside: a component in the drop folder, a change by another process.
//!
//! The operating system tells; nothing is polled.

use std::{path::PathBuf, sync::Arc, time::Duration};

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
        Ok(Self { _watcher: watcher, connectors, wake })
    }

    /// Passes on what happens, until the future is dropped.
    pub(crate) async fn follow(&self, host: &Host) {
        let quiet = Duration::from_millis(host.site.configuration.server.settle_ms);
        loop {
            tokio::select! {
                () = self.wake.notified() => host.reconciler.wake(),
                () = self.connectors.notified() => {
                    // A large file arrives in many events, and is read when no more come.
                    while tokio::time::timeout(quiet, self.connectors.notified()).await.is_ok() {}
                    rescan(host).await;
                }
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

async fn rescan(host: &Host) {
    let folder = match host.site.directory.connectors().try_clone() {
        Ok(folder) => folder,
        Err(error) => return tracing::warn!(%error, "the drop folder cannot be opened"),
    };
    let connectors = host.connectors.clone();
    match tokio::task::spawn_blocking(move || connectors.scan(&folder)).await {
        Ok(Ok(scan)) => {
            host::report(&scan);
            host.reconciler.wake();
        }
        Ok(Err(error)) => tracing::warn!(%error, "the drop folder cannot be read"),
        Err(error) => tracing::error!(%error, "the scan of the drop folder ended unexpectedly"),
    }
}
