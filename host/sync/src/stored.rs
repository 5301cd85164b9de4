//! A further exchange at rest, between the step that asked for it and the time it is due: its request, and of each
//! operation under way what the store has no column for.

mod form;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use wharf_catalog::{Action, Lane, Problem, declaration::Method};
use wharf_sandbox::exchange::{Body, Request};

use self::form::StoredForm;
use crate::translate::Ticket;

/// What the operation's outcome depends on, beside its cover in the store. In the order of the covers.
#[derive(Serialize, Deserialize)]
struct StoredNote {
    action: Action,
    lane: Lane,
    attempts: u32,
    #[serde(default)]
    steps: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
struct StoredExchange {
    request: StoredRequest,
    notes: Vec<StoredNote>,
}

#[derive(Serialize, Deserialize)]
struct StoredRequest {
    method: Method,
    endpoint: u32,
    target: String,
    headers: Vec<(String, String)>,
    body: StoredBody,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    cost: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unpack: bool,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_one(cost: &u32) -> bool {
    *cost == 1
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StoredBody {
    None,
    Text(String),
    Base64(String),
    Document,
    Asset(String),
    Form(StoredForm),
}

/// The request, and its operations in the order of the exchange's covers, each one step further.
pub(crate) fn write<'a>(request: &Request, tickets: impl Iterator<Item = &'a Ticket>) -> String {
    let notes = tickets.map(|ticket| StoredNote {
        action: ticket.action,
        lane: ticket.lane,
        attempts: ticket.attempts,
        steps: ticket.steps.saturating_add(1),
        warnings: ticket.warnings.clone(),
    });
    let stored = StoredExchange { request: request.into(), notes: notes.collect() };
    serde_json::to_string(&stored).expect("texts and numbers always have a JSON form")
}

/// The request with its operations, which are given as their covers tell them. `None` when the text was not
/// written by [`write`], or not for as many operations.
pub(crate) fn read(text: &str, covered: &[Ticket]) -> Option<(Request, Vec<Ticket>)> {
    let StoredExchange { request, notes } = serde_json::from_str(text).ok()?;
    if notes.len() != covered.len() {
        return None;
    }
    let tickets = covered.iter().zip(notes).map(|(ticket, note)| {
        let StoredNote { action, lane, attempts, steps, warnings } = note;
        Ticket { action, lane, attempts, steps, warnings, ..ticket.clone() }
    });
    Some((request.restore()?, tickets.collect()))
}

/// A request alone, for what acts for no listings.
pub(crate) fn write_request(request: &Request) -> String {
    let stored = StoredRequest::from(request);
    serde_json::to_string(&stored).expect("texts and numbers always have a JSON form")
}

/// `None` when the text was not written by [`write_request`] of this version.
pub(crate) fn read_request(text: &str) -> Option<Request> {
    serde_json::from_str::<StoredRequest>(text).ok()?.restore()
}

impl From<&Request> for StoredRequest {
    fn from(request: &Request) -> Self {
        let body = match &request.body {
            Body::None => StoredBody::None,
            Body::Text(text) => StoredBody::Text(text.clone()),
            Body::Bytes(bytes) => StoredBody::Base64(STANDARD.encode(bytes)),
            Body::Document => StoredBody::Document,
            Body::Asset(address) => StoredBody::Asset(address.clone()),
            Body::Form(form) => StoredBody::Form(form.into()),
        };
        Self {
            method: request.method,
            endpoint: request.endpoint,
            target: request.target.clone(),
            headers: request.headers.clone(),
            body,
            cost: request.cost,
            unpack: request.unpack,
        }
    }
}

impl StoredRequest {
    fn restore(self) -> Option<Request> {
        let Self { method, endpoint, target, headers, body, cost, unpack } = self;
        let body = match body {
            StoredBody::None => Body::None,
            StoredBody::Text(text) => Body::Text(text),
            StoredBody::Base64(text) => Body::Bytes(STANDARD.decode(text).ok()?),
            StoredBody::Document => Body::Document,
            StoredBody::Asset(address) => Body::Asset(address),
            StoredBody::Form(form) => Body::Form(form.restore()?),
        };
        Some(Request { method, endpoint, target, headers, body, cost, unpack })
    }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::Lanes;
    use wharf_sandbox::exchange::{Form, Part, PartContent};
    use wharf_store::Cover;

    use super::*;

    fn covered() -> Ticket {
        Ticket::from(Cover { product_id: 1, marked: 2, revision: 3, lanes: Lanes::ALL, fingerprint: None })
    }

    fn form() -> Form {
        let part = |filename: Option<&str>, content| Part {
            name: "a".into(),
            filename: filename.map(str::to_owned),
            content_type: filename.map(|_| "image/png".to_owned()),
            content,
        };
        let picture = PartContent::Picture("https://a.example/b.jpg".into());
        let parts = vec![
            part(None, PartContent::Text("{\"ä\": 1}".into())),
            part(Some("ä.bin"), PartContent::Bytes(vec![0, 255])),
            part(Some("c.jsonl"), PartContent::Document),
            part(Some("b.jpg"), picture),
        ];
        Form { parts }
    }

    #[test]
    fn a_stored_exchange_comes_back_as_it_was() {
        let warning =
            Problem { severity: wharf_catalog::Severity::Warning, ..Problem::error("short", None, "Cut.") };
        let ticket = Ticket {
            action: Action::Price,
            lane: Lane::Price,
            attempts: 4,
            warnings: vec![warning.clone()],
            ..covered()
        };
        let bodies = [
            Body::None,
            Body::Text("ä\"\n".into()),
            Body::Bytes(vec![0, 255, 7]),
            Body::Document,
            Body::Asset("https://a.example/b.jpg".into()),
            Body::Form(form()),
        ];
        for body in bodies {
            let request = Request {
                method: Method::Put,
                endpoint: 2,
                target: "/a?b=c".into(),
                headers: vec![("content-type".into(), "text/plain".into())],
                body,
                cost: 3,
                unpack: true,
            };
            let text = write(&request, [&ticket].into_iter());
            let (restored, tickets) = read(&text, &[covered()]).unwrap();
            assert_eq!(restored, request);
            let Ticket { product_id, action, lane, attempts, steps, warnings, .. } = &tickets[0];
            assert_eq!(*steps, 1, "the exchange before has been answered");
            assert_eq!((*product_id, *action, *lane, *attempts), (1, Action::Price, Lane::Price, 4));
            assert_eq!(warnings, std::slice::from_ref(&warning));
            assert!(read(&text, &[]).is_none(), "each operation has its note");
        }
        assert!(read("{}", &[]).is_none());
    }
}
