//! Whether the credentials work, and whether Vendure's channel has what the settings and the channel name.

use serde_json::{Value, json};
use wharf_sdk::{Context, Problem, Reason, Request, Response};

use crate::{documents, graphql, settings::Settings};

pub(crate) fn request(settings: &Settings) -> Request {
    graphql::request(settings, graphql::body(documents::PROBE, &json!({})))
}

pub(crate) fn problems(context: &Context, settings: &Settings, response: &Response) -> Vec<Problem> {
    let data = match graphql::read(response) {
        Ok(data) => data,
        Err(refusal) => return vec![refusal.problem],
    };
    let (channel, locations) = (&data["activeChannel"], &data["stockLocations"]["items"]);
    if !channel.is_object() || !locations.is_array() {
        let message = "The answer does not describe a channel of Vendure's; check the endpoint's address.";
        return vec![Problem::error("unreadable-answer", message).reason(Reason::Contract)];
    }
    let mut problems = Vec::new();
    problems.extend(currency(context, channel));
    problems.extend(language(settings, channel));
    problems.extend(missing_locations(settings, &data));
    problems
}

fn currency(context: &Context, channel: &Value) -> Option<Problem> {
    let currency = channel["defaultCurrencyCode"].as_str().unwrap_or_default();
    let message = format!(
        "Vendure's channel sells in {currency}, this one in {}; make them the same, or choose another by \
         `channel_token`.",
        context.currency
    );
    (currency != context.currency).then(|| Problem::error("other-currency", message).reason(Reason::Settings))
}

fn language(settings: &Settings, channel: &Value) -> Option<Problem> {
    let languages = channel["availableLanguageCodes"].as_array()?;
    let message = format!(
        "Vendure's channel does not show texts in `{}`; add the language there, or set `language`.",
        settings.language
    );
    let known = languages.iter().any(|language| language == settings.language.as_str());
    (!known).then(|| Problem::error("other-language", message).reason(Reason::Settings))
}

fn missing_locations<'a>(settings: &'a Settings, data: &'a Value) -> impl Iterator<Item = Problem> + 'a {
    let known = |id: &str| graphql::list(data, "/stockLocations/items").any(|location| location["id"] == id);
    let missing = settings.stock_locations.iter().filter(move |(_, id)| !known(id));
    missing.map(|(place, id)| {
        let message =
            format!("`{place}` is stock location {id}, which Vendure's channel does not have; correct it.");
        Problem::error("unknown-location", message).reason(Reason::Settings)
    })
}
