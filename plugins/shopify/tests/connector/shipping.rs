//! Parcels: what is sent, what is made of answers, and that no fault ships a unit twice.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use shopify::Shopify;
use wharf_sdk::{
    Context, Exchange, Fulfiller, Outcome, Reason, Settlement, Shipment, Verdict, testing::settled_shipments,
};

use crate::{
    fixture::*,
    warehouse::{ORDER, Warehouse, line},
};

fn parcel(lines: &[(&str, i64)]) -> Shipment {
    let plain = Shipment::new("7", ORDER).tracked("DHL Express", "0034");
    lines.iter().fold(plain, |parcel, (name, units)| parcel.line(line(name), *units))
}

fn untracked(parcel: Shipment) -> Shipment {
    Shipment { carrier: None, tracking_number: None, ..parcel }
}

fn first(context: &Context, parcel: &Shipment) -> Exchange {
    let prepared = Shopify::prepare_shipments(context, std::slice::from_ref(parcel));
    assert_eq!(prepared.rejections, []);
    only(prepared.exchanges)
}

fn told(exchange: &Exchange, status: u16, body: &str) -> Settlement {
    settled_shipments::<Shopify>(&plain(), exchange, response(status, body))
}

fn answered_with(exchange: &Exchange, data: &Json) -> Settlement {
    told(exchange, 200, &json!({ "data": data }).to_string())
}

fn asked(warehouse: &mut Warehouse, exchange: &Exchange) -> Json {
    warehouse.answer(&name(exchange), &variables(exchange))
}

/// The requests of a parcel's chain, in order, and its outcome.
fn ship(context: &Context, parcel: &Shipment, warehouse: &mut Warehouse) -> (Vec<Exchange>, Outcome) {
    let mut sent = vec![first(context, parcel)];
    for _ in 0..20 {
        let exchange = &sent[sent.len() - 1];
        let data = json!({"data": asked(warehouse, exchange)}).to_string();
        let settlement = settled_shipments::<Shopify>(context, exchange, response(200, data));
        if settlement.further.is_empty() {
            return (sent, only(outcomes(settlement)));
        }
        sent.push(further(settlement));
    }
    panic!("it does not end: {warehouse:?}");
}

fn names(sent: &[Exchange]) -> Vec<String> {
    sent.iter().map(name).collect()
}

/// Code and message of the only problem of a rejection.
fn refusal(parcel: &Shipment, mut warehouse: Warehouse) -> (String, String) {
    let (_, outcome) = ship(&plain(), parcel, &mut warehouse);
    let Verdict::Rejected(problems) = outcome.verdict else { panic!("not rejected: {outcome:?}") };
    assert_eq!(warehouse.left, []);
    let problem = only(problems);
    (problem.code, problem.message)
}

#[test]
fn a_whole_order_is_shipped_in_two_steps() {
    let mut warehouse = Warehouse::default().holding(&[("1", 2), ("2", 1)]);
    let parcel =
        Shipment { tracking_url: Some("https://dhl.example/0034".into()), ..parcel(&[("2", 1), ("1", 2)]) };
    let (sent, outcome) = ship(&plain(), &parcel, &mut warehouse);
    assert_eq!(names(&sent), ["FulfillmentOrders", "Fulfill"]);
    assert_eq!(
        variables(&sent[1]),
        json!({"fulfillment": {
            "lineItemsByFulfillmentOrder": [{
                "fulfillmentOrderId": "gid://shopify/FulfillmentOrder/100",
                "fulfillmentOrderLineItems": [
                    {"id": "gid://shopify/FulfillmentOrderLineItem/100", "quantity": 2},
                    {"id": "gid://shopify/FulfillmentOrderLineItem/101", "quantity": 1},
                ],
            }],
            "notifyCustomer": false,
            "trackingInfo": {"company": "DHL Express", "number": "0034", "url": "https://dhl.example/0034"},
        }})
    );
    assert_eq!(accepted(&outcome), [] as [&str; 0]);
    assert_eq!(outcome.remote_id.as_deref(), Some("gid://shopify/Fulfillment/1"));
}

#[test]
fn a_part_becomes_a_fulfillment_order_of_its_own_before_it_is_shipped() {
    for keeps_split in [false, true] {
        let mut warehouse = Warehouse::default().holding(&[("1", 5), ("2", 1)]);
        warehouse.keeps_split = keeps_split;
        let (sent, outcome) = ship(&plain(), &parcel(&[("1", 2)]), &mut warehouse);
        assert_eq!(names(&sent), ["FulfillmentOrders", "Split", "FulfillmentOrders", "Fulfill"]);
        let wanted = json!([{"id": "gid://shopify/FulfillmentOrderLineItem/100", "quantity": 2}]);
        assert_eq!(variables(&sent[1])["splits"][0]["fulfillmentOrderLineItems"], wanted);
        assert_eq!(accepted(&outcome), [] as [&str; 0]);
        assert_eq!((warehouse.left("1"), warehouse.left("2")), (2, 0));
    }
}

#[test]
fn what_fits_as_it_is_is_not_divided() {
    let mut warehouse = Warehouse::default().holding(&[("1", 1)]).holding(&[("1", 3)]).holding(&[("1", 4)]);
    let (sent, _) = ship(&plain(), &parcel(&[("1", 3)]), &mut warehouse);
    assert_eq!(names(&sent), ["FulfillmentOrders", "Fulfill"]);
}

#[test]
fn a_parcel_leaves_from_where_the_operator_says() {
    let both = Warehouse::default().holding(&[("1", 2)]).holding(&[("1", 2)]).but(|it| it.location = 71);
    for (location, number) in [("berlin", 100), ("hamburg", 200)] {
        let parcel = Shipment { location: Some(location.into()), ..parcel(&[("1", 2)]) };
        let (sent, _) = ship(&plain(), &parcel, &mut both.clone());
        let shipped = &variables(&sent[1])["fulfillment"]["lineItemsByFulfillmentOrder"];
        let id = format!("gid://shopify/FulfillmentOrder/{number}");
        assert_eq!((&shipped[0]["fulfillmentOrderId"], shipped.get(1)), (&json!(id), None));
    }
}

#[test]
fn the_customer_hears_of_it_where_the_settings_say_so() {
    let context = context(json!({"locations": {"berlin": "70"}, "notify_customer": true}));
    let mut warehouse = Warehouse::default().holding(&[("1", 2)]);
    let (sent, _) = ship(&context, &untracked(parcel(&[("1", 2)])), &mut warehouse);
    let fulfillment = &variables(&sent[1])["fulfillment"];
    assert_eq!((&fulfillment["notifyCustomer"], fulfillment.get("trackingInfo")), (&json!(true), None));
}

#[test]
fn an_order_of_many_fulfillment_orders_and_lines_is_read_to_its_end() {
    let lines: Vec<(String, i64)> = (0..30).map(|number| (number.to_string(), 1)).collect();
    let lines: Vec<(&str, i64)> = lines.iter().map(|(name, units)| (name.as_str(), *units)).collect();
    let others = (0..6).fold(Warehouse::default(), |all, _| all.holding(&[("a", 1)]));
    let mut warehouse = others.holding(&lines);
    let (sent, outcome) = ship(&plain(), &parcel(&lines), &mut warehouse);
    assert_eq!(accepted(&outcome), [] as [&str; 0]);
    let sizes: Vec<(Json, Json)> =
        sent[..4].iter().map(variables).map(|sent| (sent["lines"].clone(), sent["after"].clone())).collect();
    let at = |lines: i64, after: Json| (json!(lines), after);
    assert_eq!(
        sizes,
        [at(20, Json::Null), at(20, json!("5")), at(250, json!("5")), at(250, json!("6"))],
        "one page, and the cut one again, singly"
    );
    let lines: Vec<(String, i64)> = (0..251).map(|number| (number.to_string(), 1)).collect();
    let lines: Vec<(&str, i64)> = lines.iter().map(|(name, units)| (name.as_str(), *units)).collect();
    assert_eq!(refusal(&parcel(&lines), Warehouse::default().holding(&lines)).0, "too-many-lines");
}

#[test]
fn a_parcel_that_is_there_already_is_accepted() {
    let mut warehouse = Warehouse::default().holding(&[("1", 2)]).holding(&[("1", 2)]);
    ship(&plain(), &parcel(&[("1", 2)]), &mut warehouse);
    let (sent, outcome) = ship(&plain(), &parcel(&[("1", 2)]), &mut warehouse);
    assert_eq!(names(&sent), ["FulfillmentOrders"]);
    assert_eq!(outcome.remote_id.as_deref(), Some("gid://shopify/Fulfillment/1"));
    warehouse.parcels[0]["status"] = json!("CANCELLED");
    let (sent, _) = ship(&plain(), &parcel(&[("1", 2)]), &mut warehouse);
    assert_eq!(names(&sent), ["FulfillmentOrders", "Fulfill"], "a cancelled parcel is none");
}

#[test]
fn a_refusal_is_believed_only_while_there_is_something_left_to_ship() {
    let whole = parcel(&[("1", 2)]);
    let refused = json!({"fulfillmentCreate": {"fulfillment": null, "userErrors": [
        {"field": ["fulfillment", "trackingInfo", "company"], "message": "is too long"},
    ]}});
    for parcel in [whole.clone(), untracked(whole)] {
        let mut warehouse = Warehouse::default().holding(&[("1", 2)]);
        let look = first(&plain(), &parcel);
        let create = further(answered_with(&look, &asked(&mut warehouse, &look)));
        let again = further(answered_with(&create, &refused));
        let mut untouched = warehouse.clone();
        let outcome = only(outcomes(answered_with(&again, &asked(&mut untouched, &again))));
        assert_eq!(rejected(&outcome), [("refused".to_owned(), None)]);
        let Verdict::Rejected(problems) = outcome.verdict else { panic!() };
        assert!(problems[0].message.contains("fulfillment.trackingInfo.company: is too long"));

        asked(&mut warehouse, &create);
        let repeat = asked(&mut warehouse, &create);
        let again = further(answered_with(&create, &repeat));
        let outcome = only(outcomes(answered_with(&again, &asked(&mut warehouse, &again))));
        assert_eq!(accepted(&outcome), [] as [&str; 0]);
        assert_eq!(
            (outcome.remote_id.as_deref(), warehouse.left("1")),
            (Some("gid://shopify/Fulfillment/1"), 2)
        );
    }
}

#[test]
fn what_cannot_be_shipped_is_rejected_with_a_remedy() {
    let two = parcel(&[("1", 2)]);
    let one = || Warehouse::default().holding(&[("1", 2)]);
    let elsewhere = |it: &mut crate::warehouse::FulfillmentOrder| it.actions = vec!["REQUEST_FULFILLMENT"];
    let other_place = |it: &mut crate::warehouse::FulfillmentOrder| it.location = 71;
    for (warehouse, code, word) in [
        (one().but(|it| it.status = "ON_HOLD"), "on-hold", "risk of fraud"),
        (one().but(elsewhere).but(|it| it.status = "SCHEDULED"), "scheduled", "later date"),
        (one().but(elsewhere), "shipped-elsewhere", "`Depot`"),
        (one().but(|it| it.status = "CANCELLED"), "too-few-left", "has 0 left"),
        (Warehouse::default().holding(&[("1", 1), ("2", 5)]), "too-few-left", "has 1 left"),
        (
            Warehouse::default().holding(&[("1", 1)]).holding(&[("1", 1)]).but(other_place),
            "several-locations",
            "a parcel for each",
        ),
    ] {
        let (refused, message) = refusal(&two, warehouse);
        assert_eq!(refused, code);
        assert!(message.contains(word), "{message}");
    }
    let foreign = Shipment { order: "gid://shopify/Order/2".into(), ..two.clone() };
    assert_eq!(refusal(&foreign, one()).0, "unknown-order");
}

#[test]
fn what_shopify_has_against_a_split_is_told_or_looked_at_again() {
    let mut warehouse = Warehouse::default().holding(&[("1", 5)]);
    let look = first(&plain(), &parcel(&[("1", 2)]));
    let split = further(answered_with(&look, &asked(&mut warehouse, &look)));
    let path = ["fulfillmentOrderSplits", "0", "fulfillmentOrderLineItems", "0", "quantity"];
    let refused = |code: &str| {
        let error = json!({"code": code, "field": path, "message": "must be another"});
        answered_with(&split, &json!({"fulfillmentOrderSplit": {"userErrors": [error]}}))
    };
    let outcome = only(outcomes(refused("GREATER_THAN")));
    let Verdict::Rejected(problems) = outcome.verdict else { panic!("{outcome:?}") };
    assert_eq!((problems[0].code.as_str(), problems[0].field), ("GREATER_THAN", None));
    assert!(
        problems[0].message.starts_with("fulfillmentOrderSplits.0.fulfillmentOrderLineItems.0.quantity: ")
    );

    let again = further(refused("INVALID_LINE_ITEM_QUANTITY"));
    assert_eq!(name(&again), "FulfillmentOrders");
    // Shopify goes on to say that it splits, and never does.
    let second = further(answered_with(&again, &asked(&mut warehouse, &again)));
    let done = json!({"fulfillmentOrderSplit": {"userErrors": []}});
    let third = further(answered_with(&second, &done));
    let outcome = only(outcomes(answered_with(&third, &asked(&mut warehouse, &third))));
    assert_eq!(retried(&outcome), because("order-changed", Reason::Conflict));
}

#[test]
fn losses_and_surprises_are_warnings() {
    let lost = Shipment { tracking_url: Some("dhl".into()), ..parcel(&[("1", 2)]) };
    let mut warehouse = Warehouse::default().holding(&[("1", 2)]);
    let look = first(&plain(), &lost);
    let create = further(answered_with(&look, &asked(&mut warehouse, &look)));
    let shipped = json!({"id": "gid://shopify/Fulfillment/1", "totalQuantity": 3});
    let created = json!({"fulfillmentCreate": {"fulfillment": shipped, "userErrors": []}});
    let outcome = only(outcomes(answered_with(&create, &created)));
    assert_eq!(accepted(&outcome), ["no-tracking-url", "other-quantity"]);
}

/// An exchange of each step.
fn steps() -> [Exchange; 3] {
    let mut warehouse = Warehouse::default().holding(&[("1", 5)]);
    let (sent, _) = ship(&plain(), &parcel(&[("1", 2)]), &mut warehouse);
    let [look, split, _, create] = <[Exchange; 4]>::try_from(sent).unwrap();
    [look, split, create]
}

#[test]
fn nonsense_is_never_taken_for_a_parcel() {
    let null = r#"{"data": {"fulfillmentCreate": {"fulfillment": null, "userErrors": []}}}"#;
    for exchange in steps() {
        for (status, body) in [
            (200, "<html>"),
            (200, "{}"),
            (200, r#"{"data": {}}"#),
            (200, r#"{"data": null}"#),
            (200, null),
            (204, ""),
            (404, ""),
            (502, "<html>"),
        ] {
            let outcome = only(outcomes(told(&exchange, status, body)));
            assert!(matches!(outcome.verdict, Verdict::Retry(_)), "{status} {body}: {outcome:?}");
            assert_eq!(outcome.note.is_some(), name(&exchange) == "Fulfill", "{status} {body}: {outcome:?}");
        }
    }
}

#[test]
fn an_empty_bucket_says_how_long_to_wait() {
    let body = json!({
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {
            "requestedQueryCost": 400, "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 100.0},
        }},
    });
    for exchange in steps() {
        let settlement = told(&exchange, 200, &body.to_string());
        assert_eq!(settlement.allowances[0].wait_ms, Some(3_000));
        let outcome = only(outcomes(settlement));
        let Verdict::Retry(postponement) = &outcome.verdict else { panic!("{outcome:?}") };
        assert_eq!(postponement.after_ms, Some(3_000));
        assert_eq!(retried(&outcome), because("THROTTLED", Reason::Budget));
    }
}

/// What befalls a request.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// A crash sends it twice, and only the second answer is read.
    Repeated,
    /// Shopify does it, and a proxy answers in its stead.
    Lost,
    /// A proxy answers, and Shopify hears nothing of it.
    Dropped,
}

/// With which of the requests that wait is sent.
fn faults() -> impl Strategy<Value = Vec<(Fault, usize)>> {
    let fault =
        prop_oneof![Just(Fault::None), Just(Fault::Repeated), Just(Fault::Lost), Just(Fault::Dropped)];
    proptest::collection::vec((fault, 0_usize..6), 0..24)
}

/// As the host does it: what is due is prepared, all together or each by itself, one of the requests that wait is sent,
/// and a retry comes with its note. The verdicts, once there are no more requests.
fn tell(
    mut shipments: Vec<Shipment>,
    together: bool,
    warehouse: &mut Warehouse,
    faults: &[(Fault, usize)],
) -> Vec<Verdict> {
    let mut verdicts = vec![None; shipments.len()];
    let mut waiting: Vec<(Exchange, Vec<usize>)> = Vec::new();
    let due = |verdicts: &[Option<Verdict>], waiting: &[(Exchange, Vec<usize>)]| -> Vec<usize> {
        let waits = |at: &usize| waiting.iter().any(|(_, covered)| covered.contains(at));
        (0..verdicts.len()).filter(|at| verdicts[*at].is_none() && !waits(at)).collect()
    };
    for (fault, pick) in faults.iter().copied().chain(std::iter::repeat_n((Fault::None, 0), 100)) {
        let due = due(&verdicts, &waiting);
        for call in due.chunks(if together { due.len().max(1) } else { 1 }) {
            let called: Vec<Shipment> = call.iter().map(|at| shipments[*at].clone()).collect();
            for exchange in Shopify::prepare_shipments(&plain(), &called).exchanges {
                let covered = exchange.covers.iter().map(|index| call[*index as usize]).collect();
                waiting.push((exchange, covered));
            }
        }
        if waiting.is_empty() {
            break;
        }
        let (exchange, covered) = waiting.remove(pick % waiting.len());
        let settlement = befallen(fault, warehouse, &exchange);
        for outcome in settlement.outcomes {
            let at = covered[outcome.index as usize];
            shipments[at].note = outcome.note.or(shipments[at].note.take());
            shipments[at].attempt += 1;
            verdicts[at] = Some(outcome.verdict).filter(|verdict| !matches!(verdict, Verdict::Retry(_)));
        }
        for further in settlement.further {
            let covered = further.covers.iter().map(|index| covered[*index as usize]).collect();
            waiting.push((further, covered));
        }
    }
    verdicts.into_iter().map(|verdict| verdict.expect("each parcel ends")).collect()
}

fn befallen(fault: Fault, warehouse: &mut Warehouse, exchange: &Exchange) -> Settlement {
    if matches!(fault, Fault::Repeated | Fault::Lost) {
        asked(warehouse, exchange);
    }
    match fault {
        Fault::None | Fault::Repeated => answered_with(exchange, &asked(warehouse, exchange)),
        Fault::Lost | Fault::Dropped => told(exchange, 502, "<html>"),
    }
}

#[test]
fn parcels_of_an_order_wait_for_each_other_and_those_of_others_do_not() {
    let other = Shipment { order: "gid://shopify/Order/2".into(), ..parcel(&[("9", 1)]) };
    let twin = untracked(parcel(&[("1", 2)]));
    let shipments = [twin.clone(), other, twin.clone(), twin.clone()];
    let prepared = Shopify::prepare_shipments(&plain(), &shipments).exchanges;
    let covers: Vec<&[u32]> = prepared.iter().map(|exchange| exchange.covers.as_slice()).collect();
    assert_eq!(covers, [&[0, 2, 3][..], &[1]]);
    let mut warehouse = Warehouse::default().holding(&[("1", 4)]);
    let verdicts = tell(shipments.to_vec(), true, &mut warehouse, &[]);
    let is_accepted: Vec<bool> = verdicts.iter().map(|it| *it == Verdict::accepted()).collect();
    assert_eq!(is_accepted, [true, false, true, false], "the last one holds more than is left");
    assert_eq!((warehouse.left("1"), warehouse.parcels.len()), (4, 2));
    let long: Vec<Shipment> = (0..40).map(|_| twin.clone()).collect();
    let sizes: Vec<usize> = Shopify::prepare_shipments(&plain(), &long)
        .exchanges
        .iter()
        .map(|exchange| exchange.covers.len())
        .collect();
    assert_eq!(sizes, [16, 16, 8]);
}

#[test]
fn the_largest_order_fits_a_memo() {
    const MEMO: usize = 64 * 1024;
    let lines: Vec<(String, i64)> =
        (0..500).map(|line| (format!("{:014}", 10_i64.pow(13) + line), 1)).collect();
    let lines: Vec<(&str, i64)> = lines.iter().map(|(name, units)| (name.as_str(), *units)).collect();
    let long = |parcel| Shipment {
        tracking_url: Some(format!("https://dhl.example/{}", "a".repeat(1_000))),
        ..parcel
    };
    let mut warehouse = lines.chunks(200).fold(Warehouse::default(), Warehouse::holding);
    let (sent, outcome) = ship(&plain(), &long(parcel(&lines)), &mut warehouse);
    assert_eq!(accepted(&outcome), [] as [&str; 0]);
    let parcels: Vec<Shipment> = lines.chunks(32).map(|lines| long(parcel(lines))).collect();
    let queue = only(Shopify::prepare_shipments(&plain(), &parcels).exchanges);
    for exchange in sent.iter().chain([&queue]) {
        assert!(exchange.memo.len() < MEMO, "{}: {}", name(exchange), exchange.memo.len());
    }
}

#[test]
fn an_outage_holds_all_parcels_of_a_queue_and_a_wrong_order_only_its_own() {
    let mut second = parcel(&[("2", 1)]);
    second.note = Some(r#"{"orders":[5]}"#.into());
    let shipments = [parcel(&[("1", 2)]), second];
    let queue = only(Shopify::prepare_shipments(&plain(), &shipments).exchanges);
    let held = outcomes(told(&queue, 502, ""));
    assert!(held.iter().all(|outcome| matches!(outcome.verdict, Verdict::Retry(_))));
    let notes: Vec<_> = held.iter().map(|outcome| outcome.note.as_deref()).collect();
    assert_eq!(notes, [None, Some(r#"{"orders":[5]}"#)]);
    let wrong = json!({"errors": [{"message": "?", "extensions": {"code": "INVALID_VARIABLE"}}]});
    let settlement = told(&queue, 200, &wrong.to_string());
    assert_eq!((settlement.outcomes.len(), settlement.further[0].covers.as_slice()), (1, &[1][..]));
}

const LINES: [&str; 3] = ["1", "2", "3"];

/// The shop, and up to three parcels of what it holds.
fn shops() -> impl Strategy<Value = (Warehouse, Vec<Vec<(&'static str, i64)>>)> {
    let orders = proptest::collection::vec([0_i64..4, 0..4, 0..3], 1..5);
    let shares = proptest::collection::vec([0_i64..5, 0..5, 0..5], 1..4);
    (orders, shares, any::<bool>()).prop_map(|(orders, shares, keeps_split)| {
        let mut warehouse = Warehouse::default();
        warehouse.keeps_split = keeps_split;
        let mut left = [0; 3];
        for held in &orders {
            (0..3).for_each(|at| left[at] += held[at]);
            let held: Vec<_> = LINES.into_iter().zip(*held).filter(|(_, units)| *units > 0).collect();
            warehouse = if held.is_empty() { warehouse } else { warehouse.holding(&held) };
        }
        let mut take = |share: &[i64; 3]| -> Vec<(&'static str, i64)> {
            let taken = [0, 1, 2].map(|at| share[at].min(left[at]));
            (0..3).for_each(|at| left[at] -= taken[at]);
            LINES.into_iter().zip(taken).filter(|(_, units)| *units > 0).collect()
        };
        let parcels = shares.iter().map(&mut take).filter(|lines| !lines.is_empty()).collect();
        (warehouse, parcels)
    })
}

proptest! {
    #[test]
    fn whatever_is_repeated_or_lost_each_unit_leaves_once(
        (mut warehouse, parcels) in shops(),
        is_tracked: bool,
        together: bool,
        faults in faults(),
    ) {
        // Without numbers, parcels that are told at the same time cannot be told apart.
        let together = together || !is_tracked;
        let shipments = (0..).zip(&parcels).map(|(at, lines)| match is_tracked {
            true => parcel(lines).tracked("DHL Express", format!("0034{at}")),
            false => untracked(parcel(lines)),
        });
        let verdicts = tell(shipments.collect(), together, &mut warehouse, &faults);
        prop_assert_eq!(verdicts, vec![Verdict::accepted(); parcels.len()]);
        prop_assert_eq!(warehouse.parcels.len(), parcels.len());
        for name in LINES {
            let wanted: i64 = parcels.iter().flatten().filter(|(of, _)| *of == name).map(|it| it.1).sum();
            prop_assert_eq!(warehouse.left(name), wanted);
        }
    }
}
