//! `wharf import`: a file becomes products.
//!
//! One thread reads and checks rows, the database writes batches; a short channel between them lets both work at
//! the same time and keeps memory flat. Bad rows are named, good rows go in.

mod findings;
mod mapping;
mod reading;
mod supplied;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use wharf_catalog::import::{Row, Summary};
use wharf_store::{Applied, Effect, Mode, ProductChange, Refusal, Store};

use super::{Outcome, Session, wake};
use crate::output::{Output, counted};
use findings::Findings;
use reading::Reading;

pub(super) use supplied::figures;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// A CSV or JSON Lines file; `-` reads standard input.
    file: PathBuf,
    /// A mapping file, or one that comes with Wharf: see `wharf import --help`.
    #[arg(long, value_name = "FILE|NAME", long_help = mapping::HELP)]
    mapping: Option<String>,
    /// Write every finding to this file, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Check the file and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Have this channel's connector read the file, such as a supplier's.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["mapping", "dry_run"])]
    channel: Option<String>,
}

/// What an import came to.
#[derive(Debug, Default, Serialize)]
struct Tally {
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
    /// Rows that would go in, of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<u64>,
    warnings: u64,
    filtered: u64,
    /// The file was cut off: its last row was left out.
    truncated: bool,
    /// Columns that the mapping says nothing about.
    unmapped: Vec<String>,
}

impl Import {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let output = session.output;
        if let Some(channel) = &self.channel {
            return supplied::take_in(session, channel, &self.file, self.errors.as_deref()).await;
        }
        // A dry run leaves no trace, so it makes no data directory either.
        let site = if self.dry_run { None } else { Some(session.site().await?) };
        let settings = match &site {
            Some(site) => site.configuration.import.clone(),
            None => session.configuration()?.import,
        };
        let mapping = mapping::find(self.mapping.as_deref(), &self.file, output)?;
        let reading = Reading::begin(&self.file, mapping, &settings, output)?;
        let bar = reading.bar().clone();
        let mut findings = Findings::new(self.errors.as_deref(), settings.shown_findings, output, bar)?;
        let store = site.as_ref().map(|site| &site.store);
        let outcome = take_in(reading, store, &mut findings).await;
        let told = findings.finish();
        let tally = outcome.with_context(|| format!("{}: the import stopped", self.file.display()))?;
        told?;
        if let Some(site) = site.filter(|_| tally.created + tally.updated > 0) {
            wake(&site.directory, output);
        }
        report(output, &tally)?;
        Ok(Outcome::refused_if(tally.refused > 0 || tally.truncated))
    }
}

/// Stores one batch after the other. What was stored before an error stays.
async fn take_in(
    mut reading: Reading,
    store: Option<&Store>,
    findings: &mut Findings,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    while let Some(batch) = reading.next().await {
        for finding in &batch.errors {
            findings.add(finding)?;
        }
        match store {
            Some(store) => tally.store(store, batch.rows, findings).await?,
            None => {
                let rows = batch.rows.iter().filter(|row| !row.existing_only);
                *tally.accepted.get_or_insert(0) += rows.count() as u64;
            }
        }
        reading.show(&tally.text());
    }
    tally.close(reading.finish().await?);
    Ok(tally)
}

impl Tally {
    async fn store(&mut self, store: &Store, rows: Vec<Row>, findings: &mut Findings) -> anyhow::Result<()> {
        let places: Vec<_> = rows.iter().map(|row| (row.row, row.line, row.existing_only)).collect();
        let results = store.change(rows.into_iter().map(change).collect()).await?;
        for ((row, line, existing_only), result) in places.into_iter().zip(results) {
            match result {
                // A link from a model's row to its variant is not a row of its own.
                Ok(_) if existing_only => {}
                Ok(Applied { effect, .. }) => self.count(effect),
                Err(Refusal::Unknown(variant)) if existing_only => {
                    self.warnings += 1;
                    findings.add(&findings::missing_variant(row, line, &variant))?;
                }
                Err(refusal) => {
                    self.refused += 1;
                    findings.add(&findings::refused(row, line, &refusal))?;
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, effect: Effect) {
        match effect {
            Effect::Created => self.created += 1,
            Effect::Updated => self.updated += 1,
            Effect::Unchanged => self.unchanged += 1,
        }
    }

    fn close(&mut self, summary: Summary) {
        self.refused += summary.refused;
        self.warnings += summary.warnings;
        self.filtered = summary.filtered;
        self.truncated = summary.truncated;
        self.unmapped = summary.unmapped;
    }

    fn text(&self) -> String {
        match self.accepted {
            Some(accepted) => format!("{accepted} would go in, {} refused", self.refused),
            None => format!(
                "{} created, {} updated, {} unchanged, {} refused",
                self.created, self.updated, self.unchanged, self.refused
            ),
        }
    }
}

fn change(row: Row) -> ProductChange {
    let mode = if row.existing_only { Mode::Update } else { Mode::Upsert };
    let stock = row.stock.into_iter().map(|level| (level.location, level.quantity)).collect();
    ProductChange { sku: row.sku, patch: row.patch, mode, stock }
}

fn report(output: Output, tally: &Tally) -> anyhow::Result<()> {
    if tally.truncated {
        output.note("the file ends in the middle of a row: it was cut off; fetch or export it again");
    }
    if !tally.unmapped.is_empty() && !output.json() {
        output.note(format_args!("columns that were left out: {}", tally.unmapped.join(", ")));
    }
    if tally.warnings > 0 && !output.json() {
        output.note(format_args!("{} about rows that went in", counted(tally.warnings, "warning")));
    }
    output.either(tally, || tally.text())?;
    Ok(())
}
