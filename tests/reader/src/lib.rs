//! A connector with every ability that reads; for tests, no vendor has it.
//!
//! Stock is pulled page by page from `GET /stock?after=SKU`, which answers lines of `SKU=QUANTITY` and ends with an
//! empty page. A webhook carries one such line with its signature, and a file holds any number of them.

use wharf_sdk::{
    inbound::{Entry, ListingKey, StockLevel},
    *,
};

/// The settings property that names the webhooks' secret.
const SECRET: &str = "webhook_key";

/// The connector.
#[derive(Debug)]
pub struct Reader;

connector!(Reader: Puller, Receiver, Intake);

impl Connector for Reader {
    fn describe() -> Description {
        let api = Endpoint::new("api", "https://reader.example", &[Method::Get]);
        Description::new("test-reader", env!("CARGO_PKG_VERSION"), "Reads stock for tests.")
            .settings_schema(
                r#"{"type": "object", "properties": {"webhook_key": {"type": "string", "writeOnly": true}}}"#,
            )
            .endpoint(api.path("/stock"))
            .stream(PullStream::new("stock", StreamKind::Stock, 900).by(ChangeDetection::Cursor))
            .receiving(Receiving::new())
            .intake(FileIntake::new(&["text/plain"]))
            .reads_header("x-signature")
    }

    fn probe(_: &Context) -> Option<Request> {
        Some(Request::get(0, "/stock"))
    }
}

impl Puller for Reader {
    fn request(_: &Context, _stream: u32, position: &Position) -> Fetch {
        let after = position.cursor.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        page_after(&after)
    }

    fn digest(_: &Context, _stream: u32, memo: &[u8], response: &Response) -> Page {
        if let Some(failure) = Failure::of(response.status) {
            return Page::failed(failure, "The stock cannot be read.");
        }
        let text = String::from_utf8_lossy(&response.body);
        match text.lines().next_back().and_then(|line| line.split_once('=')) {
            None => Page::end(Vec::new(), Pass { cursor: Some(memo.to_vec()), complete: true }),
            Some((last, _)) => Page::checkpoint(entries(&text), last.into(), page_after(last)),
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

fn page_after(sku: &str) -> Fetch {
    Fetch::from(Request::get(0, format!("/stock?after={}", percent_encoded(sku)))).memo(sku)
}

fn entries(text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let (sku, quantity) = line.split_once('=')?;
        Some(Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity.trim().parse().ok()?)))
    };
    text.lines().filter_map(entry).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
