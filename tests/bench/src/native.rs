//! The host's operations as the SDK's, for running a connector's mapping without a sandbox.

use wharf_catalog::{
    Action, Decimal, Item, Operation,
    item::{Content, Picture},
};
use wharf_sdk::testing;

pub(crate) fn operation(operation: &Operation) -> testing::Operation {
    testing::Operation {
        item: item(&operation.item),
        remote_id: operation.remote_id.clone(),
        note: operation.note.clone(),
        revision: operation.revision,
        attempt: operation.attempt,
        as_of: operation.as_of,
        action: match operation.action {
            Action::Upsert => wharf_sdk::Action::Upsert,
            Action::Price => wharf_sdk::Action::Price,
            Action::Stock => wharf_sdk::Action::Stock,
            Action::Delete => wharf_sdk::Action::Delete,
            Action::Keep => wharf_sdk::Action::Keep,
        },
    }
}

fn item(item: &Item) -> testing::Item {
    let values = item.values.iter().map(|filled| (filled.field, value(&filled.content)));
    testing::Item { sku: item.sku.clone(), group: item.group.clone(), values: values.collect() }
}

fn value(content: &Content) -> testing::Value {
    match content {
        Content::Text(text) => testing::Value::Text(text.clone()),
        Content::Texts(texts) => testing::Value::Texts(texts.clone()),
        Content::Number(number) => testing::Value::Number(decimal(*number)),
        Content::Quantity(units) => testing::Value::Quantity(*units),
        Content::Money(money) => testing::Value::money(decimal(money.amount), &money.currency),
        Content::Measure(measure) => testing::Value::measure(decimal(measure.amount), &measure.unit),
        Content::Flag(flag) => testing::Value::Flag(*flag),
        Content::Levels(levels) => {
            let level = |level: &wharf_catalog::item::Level| (level.location.clone(), level.quantity);
            testing::Value::Levels(levels.iter().map(level).collect())
        }
        Content::Images(images) => testing::Value::Images(images.iter().map(image).collect()),
    }
}

fn image(picture: &Picture) -> testing::Image {
    testing::Image { url: picture.url.clone(), alt: picture.alt.clone() }
}

fn decimal(number: Decimal) -> wharf_sdk::Decimal {
    let coefficient = i64::try_from(number.mantissa()).expect("the benchmark's prices are small");
    wharf_sdk::Decimal { coefficient, exponent: -(number.scale() as i32) }
}
