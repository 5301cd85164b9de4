//! `amazon`: feeds in their five steps with every message of their documents, single listings, orders and stock.

use std::{
    collections::BTreeMap,
    io::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use wharf_catalog::Patch;
use wharf_store::{Mode, ProductChange};
use wharf_vendors::{
    Contract as _, Refusal, Sent,
    amazon::{Amazon, DOCUMENT},
};

use crate::{
    catalog::{Catalog, ICECAT, LOCATIONS, MAGENTO},
    receiver::{Answer, Vendor},
    shop::{Shop, some},
};

const CHANNEL: &str = "amazon";

const OPERATIONS: [&str; 12] = [
    "createFeedDocument",
    DOCUMENT,
    "createFeed",
    "getFeed",
    "getFeedDocument",
    "putListingsItem",
    "patchListingsItem",
    "deleteListingsItem",
    "searchOrders",
    "getInventorySummaries",
    "searchDefinitionsProductTypes",
    "getMarketplaceParticipations",
];

const MARKETPLACE: &str = "A1PA6795UKMFR9";

/// Where documents are put and fetched, which no model speaks of.
const DOCUMENTS: &str = "/tortuga/";

const TOKENS: &str = "/auth/o2/token";

struct SellingPartner {
    contract: Arc<Amazon>,
    address: SocketAddr,
    currency: &'static str,
    /// How many messages each document held, by the document's number.
    documents: Mutex<BTreeMap<usize, usize>>,
}

impl Vendor for SellingPartner {
    fn judge(&self, sent: &Sent) -> Option<Result<String, Refusal>> {
        match (sent.path(), sent.method.as_str()) {
            (TOKENS, _) => None,
            (path, "PUT") if path.starts_with(DOCUMENTS) => Some(self.contract.judge_document(&sent.body)),
            (path, _) if path.starts_with(DOCUMENTS) => None,
            _ => Some(self.contract.judge(sent)),
        }
    }

    fn answer(&self, operation: &str, sent: &Sent) -> Answer {
        let last = sent.segments().pop().unwrap_or_default();
        let url = |id: &str| format!("http://{}{DOCUMENTS}{id}?X-Amz-Signature=a%2Fb", self.address);
        match operation {
            "createFeedDocument" => {
                let mut documents = self.documents();
                let number = documents.len();
                documents.insert(number, 0);
                Answer::with(
                    201,
                    &json!({"feedDocumentId": number.to_string(), "url": url(&number.to_string())}),
                )
            }
            DOCUMENT => {
                let document: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
                let messages = document["messages"].as_array().map_or(0, Vec::len);
                self.documents().insert(last.parse().unwrap_or_default(), messages);
                Answer::bytes(Vec::new())
            }
            "createFeed" => {
                let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
                Answer::with(202, &json!({"feedId": body["inputFeedDocumentId"]}))
            }
            "getFeed" => Answer::json(&json!({
                "feedId": last, "feedType": DOCUMENT, "createdTime": "2026-01-01T00:00:00Z",
                "processingStatus": "DONE", "resultFeedDocumentId": last,
            })),
            "getFeedDocument" => Answer::json(
                &json!({"feedDocumentId": last, "url": url(&last), "compressionAlgorithm": "GZIP"}),
            ),
            "putListingsItem" | "patchListingsItem" | "deleteListingsItem" => {
                Answer::json(&json!({"sku": last, "status": "ACCEPTED", "submissionId": "1", "issues": []}))
            }
            _ => self.read(operation, &last),
        }
    }
}

impl SellingPartner {
    fn documents(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, usize>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, operation: &str, last: &str) -> Answer {
        match operation {
            "searchOrders" => {
                Answer::json(&json!({"orders": [], "lastUpdatedBefore": "2026-01-01T00:00:00Z"}))
            }
            "getInventorySummaries" => Answer::json(&json!({"payload": {"inventorySummaries": []}})),
            "searchDefinitionsProductTypes" => Answer::json(&json!({"productTypes": []})),
            "getMarketplaceParticipations" => Answer::json(&json!({"payload": [{
                "marketplace": {"id": MARKETPLACE, "defaultCurrencyCode": self.currency},
                "participation": {"isParticipating": true, "hasSuspendedListings": false},
            }]})),
            // A token, or the report of a feed.
            _ => match last.parse() {
                Ok(number) => {
                    Answer::bytes(report(self.documents().get(&number).copied().unwrap_or_default()))
                }
                Err(_) => Answer::json(
                    &json!({"access_token": "Atza|1", "token_type": "bearer", "expires_in": 3600}),
                ),
            },
        }
    }
}

/// A feed of which every message was taken.
fn report(messages: usize) -> Vec<u8> {
    let report = json!({
        "header": {"sellerId": "A1SELLER", "version": "2.0", "feedId": "1"},
        "summary": {
            "errors": 0, "warnings": 0, "messagesProcessed": messages, "messagesAccepted": messages,
            "messagesInvalid": 0,
        },
        "issues": [],
    });
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(report.to_string().as_bytes())
        .and_then(|()| encoder.finish())
        .expect("memory takes what is written into it")
}

fn channel(shop: &Shop) -> anyhow::Result<Value> {
    let secret = shop.folder.path().join("client");
    let client = json!({"client_id": "a", "client_secret": "b", "refresh_token": "Atzr|c"});
    std::fs::write(&secret, client.to_string())?;
    let base = format!("http://{}", shop.address);
    let documents = format!("{base}{}", DOCUMENTS.trim_end_matches('/'));
    Ok(json!({
        "connector": "amazon",
        "settings": {
            "seller_id": "A1SELLER", "marketplaces": [MARKETPLACE], "poll_seconds": 1,
            "document_host": shop.address.to_string(),
        },
        "mapping": {
            "product_type": {"value": "PRODUCT"},
            "color": {"template": "{{ color or 'as shown' }}"},
            "condition_type": {"from": ["condition"], "translate": {"new": "new_new"}},
        },
        "endpoints": {
            "api": base, "documents-eu": documents, "documents-na": documents, "documents-fe": documents,
            "documents-test": documents,
        },
        "credentials": {"file": secret, "token-uri": format!("{base}{TOKENS}")},
    }))
}

async fn take(catalog: &'static Catalog) -> anyhow::Result<()> {
    let Some(contract) = Amazon::shared()?.map(Arc::new) else { return Ok(()) };
    let of_vendor = Arc::clone(&contract);
    let vendor = move |address| -> anyhow::Result<Arc<dyn Vendor>> {
        let documents = Mutex::default();
        Ok(Arc::new(SellingPartner { contract: of_vendor, address, currency: catalog.currency, documents }))
    };
    let Some(shop) = Shop::open(catalog, "plugins/amazon", vendor).await? else { return Ok(()) };
    shop.add_channel(CHANNEL, channel(&shop)?).await?;
    shop.sync_whole(CHANNEL).await?;
    let listed = shop.accepted(CHANNEL).await?;
    let [titled, stocked, priced, gone, pattern] = some(listed.iter())?;
    shop.rename(titled, "Another name").await?;
    shop.restock(stocked, 0).await?;
    shop.reprice(priced, 4_990).await?;
    shop.delete(std::slice::from_ref(gone)).await?;
    new_product(&shop, pattern).await?;
    shop.sync(CHANNEL).await?;
    shop.read_back(CHANNEL).await?;
    shop.receiver.conclude(catalog.name, &OPERATIONS)?;
    // What attributes look like is the definitions' to say, of which those at hand speak of some only.
    shop.receiver.bites(&*contract, |operation, place| {
        operation == DOCUMENT || place.starts_with("/attributes/") || place.contains("/value/")
    })
}

/// A product like another one, under a number of its own.
async fn new_product(shop: &Shop, pattern: &wharf_catalog::Sku) -> anyhow::Result<()> {
    let record = shop.host.site.store.product(pattern.as_str()).await?;
    let product = record.map(|record| record.product).unwrap_or_else(|| shop.products[pattern].clone());
    let patch = Patch {
        parent: Some(product.parent.clone()),
        family: Some(product.family.clone()),
        attributes: product.attributes.into_iter().map(|(code, value)| (code, Some(value))).collect(),
        prices: vec![shop.catalog.price(990)],
        images: Some(Some(product.images)),
        ..Patch::default()
    };
    let stock = LOCATIONS.map(|place| (place.to_owned(), 3)).to_vec();
    let change = ProductChange { sku: "NEW-1".parse()?, patch, mode: Mode::Create, stock };
    for applied in shop.host.site.store.change(vec![change]).await? {
        applied?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn amazon_takes_every_request_for_the_icecat_catalog() -> anyhow::Result<()> {
    take(&ICECAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn amazon_takes_every_request_for_the_magento_catalog() -> anyhow::Result<()> {
    take(&MAGENTO).await
}
