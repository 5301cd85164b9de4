//! Parcels against Amazon's own model, and what its answers mean.

mod support;

use amazon::Amazon;
use serde_json::json;
use support::*;
use wharf_sdk::{
    Body, Context, Fulfiller, Reason, Request, Settlement, Shipment, Verdict,
    testing::{only, response, settled_shipments},
};
use wharf_vendors::{Contract as _, Sent, amazon::Amazon as Contract};

/// Amazon's sandbox knows this order.
const ORDER: &str = "902-1106328-1059050";

fn parcel() -> Shipment {
    let parcel = Shipment::new("7", ORDER).line("79039765272157", 1).tracked("fedex", "112345678");
    Shipment { service: Some("FedEx Ground".into()), ..parcel.at(1_644_541_200_000) }
}

fn exchange(context: &Context, parcel: Shipment) -> wharf_sdk::Exchange {
    only(Amazon::prepare_shipments(context, &[parcel]).exchanges)
}

fn sent(request: &Request) -> Sent {
    match &request.body {
        Body::Bytes(bytes) => Sent::new("POST", &request.target, bytes),
        other => panic!("{other:?}"),
    }
}

fn verdict(status: u16, body: &str) -> Verdict {
    let settlement: Settlement =
        settled_shipments::<Amazon>(&plain(), &exchange(&plain(), parcel()), response(status, body));
    only(settlement.outcomes).verdict
}

#[test]
fn a_parcel_is_confirmed_with_its_number_as_amazon_writes_it() {
    let request = exchange(&plain(), parcel()).request;
    assert_eq!(request.target, format!("/orders/v0/orders/{ORDER}/shipmentConfirmation"));
    let Body::Bytes(body) = &request.body else { panic!("{request:?}") };
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(
        body,
        json!({
            "marketplaceId": GERMANY,
            "packageDetail": {
                "packageReferenceId": "7", "carrierCode": "FedEx", "carrierName": "fedex",
                "shippingMethod": "FedEx Ground", "trackingNumber": "112345678",
                "shipDate": "2022-02-11T01:00:00.000Z",
                "orderItems": [{"orderItemId": "79039765272157", "quantity": 1}]
            }
        })
    );
    assert_eq!(exchange(&plain(), parcel()).request, request, "a repeat is of the same bytes");
}

#[test]
fn amazon_takes_the_confirmation_and_the_wrong_one_is_refused() {
    let Some(contract) = Contract::shared().unwrap() else { return };
    let two = Shipment::new("8", ORDER).line("1", 2).line("2", 1).tracked("Fahrradkurier", "X");
    for parcel in [parcel(), two] {
        let mut sent = sent(&exchange(&plain(), parcel).request);
        contract.judge(&sent).unwrap_or_else(|refusal| panic!("{refusal}"));
        sent.body = br#"{"marketplaceId":"A","packageDetail":{"packageReferenceId":"1"}}"#.to_vec();
        contract.judge(&sent).expect_err("it names no carrier");
    }
}

#[test]
fn a_parcel_that_amazon_would_not_take_is_not_sent() {
    let nameless = Shipment::new("1", ORDER).line("1", 1);
    let unnumbered = Shipment { tracking_number: None, ..parcel() };
    let prepared = Amazon::prepare_shipments(&plain(), &[nameless, parcel(), unnumbered]);
    let codes: Vec<_> =
        prepared.rejections.iter().map(|it| (it.index, it.problems[0].code.as_str())).collect();
    assert_eq!(codes, [(0, "no-carrier"), (2, "no-tracking-number")]);
    assert_eq!(only(prepared.exchanges).covers, [1]);
}

#[test]
fn only_amazons_own_words_settle_a_parcel() {
    assert_eq!(verdict(204, ""), Verdict::accepted());
    let invalid = r#"{"errors": [{"code": "InvalidInput", "message": "Invalid Input"}]}"#;
    let Verdict::Rejected(problems) = verdict(400, invalid) else { panic!("a 400 of Amazon's is final") };
    assert_eq!((problems[0].code.as_str(), problems[0].reason), ("InvalidInput", Reason::Data));
    assert!(matches!(verdict(404, invalid), Verdict::Rejected(_)), "there is no such order");
    for (status, body) in
        [(200, "<html>"), (200, "{}"), (400, "<html>"), (403, invalid), (429, ""), (503, "")]
    {
        assert!(matches!(verdict(status, body), Verdict::Retry(_)), "{status} {body}");
    }
}
