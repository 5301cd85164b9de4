//! One item as a JSON object. Prices are text, so that no parser makes floats of them.

use wharf_sdk::{Item, Json, Value};

use crate::fields;

pub(crate) fn write(json: &mut Json, item: &Item) {
    json.begin_object().member("sku", &item.sku);
    if let Some(group) = &item.group {
        json.member("group", group);
    }
    for filled in &item.values {
        if let Some(name) = fields::member(filled.field) {
            json.key(name);
            write_value(json, &filled.value);
        }
    }
    json.end_object();
}

pub(crate) fn write_deletion(json: &mut Json, item: &Item) {
    json.begin_object().member("sku", &item.sku).key("delete").flag(true).end_object();
}

fn write_value(json: &mut Json, value: &Value) {
    match value {
        Value::Text(text) => drop(json.text(text)),
        Value::Number(number) => drop(json.decimal(*number)),
        Value::Quantity(quantity) => drop(json.integer(*quantity)),
        Value::Flag(flag) => drop(json.flag(*flag)),
        Value::Money(money) => {
            json.begin_object().key("amount").decimal_text(money.amount);
            json.member("currency", &money.currency).end_object();
        }
        Value::Texts(texts) => write_list(json, texts.iter().map(String::as_str)),
        Value::Images(images) => write_list(json, images.iter().map(|image| image.url.as_str())),
    }
}

fn write_list<'a>(json: &mut Json, texts: impl Iterator<Item = &'a str>) {
    json.begin_array();
    for text in texts {
        json.text(text);
    }
    json.end_array();
}
