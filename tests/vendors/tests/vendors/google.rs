//! `google-merchant`: products, prices and availability, each store's stock, and the status read back.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use wharf_vendors::{Contract as _, Refusal, Sent, google::Google};

use crate::{
    catalog::{Catalog, ICECAT, MAGENTO},
    receiver::{Answer, Vendor},
    shop::{Shop, some},
};

const CHANNEL: &str = "google";

const OPERATIONS: [&str; 6] = [
    "merchantapi.accounts.productInputs.insert",
    "merchantapi.accounts.productInputs.patch",
    "merchantapi.accounts.productInputs.delete",
    "merchantapi.accounts.products.localInventories.insert",
    "merchantapi.accounts.products.list",
    "merchantapi.accounts.dataSources.get",
];

struct MerchantCenter {
    contract: Arc<Google>,
    /// Product inputs by offer.
    offers: Mutex<BTreeMap<String, Value>>,
}

impl Vendor for MerchantCenter {
    fn judge(&self, sent: &Sent) -> Option<Result<String, Refusal>> {
        Some(self.contract.judge(sent))
    }

    fn answer(&self, operation: &str, sent: &Sent) -> Answer {
        let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        match operation {
            "merchantapi.accounts.productInputs.insert" => self.insert(&body),
            "merchantapi.accounts.products.localInventories.insert" => {
                Answer::json(&json!({"name": "n", "storeCode": body["storeCode"]}))
            }
            "merchantapi.accounts.products.list" => self.list(sent),
            "merchantapi.accounts.dataSources.get" => Answer::json(&json!({"input": "API"})),
            "merchantapi.accounts.productInputs.delete" => Answer::json(&json!({})),
            _ => Answer::json(&json!({"name": sent.path().replace("/products/v1/", "")})),
        }
    }
}

impl MerchantCenter {
    fn insert(&self, input: &Value) -> Answer {
        let part = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let (language, label, offer) = (part("contentLanguage"), part("feedLabel"), part("offerId"));
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.insert(offer.clone(), input.clone());
        Answer::json(&json!({"name": format!("accounts/1/productInputs/{language}~{label}~{offer}")}))
    }

    /// Pages as large as was asked, with an offer's name as the token.
    fn list(&self, sent: &Sent) -> Answer {
        let asked: BTreeMap<String, String> =
            sent.query().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let size = asked.get("pageSize").and_then(|size| size.parse().ok()).unwrap_or(25);
        let offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        let after = asked.get("pageToken").cloned().unwrap_or_default();
        let page: Vec<_> = offers.range((Bound::Excluded(after), Bound::Unbounded)).take(size).collect();
        let products: Vec<Value> = page.iter().map(|(_, input)| product(input)).collect();
        let mut answer = json!({ "products": products });
        if let Some((last, _)) = page.last().filter(|_| page.len() == size) {
            answer["nextPageToken"] = json!(last);
        }
        Answer::json(&answer)
    }
}

fn product(input: &Value) -> Value {
    let mut product = input.clone();
    product["dataSource"] = "accounts/1/dataSources/2".into();
    let countries = json!([input["feedLabel"]]);
    product["productStatus"] = json!({"destinationStatuses": [{"approvedCountries": countries}]});
    product
}

async fn take(catalog: &'static Catalog) -> anyhow::Result<()> {
    let Some(contract) = Google::shared()?.map(Arc::new) else { return Ok(()) };
    let vendor = Arc::new(MerchantCenter { contract: Arc::clone(&contract), offers: Mutex::default() });
    let Some(shop) = Shop::open(catalog, "plugins/google-merchant", |_| Ok(vendor)).await? else {
        return Ok(());
    };
    shop.add_channel(
        CHANNEL,
        json!({
            "connector": "google-merchant",
            "settings": {"account": "1", "data_source": "2", "stores": {"berlin": "STORE 1"}},
            "endpoints": {"api": format!("http://{}", shop.address)},
        }),
    )
    .await?;
    shop.sync_whole(CHANNEL).await?;
    let listed = shop.accepted(CHANNEL).await?;
    let [titled, stocked, priced, gone] = some(listed.iter())?;
    shop.rename(titled, "Another name").await?;
    shop.restock(stocked, 0).await?;
    shop.reprice(priced, 4_990).await?;
    shop.delete(std::slice::from_ref(gone)).await?;
    shop.sync(CHANNEL).await?;
    shop.read_back(CHANNEL).await?;
    shop.receiver.conclude(catalog.name, &OPERATIONS)?;
    shop.receiver.bites(&*contract, |_, _| false)
}

#[tokio::test(flavor = "multi_thread")]
async fn google_takes_every_request_for_the_icecat_catalog() -> anyhow::Result<()> {
    take(&ICECAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn google_takes_every_request_for_the_magento_catalog() -> anyhow::Result<()> {
    take(&MAGENTO).await
}
