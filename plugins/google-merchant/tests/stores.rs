//! What each store has, told after the product.

use google_merchant::GoogleMerchant;
use serde_json::{Value as Json, json};
use wharf_sdk::{
    Action, Context, Exchange, Method, Outcome, Problem, Publisher, Reason, Settlement, Verdict,
    testing::{self, Batch, Item, Operation, Value, field, levels, only, response, sent},
};

const NAME: &str = "accounts/123/productInputs/de~DE~OAK";

/// Two stores; Kiel is a warehouse.
fn context() -> Context {
    let stores = json!({"berlin": "B 1", "hamburg": "H1"});
    testing::context(json!({"account": "123", "data_source": "456", "stores": stores}))
}

fn operation(action: Action, berlin: i64, hamburg: i64) -> Operation {
    let item = Item::new("OAK")
        .with(field::<GoogleMerchant>("availability"), Value::Quantity(berlin + hamburg + 9))
        .with(
            field::<GoogleMerchant>("localInventories"),
            levels(&[("berlin", berlin), ("kiel", 9), ("hamburg", hamburg)]),
        );
    Operation::new(action, item)
}

fn prepared(operation: Operation) -> Exchange {
    let batch = Batch::of_operations(&[operation]);
    only(GoogleMerchant::prepare(&context(), batch.operations()).exchanges)
}

fn settled(exchange: &Exchange, status: u16, body: &Json) -> Settlement {
    testing::settled::<GoogleMerchant>(&context(), exchange, response(status, body.to_string()))
}

fn further(exchange: &Exchange, status: u16, body: &Json) -> Exchange {
    let settlement = settled(exchange, status, body);
    assert_eq!(settlement.outcomes, []);
    only(settlement.further)
}

fn outcome(exchange: &Exchange, status: u16, body: &Json) -> Outcome {
    let settlement = settled(exchange, status, body);
    assert_eq!(settlement.further, []);
    only(settlement.outcomes)
}

/// The exchange for the first store of a product that Google took.
fn at_berlin() -> Exchange {
    further(&prepared(operation(Action::Stock, 3, 0)), 200, &json!({ "name": NAME }))
}

fn refusal(message: &str) -> Json {
    json!({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}})
}

fn problem(verdict: Verdict) -> Problem {
    match verdict {
        Verdict::Rejected(problems) => only(problems),
        Verdict::Retry(postponement) => postponement.problem,
        Verdict::Accepted(warnings) => only(warnings),
    }
}

#[test]
fn the_stores_follow_the_product_one_after_the_other() {
    let product = prepared(operation(Action::Upsert, 3, 0));
    assert_eq!(
        serde_json::from_slice::<Json>(sent(&product)).unwrap()["productAttributes"]["availability"],
        "IN_STOCK"
    );
    let berlin = further(&product, 200, &json!({ "name": NAME }));
    let target = "/inventories/v1/accounts/123/products/ZGV-REV-T0FL/localInventories:insert";
    assert_eq!((berlin.request.method, berlin.request.target.as_str()), (Method::Post, target));
    let store = |exchange: &Exchange| serde_json::from_slice::<Json>(sent(exchange)).unwrap();
    let attributes =
        |availability: &str, quantity: &str| json!({"availability": availability, "quantity": quantity});
    let in_berlin = json!({"storeCode": "B 1", "localInventoryAttributes": attributes("IN_STOCK", "3")});
    assert_eq!(store(&berlin), in_berlin);

    let hamburg = further(&berlin, 200, &json!({"name": "n", "storeCode": "B 1"}));
    let in_hamburg = json!({"storeCode": "H1", "localInventoryAttributes": attributes("OUT_OF_STOCK", "0")});
    assert_eq!(store(&hamburg), in_hamburg);
    let done = outcome(&hamburg, 200, &json!({"storeCode": "H1"}));
    assert_eq!((done.verdict, done.remote_id.as_deref()), (Verdict::accepted(), Some(NAME)));
}

#[test]
fn prices_and_deletions_say_nothing_of_stores() {
    let price = field::<GoogleMerchant>("price");
    for (action, answer) in [(Action::Price, json!({ "name": NAME })), (Action::Delete, json!({}))] {
        let operation = operation(action, 3, 1);
        let item = operation.item.clone().with(price, testing::euros(990));
        let exchange = prepared(Operation { item, ..operation });
        assert_eq!(outcome(&exchange, 200, &answer).verdict, Verdict::accepted());
    }
}

#[test]
fn a_product_that_google_refused_is_not_told_by_store() {
    let product = prepared(operation(Action::Upsert, 3, 0));
    assert_eq!(problem(outcome(&product, 400, &refusal("No")).verdict).code, "INVALID_ARGUMENT");
}

#[test]
fn a_product_that_is_not_processed_yet_is_waited_for_half_an_hour() {
    let missing = json!({"error": {"code": 404, "message": "not found", "status": "NOT_FOUND"}});
    let mut exchange = at_berlin();
    let request = exchange.request.clone();
    let mut waited = 0;
    for _ in 0..5 {
        exchange = further(&exchange, 404, &missing);
        assert_eq!(exchange.request, request, "the same store again");
        waited += exchange.delay_ms;
    }
    assert_eq!(waited, 31 * 60_000);
    let given_up = outcome(&exchange, 404, &missing);
    assert_eq!(given_up.remote_id.as_deref(), Some(NAME));
    let problem = problem(given_up.verdict);
    assert_eq!((problem.code.as_str(), problem.reason), ("not-found", Reason::Missing));
}

#[test]
fn a_store_that_google_refuses_does_not_keep_the_others_away() {
    let hamburg = further(&at_berlin(), 400, &refusal("Unknown store code"));
    let done = outcome(&hamburg, 200, &json!({"storeCode": "H1"}));
    assert_eq!(done.remote_id.as_deref(), Some(NAME), "the product is listed all the same");
    let problem = problem(done.verdict);
    assert_eq!((problem.code.as_str(), problem.reason), ("store-refused", Reason::Settings));
    assert_eq!(problem.field, Some(field::<GoogleMerchant>("localInventories")));
    assert!(
        problem.message.contains("`B 1`") && problem.message.contains("Unknown store code"),
        "{problem:?}"
    );
}

#[test]
fn an_answer_about_another_store_is_no_success() {
    for body in [json!({"storeCode": "H1"}), json!({}), json!("<html>")] {
        let outcome = outcome(&at_berlin(), 200, &body);
        assert_eq!(problem(outcome.verdict).reason, Reason::Contract, "{body}");
    }
    assert_eq!(problem(outcome(&at_berlin(), 403, &refusal("No")).verdict).reason, Reason::Permission);
}

#[test]
fn a_memo_that_this_connector_did_not_write_is_no_success() {
    let strange = Exchange { memo: vec![0, b'{'], ..at_berlin() };
    assert_eq!(problem(outcome(&strange, 200, &json!({ "name": NAME })).verdict).reason, Reason::Contract);
}

/// A chain survives a restart only if what it has to remember fits the 64 KiB that hosts keep.
#[test]
fn the_memo_of_five_hundred_stores_is_kept_by_any_host() {
    let stores: serde_json::Map<String, Json> =
        (0..500).map(|number| (format!("place {number}"), json!(format!("{number:064}")))).collect();
    let context = testing::context(json!({"account": "1", "data_source": "2", "stores": stores}));
    let places: Vec<String> = (0..500).map(|number| format!("place {number}")).collect();
    let quantities: Vec<(&str, i64)> = places.iter().map(|place| (place.as_str(), 1_000_000)).collect();
    let item = Item::new("OAK")
        .with(field::<GoogleMerchant>("availability"), Value::Quantity(1))
        .with(field::<GoogleMerchant>("localInventories"), levels(&quantities));
    let batch = Batch::of_operations(&[Operation::new(Action::Stock, item)]);
    let exchange = only(GoogleMerchant::prepare(&context, batch.operations()).exchanges);
    assert!((30_000..60_000).contains(&exchange.memo.len()), "{}", exchange.memo.len());
}
