//! A price list in CSV without quotes, `sku,name,price,stock`, which lists everything there is.

use wharf_sdk::{
    Context, Finding, Intake, Problem, Progress, Source,
    inbound::{AttributeValue, Entry, ProductPatch},
};

use crate::{CornerShop, Defect, settings::Settings};

/// Cells of a row.
const CELLS: usize = 4;

impl Intake for CornerShop {
    fn parse(context: &Context, _: &Source, state: &[u8], chunk: &[u8], last: bool) -> Progress {
        let defect = Settings::of(context).map(|settings| settings.defect).unwrap_or_default();
        let mut reading = Reading::of(state);
        reading.rest.extend_from_slice(chunk);
        let end = reading.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
        let rest = reading.rest.split_off(if last { reading.rest.len() } else { end });
        let whole = std::mem::replace(&mut reading.rest, rest);
        let mut progress = Progress::new(Vec::new());
        for line in String::from_utf8_lossy(&whole).lines() {
            reading.row += 1;
            match row(line) {
                Some(entry) if reading.row > 1 => progress.entries.push(entry),
                None if defect != Defect::TrustsCutFiles => progress.findings.push(short(reading.row)),
                _ => {}
            }
        }
        if defect == Defect::LosesLines {
            reading.rest.clear();
        }
        progress = progress.state(reading.to_bytes());
        if last && progress.findings.is_empty() { progress.complete() } else { progress }
    }
}

/// Rows so far, and what the last chunk cut off.
struct Reading {
    row: u64,
    rest: Vec<u8>,
}

impl Reading {
    fn of(state: &[u8]) -> Self {
        let (row, rest) =
            state.split_first_chunk().map_or((0, &[][..]), |(row, rest)| (u64::from_le_bytes(*row), rest));
        Self { row: row.min(u64::from(u32::MAX)), rest: rest.to_vec() }
    }

    fn to_bytes(&self) -> Vec<u8> {
        [&self.row.to_le_bytes()[..], &self.rest].concat()
    }
}

fn row(line: &str) -> Option<Entry> {
    let cells: Vec<&str> = line.split(',').collect();
    let [sku, name, _, stock] = cells[..] else { return None };
    let plain = !sku.is_empty() && !sku.chars().any(char::is_control);
    let patch = || {
        let text = |text: &str| Some(AttributeValue::Text(text.to_owned()));
        ProductPatch::new(sku).attribute("name", text(name)).attribute("stock", text(stock))
    };
    plain.then(|| Entry::Product(patch()))
}

fn short(row: u64) -> Finding {
    Finding::new(row, Problem::error("short-row", format!("The row has not {CELLS} cells; complete it.")))
}
