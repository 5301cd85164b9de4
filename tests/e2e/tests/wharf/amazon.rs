//! The connector `amazon` against a stand-in of its vendor: feeds in their five steps, also when the process is killed
//! between any two of them, single listings, orders, and one token for all of it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{
    amazon::{Amazon, Effect, Step, Step::*},
    binary,
    harbor::prepare_folder,
    products::{priced, product, renamed, sku, stocked},
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, ProductChange};
use wharf_sync::Report;

const GERMANY: &str = "amazon-de";
const FRANCE: &str = "amazon-fr";

/// A feed's way when nothing comes in between.
const WAY: [Step; 6] = [Create, Upload, Submit, Poll, Locate, Download];

/// A host with one channel at Amazon.
struct Seller {
    host: Host,
    amazon: Amazon,
    folder: TempDir,
}

impl Seller {
    async fn open(settings: Value) -> anyhow::Result<Self> {
        let folder = prepare_folder(&["plugins/amazon"])?;
        patient(&folder)?;
        let amazon = Amazon::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let seller = Self { host, amazon, folder };
        seller.add_channel(GERMANY, &settings, |_| {}).await?;
        Ok(seller)
    }

    async fn add_channel(
        &self,
        name: &str,
        settings: &Value,
        configure: impl FnOnce(&mut Value),
    ) -> anyhow::Result<()> {
        let secret = self.folder.path().join("token");
        let mut configuration = serde_json::to_value(self.amazon.channel(&secret, settings)?)?;
        configure(&mut configuration);
        self.host.reconciler.add_channel(name, &serde_json::from_value(configuration)?).await?;
        Ok(())
    }

    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    async fn sync(&self, channel: &str) -> anyhow::Result<Report> {
        let run = self.host.reconciler.sync(channel, Arc::default()).await?;
        anyhow::ensure!(run.halted.is_none(), "the run halted: {run:?}");
        Ok(run.report)
    }

    /// Syncs until nothing is left to do, waiting out the pauses between looks at a feed.
    async fn sync_until_calm(&self) -> anyhow::Result<()> {
        let channel = self.host.reconciler.channel(GERMANY).await?.id;
        for _ in 0..300 {
            self.sync(GERMANY).await?;
            let now = Timestamp::now().as_millisecond();
            let left = self.host.site.store.due_summary(channel, now).await?;
            if left.due.is_empty() && left.next_listing_at.is_none() && left.next_exchange_at.is_none() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the channel did not come to rest")
    }

    async fn listing(&self, name: &str) -> anyhow::Result<Listing> {
        let filter = ListingFilter { sku: Some(sku(name)), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 1).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("{name} has no listing"))
    }

    /// Requests for single listings since the last look. Those for different SKUs come in any order.
    fn sorted_singles(&self) -> Vec<String> {
        let mut singles = self.amazon.take_singles();
        singles.sort_unstable();
        singles
    }

    /// Units and price that Amazon shows.
    fn offered(&self, sku: &str) -> (Value, Value) {
        let units = &self.amazon.attribute(sku, "fulfillment_availability")["quantity"];
        let price = &self.amazon.attribute(sku, "purchasable_offer")["our_price"][0]["schedule"][0];
        (units.clone(), price["value_with_tax"].clone())
    }

    /// How many listings are in each state.
    async fn states(&self) -> anyhow::Result<Vec<(ListingState, u64)>> {
        let channel = self.host.reconciler.channel(GERMANY).await?.id;
        Ok(self.host.site.store.counts(channel).await?.by_state.into_iter().collect())
    }
}

/// Requests may hang until their process is killed, which the host must not try to mend before.
fn patient(folder: &TempDir) -> anyhow::Result<()> {
    let settings = folder.path().join("data/wharf.toml");
    let text = std::fs::read_to_string(&settings)?;
    anyhow::ensure!(text.contains("request-timeout-ms = 400\n"), "the tests' settings have another timeout");
    std::fs::write(&settings, text.replace("request-timeout-ms = 400\n", "request-timeout-ms = 30000\n"))?;
    Ok(())
}

async fn sync_with_binary(data: PathBuf) -> anyhow::Result<()> {
    // Amazon answers on this test's runtime.
    let run = tokio::task::spawn_blocking(move || binary::run(&data, &["sync", "--wait"])).await??;
    anyhow::ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Ok(())
}

/// What a kill at this request cost: the requests of the feed's whole way, and how many feeds Amazon got.
///
/// A request that was sent shows that the answer before it was stored. So a kill while it hangs without effect comes
/// between two steps, and one with effect comes between sending and storing.
async fn killed_at(step: Step, nth: usize, effect: Effect) -> anyhow::Result<(Vec<Step>, usize)> {
    let seller = Seller::open(json!({"feed_from": 1})).await?;
    seller.amazon.work_for(nth - 1);
    seller.change(vec![product("A"), product("B"), product("C")]).await?;
    let Seller { host, amazon, folder } = seller;
    host.site.store.close().await;
    drop(host);
    let data = folder.path().join("data");

    amazon.hang_at(step, nth, effect);
    let first = binary::start(&data, &["sync", "--wait"])?;
    wait_for(|| amazon.is_hanging()).await?;
    first.kill()?;
    sync_with_binary(data.clone()).await?;

    let seller = Seller { host: Host::open(&data).await?, amazon, folder };
    assert_eq!(seller.states().await?, [(ListingState::Accepted, 3)]);
    assert_eq!(seller.amazon.skus(), ["A", "B", "C"]);
    assert_eq!(seller.amazon.take_singles(), Vec::<String>::new());
    for messages in seller.amazon.feeds() {
        let skus: Vec<_> = messages.iter().map(|message| &message["sku"]).collect();
        assert_eq!(skus, ["A", "B", "C"], "a feed that is submitted is whole");
    }
    assert_eq!(seller.sync(GERMANY).await?.exchanges, 0, "nothing is left to send");
    Ok((seller.amazon.steps(), seller.amazon.feeds().len()))
}

/// The way of a feed whose process was killed before this request had an effect.
fn again_from(step: Step) -> Vec<Step> {
    let position = WAY.iter().position(|one| *one == step).unwrap_or_default();
    [&WAY[..=position], &WAY[position..]].concat()
}

async fn wait_for(condition: impl Fn() -> bool) -> anyhow::Result<()> {
    for _ in 0..4_000 {
        if condition() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    anyhow::bail!("what was waited for did not come")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_all_steps_of_a_feed_and_a_refused_message_names_its_field() -> anyhow::Result<()> {
    let seller = Seller::open(json!({})).await?;
    seller.amazon.work_for(1);
    seller.amazon.refuse("SKU-007", "country_of_origin");
    let names: Vec<String> = (0..400).map(|number| format!("SKU-{number:03}")).collect();
    seller.change(names.iter().map(|name| product(name)).collect()).await?;
    seller.sync(GERMANY).await?;
    assert_eq!(seller.states().await?, [(ListingState::Pending, 400)]);

    seller.sync_until_calm().await?;
    assert_eq!(seller.amazon.steps(), [Create, Upload, Submit, Poll, Poll, Locate, Download]);
    assert_eq!(seller.states().await?, [(ListingState::Accepted, 399), (ListingState::Rejected, 1)]);
    let refused = seller.listing("SKU-007").await?;
    let told: Vec<_> =
        refused.problems.iter().map(|problem| (problem.code.as_str(), problem.field.as_deref())).collect();
    assert_eq!((refused.state, told), (ListingState::Rejected, vec![("90220", Some("country_of_origin"))]));
    assert!(refused.problems[0].message.contains("is not taken"), "{refused:?}");
    let shown: Vec<_> = names.into_iter().filter(|name| name != "SKU-007").collect();
    assert_eq!(seller.amazon.skus(), shown);
    assert_eq!(seller.amazon.attribute("SKU-000", "item_name")["value"], "Lamp SKU-000");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_the_document_was_created_goes_on_with_its_upload() -> anyhow::Result<()> {
    assert_eq!(killed_at(Upload, 1, Effect::None).await?, (again_from(Upload), 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_the_upload_goes_on_with_the_submission() -> anyhow::Result<()> {
    assert_eq!(killed_at(Submit, 1, Effect::None).await?, (again_from(Submit), 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_after_the_submission_goes_on_with_polling_and_submits_no_second_feed()
-> anyhow::Result<()> {
    assert_eq!(killed_at(Poll, 1, Effect::None).await?, (again_from(Poll), 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_while_polling_goes_on_polling() -> anyhow::Result<()> {
    let way = [Create, Upload, Submit, Poll, Poll, Poll, Locate, Download];
    assert_eq!(killed_at(Poll, 2, Effect::None).await?, (way.to_vec(), 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_before_the_report_was_read_reads_it_later() -> anyhow::Result<()> {
    let (located, read) =
        tokio::try_join!(killed_at(Locate, 1, Effect::None), killed_at(Download, 1, Effect::Full))?;
    assert_eq!(located, (again_from(Locate), 1));
    assert_eq!(read, (again_from(Download), 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_amazons_act_and_its_stored_answer_repeats_that_one_request() -> anyhow::Result<()> {
    let (created, uploaded, submitted) = tokio::try_join!(
        killed_at(Create, 1, Effect::Full),
        killed_at(Upload, 1, Effect::Full),
        killed_at(Submit, 1, Effect::Full)
    )?;
    assert_eq!(created, (again_from(Create), 1));
    assert_eq!(uploaded, (again_from(Upload), 1));
    assert_eq!(submitted, (again_from(Submit), 2), "one feed more, and no second document");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_and_price_alone_are_patched_and_a_feed_brings_no_older_ones() -> anyhow::Result<()> {
    let seller = Seller::open(json!({"feed_from": 3})).await?;
    seller.change(vec![product("A"), product("B")]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(seller.sorted_singles(), ["PUT A", "PUT B"]);

    let patched = ["PATCH A fulfillment_availability", "PATCH B purchasable_offer"];
    seller.change(vec![stocked("A", 3)]).await?;
    seller.change(vec![priced("B", 990)]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(seller.sorted_singles(), patched);
    assert_eq!(seller.offered("A"), (json!(3), json!(12.90)));
    assert_eq!(seller.offered("B"), (json!(5), json!(9.90)));

    seller.amazon.work_for(1);
    seller.change(vec![renamed("A", "Leuchte"), renamed("B", "Licht"), product("C")]).await?;
    seller.sync(GERMANY).await?;
    seller.change(vec![stocked("A", 2)]).await?;
    seller.change(vec![priced("B", 890)]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(
        (seller.amazon.feeds().len(), seller.amazon.skus()),
        (1, vec!["A".into(), "B".into(), "C".into()])
    );
    assert_eq!(seller.sorted_singles(), patched);
    assert_eq!(seller.amazon.attribute("A", "item_name")["value"], "Leuchte");
    assert_eq!(seller.offered("A"), (json!(2), json!(12.90)));
    assert_eq!(seller.offered("B"), (json!(5), json!(8.90)));
    assert_eq!(seller.states().await?, [(ListingState::Accepted, 3)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_and_price_overtake_a_feed_that_takes_hours() -> anyhow::Result<()> {
    let seller = Seller::open(json!({"feed_from": 3})).await?;
    seller.change(vec![product("A"), product("B")]).await?;
    seller.sync_until_calm().await?;
    seller.sorted_singles();

    seller.amazon.work_for(usize::MAX);
    seller.change(vec![renamed("A", "Leuchte"), renamed("B", "Licht"), product("C")]).await?;
    seller.sync(GERMANY).await?;
    for units in [4, 3] {
        seller.change(vec![stocked("A", units), stocked("C", units)]).await?;
        seller.sync(GERMANY).await?;
        assert_eq!(
            seller.sorted_singles(),
            ["PATCH A fulfillment_availability"],
            "C is new: its feed has its stock"
        );
        assert_eq!(seller.offered("A").0, json!(units));
    }
    seller.change(vec![priced("B", 890), renamed("B", "Lichtlein"), stocked("B", 1)]).await?;
    seller.sync(GERMANY).await?;
    let offer = ["PATCH B fulfillment_availability", "PATCH B purchasable_offer"];
    assert_eq!(seller.sorted_singles(), offer, "the title waits for the feed");
    assert_eq!(seller.offered("B"), (json!(1), json!(8.90)));
    assert_eq!(seller.states().await?, [(ListingState::Pending, 3)]);

    seller.amazon.work_for(0);
    seller.sync_until_calm().await?;
    assert_eq!(seller.amazon.feeds().len(), 1);
    let last = seller.sorted_singles();
    assert!(last.len() == 2 && last[0].starts_with("PATCH B item_name brand"), "{last:?}");
    assert_eq!(last[1], "PATCH C fulfillment_availability");
    assert_eq!((seller.offered("A").0, seller.offered("C").0), (json!(3), json!(3)));
    assert_eq!(seller.amazon.attribute("B", "item_name")["value"], "Lichtlein");
    assert_eq!(seller.states().await?, [(ListingState::Accepted, 3)]);
    assert_eq!(seller.sync(GERMANY).await?.exchanges, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_part_of_a_change_leaves_the_decision_to_the_whole() -> anyhow::Result<()> {
    let seller = Seller::open(json!({})).await?;
    seller.change(vec![product("A")]).await?;
    seller.sync_until_calm().await?;
    seller.sorted_singles();

    seller.amazon.refuse("A", "purchasable_offer");
    seller.change(vec![priced("A", 890), renamed("A", "Leuchte")]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(seller.sorted_singles(), ["PATCH A purchasable_offer", "PUT A"]);
    let refused = seller.listing("A").await?;
    assert_eq!(refused.state, ListingState::Rejected);
    assert_eq!(refused.problems[0].field.as_deref(), Some("purchasable_offer.our_price"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn few_listings_go_one_by_one_and_a_refused_one_names_its_field() -> anyhow::Result<()> {
    let seller = Seller::open(json!({})).await?;
    seller.amazon.refuse("B", "item_name");
    seller.change(vec![product("A"), product("B")]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(
        (seller.sorted_singles(), seller.amazon.steps()),
        (vec!["PUT A".into(), "PUT B".into()], vec![])
    );
    let refused = seller.listing("B").await?;
    assert_eq!(refused.state, ListingState::Rejected);
    assert_eq!(refused.problems[0].field.as_deref(), Some("item_name"));

    seller.host.site.store.delete(&[sku("A")]).await?;
    seller.sync_until_calm().await?;
    assert_eq!(seller.amazon.take_singles(), ["DELETE A"]);
    assert_eq!(seller.listing("A").await?.state, ListingState::Removed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_serves_all_requests_of_an_account() -> anyhow::Result<()> {
    let seller = Seller::open(json!({"feed_from": 2})).await?;
    seller
        .add_channel(FRANCE, &json!({"marketplaces": ["A13V1IB3VIYZZH"]}), |channel| {
            channel["scope"] = json!({"locale": "fr-FR", "country": "FR", "currency": "EUR"});
        })
        .await?;
    seller.change(vec![product("A"), product("B")]).await?;
    let (germany, france) = tokio::join!(seller.sync(GERMANY), seller.sync(FRANCE));
    assert_eq!((germany?.exchanges, france?.accepted), (3, 2), "a feed in Germany, two requests in France");
    seller.sync_until_calm().await?;

    seller.amazon.sell("028-1", "A", 2);
    let pulled = seller.host.reconciler.pull(GERMANY, "orders").await?;
    assert_eq!((pulled.taken.orders_new, pulled.taken.units_taken, pulled.ended), (1, 2, true));
    seller.amazon.take_singles();
    seller.sync(FRANCE).await?;
    assert_eq!(seller.amazon.take_singles(), ["PATCH A fulfillment_availability"]);
    assert_eq!(seller.amazon.attribute("A", "fulfillment_availability")["quantity"], 3);
    assert_eq!(seller.amazon.tokens(), 1);
    Ok(())
}
