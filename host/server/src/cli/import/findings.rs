//! What was found wrong with a file: the first of it on the terminal, all of it in the file that was asked for.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Context;
use indicatif::ProgressBar;
use wharf_catalog::{
    Severity, Sku,
    import::{RowError, Rule},
};
use wharf_store::Refusal;

use crate::output::{Output, counted};

/// Where findings go.
pub(super) struct Findings {
    file: Option<BufWriter<File>>,
    found: u64,
    shown: u64,
    output: Output,
    bar: ProgressBar,
}

impl Findings {
    /// Findings and `bar` share the terminal.
    pub(super) fn new(
        path: Option<&Path>,
        shown: usize,
        output: Output,
        bar: ProgressBar,
    ) -> anyhow::Result<Self> {
        let create =
            |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        let file = path.map(create).transpose()?.map(BufWriter::new);
        Ok(Self { file, found: 0, shown: shown as u64, output, bar })
    }

    pub(super) fn add(&mut self, finding: &RowError) -> anyhow::Result<()> {
        self.found += 1;
        if self.found <= self.shown {
            let severity = if finding.severity == Severity::Error { "refused" } else { "warning" };
            self.bar.suspend(|| self.output.note(format_args!("{severity}: {finding}")));
        }
        if let Some(file) = &mut self.file {
            serde_json::to_writer(&mut *file, finding)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Completes the file, and says how much was not shown.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let hidden = self.found.saturating_sub(self.shown);
        if hidden > 0 {
            let hint = if self.file.is_some() { "" } else { "; --errors FILE.jsonl keeps them all" };
            self.output.note(format_args!("and {}{hint}", counted(hidden, "more finding")));
        }
        self.file.map(|mut file| file.flush()).transpose().context("cannot write the findings")?;
        Ok(())
    }
}

/// A row that the file's rules let pass and the catalog did not.
pub(super) fn refused(row: u64, line: u64, refusal: &Refusal) -> RowError {
    let (sku, rule, remedy) = match refusal {
        Refusal::Cycle { sku, .. } => (sku, Rule::Parent, "Name another parent"),
        Refusal::TooLarge { sku, .. } => {
            (sku, Rule::RowLength, "Shorten its texts, or raise `store.maximum_document_bytes`")
        }
        Refusal::Location(sku) => (sku, Rule::Member, "Give the location a name"),
        Refusal::Unknown(sku) | Refusal::Exists(sku) | Refusal::Revision { sku, .. } => {
            (sku, Rule::Sku, "Import the file again")
        }
    };
    finding(row, line, sku, rule, Severity::Error, refusal.to_string(), remedy)
}

/// A model's row names a variant that neither the file nor the catalog has.
pub(super) fn missing_variant(row: u64, line: u64, variant: &Sku) -> RowError {
    let message = format!("the model names the variant `{variant}`, which is not there");
    finding(
        row,
        line,
        variant,
        Rule::Parent,
        Severity::Warning,
        message,
        "Import the variant's own row, then this file again",
    )
}

fn finding(
    row: u64,
    line: u64,
    sku: &Sku,
    rule: Rule,
    severity: Severity,
    message: String,
    remedy: &str,
) -> RowError {
    let sku = Some(sku.to_string());
    RowError { row, line, sku, column: None, rule, severity, value: None, message, remedy: remedy.to_owned() }
}
