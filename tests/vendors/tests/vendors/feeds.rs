//! `product-feed`: every row of the files for Google and Meta.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use quick_xml::{Reader, events::Event};
use serde_json::{Value, json};
use wharf_vendors::feed::{Feed, Row};

use crate::{
    catalog::{Catalog, ICECAT, MAGENTO},
    receiver::{Answer, Vendor},
    shop::Shop,
};

/// Files are fetched; nothing is sent to anyone.
struct Nobody;

impl Vendor for Nobody {
    fn judge(&self, _: &wharf_vendors::Sent) -> Option<Result<String, wharf_vendors::Refusal>> {
        None
    }

    fn answer(&self, _: &str, _: &wharf_vendors::Sent) -> Answer {
        Answer::with(404, &Value::Null)
    }
}

/// How a file's rows are read.
type Read = fn(&Path) -> anyhow::Result<Vec<Row>>;

/// The files, by profile and format.
const FILES: [(&str, &str, Read); 5] = [
    ("google", "rss", rss),
    ("google", "tsv", tsv),
    ("google", "jsonl", json_lines),
    ("meta", "csv", csv),
    ("meta", "rss", rss),
];

async fn take(catalog: &'static Catalog) -> anyhow::Result<()> {
    let (Some(google), Some(meta)) = (Feed::google()?, Feed::meta()?) else { return Ok(()) };
    let Some(shop) = Shop::open(catalog, "plugins/product-feed", |_| Ok(Arc::new(Nobody))).await? else {
        return Ok(());
    };
    for (profile, format, read) in FILES {
        let channel = format!("{profile}-{format}");
        shop.add_channel(&channel, json!({
            "connector": "product-feed",
            "settings": {"profile": profile, "format": format, "title": "Demo", "link": "https://shop.example.com"},
            "grants": [], "credentials": null,
        })).await?;
        let report = shop.host.reconciler.sync(&channel, Arc::default()).await?.report;
        let folder = shop.folder.path().join("data/feeds").join(&channel);
        let name = if format == "rss" { "products.xml".to_owned() } else { format!("products.{format}") };
        let rows = read(&folder.join(name))?;
        anyhow::ensure!(
            rows.len() > 1_000 && rows.len() as u64 == report.written,
            "{}: {report:?}",
            rows.len()
        );
        judge(if profile == "google" { &google } else { &meta }, &channel, &rows)?;
    }
    Ok(())
}

/// Every row is taken; and of the first one no required text may be missing, nor any be nonsense that has a form.
fn judge(feed: &Feed, channel: &str, rows: &[Row]) -> anyhow::Result<()> {
    for row in rows {
        feed.judge(row).map_err(|refusal| anyhow::anyhow!("{channel}: {refusal}"))?;
    }
    let first = rows.first().cloned().unwrap_or_default();
    let with = |name: &str, text: &str| {
        first.clone().into_iter().chain([(name.to_owned(), vec![text.to_owned()])]).collect()
    };
    let wrong: [Row; 6] = [
        with("misspelt", "1"),
        with("title", ""),
        with("price", "12,90 EUR"),
        with("link", "shop.example.com"),
        with("availability", "perhaps"),
        with("condition", "old"),
    ];
    for row in wrong {
        anyhow::ensure!(feed.judge(&row).is_err(), "{channel} takes {row:?}");
    }
    Ok(())
}

fn table(path: &Path, delimiter: u8) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_path(path)?;
    let names = reader.headers()?.clone();
    let row = |record: Result<csv::StringRecord, csv::Error>| -> anyhow::Result<Row> {
        let record = record?;
        let cells = names.iter().zip(record.iter()).filter(|(_, text)| !text.is_empty());
        Ok(cells.map(|(name, text)| (name.to_owned(), vec![text.to_owned()])).collect())
    };
    reader.records().map(row).collect()
}

fn csv(path: &Path) -> anyhow::Result<Vec<Row>> {
    table(path, b',')
}

fn tsv(path: &Path) -> anyhow::Result<Vec<Row>> {
    table(path, b'\t')
}

fn json_lines(path: &Path) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)?;
    let texts = |value: &Value| match value {
        Value::Array(all) => all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    };
    let row = |line: &str| -> anyhow::Result<Row> {
        let members: BTreeMap<String, Value> = serde_json::from_str(line)?;
        Ok(members.iter().map(|(name, value)| (name.clone(), texts(value))).collect())
    };
    text.lines().map(row).collect()
}

/// The elements of every `item`, without their prefix.
fn rss(path: &Path) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)?;
    let mut reader = Reader::from_str(&text);
    let (mut rows, mut row, mut content) = (Vec::new(), None::<Row>, String::new());
    loop {
        match reader.read_event()? {
            Event::Start(start) if start.name().as_ref() == "item" => row = Some(Row::new()),
            Event::Start(_) => content.clear(),
            Event::Text(text) => content.push_str(&text),
            Event::GeneralRef(reference) => {
                let name = format!("&{};", &*reference);
                content.push_str(&quick_xml::escape::unescape(&name)?);
            }
            Event::End(end) if end.name().as_ref() == "item" => rows.extend(row.take()),
            Event::End(end) => {
                let name = end.local_name().as_ref().to_owned();
                row.iter_mut()
                    .for_each(|row| row.entry(name.clone()).or_default().push(std::mem::take(&mut content)));
            }
            Event::Eof => return Ok(rows),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_the_icecat_catalog_is_one_that_the_readers_take() -> anyhow::Result<()> {
    take(&ICECAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_the_magento_catalog_is_one_that_the_readers_take() -> anyhow::Result<()> {
    take(&MAGENTO).await
}
