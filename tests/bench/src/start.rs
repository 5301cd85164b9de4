//! `start`: how long `wharf serve` takes from the start of the process until it says that it is ready.

use std::{
    io::Read as _,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    measure::{median, rounded},
    rig, wharf,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Connectors in the drop folder, each with a digest of its own.
    #[arg(long, default_value_t = 20)]
    connectors: u32,
    /// How often; the figure is the median.
    #[arg(long, default_value_t = 9)]
    rounds: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let wharf = wharf::binary()?;
    let data = tempfile::tempdir()?;
    drop_connectors(data.path(), arguments.connectors)?;
    // The first start compiles; the others find the cache warm.
    let cold_ms = start(&wharf, data.path())?;
    let warm =
        (0..arguments.rounds).map(|_| start(&wharf, data.path())).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(json!({
        "scenario": "start",
        "connectors": arguments.connectors,
        "ready_ms": rounded(median(warm), 1),
        "cold_ms": rounded(cold_ms, 1),
    }))
}

/// The same component under other names: a custom section makes each a build, and a digest, of its own.
pub(crate) fn drop_connectors(data: &Path, count: u32) -> anyhow::Result<()> {
    let folder = data.join("connectors");
    std::fs::create_dir_all(&folder)?;
    let component = rig::build("plugins/google-merchant")?;
    for number in 0..count {
        let bytes = renamed(&component, number)?;
        std::fs::write(folder.join(format!("connector-{number:02}.wasm")), bytes)?;
    }
    Ok(())
}

/// The connector under a name of the same length, which is all that tells two builds apart here.
fn renamed(component: &[u8], number: u32) -> anyhow::Result<Vec<u8>> {
    const NAME: &[u8] = b"google-merchant";
    let name = connector_name(number);
    let mut bytes = component.to_vec();
    let at = memchr::memmem::find_iter(component, NAME).collect::<Vec<_>>();
    anyhow::ensure!(!at.is_empty(), "the component does not hold its own name");
    for start in at {
        bytes[start..start + NAME.len()].copy_from_slice(name.as_bytes());
    }
    Ok(bytes)
}

/// What the connector of this number calls itself.
pub(crate) fn connector_name(number: u32) -> String {
    format!("google-merch-{number:02}")
}

/// Milliseconds from the start of the process until `/ready` answers 200.
fn start(wharf: &Path, data: &Path) -> anyhow::Result<f64> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let started = Instant::now();
    let child = Command::new(wharf)
        .args(["--data", &data.to_string_lossy(), "serve", "--no-auth", "--listen", &address.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", wharf.display()))?;
    let child = Stopped(child);
    while !is_ready(address) {
        anyhow::ensure!(started.elapsed() < Duration::from_secs(120), "the server did not become ready");
        std::thread::sleep(Duration::from_millis(1));
    }
    let ready = started.elapsed().as_secs_f64() * 1e3;
    drop(child);
    Ok(ready)
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = String::new();
    let asked = std::io::Write::write_all(
        &mut stream,
        b"GET /ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

/// A child that does not outlive the measurement.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
