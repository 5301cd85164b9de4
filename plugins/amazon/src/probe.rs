//! Whether seller, region and marketplaces fit together: the marketplaces that the credentials may sell in.

use serde::Deserialize;
use wharf_sdk::{Failure, Problem, Reason, Request, Response};

use crate::{
    API, PARTICIPATIONS_PATH,
    issues::{Refusal, blameless, unreadable},
    settings::Market,
};

/// `GetMarketplaceParticipationsResponse`
#[derive(Deserialize)]
struct Participations {
    payload: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    marketplace: Marketplace,
    participation: Participation,
}

#[derive(Deserialize)]
struct Marketplace {
    id: String,
    #[serde(default, rename = "defaultCurrencyCode")]
    currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participation {
    is_participating: bool,
    #[serde(default)]
    has_suspended_listings: bool,
}

pub(crate) fn request() -> Request {
    Request::get(API, PARTICIPATIONS_PATH)
}

pub(crate) fn problems(market: &Market, response: &Response) -> Vec<Problem> {
    if let Some(failure) = Failure::of(response.status) {
        return vec![blameless(
            Refusal::of(failure, &response.body, "The marketplaces were not listed.").problem,
        )];
    }
    let Ok(list) = serde_json::from_slice::<Participations>(&response.body) else {
        return vec![unreadable()];
    };
    market.settings.marketplaces.iter().filter_map(|id| problem(market, id, &list.payload)).collect()
}

fn problem(market: &Market, id: &str, list: &[Entry]) -> Option<Problem> {
    let entry = list.iter().find(|entry| entry.marketplace.id == id);
    let Some(Entry { marketplace, participation }) =
        entry.filter(|entry| entry.participation.is_participating)
    else {
        let message = format!(
            "The seller does not sell in marketplace {id}; correct `marketplaces`, or point the endpoint `api` at its \
             region."
        );
        return Some(Problem::error("not-participating", message).reason(Reason::Settings));
    };
    if let Some(currency) = marketplace.currency.as_ref().filter(|currency| **currency != market.currency) {
        let message = format!(
            "Marketplace {id} sells in {currency}, the channel in {}; give it its own.",
            market.currency
        );
        return Some(Problem::error("other-currency", message).reason(Reason::Settings));
    }
    participation.has_suspended_listings.then(|| {
        let message =
            format!("Amazon has suspended the seller's listings in marketplace {id}; see Account Health.");
        Problem::warning("suspended", message).reason(Reason::Policy)
    })
}
