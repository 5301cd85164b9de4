//! What each store has of a product, told store by store after the product itself
//! ([`localInventories:insert`](https://developers.google.com/merchant/api/reference/rest/inventories_v1/accounts.products.localInventories/insert)).
//!
//! Google takes one store a request and has to have processed the product before, which takes minutes for a new one. So
//! the stores follow the product in one chain of exchanges, and the stores that are left travel in its memo. A request
//! says what a store has now, so repeating it changes nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wharf_sdk::{
    Exchange, Failure, Item, Json, Outcome, Problem, Reason, Request, Response, Settlement, Verdict,
};

use crate::{API, answer, fields::STORES, losses::Memo, name, settings::Settings};

/// The first wait for a product that Google has not processed; every further one is twice as long. The reference says
/// "several minutes".
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// Waits for one product: half an hour together.
const WAITS: u32 = 5;

/// Characters of Google's words about a store that are kept in the memo.
const REFUSAL_LENGTH: usize = 300;

/// The stores that are to be told of one product.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Round {
    /// The product input's name, once Google has taken it: then the round has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    /// Codes of the stores that are left, and their units; the first one is asked about.
    left: Vec<(String, i64)>,
    /// How often the product was waited for.
    #[serde(default)]
    waits: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
}

/// The first store that Google refused, and how many more.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Refused {
    store: String,
    words: String,
    more: u32,
}

/// What an exchange's memo says of stores.
pub(crate) enum Stores {
    /// The product is all there is to tell.
    None,
    /// They follow once Google has the product.
    Waiting(Round),
    /// One of them was asked about.
    Told(Round),
    /// Not what this connector wrote.
    Unreadable,
}

impl Stores {
    pub(crate) fn from_bytes(memo: &[u8]) -> Self {
        match memo.get(Memo::LENGTH..).filter(|rest| !rest.is_empty()) {
            None => Self::None,
            Some(rest) => match serde_json::from_slice::<Round>(rest) {
                Ok(round) if round.left.is_empty() => Self::Unreadable,
                Ok(round) if round.product.is_some() => Self::Told(round),
                Ok(round) => Self::Waiting(round),
                Err(_) => Self::Unreadable,
            },
        }
    }
}

impl Round {
    /// The stores among the item's locations. A location that is none, such as a warehouse, is not spoken of.
    pub(crate) fn of(settings: &Settings, item: Item<'_>) -> Self {
        if settings.stores.is_empty() {
            return Self::default();
        }
        let store = |level: wharf_sdk::Level<'_>| {
            let code = settings.stores.get(level.location)?;
            Some((code.clone(), level.quantity))
        };
        Self { left: item.levels(STORES).filter_map(store).collect(), ..Self::default() }
    }

    /// The memo of an exchange: a product's own, and the stores that follow it.
    pub(crate) fn memo(&self, memo: Memo) -> Vec<u8> {
        let mut bytes = memo.to_bytes().to_vec();
        if !self.left.is_empty() {
            // Texts and numbers always have a JSON form.
            bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        }
        bytes
    }

    /// Google has the product of this name: the first store follows.
    pub(crate) fn begin(self, settings: &Settings, memo: Memo, product: String) -> Settlement {
        Self { product: Some(product), ..self }.go_on(settings, memo)
    }

    /// The next store, or the outcome when none is left.
    fn go_on(self, settings: &Settings, memo: Memo) -> Settlement {
        let product = self.product.as_deref().unwrap_or_default();
        match self.left.first() {
            Some((store, quantity)) => Settlement::further(Exchange {
                memo: self.memo(memo),
                ..request(settings, product, store, *quantity).covering(vec![0])
            }),
            None => Outcome::new(0, self.verdict(memo)).remote_id(product).into(),
        }
    }

    fn verdict(&self, memo: Memo) -> Verdict {
        match &self.refused {
            None => Verdict::Accepted(memo.warnings()),
            Some(refused) => Verdict::rejected(refused.problem()),
        }
    }

    /// What Google's answer about the first store that was left means.
    pub(crate) fn settle(mut self, settings: &Settings, memo: Memo, response: &Response) -> Settlement {
        match Failure::of(response.status) {
            None if self.is_taken(&response.body) => {
                self.left.remove(0);
                self.go_on(settings, memo)
            }
            None => self.retry(answer::unreadable()),
            Some(Failure::NotFound) => self.wait(settings, memo),
            Some(Failure::Refused) => match answer::words(response) {
                Some(words) => {
                    self.refuse(&words);
                    self.go_on(settings, memo)
                }
                None => self.retry(answer::unreadable()),
            },
            Some(failure) => self.retry(answer::passing(failure, response)),
        }
    }

    fn is_taken(&self, body: &[u8]) -> bool {
        let answered = serde_json::from_slice::<LocalInventory>(body);
        let asked = self.left.first().map(|(store, _)| store);
        answered.is_ok_and(|inventory| Some(&inventory.store_code) == asked)
    }

    /// The product is not processed yet: the same store again, later.
    fn wait(mut self, settings: &Settings, memo: Memo) -> Settlement {
        if self.waits >= WAITS {
            let message = "Google has the product input and, after half an hour, no product: its stores could not be told.";
            return self.retry(Verdict::retry(Problem::error("not-found", message).reason(Reason::Missing)));
        }
        let delay = FIRST_WAIT * 2_u32.saturating_pow(self.waits);
        self.waits += 1;
        let mut settlement = self.go_on(settings, memo);
        settlement.further = settlement.further.into_iter().map(|exchange| exchange.after(delay)).collect();
        settlement
    }

    /// A store that Google does not take says nothing about the others.
    fn refuse(&mut self, words: &str) {
        let (store, _) = self.left.remove(0);
        match &mut self.refused {
            Some(refused) => refused.more = refused.more.saturating_add(1),
            None => {
                let words = words.chars().take(REFUSAL_LENGTH).collect();
                self.refused = Some(Refused { store, words, more: 0 });
            }
        }
    }

    fn retry(&self, verdict: Verdict) -> Settlement {
        Outcome { remote_id: self.product.clone(), ..Outcome::new(0, verdict) }.into()
    }
}

impl Refused {
    fn problem(&self) -> Problem {
        let others = match self.more {
            0 => String::new(),
            more => format!(", nor that of {more} more"),
        };
        let message = format!(
            "The product is listed, but Google does not take the stock of the store `{}`{others}; check the channel's \
             `stores`. Google says: {}",
            self.store, self.words
        );
        Problem::error("store-refused", message).reason(Reason::Settings).at(STORES)
    }
}

/// What is read of an answered `LocalInventory`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocalInventory {
    store_code: String,
}

fn request(settings: &Settings, product: &str, store: &str, quantity: i64) -> Request {
    let mut json = Json::with_capacity(128 + store.len());
    json.begin_object().member("storeCode", store);
    json.key("localInventoryAttributes").begin_object();
    json.member("availability", crate::product_input::availability_of(quantity));
    json.key("quantity").integer_text(quantity.max(0));
    json.end_object().end_object();
    Request::post(API, name::local_inventories_target(settings, product)).json(json)
}
