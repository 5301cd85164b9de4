//! A product with more variants than the channel takes: point 17.

use wharf_catalog::Operation;

use super::{
    Held, failed, held,
    trial::{Trial, upsert},
};
use crate::conformance::Finding;

/// Variants of the largest group that is tried; vendors' limits lie below.
const MOST: u32 = 2_100;

pub(super) fn variants_beyond_the_limit(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let description = trial.connector().description();
    let Some(variants) = description.variants.as_ref().filter(|_| trial.publishes()) else { return Ok(None) };
    let most = variants.maximum_variants;
    if most >= MOST {
        return held(format!("the limit of {most} variants"), "larger than any group that is tried");
    }
    let tried = format!("one group of {} variants, where {most} are allowed", most + 1);
    let variant = |mut item: wharf_catalog::Item| {
        item.group = Some("WHARF".into());
        upsert(item)
    };
    let operations: Vec<Operation> = trial.items(most as usize + 1).into_iter().map(variant).collect();
    let prepared = trial.subject.prepare_all(&tried, &operations)?;
    let largest = prepared.exchanges.iter().map(|exchange| exchange.covers.len()).max().unwrap_or(0);
    match largest > most as usize {
        true => failed(tried, format!("one request carries {largest} of them")),
        false => {
            let (requests, rejected) = (prepared.exchanges.len(), prepared.rejections.len());
            held(tried, format!("{requests} requests, {rejected} rejections"))
        }
    }
}
