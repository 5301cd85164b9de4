//! Fields and requests against Google's own discovery documents.
//!
//! `tests/vendors` does the same with whole catalogs; here are the fields, and the kinds that those do not bring about.

use google_merchant::GoogleMerchant;
use serde_json::json;
use wharf_sdk::{
    Action, Body, Connector, Decimal, FieldKind, Method, Publisher, Request,
    testing::{Batch, Item, Operation, Value, context, euros, levels, only},
};
use wharf_vendors::{Contract as _, Sent, google::Google};

fn sent(request: &Request) -> Sent {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    match &request.body {
        Body::Bytes(bytes) => Sent::new(method, &request.target, bytes),
        _ => Sent::new(method, &request.target, b""),
    }
}

#[test]
fn fields_are_those_of_googles_contract() {
    let Some(attributes) = Google::attributes().unwrap() else { return };
    for field in GoogleMerchant::describe().fields {
        let name = match field.name.as_str() {
            "imageLinks" => "imageLink",
            // Not an attribute of the product, but a resource of its own.
            "localInventories" => continue,
            name => name,
        };
        let attribute = &attributes[name];
        assert!(attribute.is_object(), "Google has no attribute {name}");
        for choice in field.choices {
            let known = attribute["enum"].as_array().unwrap().contains(&json!(choice));
            assert!(known, "{name} cannot be {choice}");
        }
    }
}

/// An item that fills every field.
fn full(sku: &str) -> Item {
    let fill = |item: Item, (index, field): (u32, wharf_sdk::Field)| {
        let value = match field.kind {
            FieldKind::Texts => Value::texts(["one", "two"]),
            FieldKind::Number => Value::Number(Decimal::new(2, 0)),
            FieldKind::Quantity => Value::Quantity(3),
            FieldKind::Levels => levels(&[("main", 3)]),
            FieldKind::Money => euros(1_990),
            FieldKind::Flag => Value::Flag(true),
            FieldKind::Images => Value::images(["https://shop.example/1.jpg", "https://shop.example/2.jpg"]),
            FieldKind::Gtin => Value::text("4006381333931"),
            FieldKind::Choice => Value::text(field.choices[0].as_str()),
            _ => Value::text("<p>text</p>"),
        };
        item.with(index, value)
    };
    (0..).zip(GoogleMerchant::describe().fields).fold(Item::new(sku).group("GROUP"), fill)
}

#[test]
fn google_takes_every_field_and_every_kind_of_name() {
    let Some(contract) = Google::shared().unwrap() else { return };
    let settings = json!({"account": "123", "data_source": "456", "versioned": true});
    let context = context(&settings);
    for sku in ["OAK", "a/b", "a%b", "a~b", "Größe 1"] {
        for (action, remote_id) in [
            (Action::Upsert, None),
            (Action::Delete, None),
            (Action::Delete, Some("accounts/123/productInputs/de~DE~OAK")),
            (Action::Delete, Some("accounts/123/productInputs/ZGV-REV-T0FLLzE")),
        ] {
            let remote_id = remote_id.map(str::to_owned);
            let operation = Operation { remote_id, ..Operation::new(action, full(sku)) };
            let batch = Batch::of_operations(&[operation]);
            let exchange = only(GoogleMerchant::prepare(&context, batch.operations()).exchanges);
            let mut sent = sent(&exchange.request);
            contract.judge(&sent).unwrap_or_else(|refusal| panic!("{refusal}"));
            sent.target = sent.target.replace("dataSource", "datasource");
            contract.judge(&sent).expect_err(&sent.target);
        }
    }
}
