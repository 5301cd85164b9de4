//! Vendure's packages, installed once into the build folder: 30 seconds the first time, and nothing after that.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use super::say_that_it_was_not_tested;
use crate::components::repository;

/// What the server consists of beside its packages.
const OWN: [&str; 2] = ["package.json", "server.js"];

/// Vendure needs no package's own scripts; without a network it shall end soon.
const INSTALL: &str = "install --ignore-scripts --no-audit --no-fund --no-package-lock --prefer-offline \
                       --fetch-retries=1 --fetch-timeout=60000";

/// The folder with the server; none where npm is absent or cannot install, which is said.
pub(super) fn install() -> anyhow::Result<Option<PathBuf>> {
    for tool in ["node", "npm"] {
        if !Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success()) {
            say_that_it_was_not_tested(&format!("`{tool}` does not run here"));
            return Ok(None);
        }
    }
    let folder = folder()?;
    fs::create_dir_all(&folder)?;
    // Tests of several processes may come at once.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let source = repository().join("tests/e2e/vendure");
    let wanted = fs::read(source.join("package.json"))?;
    let done = folder.join("installed.json");
    let is_new = fs::read(&done).ok().as_ref() != Some(&wanted);
    for file in OWN {
        fs::copy(source.join(file), folder.join(file)).with_context(|| file.to_owned())?;
    }
    if is_new && !npm(&folder)? {
        return Ok(None);
    }
    fs::write(done, wanted)?;
    Ok(Some(folder))
}

/// Beside the test binaries, in `target/vendure`.
fn folder() -> anyhow::Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let target = tests.ancestors().nth(3).context("the test binary is in no build folder")?;
    Ok(target.join("vendure"))
}

fn npm(folder: &Path) -> anyhow::Result<bool> {
    let output = Command::new("npm").args(INSTALL.split(' ')).current_dir(folder).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        say_that_it_was_not_tested(&format!("npm cannot install Vendure here: {said}"));
    }
    Ok(output.status.success())
}
