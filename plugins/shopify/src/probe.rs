//! Whether the access token works, may do what the connector does, and the shop sells in the channel's currency.

use serde::Deserialize;
use wharf_sdk::{Context, Problem, Reason, Request, Response};

use crate::{documents, graphql, settings::Settings};

/// [Access scopes](https://shopify.dev/docs/api/usage/access-scopes) of what is called.
const SCOPES: [&str; 4] = ["write_products", "write_inventory", "read_locations", "read_orders"];

/// Beside those, for products that are published.
const PUBLISHING_SCOPE: &str = "write_publications";

pub(crate) fn request() -> Request {
    graphql::request(documents::PROBE, 3, |_| {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    shop: Shop,
    current_app_installation: Installation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    currency_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Installation {
    access_scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    handle: String,
}

pub(crate) fn problems(context: &Context, response: &Response) -> Vec<Problem> {
    let data = graphql::read(response).data.and_then(graphql::shape::<Data>);
    match data {
        Ok(data) => currency(context, &data.shop).into_iter().chain(scopes(context, &data)).collect(),
        Err(refusal) => vec![refusal.problem()],
    }
}

/// Shopify's prices name no currency: those of another would be taken as they are.
fn currency(context: &Context, shop: &Shop) -> Option<Problem> {
    let (sells, ours) = (&shop.currency_code, &context.currency);
    (sells != ours).then(|| {
        let message =
            format!("The shop sells in {sells} and the channel in {ours}; set the channel to {sells}.");
        Problem::error("wrong-currency", message).reason(Reason::Settings)
    })
}

fn scopes(context: &Context, data: &Data) -> Vec<Problem> {
    let publishes = context.settings::<Settings>().is_ok_and(|settings| !settings.publications.is_empty());
    let needed = SCOPES.into_iter().chain(publishes.then_some(PUBLISHING_SCOPE));
    let granted = &data.current_app_installation.access_scopes;
    let lacking = needed.filter(|needed| !granted.iter().any(|scope| scope.handle == *needed));
    let problem = |scope| {
        let message = format!("The app lacks the access scope `{scope}`; add it and install the app anew.");
        Problem::error("missing-scope", message).reason(Reason::Permission)
    };
    lacking.map(problem).collect()
}
