//! One item as a JSON object. Prices are text, so that no parser makes floats of them.

use wharf_sdk::{Decimal, Item, Json, Value};

use crate::fields;

pub(crate) fn write(json: &mut Json, item: Item<'_>) {
    json.begin_object().member("sku", item.sku());
    if let Some(group) = item.group() {
        json.member("group", group);
    }
    for (field, value) in item.values() {
        if let Some(name) = fields::member(field) {
            json.key(name);
            write_value(json, value);
        }
    }
    json.end_object();
}

pub(crate) fn write_deletion(json: &mut Json, item: Item<'_>) {
    json.begin_object().member("sku", item.sku()).key("delete").flag(true).end_object();
}

fn write_value(json: &mut Json, value: Value<'_>) {
    match value {
        Value::Text(text) => drop(json.text(text)),
        Value::Number(number) => drop(json.decimal(number)),
        Value::Quantity(quantity) => drop(json.integer(quantity)),
        Value::Flag(flag) => drop(json.flag(flag)),
        Value::Money(money) => write_amount(json, money.amount, "currency", money.currency),
        Value::Measure(measure) => write_amount(json, measure.number, "unit", measure.unit),
        Value::Texts(texts) => write_list(json, texts),
        Value::Images(images) => write_list(json, images.map(|image| image.url)),
        Value::Levels(levels) => {
            json.begin_object();
            for level in levels {
                json.key(level.location).integer(level.quantity);
            }
            json.end_object();
        }
    }
}

fn write_amount(json: &mut Json, number: Decimal, unit_name: &str, unit: &str) {
    json.begin_object().key("amount").decimal_text(number);
    json.member(unit_name, unit).end_object();
}

fn write_list<'a>(json: &mut Json, texts: impl Iterator<Item = &'a str>) {
    json.begin_array();
    for text in texts {
        json.text(text);
    }
    json.end_array();
}
