//! The `wharf` binary as a child process, and what it takes up.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use crate::measure::rounded;

/// The release binary, built if it is not there.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("wharf");
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "-q", "-p", "wharf-server", "--bin", "wharf", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .status()?;
    anyhow::ensure!(built.success() && beside.is_file(), "cannot build the wharf binary");
    Ok(beside)
}

/// Waits for the child and tells the most memory it was seen to have resident, in MB (10^6 bytes).
pub(crate) fn watch(child: &mut Child) -> anyhow::Result<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        if let Some(kib) = fs::read_to_string(&status).ok().as_deref().and_then(high_water) {
            peak = peak.max(kib * 1024.0 / 1e6);
        }
        if let Some(ended) = child.try_wait()? {
            anyhow::ensure!(ended.success(), "wharf ended with {ended}");
            return Ok(rounded(peak, 1));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The high-water mark of a process status, in KiB.
pub(crate) fn high_water(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
