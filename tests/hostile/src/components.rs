//! The components of all hostile connectors, built once per process by one run of cargo.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::written;

/// The linker that ships with Rust turns a library for this target into a component.
const TARGET: &str = "wasm32-unknown-unknown";

/// What the packages of `connectors/` are called before the connector's own name.
const PREFIX: &str = "hostile-";

/// Components by the name of their connector.
pub type Components = BTreeMap<String, Arc<[u8]>>;

/// Every hostile connector by name, those of [`written`] included.
///
/// # Errors
/// When they do not build, with cargo's own messages before.
pub fn all() -> anyhow::Result<&'static Components> {
    static ALL: OnceLock<Result<Components, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    all.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
}

/// The component of one of them.
pub fn named(name: &str) -> anyhow::Result<Arc<[u8]>> {
    all()?.get(name).cloned().with_context(|| format!("there is no hostile connector `{name}`"))
}

fn build() -> anyhow::Result<Components> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = packages(&folder.join("connectors"))?;
    let output = cargo(&folder.join("Cargo.toml"), &packages).output().context("cannot run cargo")?;
    anyhow::ensure!(output.status.success(), "the hostile connectors do not build");
    let mut components = written::all();
    for artifact in output.stdout.split(|byte| *byte == b'\n').filter_map(component) {
        let (name, path) = artifact;
        components.insert(name, std::fs::read(&path).with_context(|| path.display().to_string())?.into());
    }
    let missing = packages.iter().find(|package| !components.contains_key(&package[PREFIX.len()..]));
    anyhow::ensure!(missing.is_none(), "{missing:?} builds no component");
    Ok(components)
}

fn packages(connectors: &Path) -> anyhow::Result<Vec<String>> {
    let mut packages = Vec::new();
    for entry in connectors.read_dir().with_context(|| connectors.display().to_string())? {
        packages.push(format!("{PREFIX}{}", entry?.file_name().display()));
    }
    packages.sort();
    Ok(packages)
}

/// Optimised little, since none of them runs for long, and building many counts.
fn cargo(manifest: &Path, packages: &[String]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--release", "--lib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(manifest)
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        // The name section stays: a trap names the connector's own functions.
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        // Flags meant for the host's own build must not reach the guests'.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    command
}

/// The parts of a line of cargo's JSON messages that matter here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Target,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Default, Deserialize)]
struct Target {
    name: String,
}

/// The connector and the component that a message tells of, if it does.
fn component(line: &[u8]) -> Option<(String, PathBuf)> {
    let message: Message = serde_json::from_slice(line).ok()?;
    let is_component = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
    let path = message.filenames.into_iter().find(is_component)?;
    let name = message.target.name.replace('_', "-");
    let name = name.strip_prefix(PREFIX).filter(|_| message.reason == "compiler-artifact")?;
    Some((name.to_owned(), path))
}
