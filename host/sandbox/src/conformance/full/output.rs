//! All that leaves a connector because of one item.
//!
//! A connector is pure and remembers nothing but its memo. So if neither what it sends, nor what it notes, nor what it
//! complains of depends on something, that something is lost for good.

use std::{borrow::Cow, fmt};

use wharf_catalog::{Action, Context, Item, Lane, Operation, Problem};

use super::{
    super::{Finding, samples},
    trial::Trial,
};
use crate::exchange::{Body, Exchange, Part, PartContent, Preparation, Request};

/// How an item can leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Operation(Action),
    Row,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(action) => write!(f, "{action:?}"),
            Self::Row => f.write_str("the row"),
        }
    }
}

/// What became of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Output {
    /// Methods, targets, headers, bodies and documents; or a feed's row.
    pub(super) sent: Vec<u8>,
    /// Memos; or remarks on a row.
    pub(super) noted: Vec<u8>,
    /// Why it is not listed.
    pub(super) rejected: Option<Vec<Problem>>,
}

impl Output {
    /// Whether a problem blames this field.
    pub(super) fn rejects(&self, field: &str) -> bool {
        self.rejected.iter().flatten().any(|problem| problem.field.as_deref() == Some(field))
    }

    pub(super) fn is_listed(&self) -> bool {
        self.rejected.is_none()
    }

    fn of_operation(prepared: Preparation) -> Self {
        let mut output = Self::default();
        for exchange in &prepared.exchanges {
            output.sent.extend(sent(exchange));
            output.noted.extend(&exchange.memo);
        }
        output.rejected = prepared.rejections.into_iter().next().map(|rejection| rejection.problems);
        output
    }
}

impl Trial<'_> {
    /// What becomes of the item on this way, as the first of its listing or, alone, on one that exists.
    pub(super) fn output(&self, way: Way, item: &Item) -> Result<Output, Finding> {
        self.output_in(self.context(), way, item)
    }

    /// The same on a channel of another market.
    pub(super) fn output_in(&self, context: &Context, way: Way, item: &Item) -> Result<Output, Finding> {
        let tried = format!("{way} of {:?}", item.sku);
        let error = |error| Finding::new(tried.clone(), error);
        match way {
            Way::Operation(action) => {
                let mut prepared =
                    self.connector().prepare(context, &[self.operation(action, item)]).map_err(error)?;
                match prepared.faults.pop() {
                    Some(fault) => Err(error(fault.error)),
                    None => Ok(Output::of_operation(prepared)),
                }
            }
            Way::Row => {
                let mut rows = self.connector().rows(context, std::slice::from_ref(item)).map_err(error)?;
                if let Some(fault) = rows.faults.pop() {
                    return Err(error(fault.error));
                }
                let rejected = rows.rejections.pop().map(|rejection| rejection.problems);
                Ok(Output { sent: rows.content, noted: format!("{:?}", rows.warnings).into(), rejected })
            }
        }
    }

    /// The operation on this item, with the fields that such an operation brings.
    pub(super) fn operation(&self, action: Action, item: &Item) -> Operation {
        let mut item = item.clone();
        item.values.retain(|value| {
            self.fields().get(value.field as usize).is_some_and(|field| samples::carries(action, field))
        });
        let remote_id = (action != Action::Upsert).then(|| format!("remote/{}", item.sku));
        samples::operation(action, item, remote_id)
    }

    /// The ways on which a field of this lane travels.
    pub(super) fn ways_of(&self, lane: Lane) -> Vec<Way> {
        let mut ways = self.ways();
        let Some(terms) = &self.connector().description().publishing else { return ways };
        match lane {
            Lane::Price if terms.price_alone => ways.push(Way::Operation(Action::Price)),
            Lane::Stock if terms.stock_alone => ways.push(Way::Operation(Action::Stock)),
            _ => {}
        }
        ways
    }
}

/// Everything that the channel will see of an exchange.
pub(super) fn sent(exchange: &Exchange) -> Vec<u8> {
    let Request { method, endpoint, target, headers, body, .. } = &exchange.request;
    let mut sent = format!("{method:?} {endpoint} {target}\n").into_bytes();
    for (name, value) in headers {
        sent.extend(format!("{name}: {value}\n").bytes());
    }
    sent.extend_from_slice(&body_bytes(body));
    sent.extend(exchange.document.iter().flatten());
    sent
}

/// What a body holds by itself, as one text.
pub(super) fn body_bytes(body: &Body) -> Cow<'_, [u8]> {
    match body {
        Body::Text(text) | Body::Asset(text) => text.as_bytes().into(),
        Body::Bytes(bytes) => bytes.into(),
        Body::Form(form) => form.to_string().into_bytes().into(),
        Body::None | Body::Document => Cow::Borrowed(&[]),
    }
}

/// The files and texts that a body holds by itself, each with the media type that it says it has.
pub(super) fn contents(body: &Body) -> Vec<(Option<&str>, &[u8])> {
    match body {
        Body::Text(text) => vec![(None, text.as_bytes())],
        Body::Bytes(bytes) => vec![(None, bytes)],
        Body::Form(form) => form.parts.iter().filter_map(part).collect(),
        Body::None | Body::Document | Body::Asset(_) => Vec::new(),
    }
}

fn part(part: &Part) -> Option<(Option<&str>, &[u8])> {
    let content = match &part.content {
        PartContent::Text(text) => text.as_bytes(),
        PartContent::Bytes(bytes) => bytes,
        PartContent::Document | PartContent::Picture(_) => return None,
    };
    Some((part.content_type.as_deref(), content))
}
