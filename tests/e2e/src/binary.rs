//! The `wharf` binary as a user runs it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

use anyhow::Context as _;

use crate::components::repository;

/// The binary of this checkout, in the profile of the tests.
pub fn wharf() -> anyhow::Result<&'static Path> {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    if let Some(binary) = BINARY.get() {
        return Ok(binary);
    }
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "-q", "-p", "wharf-server", "--bin", "wharf", "--manifest-path"])
        .arg(repository().join("Cargo.toml"))
        .status()?;
    anyhow::ensure!(built.success(), "the wharf binary does not build");
    // Tests run from `target/PROFILE/deps`.
    let tests = std::env::current_exe()?;
    let profile = tests.parent().and_then(Path::parent).context("the test binary has no folder")?;
    Ok(BINARY.get_or_init(|| profile.join("wharf")))
}

/// Runs one command to its end. `data` is the data directory.
pub fn run(data: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    Ok(command(data, arguments)?.output()?)
}

/// Runs a command with `--json` and reads its answer.
pub fn json(data: &Path, arguments: &[&str]) -> anyhow::Result<serde_json::Value> {
    let output = run(data, &[&["--json"], arguments].concat())?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{arguments:?} answered {}", String::from_utf8_lossy(&output.stderr)))
}

/// Starts a command and leaves it running.
pub fn start(data: &Path, arguments: &[&str]) -> anyhow::Result<Running> {
    let child = command(data, arguments)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(Running(child))
}

fn command(data: &Path, arguments: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(wharf()?);
    command.arg("--data").arg(data).args(arguments).stdin(Stdio::null());
    Ok(command)
}

/// A child that is killed without warning when it is dropped, as `kill -9` would.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
