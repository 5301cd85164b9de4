//! Reads a file from front to back and says for each row what to change, or why not.

use std::{collections::VecDeque, io::Read};

use serde::Serialize;

use super::{
    ImportLimits,
    duplicates::{Met, SeenSkus},
    error::{Fault, FileError, RowError, Rule},
    mapping::ImportMapping,
    plan::Plan,
    report::Place,
    row::Row,
    source::{Draft, Source, Step},
};
use crate::{
    item::Severity,
    product::{Patch, Sku},
};

/// A row that goes in, or everything that is wrong with one that does not (at least one error).
pub type Entry = Result<Row, Vec<RowError>>;

/// Some rows of the file, in its order.
#[derive(Debug, Default)]
pub struct Batch {
    /// To be applied in order; see [`Row::existing_only`].
    pub rows: Vec<Row>,
    /// Errors of refused rows and warnings of the others, in the file's order.
    pub errors: Vec<RowError>,
}

/// What has been read so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Rows that went in.
    pub accepted: u64,
    /// Rows that did not.
    pub refused: u64,
    /// Findings about rows that went in.
    pub warnings: u64,
    /// Rows held back by the mapping's filters.
    pub filtered: u64,
    /// Rows without any text.
    pub blank: u64,
    /// Variants linked to their model by the model's row.
    pub linked: u64,
    /// The file was cut off: what it lacks must not be taken for deleted.
    pub truncated: bool,
    /// Columns that no rule of the mapping covers.
    pub unmapped: Vec<String>,
    /// The file has more SKUs than are remembered; duplicates among the later ones were not looked for.
    pub duplicates_unchecked: bool,
}

/// Streams the rows of one file.
#[derive(Debug)]
pub struct Importer<R> {
    source: Source<R>,
    plan: Plan,
    limits: ImportLimits,
    seen: SeenSkus,
    summary: Summary,
    /// Ready to be given out.
    links: VecDeque<Row>,
    /// For after the last row: links to variants whose rows had not been met.
    pending: VecDeque<Row>,
}

impl<R: Read> Importer<R> {
    /// Opens the file and compares its header with the mapping, before anything is imported.
    ///
    /// The source needs no buffer of its own.
    pub fn open(source: R, mapping: &ImportMapping, limits: ImportLimits) -> Result<Self, FileError> {
        let (source, plan) = Source::open(source, mapping, &limits)?;
        let summary = Summary { unmapped: plan.unmapped.clone(), ..Summary::default() };
        Ok(Self {
            source,
            plan,
            seen: SeenSkus::new(limits.remembered_skus),
            limits,
            summary,
            links: VecDeque::new(),
            pending: VecDeque::new(),
        })
    }

    /// What has been read so far; complete once [`Self::next_row`] has given `None`.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The next row, or `None` at the end. An error is about the file; it cannot be read further.
    pub fn next_row(&mut self) -> Result<Option<Entry>, FileError> {
        loop {
            if let Some(link) = self.links.pop_front() {
                self.summary.linked += 1;
                return Ok(Some(Ok(link)));
            }
            match self.source.next(&mut self.plan, &self.limits, &mut self.summary)? {
                Step::Draft(draft) => return Ok(Some(self.settle(*draft))),
                Step::Refused(error) => {
                    self.summary.refused += 1;
                    return Ok(Some(Err(vec![error])));
                }
                Step::Blank => self.summary.blank += 1,
                Step::Filtered => self.summary.filtered += 1,
                Step::End if self.pending.is_empty() => {
                    self.summary.unmapped.clone_from(&self.plan.unmapped);
                    return Ok(None);
                }
                Step::End => std::mem::swap(&mut self.links, &mut self.pending),
            }
        }
    }

    /// Up to `rows` rows, good or bad, or `None` at the end.
    pub fn next_batch(&mut self, rows: usize) -> Result<Option<Batch>, FileError> {
        let mut batch = Batch::default();
        for read in 0..rows.max(1) {
            match self.next_row()? {
                Some(Ok(mut row)) => {
                    batch.errors.append(&mut row.warnings);
                    batch.rows.push(row);
                }
                Some(Err(mut errors)) => batch.errors.append(&mut errors),
                None if read == 0 => return Ok(None),
                None => break,
            }
        }
        Ok(Some(batch))
    }

    fn settle(&mut self, mut draft: Draft) -> Entry {
        match self.seen.meet(draft.sku.as_str(), draft.place.row) {
            Met::First => {}
            Met::Before(first) => draft.errors.push(duplicate(&draft, first)),
            Met::Forgotten => self.summary.duplicates_unchecked = true,
        }
        if !draft.errors.is_empty() {
            self.summary.refused += 1;
            draft.errors.append(&mut draft.warnings);
            return Err(draft.errors);
        }
        self.link(&mut draft);
        self.summary.accepted += 1;
        self.summary.warnings += draft.warnings.len() as u64;
        let Draft { place, sku, patch, stock, warnings, .. } = draft;
        Ok(Row { row: place.row, line: place.line, sku, patch, stock, existing_only: false, warnings })
    }

    /// Queues the links from a model's row to its variants: behind this row, or behind the variant's own.
    fn link(&mut self, draft: &mut Draft) {
        for variant in std::mem::take(&mut draft.variants) {
            let row = link(&draft.place, variant, draft.sku.clone());
            if self.seen.contains(row.sku.as_str()) {
                self.links.push_back(row);
            } else if self.pending.len() < self.limits.pending_variants {
                self.pending.push_back(row);
            } else {
                draft.warnings.push(unlinked(&draft.place, &row.sku, self.limits.pending_variants));
            }
        }
    }
}

fn link(place: &Place, variant: Sku, model: Sku) -> Row {
    Row {
        row: place.row,
        line: place.line,
        sku: variant,
        patch: Patch { parent: Some(Some(model)), ..Patch::default() },
        stock: Vec::new(),
        existing_only: true,
        warnings: Vec::new(),
    }
}

fn unlinked(place: &Place, variant: &Sku, limit: usize) -> RowError {
    let fault = Fault::new(
        Rule::PendingVariants,
        format!("{limit} variants wait for their rows already, so `{variant}` is not linked"),
        "Put the rows of variants before those of their models, or raise `pending-variants`",
    );
    RowError { severity: Severity::Warning, ..place.row(fault) }
}

fn duplicate(draft: &Draft, first: u64) -> RowError {
    draft.place.row(Fault::new(
        Rule::DuplicateSku,
        format!("the SKU `{}` stands in row {first} already", draft.sku),
        "Keep one of the two rows",
    ))
}
