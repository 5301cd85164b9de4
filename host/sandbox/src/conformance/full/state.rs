//! Memos, notes, cursors and states of another version: point 5.

use wharf_catalog::Action;

use super::{Held, describing::NOW, held, reactions::replied, trial::Trial};
use crate::{conformance::Finding, exchange::Answer, inbound::Position};

/// State that no version of the connector wrote, and some that a cut write may have left.
pub(super) const FOREIGN: [&[u8]; 5] =
    [b"", b"\0", b"{\"version\":99,\"step\":\"?\"}", b"\xff\xfe\xc3\x28", b"[[[[[[[["];

pub(super) fn foreign_memos(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let exchanges = trial.subject.exchanges()?;
    let Some((exchange, _)) = exchanges.first() else { return Ok(None) };
    let half = exchange.memo[..exchange.memo.len() / 2].to_vec();
    let covers = u32::try_from(exchange.covers.len()).unwrap_or(u32::MAX);
    for memo in FOREIGN.into_iter().map(<[u8]>::to_vec).chain([half]) {
        for status in [200, 404, 503] {
            let tried = format!("an answer ({status}) to the memo {:?}", String::from_utf8_lossy(&memo));
            let response = replied("", status, b"{}").response;
            trial.subject.settle(&tried, &[Answer { memo: memo.clone(), covers, response }])?;
        }
    }
    held("answers to memos that no version wrote", "all are settled")
}

pub(super) fn foreign_notes(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let terms = trial.connector().description().publishing.as_ref();
    let mut actions = vec![Action::Upsert, Action::Delete];
    actions.extend(terms.is_some_and(|terms| terms.stock_alone).then_some(Action::Stock));
    actions.extend(terms.is_some_and(|terms| terms.price_alone).then_some(Action::Price));
    let item = trial.item("WHARF-1");
    for action in actions {
        for text in ["", "?", "{\"version\":99}", "Ä/../%00 <b>", "[[[["] {
            let mut operation = trial.operation(action, &item);
            operation.note = Some(text.into());
            operation.remote_id = Some(format!("x{text}"));
            trial.subject.prepare_all(&format!("{action:?} with the note {text:?}"), &[operation])?;
        }
    }
    held("notes and remote ids that no version wrote", "all are prepared or rejected")
}

pub(super) fn foreign_cursors(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let streams = &trial.connector().description().streams;
    for (index, stream) in (0..).zip(streams) {
        for state in FOREIGN {
            let tried = format!("`{}` from the cursor {:?}", stream.name, String::from_utf8_lossy(state));
            let error = |error| Finding::new(tried.clone(), error);
            let position = Position { cursor: Some(state.to_vec()), since: None, until: NOW };
            trial.connector().request(trial.context(), index, &position).map_err(error)?;
            let response = replied("", 200, b"{}").response;
            trial.connector().digest_page(trial.context(), index, state, &response).map_err(error)?;
        }
    }
    match streams.is_empty() {
        true => Ok(None),
        false => held("cursors and memos of streams that no version wrote", "all are answered"),
    }
}

pub(super) fn foreign_intake_states(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.connector().abilities().intake {
        return Ok(None);
    }
    for state in FOREIGN.into_iter().skip(1) {
        let tried = format!("a file from the state {:?}", String::from_utf8_lossy(state));
        let parsed = trial.connector().parse(trial.context(), &trial.source(), state, b"a,b\n1,2\n", true);
        parsed.map_err(|error| Finding::new(tried, error))?;
    }
    held("states of files that no version wrote", "all are answered")
}
