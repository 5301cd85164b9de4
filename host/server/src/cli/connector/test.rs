//! `wharf connector test`: the conformance kit, then the partner's own cases.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use wharf_sandbox::{
    Connector as Component,
    conformance::{self, Material, Report},
};

use super::{
    super::{Outcome, Session},
    source::Source,
};
use crate::{
    connector::case::{self, Difference, recording},
    output::{Output, counted},
};

/// What the connector's author gives the conformance kit, in the connector's folder.
const MATERIAL: &str = "conformance.json";

#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// A connector's folder, which is built first, or a component.
    #[arg(value_name = "FOLDER|FILE")]
    source: PathBuf,
    /// The folder of the cases; left out, `cases` beside the component or in the connector's folder.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Write what is seen into the cases that expect something else.
    #[arg(long)]
    bless: bool,
}

/// Everything that was tried.
#[derive(Serialize)]
struct Tested {
    passed: bool,
    conformance: Report,
    cases: Vec<Tried>,
}

/// What became of one case.
#[derive(Serialize)]
struct Tried {
    file: PathBuf,
    /// Nothing when the file could not be read.
    about: Option<String>,
    passed: bool,
    /// What was seen instead of what the case expects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
    /// Whether what was seen is now what the case expects.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    blessed: bool,
    /// Why the case could not be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Test {
    pub(super) fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let source = Source::read(session.output, &self.source)?;
        let component = source.load(session)?;
        let material = material(&source.folder.join(MATERIAL))?;
        let folder = self.cases.unwrap_or_else(|| source.folder.join(case::FOLDER));
        let files = case::files(&folder)?;
        let conformance = conformance::full_with(&component, &material);
        let cases: Vec<_> = files.into_iter().map(|file| tried(&component, file, self.bless)).collect();
        let passed = conformance.passed() && cases.iter().all(|case| case.passed);
        let tested = Tested { passed, conformance, cases };
        if session.output.json() {
            session.output.value(&tested)?;
        } else {
            show(session.output, &tested, &folder)?;
        }
        Ok(Outcome::refused_if(!tested.passed))
    }
}

fn material(path: &Path) -> anyhow::Result<Material> {
    if !path.exists() {
        return Ok(Material::default());
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no material for the conformance kit", path.display()))
}

fn tried(component: &Component, file: PathBuf, bless: bool) -> Tried {
    let tried = if file.extension().is_some_and(|extension| extension == recording::EXTENSION) {
        // What a channel once answered is a fact, and not blessed away.
        recording::replay(component, &file).map(|replayed| (replayed.about(), replayed.differences, false))
    } else {
        case::run(component, &file, bless)
            .map(|(case, played)| (case.about().to_owned(), played.differences, bless))
    };
    match tried {
        Ok((about, differences, bless)) => {
            let same = differences.is_empty();
            let (passed, blessed) = (same || bless, bless && !same);
            Tried { file, about: Some(about), passed, differences, blessed, error: None }
        }
        Err(error) => Tried {
            file,
            about: None,
            passed: false,
            differences: Vec::new(),
            blessed: false,
            error: Some(error.to_string()),
        },
    }
}

fn show(output: Output, tested: &Tested, folder: &Path) -> std::io::Result<()> {
    output.line(&tested.conformance)?;
    if tested.cases.is_empty() {
        output.line(format_args!("no cases: there is no *.json or *.jsonl in {}", folder.display()))?;
    }
    for case in &tested.cases {
        output.line(case.text())?;
    }
    let failed = tested.cases.iter().filter(|case| !case.passed).count();
    let count = counted(tested.cases.len() as u64, "case");
    output.line(format_args!("{count}, {failed} failed"))
}

impl Tried {
    fn text(&self) -> String {
        let word = match (self.passed, self.blessed) {
            (_, true) => "blessed",
            (true, false) => "passed",
            (false, false) => "FAILED",
        };
        let about = self.about.as_deref().unwrap_or_default();
        let mut lines = vec![format!("  {word:<8} {}: {about}", self.file.display()).trim_end().to_owned()];
        lines.extend(self.error.iter().map(|error| format!("       {error}")));
        lines.extend(self.differences.iter().map(difference));
        lines.join("\n")
    }
}

/// A place, and what stands there.
pub(super) fn difference(Difference { at, expected, seen }: &Difference) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("       {at}\n         expected  {}\n         seen      {}", shown(expected), shown(seen))
}
