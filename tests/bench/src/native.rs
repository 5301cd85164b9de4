//! The host's operations as the SDK's, for running a connector's mapping without a sandbox.

use wharf_catalog::{
    Action, Decimal, Item, Operation,
    item::{Content, Picture},
};

pub(crate) fn operation(operation: &Operation) -> wharf_sdk::Operation {
    wharf_sdk::Operation {
        action: match operation.action {
            Action::Upsert => wharf_sdk::Action::Upsert,
            Action::Price => wharf_sdk::Action::Price,
            Action::Stock => wharf_sdk::Action::Stock,
            Action::Delete => wharf_sdk::Action::Delete,
        },
        item: item(&operation.item),
        remote_id: operation.remote_id.clone(),
        revision: operation.revision,
    }
}

fn item(item: &Item) -> wharf_sdk::Item {
    let values = item
        .values
        .iter()
        .map(|filled| wharf_sdk::FieldValue { field: filled.field, value: value(&filled.content) });
    wharf_sdk::Item { sku: item.sku.clone(), group: item.group.clone(), values: values.collect() }
}

fn value(content: &Content) -> wharf_sdk::Value {
    match content {
        Content::Text(text) => wharf_sdk::Value::Text(text.clone()),
        Content::Texts(texts) => wharf_sdk::Value::Texts(texts.clone()),
        Content::Number(number) => wharf_sdk::Value::Number(decimal(*number)),
        Content::Quantity(units) => wharf_sdk::Value::Quantity(*units),
        Content::Money(money) => wharf_sdk::Value::Money(wharf_sdk::Money {
            amount: decimal(money.amount),
            currency: money.currency.clone(),
        }),
        Content::Flag(flag) => wharf_sdk::Value::Flag(*flag),
        Content::Images(images) => wharf_sdk::Value::Images(images.iter().map(image).collect()),
    }
}

fn image(picture: &Picture) -> wharf_sdk::Image {
    wharf_sdk::Image { url: picture.url.clone(), alt: picture.alt.clone() }
}

fn decimal(number: Decimal) -> wharf_sdk::Decimal {
    let coefficient = i64::try_from(number.mantissa()).expect("the benchmark's prices are small");
    wharf_sdk::Decimal { coefficient, exponent: -(number.scale() as i32) }
}
