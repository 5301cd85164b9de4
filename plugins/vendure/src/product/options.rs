//! Option groups and options that a product's variants need and Vendure does not have yet.

use serde_json::{Map, Value, json};
use wharf_sdk::{Answer, Request, Settlement};

use super::{variants, write};
use crate::{
    documents, graphql,
    memo::{Product, State},
    settings::Settings,
    slug,
};

/// How a group is called among all of Vendure's groups.
pub(super) fn code(product: &Product, axis: &str) -> String {
    slug::slug(&product.code, axis)
}

/// What is missing.
#[derive(Default)]
struct Missing<'a> {
    /// Whole groups: the axis, and its options.
    groups: Vec<(usize, Vec<&'a str>)>,
    /// Options of groups that are there.
    options: Vec<(usize, &'a str)>,
}

fn missing<'a>(product: &'a Product, state: &State) -> Missing<'a> {
    let mut missing = Missing::default();
    for axis in 0..product.axes.len() {
        let values = product.variants.iter().filter_map(|variant| variant.options.get(axis));
        let mut values: Vec<&str> = values.map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        match state.groups.get(axis).and_then(Option::as_ref) {
            None => missing.groups.push((axis, values)),
            Some(group) => {
                let unknown = values.into_iter().filter(|value| !group.options.contains_key(*value));
                missing.options.extend(unknown.map(|value| (axis, value)));
            }
        }
    }
    missing
}

/// Nothing when all are there.
pub(super) fn request(settings: &Settings, product: &Product, state: &State) -> Option<Request> {
    let Missing { groups, options } = missing(product, state);
    if groups.is_empty() && options.is_empty() {
        return None;
    }
    let named = |name: &str| json!([{ "languageCode": settings.language, "name": name }]);
    let option = |value: &str| json!({ "code": value, "translations": named(value) });
    let mut variables = Map::new();
    for (index, (axis, values)) in groups.iter().enumerate() {
        let name = &product.axes[*axis];
        let options: Vec<Value> = values.iter().map(|value| option(value)).collect();
        let group = json!({ "code": code(product, name), "translations": named(name), "options": options });
        variables.insert(format!("g{index}"), group);
    }
    for (index, (axis, value)) in options.iter().enumerate() {
        let mut option = option(value);
        let group = state.groups.get(*axis).and_then(Option::as_ref);
        option["productOptionGroupId"] = group.map(|group| group.id.as_str()).into();
        variables.insert(format!("o{index}"), option);
    }
    let document = documents::create_options(groups.len(), options.len());
    Some(graphql::request(settings, graphql::body(&document, &variables)))
}

pub(crate) fn settle(settings: &Settings, product: Product, mut state: State, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => return Settlement::all(answer.covers, &refusal.verdict()),
    };
    if learn(&mut state, &product, &data).is_none() {
        return Settlement::all(answer.covers, &graphql::left_out());
    }
    let covers = (0..answer.covers).collect();
    Settlement::further(variants::exchange(settings, product, state, covers))
}

/// Takes over the ids of what was made; nothing if one is left out.
fn learn(state: &mut State, product: &Product, data: &Value) -> Option<()> {
    let Missing { groups, options } = missing(product, state);
    for (index, (axis, value)) in options.into_iter().enumerate() {
        let id = data[format!("o{index}")]["id"].as_str()?.to_owned();
        state.groups.get_mut(axis)?.as_mut()?.options.insert(value.to_owned(), id);
    }
    for (index, (axis, values)) in groups.into_iter().enumerate() {
        let group = write::group(&data[format!("g{index}")])?;
        if !values.iter().all(|value| group.options.contains_key(*value)) {
            return None;
        }
        state.added.push(group.id.clone());
        *state.groups.get_mut(axis)? = Some(group);
    }
    Some(())
}
