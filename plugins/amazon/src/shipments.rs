//! Parcels, confirmed to Amazon: `confirmShipment` of the
//! [Orders API v0](https://developer-docs.amazon.com/sp-api/docs/orders-api-v0-reference), the only version that has it.
//!
//! Amazon knows a parcel by the order and `packageReferenceId`, which is the host's number of the shipment: a request
//! that is repeated confirms the same parcel.

use wharf_sdk::{
    Exchange, Failure, Json, Preparation, Problem, Reason, Rejection, Request, Response, Shipment, Verdict,
    percent_encoded, rfc3339,
};

use crate::{
    API, SHIPMENTS_PATH, carriers,
    issues::{Refusal, unreadable},
    settings::Market,
};

/// The status with which Amazon takes a confirmation; its answer has no body.
const CONFIRMED: u16 = 204;

/// One request for each parcel.
pub(crate) fn prepare(market: &Market, shipments: &[Shipment]) -> Preparation {
    let mut preparation =
        Preparation { exchanges: Vec::with_capacity(shipments.len()), rejections: Vec::new() };
    for (index, shipment) in (0..).zip(shipments) {
        match request(market, shipment) {
            Ok(exchange) => preparation.exchanges.push(Exchange { covers: vec![index], ..exchange }),
            Err(problem) => preparation.rejections.push(Rejection { index, problems: vec![problem] }),
        }
    }
    preparation
}

/// `ConfirmShipmentRequest`. Amazon requires carrier and tracking number.
fn request(market: &Market, shipment: &Shipment) -> Result<Exchange, Problem> {
    let carrier = shipment.carrier.as_deref().ok_or_else(|| lacking("carrier"))?;
    let number = shipment.tracking_number.as_deref().ok_or_else(|| lacking("tracking number"))?;
    let mut json = Json::with_capacity(512);
    json.begin_object().member("marketplaceId", market.marketplace());
    json.key("packageDetail").begin_object().member("packageReferenceId", &shipment.id);
    json.member("carrierCode", carriers::code(carrier)).member("carrierName", carrier);
    if let Some(service) = &shipment.service {
        json.member("shippingMethod", service);
    }
    json.member("trackingNumber", number).member("shipDate", &rfc3339(shipment.shipped_at));
    json.key("orderItems").begin_array();
    for line in &shipment.lines {
        json.begin_object().member("orderItemId", &line.remote_id).key("quantity").integer(line.quantity);
        json.end_object();
    }
    json.end_array().end_object().end_object();
    let target = format!("{SHIPMENTS_PATH}{}/shipmentConfirmation", percent_encoded(&shipment.order));
    Ok(Request::post(API, target).json(json).into())
}

fn lacking(what: &str) -> Problem {
    let code = format!("no-{}", what.replace(' ', "-"));
    Problem::error(code, format!("Amazon takes no parcel without a {what}; record it anew with one."))
}

/// Of the one parcel that the exchange covers.
pub(crate) fn verdict(response: &Response) -> Verdict {
    match Failure::of(response.status) {
        None if response.status == CONFIRMED => Verdict::accepted(),
        None => Verdict::retry(unreadable()),
        Some(failure) => refused(failure, &response.body),
    }
}

fn refused(failure: Failure, body: &[u8]) -> Verdict {
    let Refusal { problem, is_amazons } = Refusal::of(failure, body, "The parcel was not confirmed.");
    match failure {
        Failure::Refused if is_amazons && problem.reason == Reason::Data => Verdict::rejected(problem),
        Failure::NotFound if is_amazons && problem.reason == Reason::Missing => Verdict::rejected(problem),
        _ => Verdict::retry(problem),
    }
}
