//! The stream of listings: every product that the account has of this channel, and what Google thinks of it
//! ([`products.list`](https://developers.google.com/merchant/api/reference/rest/products_v1/accounts.products/list)).
//!
//! Google judges a product minutes to days after it took the input, and only here says what it found.

use serde::Deserialize;
use serde_json::value::RawValue;
use wharf_sdk::{
    Context, Decimal, Failure, Fetch, Page, Pass, Problem, Reason, Request, Response, Rest,
    inbound::{Entry, Listing, ListingKey, ListingState, Money},
    parse_rfc3339, push_percent_encoded,
};

use crate::{API, PRODUCTS, answer, issue::Issue, name::Name, settings::Settings};

/// Products of one page, of the 1,000 that Google gives at most: with their issues, a page stays below a few megabytes.
const PRODUCTS_A_PAGE: u32 = 500;

/// What is asked for of each product, by the parameter `fields` that all of Google's interfaces have
/// ([system parameters](https://cloud.google.com/apis/docs/system-parameters)): the texts and pictures that Wharf sent
/// are not read back.
const PARTS: &str = "nextPageToken,products(name,offerId,contentLanguage,feedLabel,dataSource,archived,productAttributes/price,\
                     productStatus(destinationStatuses,itemLevelIssues,lastUpdateDate))";

/// The page after `token`, which is the memo as well.
pub(crate) fn request(settings: &Settings, token: &str) -> Fetch {
    let mut target = PRODUCTS.to_owned();
    push_percent_encoded(&settings.account, &mut target);
    target.push_str(&format!("/products?pageSize={PRODUCTS_A_PAGE}&fields="));
    push_percent_encoded(PARTS, &mut target);
    if !token.is_empty() {
        target.push_str("&pageToken=");
        push_percent_encoded(token, &mut target);
    }
    Fetch::from(Request::get(API, target)).memo(token)
}

/// Nothing else is asked for, so nothing else is Google's answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Products {
    /// Read one by one, so that one that cannot be read costs itself only.
    #[serde(default)]
    products: Vec<Box<RawValue>>,
    #[serde(default)]
    next_page_token: String,
}

pub(crate) fn digest(context: &Context, settings: &Settings, memo: &[u8], response: &Response) -> Page {
    if let Some(failure) = Failure::of(response.status) {
        return failed(failure, response.status, memo);
    }
    let Some(Products { products, next_page_token: next }) = answer::object(&response.body) else {
        let message = "The answer is not a list of Google's; check the endpoint's address.";
        return Page::failed(Failure::Unexpected, message);
    };
    // A page that leads to itself would be asked for for ever.
    if !next.is_empty() && next.as_bytes() == memo {
        return Page::failed(Failure::Unexpected, "Google's page of products names itself as the next one.");
    }
    let (mut entries, mut problems) = (Vec::with_capacity(products.len()), Vec::new());
    for product in &products {
        match serde_json::from_str::<Product>(product.get()) {
            Ok(product) if product.is_of(context, settings) => entries.push(product.entry(context)),
            Ok(_) => {}
            Err(error) => problems.push(unreadable(&error)),
        }
    }
    let page = match &*next {
        "" => Page::end(entries, Pass { cursor: None, complete: problems.is_empty() }),
        next => Page::more(entries, request(settings, next)),
    };
    page.problems(problems)
}

/// A token lives for a while only; a pass that took longer begins anew.
fn failed(failure: Failure, status: u16, token: &[u8]) -> Page {
    match failure {
        Failure::Refused if !token.is_empty() => Page::restart(Problem::error(
            "refused-page",
            format!(
                "Google answered with status {status} to a page of products; they are read from the first one."
            ),
        )),
        _ => Page::failed(failure, format!("Google answered with status {status} to the list of products.")),
    }
}

/// Settings that cannot be read, which only a person can mend.
pub(crate) fn unsettled(problem: Problem) -> Page {
    Page { rest: Rest::Failed(problem), ..Page::end(Vec::new(), Pass { cursor: None, complete: false }) }
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::error("unreadable-entry", format!("A product cannot be read: {error}.")).reason(Reason::Contract)
}

/// What is read of a `Product`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    offer_id: String,
    #[serde(default)]
    content_language: String,
    #[serde(default)]
    feed_label: String,
    #[serde(default)]
    data_source: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    product_attributes: Attributes,
    #[serde(default)]
    product_status: Status,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    price: Option<Price>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    amount_micros: String,
    currency_code: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    destination_statuses: Vec<DestinationStatus>,
    item_level_issues: Vec<Issue>,
    last_update_date: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DestinationStatus {
    approved_countries: Vec<String>,
    pending_countries: Vec<String>,
    disapproved_countries: Vec<String>,
}

impl Product {
    /// An account holds the products of all its channels, and of its files.
    fn is_of(&self, context: &Context, settings: &Settings) -> bool {
        let name = Name::new(context, settings, &self.offer_id);
        let (_, source) = self.data_source.rsplit_once('/').unwrap_or_default();
        self.content_language == name.content_language
            && self.feed_label == name.feed_label
            && source == settings.data_source
    }

    fn entry(self, context: &Context) -> Entry {
        let state =
            if self.archived { ListingState::Ended } else { self.product_status.state(&context.country) };
        let problems = Issue::problems(&self.product_status.item_level_issues, &context.country);
        let price = self.product_attributes.price.and_then(Price::read);
        let observed_at = self.product_status.last_update_date.as_deref().and_then(parse_rfc3339);
        let listing = Listing::new(ListingKey::sku(self.offer_id), state).problems(problems);
        Entry::Listing(Listing { price, observed_at, ..listing })
    }
}

impl Price {
    fn read(self) -> Option<Money> {
        Some(Money::new(Decimal::new(self.amount_micros.parse().ok()?, -6), self.currency_code))
    }
}

impl Status {
    /// A product is shown where one of its destinations approved it for the country. Google names no destination until
    /// it has processed the product.
    fn state(&self, country: &str) -> ListingState {
        let holds = |countries: fn(&DestinationStatus) -> &Vec<String>| {
            self.destination_statuses.iter().flat_map(countries).any(|named| named == country)
        };
        if holds(|destination| &destination.approved_countries) {
            ListingState::Live
        } else if holds(|destination| &destination.disapproved_countries)
            && !holds(|destination| &destination.pending_countries)
        {
            ListingState::Suppressed
        } else {
            ListingState::Submitted
        }
    }
}
