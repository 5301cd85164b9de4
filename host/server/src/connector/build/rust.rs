//! Rust: nothing but its own toolchain.
//!
//! The wasm target is added when it is missing, and the linker that ships with Rust turns the library into a
//! component, so a partner installs no further tool.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;

use super::{Authored, BuildError};

const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of memory that an instance starts with: enough for a batch, since growing costs more than starting large.
const INITIAL_MEMORY: usize = 4 << 20;

const REMEDY: &str = "Install Rust from https://rustup.rs";

pub(super) fn build(folder: &Path, say: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    if !target_is_installed()? {
        say(&format!("adding the Rust target {TARGET}"));
        add_target()?;
    }
    compile(folder)
}

pub(super) fn authored(folder: &Path) -> Result<Authored, BuildError> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        manifest_path: PathBuf,
        #[serde(flatten)]
        authored: Authored,
    }
    let manifest = folder.join("Cargo.toml");
    let output = Command::new(program())
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(&manifest)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| missing("cargo", &source))?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|_| failed(folder))?;
    let manifest = manifest.canonicalize().unwrap_or(manifest);
    let found = metadata.packages.into_iter().find(|package| same_file(&package.manifest_path, &manifest));
    Ok(found.map(|package| package.authored).unwrap_or_default())
}

fn missing(tool: &'static str, source: &io::Error) -> BuildError {
    BuildError::ToolMissing { tool, reason: source.to_string(), remedy: REMEDY }
}

fn failed(folder: &Path) -> BuildError {
    BuildError::Failed { tool: "cargo", folder: folder.into(), remedy: "" }
}

fn no_component(folder: &Path) -> BuildError {
    let remedy = "its Cargo.toml needs `[lib] crate-type = [\"cdylib\"]`".to_owned();
    BuildError::NoComponent { folder: folder.into(), remedy }
}

fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn target_is_installed() -> Result<bool, BuildError> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|source| missing("rustc", &source))?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let Ok(entries) = libraries.read_dir() else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore")))
}

fn add_target() -> Result<(), BuildError> {
    let output = Command::new("rustup").args(["target", "add", TARGET]).output().map_err(|_| {
        BuildError::TargetMissing {
            target: TARGET,
            reason: format!("`rustup` is not here to run `rustup target add {TARGET}`"),
        }
    })?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(BuildError::TargetMissing { target: TARGET, reason })
}

/// The one line of cargo's JSON messages that matters here.
#[derive(Deserialize)]
struct CargoMessage {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

fn compile(folder: &Path) -> Result<PathBuf, BuildError> {
    let manifest = folder.join("Cargo.toml");
    let output = cargo(&manifest).output().map_err(|source| missing("cargo", &source))?;
    if !output.status.success() {
        return Err(failed(folder));
    }
    let manifest = manifest.canonicalize().unwrap_or(manifest);
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<CargoMessage>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.manifest_path.as_ref().is_some_and(|path| same_file(path, &manifest)))
        .flat_map(|message| message.filenames)
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .ok_or_else(|| no_component(folder))
}

fn same_file(path: &Path, manifest: &Path) -> bool {
    path == manifest || path.canonicalize().is_ok_and(|path| path == manifest)
}

/// One profile for every connector, wherever its workspace is: small, fast, and with readable traps.
fn cargo(manifest: &Path) -> Command {
    let mut command = Command::new(program());
    command
        .args(["build", "--release", "--lib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld")
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            format!("-Ctarget-feature=+simd128 -Clink-arg=--initial-memory={INITIAL_MEMORY}"),
        )
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3")
        .env("CARGO_PROFILE_RELEASE_LTO", "true")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        // Debug sections go, the name section stays: a trap names the connector's own functions.
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        // Flags meant for the host's own build must not reach the guest's.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    command
}
