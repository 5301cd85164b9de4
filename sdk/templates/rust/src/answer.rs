//! What the shop's responses mean.
//!
//! An item that was taken comes back as `{"id": "..."}`; one that was not, with `{"error": "..."}`; one that was
//! deleted, with nothing. Any other body is none of the shop's: proxies and login pages answer 200 as well.

use serde::Deserialize;
use wharf_sdk::{Action, Failure, Outcome, Problem, Reason, Response, Verdict};

const DELETE: &[u8] = b"delete";
const STOCK: &[u8] = b"stock";

#[derive(Deserialize)]
struct Taken {
    id: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// What has to be known of an operation when its response comes.
pub(crate) fn memo(action: Action) -> &'static [u8] {
    match action {
        Action::Delete => DELETE,
        Action::Stock => STOCK,
        Action::Upsert | Action::Price | Action::Keep => b"",
    }
}

/// Of the one operation that the exchange covers.
pub(crate) fn outcome(memo: &[u8], response: &Response) -> Outcome {
    match (Failure::of(response.status), memo) {
        // It is not there, which is what was asked for.
        (Some(Failure::NotFound), DELETE) => Outcome::new(0, Verdict::accepted()),
        (None, DELETE) if response.body.is_empty() => Outcome::new(0, Verdict::accepted()),
        (None, _) => taken(&response.body),
        (Some(Failure::NotFound), STOCK) => {
            // For this reason the host sends the whole item next.
            let problem =
                Problem::error("not-found", "The shop does not have the item; it is sent whole.");
            Outcome::new(0, Verdict::retry(problem.reason(Reason::Missing)))
        }
        (Some(failure), _) => Outcome::new(0, failure.verdict(words(&response.body))),
    }
}

fn taken(body: &[u8]) -> Outcome {
    match serde_json::from_slice::<Taken>(body) {
        Ok(taken) => Outcome::new(0, Verdict::accepted()).remote_id(taken.id),
        Err(_) => {
            let message = "The answer is none of the shop's; check the endpoint's address.";
            let problem = Problem::error("unreadable-answer", message).reason(Reason::Contract);
            Outcome::new(0, Verdict::retry(problem))
        }
    }
}

/// Our sentence, and the shop's own words when there are any.
fn words(body: &[u8]) -> String {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => format!("The shop did not take it. It says: {}", refusal.error),
        Err(_) => "The shop did not take it.".to_owned(),
    }
}
