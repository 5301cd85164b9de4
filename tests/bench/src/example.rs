//! The connector that `wharf connector new` makes, in each language.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context as _;
use clap::ValueEnum as _;
use serde_json::Value;
use tempfile::TempDir;
use wharf_server::connector::language::Language;

use crate::wharf;

/// A folder for one language's connector.
pub(crate) struct Example {
    folder: TempDir,
    language: String,
    name: String,
}

/// What was built, and how long `new` and `build` took together.
pub(crate) struct Made {
    pub(crate) seconds: f64,
    pub(crate) component: PathBuf,
}

impl Example {
    pub(crate) fn new(language: Language) -> anyhow::Result<Self> {
        let language =
            language.to_possible_value().context("a language without a name")?.get_name().to_owned();
        Ok(Self { folder: tempfile::tempdir()?, name: format!("shop-in-{language}"), language })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes and builds it, after what an earlier call has left.
    ///
    /// # Errors
    /// When a tool is missing, or its packages cannot be had.
    pub(crate) fn make(&self) -> anyhow::Result<Made> {
        let source = self.folder.path().join(&self.name);
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        let started = Instant::now();
        self.wharf(&["new", &self.name, "--lang", &self.language], &source)?;
        let built = self.wharf(&["build"], &source)?;
        let seconds = started.elapsed().as_secs_f64();
        let built: Value = serde_json::from_slice(&built)?;
        let component = built["component"].as_str().context("no component")?.into();
        Ok(Made { seconds, component })
    }

    pub(crate) fn component(&self) -> anyhow::Result<Vec<u8>> {
        let component = self.make()?.component;
        fs::read(&component).with_context(|| component.display().to_string())
    }

    /// Nothing to show, and why.
    #[expect(clippy::print_stderr, reason = "the reason is for people, the figures are for programs")]
    pub(crate) fn absent(&self, why: &anyhow::Error) -> Value {
        eprintln!("no figure for {}: {why:#}", self.language);
        Value::Null
    }

    fn wharf(&self, arguments: &[&str], source: &Path) -> anyhow::Result<Vec<u8>> {
        let mut command = Command::new(wharf::binary()?);
        command.arg("--json").arg("connector").args(arguments);
        match arguments {
            ["new", ..] => command.arg("--output").arg(source),
            _ => command.arg(source),
        };
        // As on a partner's machine: what cargo keeps lies beside the connector and survives it.
        let target = self.folder.path().join("target");
        let output = command.env("CARGO_TARGET_DIR", target).current_dir(env::temp_dir()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        anyhow::ensure!(output.status.success(), "{last}");
        Ok(output.stdout)
    }
}
