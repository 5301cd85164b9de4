//! What the process tells about itself: structured logs and Prometheus metrics.
//!
//! Logs go to standard error. `WHARF_LOG` filters them in the way of `tracing` (`info,wharf_sync=debug`).

use std::{
    env, io,
    io::IsTerminal,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

const FILTER: &str = "WHARF_LOG";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging. `level` holds unless `WHARF_LOG` says otherwise; what it says wrongly is an error.
pub fn log(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = match env::var(FILTER) {
        Ok(directives) => EnvFilter::try_new(&directives)
            .map_err(|error| anyhow::anyhow!("{FILTER}={directives} is not a log filter: {error}"))?,
        Err(_) => EnvFilter::new(level),
    };
    let registry = tracing_subscriber::registry().with(filter);
    let installed = match format {
        LogFormat::Text => registry
            .with(
                fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).with_target(false),
            )
            .try_init(),
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).try_init()
        }
    };
    installed.map_err(Into::into)
}

/// Seconds at which the durations of requests are counted.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// How often samples are folded into the buckets.
const UPKEEP: Duration = Duration::from_secs(30);

/// Starts counting for the whole process, once; the handle writes the counts for whoever asks.
pub fn metrics() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*handle {
        return Ok(handle.clone());
    }
    let installed = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)?
        .install_recorder()?;
    Ok(handle.insert(installed).clone())
}

/// Keeps samples from piling up when nobody asks for the counts.
pub async fn upkeep(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        metrics.run_upkeep();
    }
}
