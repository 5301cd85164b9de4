//! `density`: many channels over a few connectors, enabled and idle: what the server takes up, and whether it rests.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::{Value, json};
use wharf_server::Host;

use crate::{catalog, measure::rounded, receiver::Receiver, start, wharf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(long, default_value_t = 1_000)]
    channels: u32,
    #[arg(long, default_value_t = 20)]
    connectors: u32,
    /// Products, all of them listed on every channel before the server rests.
    #[arg(long, default_value_t = 20)]
    items: u64,
    /// Seconds over which the resting server is watched.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let wharf = wharf::binary()?;
    let data = tempfile::tempdir()?;
    let receiver = Receiver::default();
    let address = receiver.listen().await?.to_string();
    start::drop_connectors(data.path(), arguments.connectors)?;
    set_up(arguments, data.path(), &address).await?;
    let mut server = Server::start(&wharf, data.path())?;
    let expected = u64::from(arguments.channels) * arguments.items;
    let started = Instant::now();
    while receiver.items() < expected {
        anyhow::ensure!(
            started.elapsed() < Duration::from_secs(600),
            "only {} of {expected} items came",
            receiver.items()
        );
        server.check()?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The last outcomes are being stored.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = server.cpu_ms()?;
    tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
    let cpu_ms = server.cpu_ms()? - before;
    Ok(json!({
        "scenario": "density",
        "channels": arguments.channels,
        "connectors": arguments.connectors,
        "items": arguments.items,
        "rss_mb": server.rss_mb()?,
        "watched_s": arguments.seconds,
        "cpu_ms": rounded(cpu_ms, 0),
    }))
}

/// Products and channels, written before the server starts.
async fn set_up(arguments: &Arguments, data: &Path, address: &str) -> anyhow::Result<()> {
    let host = Host::open(data).await?;
    let products = (0..arguments.items).map(catalog::product).collect();
    for applied in host.site.store.change(products).await? {
        applied?;
    }
    let token = data.join("token");
    fs::write(&token, "bench-token")?;
    for number in 0..arguments.channels {
        let configuration = serde_json::from_value(json!({
            "connector": start::connector_name(number % arguments.connectors),
            "settings": {"account": "1", "data_source": "2"},
            "scope": {"locale": "en-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{address}")},
            "grants": [{"host": address, "allow-private": true}],
            "credentials": {"file": token, "bearer": true},
        }))?;
        host.reconciler.add_channel(&format!("channel-{number}"), &configuration).await?;
    }
    Ok(())
}

/// `wharf serve`, stopped with the measurement.
struct Server(Child);

impl Server {
    fn start(wharf: &Path, data: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(wharf)
            .args(["--data", &data.to_string_lossy(), "serve", "--no-auth", "--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", wharf.display()))?;
        Ok(Self(child))
    }

    fn check(&mut self) -> anyhow::Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("the server ended with {status}"),
        }
    }

    /// What is resident now, in MB (10^6 bytes).
    fn rss_mb(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(rounded(kib * 1024.0 / 1e6, 1))
    }

    /// Processor time of all threads so far, in milliseconds; Linux counts it in hundredths of a second.
    fn cpu_ms(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let (_, after_name) = stat.rsplit_once(") ").context("an unknown form of /proc/PID/stat")?;
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks: f64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum();
        Ok(ticks * 10.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
