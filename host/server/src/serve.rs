//! The running server: the API, the scheduler and the watch over the data directory, until told to stop.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use axum::serve::ListenerExt;
use tokio::{net::TcpListener, sync::watch};
use wharf_store::{NewToken, Store};
use wharf_sync::Reconciler;

use crate::{
    api::{self, Authentication},
    host::Host,
    telemetry,
    token::{Access, Secret},
    watch::Watch,
};

/// How a server is started.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    pub listen: SocketAddr,
    pub authentication: Authentication,
}

/// A server that listens and has not answered yet.
pub struct Server {
    host: Arc<Host>,
    listener: TcpListener,
    authentication: Authentication,
    watch: Watch,
    _claim: crate::directory::SyncClaim,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Server {
    /// Takes the data directory and the address, so that what is in the way is said before anything runs.
    pub async fn bind(host: Host, options: ServeOptions) -> anyhow::Result<Self> {
        ensure!(
            options.authentication == Authentication::Required || options.listen.ip().is_loopback(),
            "without tokens the API may only listen on this machine: use 127.0.0.1, or leave `--no-auth` out"
        );
        let Some(claim) = host.site.directory.claim_sync()? else {
            bail!(
                "another wharf process serves or syncs {}; stop it first",
                host.site.directory.path().display()
            );
        };
        let watch = Watch::begin(&host.site.directory).context("cannot watch the data directory")?;
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("cannot listen on {}; name another with --listen", options.listen))?;
        Ok(Self {
            host: Arc::new(host),
            listener,
            authentication: options.authentication,
            watch,
            _claim: claim,
        })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Answers, syncs and watches until `stop` is done; then finishes what is under way.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let metrics = telemetry::metrics()?;
        let drain = Duration::from_millis(self.host.site.configuration.server.drain_ms);
        let (stopping, stopped) = watch::channel(false);
        let scheduler = tokio::spawn(schedules(self.host.reconciler.clone(), stopped.clone()));
        let host = Arc::clone(&self.host);
        let watch = self.watch;
        let watching = tokio::spawn(async move { watch.follow(&host).await });
        let upkeep = tokio::spawn(telemetry::upkeep(metrics.clone()));
        tokio::spawn(async move {
            stop.await;
            tracing::info!("stopping: requests and syncs under way are finished");
            stopping.send_replace(true);
        });
        let router = api::router(Arc::clone(&self.host), self.authentication, metrics);
        let listener = self.listener.tap_io(|stream| {
            // Without it the kernel may hold back small answers.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
        });
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(told(stopped.clone())).into_future();
        let outcome = bounded(serving, told(stopped.clone()), drain).await;
        watching.abort();
        upkeep.abort();
        finish(scheduler, drain).await;
        self.host.site.store.close().await;
        outcome.context("the server ended")
    }
}

/// What goes out and what comes in, beside each other.
async fn schedules(reconciler: Reconciler, stopped: watch::Receiver<bool>) {
    let out = wharf_sync::schedule(reconciler.clone(), told(stopped.clone()));
    let shipments = wharf_sync::schedule_shipments(reconciler.clone(), told(stopped.clone()));
    tokio::join!(out, shipments, wharf_sync::schedule_pulls(reconciler, told(stopped)));
}

/// Done when the server is told to stop, or when nobody is left who could tell.
async fn told(mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Gives up on connections that do not end in time after the stop.
async fn bounded(
    serving: impl Future<Output = std::io::Result<()>>,
    stopped: impl Future<Output = ()>,
    drain: Duration,
) -> std::io::Result<()> {
    let overdue = async {
        stopped.await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        outcome = serving => outcome,
        () = overdue => {
            tracing::warn!("connections that did not end in time were closed (`server.drain-ms`)");
            Ok(())
        }
    }
}

/// A run that does not end in time is cut; what it had not settled stays due.
async fn finish(mut scheduler: tokio::task::JoinHandle<()>, drain: Duration) {
    if tokio::time::timeout(drain, &mut scheduler).await.is_err() {
        tracing::warn!("a sync did not end in time and goes on at the next start (`server.drain-ms`)");
        scheduler.abort();
    }
}

/// Makes a first token when there is none; the answer is shown once and never again.
pub async fn first_token(store: &Store) -> anyhow::Result<Option<Secret>> {
    if !store.tokens().await?.is_empty() {
        return Ok(None);
    }
    let secret = Secret::generate().map_err(|error| anyhow::anyhow!("no randomness for a token: {error}"))?;
    store.add_token(&new_token("admin", &secret, Access::Write)).await?;
    Ok(Some(secret))
}

/// What is stored of a token.
pub fn new_token(name: &str, secret: &Secret, access: Access) -> NewToken {
    NewToken { name: name.to_owned(), hash: secret.hash().to_vec(), scopes: access.scopes().to_owned() }
}

/// Done at Ctrl-C or when the operating system asks the process to end.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "only Ctrl-C stops the server");
                drop(tokio::signal::ctrl_c().await);
            }
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}
