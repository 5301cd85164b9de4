//! The server's process. It ends with its standard input, so it outlives no test, however that one ends.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;

/// A server that is up.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    address: String,
    password: String,
    /// Holds what it complains of.
    folder: TempDir,
}

impl Server {
    /// Waits until it answers.
    pub(super) fn start(packages: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let password = format!("{:x}", std::process::id());
        let mut child = Command::new("node")
            .arg("server.js")
            .current_dir(packages)
            .env("VENDURE_PASSWORD", &password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join(COMPLAINTS))?)
            .spawn()?;
        let told = child.stdout.take().context("the server has no standard output")?;
        let mut server = Self { child, address: String::new(), password, folder };
        for line in BufReader::new(told).lines() {
            let told: Option<Value> = serde_json::from_str(&line?).ok();
            if let Some(port) = told.and_then(|told| told["port"].as_u64()) {
                server.address = format!("127.0.0.1:{port}");
                return Ok(server);
            }
        }
        anyhow::bail!("Vendure does not start: {}", server.complaints())
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The administrator's.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    pub(super) fn complaints(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(COMPLAINTS)).unwrap_or_default()
    }
}

const COMPLAINTS: &str = "complaints";

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
