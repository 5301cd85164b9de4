//! Plays a case: hands the connector what the case holds, and answers its requests as the case answers them.

use std::collections::{BTreeMap, VecDeque};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use wharf_catalog::{Context, Description, Item, Operation};
use wharf_sandbox::{
    CallError, Connector,
    exchange::{Answer, Exchange, Response},
};

use super::{
    exact::Exact,
    form::{self, Form},
    seen,
    values::{ValueError, fill},
};

/// Why a case cannot be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error("{sku}: {source}")]
    Value { sku: String, source: ValueError },
    #[error("a case has `operations` or `items`, and exactly one of them")]
    Nothing,
    #[error(
        "the response of exchange {0} is in several forms, or its `base64` is none: `json`, `text` or `base64`"
    )]
    Response(usize),
    #[error("the connector failed on {sku}: {source}")]
    Fault { sku: String, source: CallError },
    #[error("the connector failed on the answer to exchange {number}: {source}")]
    Settling { number: usize, source: CallError },
    #[error(transparent)]
    Call(#[from] CallError),
}

/// What was seen: the members that a case's file has for it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) exchanges: Vec<Exact>,
    pub(super) file: Option<Exact>,
    /// By SKU, in the order in which they ended.
    pub(super) outcomes: Vec<(String, Exact)>,
}

/// `written` is the case as its file has it.
pub(super) fn play(connector: &Connector, form: &Form, written: &Exact) -> Result<Seen, PlayError> {
    match (form.operations.is_empty(), form.items.is_empty()) {
        (false, true) => Play::new(connector, form, written).publish(),
        (true, false) => Play::new(connector, form, written).feed(),
        _ => Err(PlayError::Nothing),
    }
}

struct Play<'a> {
    connector: &'a Connector,
    context: Context,
    form: &'a Form,
    written: &'a Exact,
    seen: Seen,
}

/// An exchange on its way, with the operations that it acts for.
struct Sent {
    exchange: Exchange,
    covers: Vec<usize>,
}

impl<'a> Play<'a> {
    fn new(connector: &'a Connector, form: &'a Form, written: &'a Exact) -> Self {
        Self { connector, context: (&form.channel).into(), form, written, seen: Seen::default() }
    }

    fn publish(mut self) -> Result<Seen, PlayError> {
        let operations = self.form.operations.iter().map(|operation| self.operation(operation));
        let operations = operations.collect::<Result<Vec<_>, _>>()?;
        let sku = |index: u32| operations[index as usize].item.sku.clone();
        let preparation = self.connector.prepare(&self.context, &operations)?;
        if let Some(fault) = preparation.faults.into_iter().next() {
            return Err(PlayError::Fault { sku: sku(fault.index), source: fault.error });
        }
        for rejection in preparation.rejections {
            self.seen.outcomes.push((sku(rejection.index), seen::judged("rejected", &rejection.problems)));
        }
        let first = preparation.exchanges.into_iter().map(|exchange| {
            let covers = exchange.covers.iter().map(|index| *index as usize).collect();
            Sent { exchange, covers }
        });
        let mut under_way: VecDeque<Sent> = first.collect();
        while let Some(sent) = under_way.pop_front() {
            under_way.extend(self.exchange(&operations, sent)?);
        }
        Ok(self.seen)
    }

    /// Notes the request, and lets the connector read the answer that the case gives it, if it gives one.
    fn exchange(&mut self, operations: &[Operation], sent: Sent) -> Result<Vec<Sent>, PlayError> {
        let Sent { exchange, covers } = sent;
        let number = self.seen.exchanges.len();
        let form = self.form.exchanges.get(number);
        let skus: Vec<&str> = covers.iter().map(|index| operations[*index].item.sku.as_str()).collect();
        let written = match self.written.member("exchanges") {
            Some(Exact::List(exchanges)) => exchanges.get(number).and_then(|one| one.member("response")),
            _ => None,
        };
        self.seen.exchanges.push(seen::exchange(
            self.connector.description(),
            &exchange,
            &skus,
            form,
            written,
        ));
        let Some(response) = form.and_then(|form| form.response.as_ref()) else { return Ok(Vec::new()) };
        let response = read(response).ok_or(PlayError::Response(number))?;
        let answer = Answer { memo: exchange.memo, covers: covers.len() as u32, response };
        let settled = self.connector.settle(&self.context, &[answer])?.into_iter().next();
        let settlement = settled.transpose().map_err(|source| PlayError::Settling { number, source })?;
        let settlement = settlement.unwrap_or_default();
        for outcome in &settlement.outcomes {
            let sku = skus[outcome.index as usize].to_owned();
            self.seen.outcomes.push((sku, seen::outcome(outcome)));
        }
        let further = settlement.further.into_iter().map(|mut exchange| {
            // The document is the chain's: what a later step sends of it was shown with the first.
            let covers = exchange.covers.drain(..).map(|index| covers[index as usize]).collect();
            Sent { exchange, covers }
        });
        Ok(further.collect())
    }

    fn feed(mut self) -> Result<Seen, PlayError> {
        let items =
            self.form.items.iter().map(|item| self.item(&item.sku, item.group.as_ref(), &item.values));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        let opening = match self.connector.head(&self.context)? {
            Ok(opening) => opening,
            Err(problem) => {
                let refused = seen::judged("rejected", &[problem]);
                self.seen.outcomes.extend(items.into_iter().map(|item| (item.sku, refused.clone())));
                return Ok(self.seen);
            }
        };
        let rows = self.connector.rows(&self.context, &items)?;
        if let Some(fault) = rows.faults.into_iter().next() {
            let sku = items[fault.index as usize].sku.clone();
            return Err(PlayError::Fault { sku, source: fault.error });
        }
        for (index, item) in (0..).zip(&items) {
            let among = |list: &[wharf_sandbox::exchange::Rejection]| {
                list.iter().find(|one| one.index == index).map(|one| one.problems.clone())
            };
            let judged = match among(&rows.rejections) {
                Some(problems) => seen::judged("rejected", &problems),
                None => seen::judged("listed", &among(&rows.warnings).unwrap_or_default()),
            };
            self.seen.outcomes.push((item.sku.clone(), judged));
        }
        let listed = items.len() - rows.rejections.len();
        let mut file = opening.content;
        file.extend(rows.content);
        file.extend(self.connector.tail(&self.context, listed as u64)?);
        let (form, content) = seen::content(&file, seen::Shape::Readable);
        self.seen.file = Some(seen::object([
            ("name", Some(Exact::text(&opening.file_name))),
            ("content-type", Some(Exact::text(&opening.content_type))),
            (form, Some(content)),
        ]));
        Ok(self.seen)
    }

    fn operation(&self, form: &form::Operation) -> Result<Operation, PlayError> {
        operation(self.connector.description(), form)
    }

    fn item(
        &self,
        sku: &str,
        group: Option<&String>,
        values: &BTreeMap<String, Value>,
    ) -> Result<Item, PlayError> {
        item(self.connector.description(), sku, group, values)
    }
}

/// An operation with its values in the connector's fields.
pub(super) fn operation(description: &Description, form: &form::Operation) -> Result<Operation, PlayError> {
    Ok(Operation {
        action: form.action,
        item: item(description, &form.sku, form.group.as_ref(), &form.values)?,
        remote_id: form.remote_id.clone(),
        note: form.note.clone(),
        revision: form.revision,
        attempt: form.attempt,
        as_of: form.as_of,
    })
}

fn item(
    description: &Description,
    sku: &str,
    group: Option<&String>,
    values: &BTreeMap<String, Value>,
) -> Result<Item, PlayError> {
    let failed = |source| PlayError::Value { sku: sku.to_owned(), source };
    Ok(Item {
        sku: sku.to_owned(),
        group: group.cloned(),
        values: fill(description, values).map_err(failed)?,
    })
}

/// The response's bytes; nothing when it has several bodies or one that cannot be read.
pub(super) fn read(form: &form::Response) -> Option<Response> {
    let body = match (&form.json, &form.text, &form.base64) {
        (None, None, None) => Vec::new(),
        (Some(json), None, None) => json.get().into(),
        (None, Some(text), None) => text.clone().into(),
        (None, None, Some(text)) => BASE64_STANDARD.decode(text).ok()?,
        _ => return None,
    };
    let headers = form.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Some(Response { status: form.status, headers, body })
}
