//! A real Vendure, installed from npm: whole catalogs go there and are read back through its own API, changes travel
//! alone, and what its shop sells comes home.
//!
//! Only with `WHARF_VENDURE=1`, since the first run installs 170 MB; without npm the tests say so and pass.

mod comparison;
mod orders;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{
    binary,
    components::repository,
    harbor::prepare_folder,
    products::product,
    vendure::{Market, ShownProduct, Vendure, installed},
};
use wharf_server::Host;
use wharf_sync::ChannelConfiguration;

use comparison::Expected;

const CHANNEL: &str = "vendure";

const GERMANY: Market = Market {
    language: "de",
    locale: "de-DE",
    country: "DE",
    currency: "EUR",
    places: &["berlin", "hamburg", "vienna"],
};

const STATES: Market = Market {
    language: "en",
    locale: "en-US",
    country: "US",
    currency: "USD",
    places: &["default", "east", "west"],
};

/// sql.js has one connection, on which two transactions at once become one: requests go one after the other.
const SETTINGS: &str = "\
[gateway]
max-in-flight = 1
request-timeout-ms = 60000

[sync]
retry-ms = 20
retry-cap-ms = 100

[connectors]
settle-ms = 0
";

/// Wharf beside a real shop.
struct Trade {
    vendure: Vendure,
    folder: TempDir,
}

impl Trade {
    /// None where there is no Vendure, which was said.
    async fn open(market: Market) -> anyhow::Result<Option<Self>> {
        let Some(vendure) = Vendure::open(market).await? else { return Ok(None) };
        let folder = prepare_folder(&["plugins/vendure", "tests/grouped"])?;
        fs::write(folder.path().join("data/wharf.toml"), SETTINGS)?;
        Ok(Some(Self { vendure, folder }))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn wharf(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        binary::json(&self.data(), arguments)
    }

    async fn host(&self) -> anyhow::Result<Host> {
        Host::open(&self.data()).await
    }

    async fn add_channel(&self, mapping: &Value) -> anyhow::Result<()> {
        let host = self.host().await?;
        let channel = self.vendure.channel(&self.folder.path().join("secret"), mapping)?;
        host.reconciler.add_channel(CHANNEL, &channel).await?;
        let probed = self.wharf(&["channel", "probe", CHANNEL])?;
        assert_eq!(probed["problems"], json!([]), "{probed}");
        Ok(())
    }

    fn sync(&self) -> anyhow::Result<Value> {
        let ran = self.wharf(&["sync", "--channel", CHANNEL, "--wait"])?[0].take();
        anyhow::ensure!(
            ran["halted"].is_null() && ran["rejected"] == 0,
            "{ran}\n{}",
            self.vendure.complaints()
        );
        Ok(ran)
    }

    fn sync_to_the_end(&self) -> anyhow::Result<Value> {
        let ran = self.sync()?;
        assert_eq!(self.sync()?["exchanges"], 0, "a second sync sends nothing");
        Ok(ran)
    }

    async fn expected(&self) -> anyhow::Result<Expected> {
        Expected::of(&self.host().await?, CHANNEL).await
    }

    /// The shop shows what the catalog projects; returns how many items that are.
    async fn is_equal(&self) -> anyhow::Result<usize> {
        let expected = self.expected().await?;
        let differences = expected.differences(&self.vendure).await?;
        let first: Vec<&str> = differences.iter().take(20).map(String::as_str).collect();
        assert!(differences.is_empty(), "{} differences, such as\n{}", differences.len(), first.join("\n"));
        Ok(expected.items.len())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_is_read_back_as_it_was_projected_and_changes_travel_alone() -> anyhow::Result<()> {
    let Some(trade) = Trade::open(GERMANY).await? else { return Ok(()) };
    import_demonstration(&trade.data())?;
    trade.add_channel(&json!({})).await?;
    trade.sync_to_the_end()?;
    assert_eq!(trade.is_equal().await?, 178);
    one_stock_level_travels_alone(&trade).await?;
    one_title_travels_alone(&trade).await?;
    what_is_deleted_is_gone(&trade).await?;
    what_was_lost_is_sent_again(&trade).await?;
    the_stock_that_comes_back_is_the_stock_that_was_sent(&trade).await
}

fn import_demonstration(data: &Path) -> anyhow::Result<()> {
    let sample = repository().join("host/server/assets/sample");
    let file = |name: &str| sample.join(name).to_string_lossy().into_owned();
    let tally = binary::json(data, &["import", &file("sample.csv"), "--mapping", &file("sample.toml")])?;
    anyhow::ensure!(tally["refused"] == 0, "{tally}");
    Ok(())
}

/// The products before and after, as far as they differ.
fn changed(before: &[ShownProduct], after: &[ShownProduct]) -> Vec<String> {
    let differ = |pair: &(&ShownProduct, &ShownProduct)| pair.0 != pair.1;
    assert_eq!(before.len(), after.len());
    before.iter().zip(after).filter(differ).map(|(_, after)| after.name.clone()).collect()
}

async fn one_stock_level_travels_alone(trade: &Trade) -> anyhow::Result<()> {
    let before = trade.vendure.products().await?;
    trade.wharf(&["stock", "set", "NH-SKUR-W-MOSS-S", "berlin", "2"])?;
    let ran = trade.sync_to_the_end()?;
    assert_eq!(
        (&ran["stocks"], &ran["upserts"], &ran["exchanges"]),
        (&json!(1), &json!(0), &json!(2)),
        "{ran}"
    );
    let after = trade.vendure.products().await?;
    assert_eq!(changed(&before, &after), ["Skur Regenjacke für Damen"]);
    trade.is_equal().await.map(drop)
}

async fn one_title_travels_alone(trade: &Trade) -> anyhow::Result<()> {
    let before = trade.vendure.products().await?;
    let file = trade.folder.path().join("correction.jsonl");
    fs::write(&file, json!({"sku": "NH-ELD", "attributes": {"name@de-DE": "Eld Kocher"}}).to_string())?;
    let tally = trade.wharf(&["import", &file.to_string_lossy()])?;
    assert_eq!(tally["updated"], 1, "{tally}");
    let ran = trade.sync_to_the_end()?;
    assert_eq!(
        (&ran["stocks"], &ran["upserts"], &ran["exchanges"]),
        (&json!(0), &json!(1), &json!(2)),
        "{ran}"
    );
    let after = trade.vendure.products().await?;
    assert_eq!(changed(&before, &after), ["Eld Kocher"]);
    trade.is_equal().await.map(drop)
}

/// One variant of several, and a whole product.
async fn what_is_deleted_is_gone(trade: &Trade) -> anyhow::Result<()> {
    let before = trade.vendure.products().await?.len();
    trade.wharf(&["delete", "NH-SKUR-W-MOSS-S", "NH-ELD"])?;
    let ran = trade.sync_to_the_end()?;
    assert_eq!(ran["deletes"], 2, "{ran}");
    assert_eq!(trade.vendure.products().await?.len(), before - 1);
    assert_eq!(trade.is_equal().await?, 176);
    Ok(())
}

/// Somebody deleted a product in the shop, and changed another one.
async fn what_was_lost_is_sent_again(trade: &Trade) -> anyhow::Result<()> {
    let products = trade.vendure.products().await?;
    let [first, second, ..] = products.as_slice() else { anyhow::bail!("{products:?}") };
    trade
        .vendure
        .admin
        .call("mutation($id: ID!) { deleteProduct(id: $id) { result } }", json!({"id": first.id}))
        .await?;
    let update = "mutation($input: UpdateProductInput!) { updateProduct(input: $input) { id } }";
    let translation = json!({"languageCode": "de", "name": "Etwas anderes", "slug": second.slug});
    let input = json!({"id": second.id, "translations": [translation]});
    trade.vendure.admin.call(update, json!({ "input": input })).await?;
    trade.wharf(&["sync", "--full", "--wait"])?;
    assert_eq!(trade.is_equal().await?, 176);
    assert_eq!(trade.vendure.products().await?.len(), products.len());
    Ok(())
}

/// Another Wharf knows the products and no stock, and is told to believe what Vendure counts.
async fn the_stock_that_comes_back_is_the_stock_that_was_sent(trade: &Trade) -> anyhow::Result<()> {
    let expected = trade.expected().await?;
    let folder = prepare_folder(&["plugins/vendure"])?;
    let data = folder.path().join("data");
    fs::write(data.join("wharf.toml"), SETTINGS)?;
    let host = Host::open(&data).await?;
    let bare = expected.items.iter().map(|item| {
        let mut bare = product(&item.sku);
        bare.stock.clear();
        bare
    });
    for applied in host.site.store.change(bare.collect()).await? {
        applied?;
    }
    let secret = folder.path().join("secret");
    let mut channel = serde_json::to_value(trade.vendure.channel(&secret, &json!({}))?)?;
    // The other way to show who calls.
    fs::write(&secret, &trade.vendure.key)?;
    channel["credentials"]["scheme"] = "header".into();
    let places = trade.vendure.locations.iter().map(|(place, _)| (place.clone(), place.as_str().into()));
    channel["inbound"] = json!({"counts": places.collect::<serde_json::Map<String, Value>>()});
    let channel: ChannelConfiguration = serde_json::from_value(channel)?;
    host.reconciler.add_channel(CHANNEL, &channel).await?;
    let pulled = host.reconciler.pull(CHANNEL, "stock").await?;
    assert!(pulled.ended && pulled.problem.is_none(), "{pulled:?}");
    for item in &expected.items {
        let positive = |levels: Vec<(String, i64)>| -> BTreeMap<String, i64> {
            levels.into_iter().filter(|(_, units)| *units > 0).collect()
        };
        let back = positive(host.site.store.stock_of(&item.sku).await?);
        assert_eq!(back, positive(expected.levels(item)), "{}", item.sku);
    }
    Ok(())
}

/// The connector's own test of its documents takes the schema from there.
#[test]
fn the_installed_schema_takes_every_request_of_the_connector() -> anyhow::Result<()> {
    let Some(folder) = installed()? else { return Ok(()) };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tested = Command::new(cargo)
        .args(["test", "-q", "-p", "vendure", "--test", "vendure", "schema::", "--manifest-path"])
        .arg(repository().join("Cargo.toml"))
        .env("WHARF_VENDURE_SCHEMA", folder.join("node_modules/@vendure/core/dist/api/schema"))
        .output()?;
    let said = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success() && said.contains("1 passed"), "{said}");
    Ok(())
}

/// The catalogs that the project's mapping files are written for, where they are at hand.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "a test that was not tried says so")]
async fn real_catalogs_are_read_back_as_they_were_projected() -> anyhow::Result<()> {
    let Some(shared) = std::env::var_os("WHARF_SHARED") else {
        println!("WHARF_SHARED is not set: the real catalogs are not tried");
        return Ok(());
    };
    let Some(trade) = Trade::open(STATES).await? else { return Ok(()) };
    import_real_catalogs(&trade, &Path::new(&shared).join("data"))?;
    complete(&trade).await?;
    // Icecat has its shoes' sizes in an attribute of their own.
    trade.add_channel(&json!({"size": {"from": ["size", "eu_shoes_size"]}})).await?;
    let begun = Instant::now();
    let ran = trade.sync()?;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(trade.sync()?["exchanges"], 0, "a second sync sends nothing");
    let items = trade.is_equal().await?;
    let per_second = items as f64 / seconds;
    println!(
        "{items} items in {seconds:.0} s, {} requests, {per_second:.0} items/s: {ran}",
        ran["exchanges"]
    );
    println!("Vendure complained of: {}", trade.vendure.complaints());
    Ok(())
}

fn import_real_catalogs(trade: &Trade, data: &Path) -> anyhow::Result<()> {
    for (file, mapping) in [
        ("akeneo-icecat/product_models.csv", "icecat-models"),
        ("akeneo-icecat/products.csv", "icecat-products"),
        ("magento2-sample/ConfigurableSampleData__products.csv", "magento-products"),
        ("magento2-sample/CatalogSampleData__products_gear_bags.csv", "magento-bags"),
    ] {
        let file = data.join(file);
        let tally = trade.wharf(&["import", &file.to_string_lossy(), "--mapping", mapping])?;
        anyhow::ensure!(tally["created"].as_u64() > Some(10), "{mapping}: {tally}");
    }
    Ok(())
}

/// Most of Icecat's products have neither price nor stock, as neither is a PIM's to know: they come in a file of their
/// own, as from an ERP.
async fn complete(trade: &Trade) -> anyhow::Result<()> {
    let host = trade.host().await?;
    let mut csv = String::from("sku,price,east,west\n");
    let mut after = None;
    loop {
        let page =
            host.site.store.products(after.as_ref(), 1_000, &wharf_store::ProductFilter::default()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.product.sku.clone());
        for record in page.iter().filter(|record| {
            !record.product.model && record.product.prices.iter().all(|price| price.currency != "USD")
        }) {
            let number = record.id;
            let sku = record.product.sku.as_str();
            writeln!(csv, "{sku},{}.{:02},{},{}", 5 + number % 90, number % 100, number % 7, number % 3)?;
        }
    }
    drop(host);
    let (file, mapping) = (trade.folder.path().join("erp.csv"), trade.folder.path().join("erp.toml"));
    fs::write(&file, csv)?;
    fs::write(&mapping, ERP)?;
    let tally = trade.wharf(&["import", &file.to_string_lossy(), "--mapping", &mapping.to_string_lossy()])?;
    anyhow::ensure!(tally["refused"] == 0, "{tally}");
    Ok(())
}

const ERP: &str = "\
delimiter = \",\"
sku = \"sku\"

[[prices]]
column = \"price\"
currency = \"USD\"

[stock]
east = \"east\"
west = \"west\"
";
