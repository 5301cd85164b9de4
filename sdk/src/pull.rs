//! Reading from a channel, page by page.

use std::time::Duration;

use crate::{
    Allowance, Connector, Context, Failure, Fetch, Page, Pass, Position, Problem, Request, Response, Rest,
    inbound::Entry, publish::milliseconds,
};

/// A channel that can be read: orders, stock, listing states, products, taxonomies.
///
/// The host sends each request and hands the response back until a page says that the pass has ended.
///
/// ```
/// use wharf_sdk::{inbound::{Entry, ListingKey, StockLevel}, *};
///
/// #[derive(serde::Deserialize)]
/// struct Stock {
///     counts: Vec<(String, i64)>,
///     next: Option<u32>,
/// }
///
/// fn page_request(page: u32) -> Fetch {
///     Request::get(0, format!("/stock?page={page}")).into()
/// }
///
/// # struct Shop;
/// # impl Connector for Shop {
/// #     fn describe() -> Description {
/// #         Description::new("shop", "0.1.0", "Reads stock.").stream(
/// #             PullStream::new("stock", StreamKind::Stock, 900).by(ChangeDetection::Full))
/// #     }
/// # }
/// impl Puller for Shop {
///     fn request(_: &Context, _stream: u32, _position: &Position) -> Fetch {
///         page_request(1)
///     }
///
///     fn digest(_: &Context, _stream: u32, _memo: &[u8], response: &Response) -> Page {
///         if let Some(failure) = Failure::of(response.status) {
///             return Page::failed(failure, "The shop did not list its stock.");
///         }
///         let Ok(stock) = serde_json::from_slice::<Stock>(&response.body) else {
///             return Page::failed(Failure::Unexpected, "The shop's stock list is not the JSON it used to be.");
///         };
///         let level = |(sku, quantity)| Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity));
///         let entries = stock.counts.into_iter().map(level).collect();
///         match stock.next {
///             Some(page) => Page::more(entries, page_request(page)),
///             None => Page::end(entries, Pass { cursor: None, complete: true }),
///         }
///     }
/// }
/// ```
pub trait Puller: Connector {
    /// The first request of a pass. `stream` counts in the description's streams.
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch;

    /// What a response brought, and what comes next. `memo` is that of its request.
    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page;
}

impl From<Request> for Fetch {
    fn from(request: Request) -> Self {
        Self { request, memo: Vec::new(), delay_ms: 0 }
    }
}

impl Fetch {
    /// The connector's note to itself, handed back with the response.
    pub fn memo(self, memo: impl Into<Vec<u8>>) -> Self {
        Self { memo: memo.into(), ..self }
    }

    /// How long the host waits before it sends, for reports that take a while.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay_ms: milliseconds(delay), ..self }
    }
}

impl Page {
    /// There is more.
    pub fn more(entries: Vec<Entry>, next: Fetch) -> Self {
        Self::new(entries, Rest::More(next))
    }

    /// There is more, and a restart goes on at `cursor`, as if the pass had ended there.
    pub fn checkpoint(entries: Vec<Entry>, cursor: Vec<u8>, next: Fetch) -> Self {
        Self::new(entries, Rest::Checkpoint((cursor, next)))
    }

    /// Nothing is left.
    pub fn end(entries: Vec<Entry>, pass: Pass) -> Self {
        Self::new(entries, Rest::End(pass))
    }

    /// The channel forgot the cursor: the pass begins anew without one.
    pub fn restart(problem: Problem) -> Self {
        Self::new(Vec::new(), Rest::Restart(problem))
    }

    /// Nothing could be read: tried again when waiting helps, otherwise left until a person acts.
    pub fn failed(failure: Failure, message: impl Into<String>) -> Self {
        let problem = failure.problem(message);
        let rest = match failure {
            Failure::Throttled | Failure::Unavailable | Failure::Conflict => Rest::Retry((None, problem)),
            _ => Rest::Failed(problem),
        };
        Self::new(Vec::new(), rest)
    }

    /// Adds what could not be read, with its place in words.
    pub fn problems(self, problems: Vec<Problem>) -> Self {
        Self { problems, ..self }
    }

    /// Adds what the answer said of a budget.
    pub fn allowance(mut self, allowance: Allowance) -> Self {
        self.allowances.push(allowance);
        self
    }

    fn new(entries: Vec<Entry>, rest: Rest) -> Self {
        Self { entries, problems: Vec::new(), rest, allowances: Vec::new() }
    }
}
