//! Operations into requests: one by one through the listings items API, or many in the document of a feed.

use wharf_sdk::{
    Exchange, Json, Operation, Operations, Preparation, Problem, Reason, Rejection, Request, percent_encoded,
};

use crate::{
    API, DOCUMENTS_PATH, LISTINGS_PATH,
    change::{self, Change, Written},
    listing::expected_length,
    memo::{Memo, Record, Step},
    settings::Market,
};

/// Bytes after which a feed's document ends and another begins. Amazon takes 10 MiB
/// ([building listings management workflows](https://developer-docs.amazon.com/sp-api/docs/building-listings-management-workflows-guide)).
const DOCUMENT_BYTES: usize = 10 << 20;

/// Declared in the first step and sent with the document in the second, as it is part of the address's signature.
pub(crate) const DOCUMENT_TYPE: &str = "application/json; charset=UTF-8";

pub(crate) fn prepare(market: &Market, operations: Operations<'_>) -> Preparation {
    let bulk = operations.len() >= market.settings.feed_from;
    let mut feeds = Feeds::new(market, operations);
    let (mut exchanges, mut rejections) = (Vec::new(), Vec::new());
    for (index, operation) in (0..).zip(operations) {
        let prepared = if market.settings.validation_preview {
            preview(market, &operation).map(|exchange| exchanges.push(covering(exchange, index)))
        } else if bulk || !fits_one_request(market, &operation) {
            feeds.push(index, &operation)
        } else {
            alone(market, &operation).map(|exchange| exchanges.push(covering(exchange, index)))
        };
        if let Err(problems) = prepared {
            rejections.push(Rejection { index, problems });
        }
    }
    exchanges.extend(feeds.finish());
    Preparation { exchanges, rejections }
}

fn covering(exchange: Exchange, index: u32) -> Exchange {
    Exchange { covers: vec![index], ..exchange }
}

/// `PUT` and `DELETE` take one marketplace. And a path takes no SKU with a character that Amazon's gateway reads as
/// its own: it answers 403 to them, encoded or not
/// ([issue 4429](https://github.com/amzn/selling-partner-api-models/issues/4429)).
fn fits_one_request(market: &Market, operation: &Operation<'_>) -> bool {
    let is_partial = !matches!(Change::of(operation), Change::Whole | Change::Delete);
    let fits_path = !operation.item.sku().contains(['/', '\\', '#', '?', '%']);
    fits_path && (is_partial || market.settings.marketplaces.len() == 1)
}

fn alone(market: &Market, operation: &Operation<'_>) -> Result<Exchange, Vec<Problem>> {
    let all = market.settings.marketplaces.join(",");
    let target = target(market, operation.item.sku(), &all);
    if Change::of(operation) == Change::Delete {
        let record =
            Record { change: Change::Delete, losses: Default::default(), filled: Default::default() };
        return Ok(noted(Request::delete(API, target), Step::Listing, record));
    }
    let written = change::body(market, operation)?;
    Ok(request(target, Step::Listing, operation, written))
}

/// Amazon previews a `PUT` in one marketplace, and no deletion at all.
fn preview(market: &Market, operation: &Operation<'_>) -> Result<Exchange, Vec<Problem>> {
    if Change::of(operation) == Change::Delete {
        let message = "Amazon cannot preview a deletion; switch `validation_preview` off to delete.";
        return Err(vec![Problem::error("not-previewed", message).reason(Reason::Settings)]);
    }
    let mut first = market.clone();
    first.settings.marketplaces.truncate(1);
    let written = change::body(&first, operation)?;
    let target = target(market, operation.item.sku(), market.marketplace());
    Ok(request(format!("{target}&mode=VALIDATION_PREVIEW"), Step::Preview, operation, written))
}

fn request(target: String, step: Step, operation: &Operation<'_>, written: Written) -> Exchange {
    let Written { json, filled, losses } = written;
    let change = Change::of(operation);
    let request = match change {
        Change::Whole => Request::put(API, target),
        _ => Request::patch(API, target),
    };
    noted(request.json(json), step, Record { change, losses, filled })
}

fn noted(request: Request, step: Step, record: Record) -> Exchange {
    Exchange::from(request).memo(Memo::new(step, vec![record]).to_bytes())
}

fn target(market: &Market, sku: &str, marketplaces: &str) -> String {
    let (seller, sku) = (percent_encoded(&market.settings.seller_id), percent_encoded(sku));
    let locale = &market.language_tag;
    format!("{LISTINGS_PATH}/{seller}/{sku}?marketplaceIds={marketplaces}&issueLocale={locale}")
}

/// The request for a place to put a document, with which every feed begins.
pub(crate) fn document_request() -> Request {
    let mut json = Json::with_capacity(64);
    json.begin_object().member("contentType", DOCUMENT_TYPE).end_object();
    Request::post(API, DOCUMENTS_PATH).json(json)
}

/// The feeds of one call; all but the last are full.
struct Feeds<'a> {
    market: &'a Market,
    /// What a document begins with.
    head: Vec<u8>,
    document: Vec<u8>,
    covers: Vec<u32>,
    records: Vec<Record>,
    full: Vec<Exchange>,
}

impl<'a> Feeds<'a> {
    fn new(market: &'a Market, operations: Operations<'_>) -> Self {
        let length = |operation: Operation<'_>| expected_length(market, operation.item);
        let feed = operations.len() >= market.settings.feed_from;
        let expected = if feed { operations.iter().map(length).sum() } else { 0 };
        let document = Vec::with_capacity(expected.min(DOCUMENT_BYTES));
        let (covers, records, full) = Default::default();
        Self { market, head: head(market), document, covers, records, full }
    }

    fn push(&mut self, index: u32, operation: &Operation<'_>) -> Result<(), Vec<Problem>> {
        let mut message = self.message(operation)?;
        if self.document.len() + message.json.len() + TAIL.len() + 1 > DOCUMENT_BYTES
            && !self.covers.is_empty()
        {
            self.close();
            message = self.message(operation)?;
        }
        let before = if self.covers.is_empty() { &self.head[..] } else { b"," };
        self.document.extend_from_slice(before);
        let Written { json, filled, losses } = message;
        self.document.append(&mut json.into());
        self.covers.push(index);
        self.records.push(Record { change: Change::of(operation), losses, filled });
        Ok(())
    }

    /// Numbered by its place in the feed.
    fn message(&self, operation: &Operation<'_>) -> Result<Written, Vec<Problem>> {
        change::message(self.market, self.covers.len() + 1, operation)
    }

    fn close(&mut self) {
        let mut document = std::mem::take(&mut self.document);
        document.extend_from_slice(TAIL);
        let memo = Memo::new(Step::Create, std::mem::take(&mut self.records)).to_bytes();
        let exchange = document_request().covering(std::mem::take(&mut self.covers));
        self.full.push(exchange.memo(memo).document(document));
    }

    fn finish(mut self) -> Vec<Exchange> {
        if !self.covers.is_empty() {
            self.close();
        }
        self.full
    }
}

/// What a document ends with.
const TAIL: &[u8] = b"]}";

fn head(market: &Market) -> Vec<u8> {
    let mut json = Json::with_capacity(160);
    json.begin_object().key("header").begin_object();
    json.member("sellerId", &market.settings.seller_id).member("version", "2.0");
    json.member("issueLocale", &market.language_tag).end_object();
    json.key("messages").begin_array();
    json.into()
}
