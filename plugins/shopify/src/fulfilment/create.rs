//! Fulfillment orders leave with all that is left in them, as one parcel.
//!
//! All of it is named with its quantities: a repeat finds them closed, and one that was divided or shipped in between,
//! such as for the order's next parcel, is refused where it would leave as something else.

use serde::Deserialize;
use serde_json::value::RawValue;
use wharf_sdk::{Json, Outcome, Problem, Verdict};

use super::{
    allotment::Part,
    documents, look,
    parcel::{Memo, Parcel, Sent, Step},
    queue::Next,
};
use crate::{
    graphql::{self, MUTATION, Refusal},
    settings::Settings,
    user_error::UserError,
};

pub(super) fn next(settings: &Settings, memo: Memo, parts: &[Part]) -> Next {
    let request = graphql::request(documents::FULFILL, MUTATION, |json| {
        json.key("fulfillment").begin_object().key("lineItemsByFulfillmentOrder").begin_array();
        for part in parts {
            part.write(json);
        }
        json.end_array().key("notifyCustomer").flag(settings.notify_customer);
        tracking(json, &memo.parcel);
        json.end_object();
    });
    let orders = parts.iter().map(|part| part.order).collect();
    let sent = Some(Sent { orders, refusals: Vec::new() });
    let memo = Memo { step: Step::Create, held: Vec::new(), sent, ..memo };
    Next::Send(request, Box::new(memo))
}

/// A carrier that Shopify knows by exactly this name gets a link to its tracking page (see
/// [FulfillmentTrackingInput](https://shopify.dev/docs/api/admin-graphql/2026-10/input-objects/FulfillmentTrackingInput)).
fn tracking(json: &mut Json, parcel: &Parcel) {
    let members = [("company", &parcel.company), ("number", &parcel.number), ("url", &parcel.url)];
    if members.iter().all(|(_, text)| text.is_none()) {
        return;
    }
    json.key("trackingInfo").begin_object();
    for (name, text) in members {
        if let Some(text) = text {
            json.member(name, text);
        }
    }
    json.end_object();
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "fulfillmentCreate")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    fulfillment: Option<Created>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    id: String,
    total_quantity: i64,
}

pub(super) fn settle(memo: Memo, data: &RawValue) -> Next {
    match graphql::shape::<Data>(data).map(|data| data.payload) {
        Ok(Some(payload)) if !payload.user_errors.is_empty() => asked_again(memo, &payload.user_errors),
        Ok(Some(Payload { fulfillment: Some(created), .. })) => accepted(&memo.parcel, &created).into(),
        Ok(_) => super::refused(&memo, &Refusal::Passing(graphql::unreadable())),
        Err(refusal) => super::refused(&memo, &refusal),
    }
}

fn accepted(parcel: &Parcel, created: &Created) -> Outcome {
    let mut warnings = parcel.losses();
    let (told, units) = (created.total_quantity, parcel.units());
    if told != units {
        let message = format!(
            "Shopify shipped {told} units where the parcel has {units}, as the order was changed at that moment; \
             look at it in Shopify."
        );
        warnings.push(Problem::warning("other-quantity", message));
    }
    Outcome::new(0, Verdict::Accepted(warnings)).remote_id(&created.id)
}

/// These errors have no code, so whether the parcel is there already has to be asked.
fn asked_again(memo: Memo, errors: &[UserError]) -> Next {
    let refusals = errors.iter().map(|error| super::problem(error).message).collect();
    let sent = memo.sent.clone().map(|sent| Sent { refusals, ..sent });
    look::next(Memo { sent, ..memo.looking() })
}
