//! Who an operation is about, and how the channel knows that it has seen it: points 23 and 24.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wharf_catalog::{
    Action, Operation,
    declaration::{Idempotency, StreamKind},
};

use super::{
    Held, failed, held,
    output::{contents, sent},
    trial::{Trial, upsert},
};
use crate::{
    conformance::{Finding, difference::same},
    exchange::Exchange,
};

/// SKUs that become one where odd characters are dropped, replaced, or decoded once too often.
const LOOKALIKES: [&str; 8] = ["W 1/2", "W-1-2", "W_1_2", "W 1-2", "W%201%2F2", "W+1/2", "W12", "W\u{a0}1/2"];

pub(super) fn no_two_skus_are_one(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut seen: BTreeMap<(String, Vec<u8>), &str> = BTreeMap::new();
    let mut ways = trial.ways();
    if trial.publishes() {
        ways.push(super::output::Way::Operation(Action::Delete));
    }
    for sku in LOOKALIKES {
        let item = trial.item(sku);
        for way in &ways {
            let output = trial.output(*way, &item)?;
            if !output.is_listed() {
                continue;
            }
            let everything = [output.sent, output.noted].concat();
            if let Some(other) = seen.insert((way.to_string(), everything), sku) {
                return failed(
                    format!("{way} of {other:?} and of {sku:?}"),
                    "the channel cannot tell them apart",
                );
            }
        }
    }
    match ways.is_empty() {
        true => Ok(None),
        false => {
            held(format!("{} SKUs that look alike", LOOKALIKES.len()), "all go out as different articles")
        }
    }
}

impl Trial<'_> {
    fn idempotency(&self) -> Option<Idempotency> {
        let terms = self.connector().description().publishing.as_ref();
        terms.filter(|_| self.publishes()).map(|terms| terms.idempotency)
    }

    fn exchanges_of(&self, tried: &str, operation: Operation) -> Result<Vec<Exchange>, Finding> {
        Ok(self.subject.prepare_all(tried, &[operation])?.exchanges)
    }
}

/// What names the whole new state of a listing may be sent any number of times, also by a later attempt.
pub(super) fn repeats_are_harmless(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "an operation, and a later attempt at it";
    if trial.idempotency() != Some(Idempotency::NaturalKey) {
        return Ok(None);
    }
    let first = upsert(trial.item("WHARF-1"));
    let later = Operation { attempt: 3, ..first.clone() };
    let everything = |exchanges: Vec<Exchange>| exchanges.iter().map(sent).collect::<Vec<_>>();
    let first = everything(trial.exchanges_of(TRIED, first)?);
    let later = everything(trial.exchanges_of(TRIED, later)?);
    let shown =
        |all: &[Vec<u8>]| all.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect::<Vec<_>>();
    same(TRIED, &shown(&first), &shown(&later))?;
    held(TRIED, "the same request, as its natural key promises")
}

/// A key of the connector's own stays for a repeat, and differs for everything else.
pub(super) fn keys_follow_the_operation(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if trial.idempotency() != Some(Idempotency::Keyed) {
        return Ok(None);
    }
    let operation = upsert(trial.item("WHARF-1"));
    let keys = |tried: &str, operation: Operation| -> Result<BTreeSet<String>, Finding> {
        Ok(trial.exchanges_of(tried, operation)?.iter().flat_map(own_keys).collect())
    };
    let first = keys("an upsert", operation.clone())?;
    if first.is_empty() {
        return held("an upsert", "the host adds the key");
    }
    same("the keys of an upsert, twice", &first, &keys("an upsert again", operation.clone())?)?;
    let other = upsert(trial.item("WHARF-2"));
    for (about, changed) in [
        ("the next revision of the item", Operation { revision: 8, ..operation.clone() }),
        ("a later attempt", Operation { attempt: 1, ..operation }),
        ("another item", other),
    ] {
        let tried = format!("an upsert, and {about}");
        if let Some(key) = keys(&tried, changed)?.intersection(&first).next() {
            return failed(tried, format!("both carry the key {key:?}, so the vendor drops the second"));
        }
    }
    held("the keys of repeats, revisions, attempts and items", "the same for a repeat and for nothing else")
}

/// Keys in a header or anywhere in a JSON body, whatever the vendor calls them.
fn own_keys(exchange: &Exchange) -> Vec<String> {
    let is_key = |name: &str| name.to_ascii_lowercase().contains("idempoten");
    let headers = exchange.request.headers.iter().filter(|(name, _)| is_key(name));
    let mut keys: Vec<String> = headers.map(|(_, value)| value.clone()).collect();
    let json = |(_, content): (Option<&str>, &[u8])| serde_json::from_slice(content).ok();
    let mut open: Vec<Value> = contents(&exchange.request.body).into_iter().filter_map(json).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(entries) => open.extend(entries),
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(key) if is_key(&name) => keys.push(key),
                        value => open.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    keys
}

/// Without any key, only a look at the channel shows whether a request got through.
pub(super) fn unkeyed_writes_are_read_back(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "writes that no key protects";
    if trial.idempotency() != Some(Idempotency::None) {
        return Ok(None);
    }
    let streams = &trial.connector().description().streams;
    match streams.iter().any(|stream| stream.kind == StreamKind::Listings) {
        true => held(TRIED, "a stream of listings shows what got through"),
        false => failed(TRIED, "no stream of listings shows whether a cut request got through"),
    }
}
