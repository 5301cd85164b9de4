//! A part of a fulfillment order becomes one of its own. That ships nothing, however often it is done.

use serde::Deserialize;
use serde_json::value::RawValue;
use wharf_sdk::Verdict;

use super::{
    allotment::Part,
    documents, look,
    parcel::{Memo, Step},
    queue::Next,
};
use crate::{
    graphql::{self, MUTATION},
    user_error::UserError,
};

pub(super) fn next(memo: Memo, parts: &[Part]) -> Next {
    let request = graphql::request(documents::SPLIT, MUTATION, |json| {
        json.key("splits").begin_array();
        for part in parts {
            part.write(json);
        }
        json.end_array();
    });
    let memo = Memo { step: Step::Split, held: Vec::new(), splits: memo.splits + 1, ..memo };
    Next::Send(request, Box::new(memo))
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "fulfillmentOrderSplit")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    user_errors: Vec<UserError>,
}

/// The order is read again, also when it turned out to be another than was read before.
pub(super) fn settle(memo: Memo, data: &RawValue) -> Next {
    let errors = match graphql::shape::<Data>(data) {
        Ok(Data { payload: Some(payload) }) => payload.user_errors,
        Ok(Data { payload: None }) => return Verdict::retry(graphql::unreadable()).into(),
        Err(refusal) => return super::refused(&memo, &refusal),
    };
    if errors.iter().all(is_stale) {
        return look::next(memo.looking());
    }
    Verdict::Rejected(errors.iter().map(super::problem).collect()).into()
}

/// The fulfillment order, or what it held, is gone: it was divided or shipped in between.
fn is_stale(error: &UserError) -> bool {
    matches!(error.code(), "FULFILLMENT_ORDER_NOT_FOUND" | "INVALID_LINE_ITEM_QUANTITY")
}
