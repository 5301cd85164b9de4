//! A connector with every ability that reads, and the one that answers orders; for tests, no vendor has it.
//!
//! Stock is pulled page by page from `GET /stock?after=SKU`, which answers lines of `SKU=QUANTITY` and ends with an
//! empty page; orders likewise from `GET /orders?after=ID`, with lines of `order ID SKU QUANTITY STATE CHANGED-AT`. A
//! webhook carries such lines with their signature, and a file holds any number of them.
//!
//! A parcel is put at `/shipments/ORDER/ID`, one line of `LINE=UNITS` for each of its lines. The answer is the parcel's
//! id there, or 202 with a receipt, at which the id is asked for.

use wharf_sdk::{
    inbound::{Entry, ListingKey, Money, Order, OrderLine, OrderState, StockLevel},
    *,
};

/// The settings property that names the webhooks' secret.
const SECRET: &str = "webhook_key";

/// Where each stream is read, in the order of the description.
const PATHS: [&str; 2] = ["/stock", "/orders"];

/// The connector.
#[derive(Debug)]
pub struct Reader;

connector!(Reader: Puller, Receiver, Intake, Fulfiller);

impl Connector for Reader {
    fn describe() -> Description {
        let api = Endpoint::new("api", "https://reader.example", &[Method::Get, Method::Put]);
        Description::new("test-reader", env!("CARGO_PKG_VERSION"), "Reads stock for tests.")
            .settings_schema(
                r#"{"type": "object", "properties": {"webhook_key": {"type": "string", "writeOnly": true}}}"#,
            )
            .endpoint(api.path("/stock").path("/orders").path("/shipments"))
            .stream(PullStream::new("stock", StreamKind::Stock, 900).by(ChangeDetection::Cursor))
            .stream(
                PullStream::new("orders", StreamKind::Orders, 300)
                    .by(ChangeDetection::Push)
                    .by(ChangeDetection::Cursor),
            )
            .receiving(Receiving::new())
            .intake(FileIntake::new(&["text/plain"]))
            .reads_header("x-signature")
    }

    fn probe(_: &Context) -> Option<Request> {
        Some(Request::get(0, "/stock"))
    }
}

impl Puller for Reader {
    fn request(_: &Context, stream: u32, position: &Position) -> Fetch {
        let after = position.cursor.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        page_after(stream, &after)
    }

    fn digest(_: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        if let Some(failure) = Failure::of(response.status) {
            return Page::failed(failure, "The page cannot be read.");
        }
        let text = String::from_utf8_lossy(&response.body);
        match text.lines().next_back().and_then(key) {
            None => Page::end(Vec::new(), Pass { cursor: Some(memo.to_vec()), complete: true }),
            Some(last) => Page::checkpoint(entries(&text), last.into(), page_after(stream, last)),
        }
    }
}

impl Receiver for Reader {
    fn receive(_: &Context, delivery: &Delivery) -> Receipt {
        let code = delivery.header("x-signature").map(from_hex).unwrap_or_default();
        match signing::verify(SECRET, DigestAlgorithm::HmacSha256, &delivery.body, &code) {
            Ok(true) => Receipt::of(entries(&String::from_utf8_lossy(&delivery.body))),
            Ok(false) => Receipt::default().reply(Reply::text(401, "the signature is not ours")),
            Err(reason) => Receipt::default().reply(Reply::text(500, reason)),
        }
    }
}

impl Intake for Reader {
    fn parse(_: &Context, _: &Source, state: &[u8], chunk: &[u8], last: bool) -> Progress {
        let bytes = [state, chunk].concat();
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
        let (whole, rest) = bytes.split_at(if last { bytes.len() } else { end });
        Progress::new(entries(&String::from_utf8_lossy(whole))).state(rest)
    }
}

/// Settings that this ability has no use for.
#[derive(Debug, serde::Deserialize)]
pub struct NoSettings {}

impl ParcelFulfiller for Reader {
    type Settings = NoSettings;

    fn prepare_parcel(_: &Context, _: &NoSettings, parcel: &Shipment) -> Result<Exchange, Vec<Problem>> {
        let Some(number) = &parcel.tracking_number else {
            return Err(vec![Problem::error("no-tracking-number", "Record it with a tracking number.")]);
        };
        let lines: String =
            parcel.lines.iter().map(|line| format!("{}={}\n", line.remote_id, line.quantity)).collect();
        let target = format!("/shipments/{}/{}", percent_encoded(&parcel.order), parcel.id);
        Ok(Exchange::from(Request::put(0, target).bytes(format!("{number}\n{lines}"))).memo(&*parcel.order))
    }

    fn settle_parcel(_: &Context, _: &NoSettings, answer: &Answer) -> Settlement {
        let body = String::from_utf8_lossy(&answer.response.body).trim().to_owned();
        match Failure::of(answer.response.status) {
            Some(failure) => failure.verdict("The parcel was not taken.").into(),
            None if answer.response.status == 202 => {
                let target = format!("/shipments/receipts/{}", percent_encoded(&body));
                Settlement::further(Request::get(0, target).covering(vec![0]))
            }
            None if body.starts_with("parcel-") => {
                Outcome::new(0, Verdict::accepted()).remote_id(body).into()
            }
            None => Failure::Unexpected.verdict("The answer names no parcel.").into(),
        }
    }
}

fn page_after(stream: u32, key: &str) -> Fetch {
    let path = PATHS.get(stream as usize).copied().unwrap_or_default();
    Fetch::from(Request::get(0, format!("{path}?after={}", percent_encoded(key)))).memo(key)
}

/// The SKU or the order's id.
fn key(line: &str) -> Option<&str> {
    match line.strip_prefix("order ") {
        Some(order) => order.split(' ').next(),
        None => line.split_once('=').map(|(sku, _)| sku),
    }
}

fn entries(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|line| order(line).or_else(|| level(line))).collect()
}

fn level(line: &str) -> Option<Entry> {
    let (sku, quantity) = line.split_once('=')?;
    Some(Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity.trim().parse().ok()?)))
}

fn order(line: &str) -> Option<Entry> {
    let mut words = line.trim_end().strip_prefix("order ")?.split(' ');
    let (id, sku, quantity) = (words.next()?, words.next()?, words.next()?);
    let state = match words.next()? {
        "paid" => OrderState::Paid,
        "cancelled" => OrderState::Cancelled,
        _ => return None,
    };
    let changed_at = words.next()?.parse().ok()?;
    let price = Money::new(Decimal { coefficient: 1_290, exponent: -2 }, "EUR");
    let line = OrderLine {
        remote_id: "1".to_owned(),
        sku: Some(sku.to_owned()),
        listing_id: None,
        title: sku.to_owned(),
        quantity: quantity.parse().ok()?,
        cancelled: 0,
        shipped: 0,
        returned: 0,
        unit_price: price.clone(),
        tax: None,
        discount: None,
    };
    Some(Entry::Order(Order {
        remote_id: id.to_owned(),
        number: id.to_owned(),
        state,
        placed_at: changed_at,
        changed_at,
        tax_included: true,
        lines: vec![line],
        shipping: None,
        total: price,
        buyer: None,
        ship_to: None,
    }))
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
