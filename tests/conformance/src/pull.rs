//! Stock by cursor and orders by time, both in pages of `{"levels":[["SKU",7]],"next":"SKU"}`.

use serde::Deserialize;
use wharf_sdk::{
    Context, Failure, Fetch, Page, Pass, Position, Puller, Request, Response,
    inbound::{Entry, ListingKey, StockLevel},
    percent_encoded,
};

use crate::{CornerShop, Defect, settings::Settings};

const STOCK: u32 = 0;

#[derive(Deserialize)]
struct Levels {
    levels: Vec<(String, i64)>,
    next: Option<String>,
}

impl Puller for CornerShop {
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
        let defect = defect(context);
        if defect == Defect::Overflow {
            let stretch = position.until.checked_sub(position.since.unwrap_or(0));
            assert!(stretch.is_some_and(|stretch| stretch >= 0), "time goes backwards");
        }
        if stream != STOCK {
            let since = position.since.filter(|_| defect != Defect::IgnoresTimes).unwrap_or(0);
            return page_after(stream, "", Some(since));
        }
        page_after(stream, &position.cursor.as_deref().map(String::from_utf8_lossy).unwrap_or_default(), None)
    }

    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        let defect = defect(context);
        let ends = || Page::end(Vec::new(), Pass { cursor: Some(memo.to_vec()), complete: true });
        match (Failure::of(response.status), serde_json::from_slice::<Levels>(&response.body)) {
            (Some(failure), _) if defect != Defect::EndsOnErrors || failure != Failure::Unavailable => {
                Page::failed(failure, "The shop did not list it.")
            }
            (None, Ok(levels)) => page(defect, stream, memo, levels),
            (None, Err(_)) if defect != Defect::EndsOnErrors => {
                Page::failed(Failure::Unavailable, "The page is none of the shop's.")
            }
            _ => ends(),
        }
    }
}

fn defect(context: &Context) -> Defect {
    Settings::of(context).map(|settings| settings.defect).unwrap_or_default()
}

fn page(defect: Defect, stream: u32, memo: &[u8], Levels { levels, next }: Levels) -> Page {
    let last = levels.last().map(|(sku, _)| sku.clone().into_bytes());
    let entry = |(sku, quantity)| Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity));
    let entries: Vec<Entry> = levels.into_iter().map(entry).collect();
    match next {
        None => {
            let cursor = last.or_else(|| Some(memo.to_vec())).filter(|_| defect != Defect::ForgetsCursor);
            Page::end(entries, Pass { cursor, complete: true })
        }
        Some(_) if defect == Defect::SamePage => {
            Page::more(entries, page_after(stream, &String::from_utf8_lossy(memo), None))
        }
        Some(next) => {
            let cursor =
                if defect == Defect::LateCheckpoint { memo.to_vec() } else { next.clone().into_bytes() };
            Page::checkpoint(entries, cursor, page_after(stream, &next, None))
        }
    }
}

fn page_after(stream: u32, after: &str, since: Option<i64>) -> Fetch {
    let path = if stream == STOCK { "/stock" } else { "/orders" };
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    Fetch::from(Request::get(0, format!("{path}?after={}{since}", percent_encoded(after)))).memo(after)
}
