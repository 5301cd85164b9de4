//! Every document with its variables, held against the schema that Shopify publishes for version 2026-10.
//!
//! `tests/vendors` does the same with whole catalogs; here are the kinds that those do not bring about.

#[path = "connector/fixture.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod fixture;
#[path = "connector/warehouse.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod warehouse;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use shopify::Shopify;
use wharf_sdk::{
    Action, Body, Connector, Context, Decimal, Exchange, Fulfiller, Position, Puller, Request, Rest,
    Shipment,
    testing::{Item, Operation, Value, settled_shipments},
};

use fixture::*;
use warehouse::Warehouse;
use wharf_vendors::shopify::Shopify as Schema;

/// Every kind of request, by the name of its document and what is special about it.
type Requests = Vec<(&'static str, Json)>;

fn settings() -> Context {
    context(json!({
        "locations": {"berlin": "70", "hamburg": "71"},
        "publications": ["8"],
        "option_names": ["Farbe", "Größe", "Material"],
    }))
}

/// An item with every field.
fn full(sku: &str, size: &str) -> Item {
    let text = |item: Item, (name, value): (&str, &str)| item.with(field(name), Value::text(value));
    let texts = [
        ("descriptionHtml", "<p>Soft</p>"),
        ("vendor", "Oak & Co"),
        ("productType", "Shirts"),
        ("category", "aa-1-13-8"),
        ("handle", "shirt"),
        ("status", "DRAFT"),
        ("seo.title", "Shirt"),
        ("seo.description", "A shirt"),
        ("option3", "Cotton"),
        ("barcode", "4006381333931"),
        ("countryCodeOfOrigin", "PT"),
        ("harmonizedSystemCode", "610910"),
    ];
    texts
        .into_iter()
        .fold(shirt(sku, "Red", size), text)
        .with(field("tags"), Value::texts(["summer", "soft"]))
        .with(field("files"), Value::images([format!("https://shop.example/{sku}.jpg")]))
        .with(field("salePrice"), euros(1_990))
        .with(field("weight"), Value::measure(Decimal::new(25, -2), "kg"))
        .with(field("taxable"), Value::Flag(true))
}

fn all() -> Requests {
    let mut requests = products();
    requests.extend(changes());
    requests.extend(deletions());
    requests.extend(parcels());
    requests.extend(reads());
    requests
}

fn products() -> Requests {
    let context = settings();
    let upsert = |item: Item| operation(Action::Upsert, item);
    let new = only_exchange(&context, &[upsert(full("S-1", "S")), upsert(full("S-2", "M"))]);
    let begun = json!({"productSet": {
        "productSetOperation": {"id": "gid://shopify/ProductSetOperation/9"}, "userErrors": [],
    }});
    let asked = further(settled(&context, &new, &begun));
    let publish = further(settled(&context, &new, &set(&product(&["S-1", "S-2"]))));
    let mut page = product(&["S-1"]);
    page["variants"]["pageInfo"] = json!({"hasNextPage": true, "endCursor": "c1"});
    let published = json!({"publishablePublish": {"publishable": page, "userErrors": []}});
    let read_on = only(settled(&context, &publish, &published).further);

    let before = only(taken(&plain(), &[full("S-1", "S")]));
    let bare = Item::new("S-1").group("SHIRT").with(field("title"), Value::text("Shirt"));
    let bare = bare.with(field("price"), euros(990)).with(field("inventoryQuantities"), levels(9, 1));
    let cleared = only_exchange(&plain(), &[listed(upsert(bare), &before)]);
    let stock = further(settled(&plain(), &cleared, &set(&product(&["S-1"]))));
    vec![
        ("Set", body(&new)),
        ("Operation", body(&asked)),
        ("Publish", body(&publish)),
        ("Variants", body(&read_on)),
        ("Set", body(&cleared)),
        ("Stock", body(&stock)),
    ]
}

fn of_shirt(action: Action, item: Item) -> Operation {
    listed(operation(action, item), &only(taken(&plain(), &[shirt("S-1", "Red", "S")])))
}

fn changes() -> Requests {
    let item = Item::new("S-1").group("SHIRT");
    let priced = item.clone().with(field("price"), euros(990));
    let prices = only_exchange(&plain(), &[of_shirt(Action::Price, priced)]);
    let counted = item.with(field("inventoryQuantities"), levels(4, 0));
    let find = only_exchange(&plain(), &[operation(Action::Stock, counted.clone())]);
    let stock = only_exchange(&plain(), &[of_shirt(Action::Stock, counted)]);
    let path = ["input", "quantities", "0", "changeFromQuantity"];
    let stale = json!({"code": "CHANGE_FROM_QUANTITY_STALE", "field": path, "message": "stale"});
    let refused = json!({"inventorySetQuantities": {"userErrors": [stale]}});
    let held = further(settled(&plain(), &stock, &refused));
    vec![
        ("Prices", body(&prices)),
        ("Find", body(&find)),
        ("Stock", body(&stock)),
        ("StockHeld", body(&held)),
    ]
}

fn deletions() -> Requests {
    let variants = only_exchange(&plain(), &[of_shirt(Action::Delete, Item::new("S-1").group("SHIRT"))]);
    let last = json!({"code": "CANNOT_DELETE_LAST_VARIANT", "field": null, "message": "last"});
    let refused = json!({"productVariantsBulkDelete": {"userErrors": [last]}});
    let delete: Exchange = further(settled(&plain(), &variants, &refused));
    let refused = json!({"productDelete": {"userErrors": [{"field": ["id"], "message": "?"}]}});
    let exists = further(settled(&plain(), &delete, &refused));
    vec![("DeleteVariants", body(&variants)), ("Delete", body(&delete)), ("Exists", body(&exists))]
}

/// Of a parcel with everything that is a part of a fulfillment order, and of one with the least.
fn parcels() -> Requests {
    let bare = Shipment::new("7", warehouse::ORDER).line(warehouse::line("1"), 2);
    let tracking_url = Some("https://dhl.example/0034?of=1".to_owned());
    let full = Shipment { tracking_url, location: Some("berlin".into()), ..bare.clone() };
    let mut requests = Requests::new();
    for parcel in [full.tracked("DHL Express", "0034"), bare] {
        let mut warehouse = Warehouse::default().holding(&[("1", 5), ("2", 1)]);
        let mut exchange = only(Shopify::prepare_shipments(&settings(), &[parcel]).exchanges);
        for operation in ["FulfillmentOrders", "Split", "FulfillmentOrders", "Fulfill"] {
            requests.push((operation, body(&exchange)));
            let data = json!({"data": warehouse.answer(operation, &variables(&exchange))}).to_string();
            let mut settled = settled_shipments::<Shopify>(&settings(), &exchange, response(200, data));
            exchange = settled.further.pop().unwrap_or(exchange);
        }
    }
    requests
}

fn reads() -> Requests {
    let position = Position { cursor: None, since: Some(1_769_860_800_250), until: 1_769_860_900_250 };
    let sent = |request: &Request| {
        let Body::Bytes(bytes) = &request.body else { panic!("no bytes") };
        serde_json::from_slice::<Json>(bytes).unwrap()
    };
    let fetches = [0, 1, 2].map(|stream| Shopify::request(&plain(), stream, &position));
    let variant = json!({
        "id": "gid://shopify/ProductVariant/100", "sku": null, "price": "1.00", "inventoryQuantity": null,
        "product": {"status": "ACTIVE", "onlineStoreUrl": null},
    });
    let listings = json!({"data": {
        "productVariants": {"nodes": [variant], "pageInfo": {"hasNextPage": true, "endCursor": "c1"}},
        "shop": {"currencyCode": "EUR"},
    }});
    let page = Shopify::digest(&plain(), 2, &[], &response(200, listings.to_string()));
    let Rest::More(next) = page.rest else { panic!("nothing more") };
    let probe = Shopify::probe(&plain()).unwrap();
    vec![
        ("Orders", sent(&fetches[0].request)),
        ("Levels", sent(&fetches[1].request)),
        ("Listings", sent(&fetches[2].request)),
        ("Listings", sent(&next.request)),
        ("Order", long_order(&fetches[0])),
        ("Probe", sent(&probe)),
    ]
}

/// The request for an order with more lines than a page of orders shows.
fn long_order(orders: &wharf_sdk::Fetch) -> Json {
    let money = json!({"shopMoney": {"amount": "1.00", "currencyCode": "EUR"}});
    let order = json!({
        "id": "gid://shopify/Order/1", "name": "#1", "createdAt": "", "updatedAt": "", "cancelledAt": null,
        "closed": false, "displayFinancialStatus": null, "displayFulfillmentStatus": "UNFULFILLED",
        "taxesIncluded": false, "email": null, "phone": null, "currentTotalPriceSet": money,
        "totalShippingPriceSet": money, "shippingAddress": null,
        "lineItems": {"nodes": [], "pageInfo": {"hasNextPage": true, "endCursor": "l1"}},
    });
    let page = json!({"hasNextPage": false, "endCursor": null});
    let answer = json!({"data": {"orders": {"nodes": [order], "pageInfo": page}}});
    let read = Shopify::digest(&plain(), 0, &orders.memo, &response(200, answer.to_string()));
    let Rest::More(next) = read.rest else { panic!("nothing more") };
    let Body::Bytes(bytes) = next.request.body else { panic!("no bytes") };
    serde_json::from_slice(&bytes).unwrap()
}

/// For each document, a change of its variables, or of itself when it has none, that Shopify must refuse.
fn spoilt(name: &str, request: &Json) -> Json {
    let mut spoilt = request.clone();
    let pointer = match name {
        "Set" => "/variables/input/variants/0/optionValues",
        "Operation" | "Variants" | "Exists" | "Order" => "/variables/id",
        "Publish" => "/variables/input/0/publicationId",
        "Prices" => "/variables/variants/0",
        "Stock" => "/variables/input/quantities/0/quantity",
        "StockHeld" => "/variables/ids/0",
        "Find" | "Orders" => "/variables/query",
        "DeleteVariants" => "/variables/product",
        "Delete" => "/variables/input/id",
        "Levels" => "/variables/location",
        "FulfillmentOrders" => "/variables/lines",
        "Split" => "/variables/splits/0/fulfillmentOrderLineItems/0/quantity",
        "Fulfill" => "/variables/fulfillment/lineItemsByFulfillmentOrder/0/fulfillmentOrderId",
        _ => {
            let query = request["query"].as_str().unwrap().replace("currencyCode", "currency");
            spoilt["query"] = json!(query);
            return spoilt;
        }
    };
    *spoilt.pointer_mut(pointer).unwrap() = json!({"not": ["this"]});
    spoilt
}

#[test]
fn shopifys_schema_takes_every_request_and_refuses_a_spoilt_one() {
    let Some(schema) = Schema::shared().unwrap() else { return };
    let mut refused: BTreeMap<&str, String> = BTreeMap::new();
    for (name, request) in all() {
        assert!(request["query"].as_str().unwrap().contains(&format!(" {name}")), "{request}");
        if let Err(error) = schema.check(&request) {
            panic!("{name}: {error}\n{request:#}");
        }
        let refusal = schema.check(&spoilt(name, &request)).expect_err(name);
        refused.insert(name, refusal.to_string());
    }
    assert_eq!(refused.len(), 19, "{:?}", refused.keys());
}

#[test]
fn the_schema_bites() {
    let Some(schema) = Schema::shared().unwrap() else { return };
    let stock = changes().into_iter().find(|(name, _)| *name == "Stock").unwrap().1;
    let without = |path: &str, key: &str| {
        let mut request = stock.clone();
        request.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(key);
        request
    };
    schema.check(&without("/variables", "key")).expect_err("an idempotency key is required");
    schema.check(&without("/variables/input", "reason")).expect_err("a reason is required");
    let mut unknown = stock.clone();
    unknown["variables"]["input"]["ignoreCompareQuantity"] = json!(true);
    schema.check(&unknown).expect_err("2026-10 has no such member any more");
    let mut undirected = stock.clone();
    undirected["query"] =
        json!(stock["query"].as_str().unwrap().replace("@idempotent(key: $key)", "@idempotent"));
    schema.check(&undirected).expect_err("the directive needs its key");
}
