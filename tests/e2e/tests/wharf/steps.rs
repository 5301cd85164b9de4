//! Uploads of several steps: a batch is submitted as a job, and polled until it ends.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use wharf_e2e::{
    binary,
    harbor::prepare_folder,
    jobs::Jobs,
    products::{product, renamed, sku},
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, ProductChange};
use wharf_sync::{ChannelConfiguration, Report};

/// The name of the channel.
const BULK: &str = "bulk";

/// More polls than any test makes.
const FOREVER: usize = usize::MAX;

/// A host with one channel that takes batches as jobs.
struct Works {
    host: Host,
    jobs: Jobs,
    folder: TempDir,
}

impl Works {
    async fn open(poll_ms: u64) -> anyhow::Result<Self> {
        Self::furnish(prepare_folder(&["tests/bulk"])?, poll_ms).await
    }

    /// With rests far longer than any test.
    async fn open_with_long_rests(poll_ms: u64) -> anyhow::Result<Self> {
        let folder = prepare_folder(&["tests/bulk"])?;
        let settings = folder.path().join("data/wharf.toml");
        let text = std::fs::read_to_string(&settings)?;
        anyhow::ensure!(text.contains("rest-ms = 50\n"), "the tests' settings have another rest");
        std::fs::write(&settings, text.replace("rest-ms = 50\n", "rest-ms = 600000\n"))?;
        Self::furnish(folder, poll_ms).await
    }

    async fn furnish(folder: TempDir, poll_ms: u64) -> anyhow::Result<Self> {
        let jobs = Jobs::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let configuration: ChannelConfiguration = serde_json::from_value(json!({
            "connector": "bulk-json",
            "settings": {"job": true, "poll_ms": poll_ms},
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", jobs.address)},
            "grants": [{"host": jobs.address.to_string(), "allow-private": true}],
            "credentials": {"file": folder.path().join("token"), "bearer": true},
        }))?;
        host.reconciler.add_channel(BULK, &configuration).await?;
        Ok(Self { host, jobs, folder })
    }

    /// As a new process would find things.
    async fn restart(self) -> anyhow::Result<Self> {
        let (folder, jobs) = self.close().await;
        let host = Host::open(&folder.path().join("data")).await?;
        Ok(Self { host, jobs, folder })
    }

    async fn close(self) -> (TempDir, Jobs) {
        let Self { host, jobs, folder } = self;
        host.site.store.close().await;
        (folder, jobs)
    }

    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    async fn sync(&self) -> anyhow::Result<Report> {
        let run = self.host.reconciler.sync(BULK, Arc::default()).await?;
        anyhow::ensure!(run.halted.is_none(), "the run halted: {run:?}");
        Ok(run.report)
    }

    /// Syncs until the channel was polled this often in all.
    async fn sync_until_polled(&self, polls: usize) -> anyhow::Result<()> {
        for _ in 0..200 {
            self.sync().await?;
            if self.jobs.polls() >= polls {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the job is not polled")
    }

    /// Syncs until nothing is left to do, waiting out steps and pauses.
    async fn sync_until_calm(&self) -> anyhow::Result<()> {
        for _ in 0..200 {
            self.sync().await?;
            if self.is_calm().await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the channel did not come to rest")
    }

    async fn is_calm(&self) -> anyhow::Result<bool> {
        let now = Timestamp::now().as_millisecond();
        let left = self.host.site.store.due_summary(self.channel().await?, now).await?;
        Ok(left.due.is_empty() && left.next_listing_at.is_none() && left.next_exchange_at.is_none())
    }

    async fn channel(&self) -> anyhow::Result<i64> {
        Ok(self.host.reconciler.channel(BULK).await?.id)
    }

    async fn listing(&self, name: &str) -> anyhow::Result<Listing> {
        let filter = ListingFilter { sku: Some(sku(name)), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 1).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("{name} has no listing"))
    }

    async fn state(&self, name: &str) -> anyhow::Result<ListingState> {
        Ok(self.listing(name).await?.state)
    }

    /// The number of the latest run; runs are numbered in their order.
    async fn latest_run(&self) -> anyhow::Result<i64> {
        let runs = self.host.site.store.runs(self.channel().await?, 1).await?;
        Ok(runs.first().map_or(0, |run| run.id))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_takes_several_polls_ends_with_every_item_accepted() -> anyhow::Result<()> {
    let works = Works::open(30).await?;
    works.jobs.run_for(3);
    let names: Vec<String> = (0..700).map(|number| format!("SKU-{number:03}")).collect();
    works.change(names.iter().map(|name| product(name)).collect()).await?;
    let submitted = works.sync().await?;
    assert_eq!(works.jobs.count(), 2, "one job for each batch");
    assert_eq!((submitted.accepted, submitted.upserts), (0, 0));
    assert_eq!(works.state("SKU-000").await?, ListingState::Pending);
    assert_eq!(works.state("SKU-699").await?, ListingState::Pending);

    works.sync_until_calm().await?;
    assert_eq!((works.jobs.count(), works.jobs.polls()), (2, 8));
    assert_eq!(works.jobs.skus(), names);
    let counts = works.host.site.store.counts(works.channel().await?).await?;
    assert_eq!(counts.by_state, [(ListingState::Accepted, 700)].into());
    let again = works.sync().await?;
    assert_eq!((again.considered, again.exchanges), (0, 0), "what was accepted is not sent again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_while_a_step_is_not_due_yet() -> anyhow::Result<()> {
    let works = Works::open(3_600_000).await?;
    works.change(vec![product("A")]).await?;
    works.sync().await?;
    works.change(vec![renamed("A", "Leuchte A")]).await?;
    let run = tokio::time::timeout(Duration::from_secs(5), works.sync()).await??;
    assert_eq!((run.considered, run.exchanges), (0, 0));
    assert_eq!((works.jobs.count(), works.jobs.polls()), (1, 0));
    assert_eq!(works.state("A").await?, ListingState::Pending);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_at_the_step_reached() -> anyhow::Result<()> {
    let works = Works::open(10).await?;
    works.jobs.run_for(FOREVER);
    works.change(vec![product("A"), product("B")]).await?;
    works.sync().await?;
    // Once between the submission and the first poll, and once between two polls.
    let works = works.restart().await?;
    assert_eq!(works.state("A").await?, ListingState::Pending);
    works.sync_until_polled(2).await?;
    let works = works.restart().await?;
    works.jobs.run_for(0);
    works.sync_until_calm().await?;
    assert_eq!(works.jobs.count(), 1, "the job is not submitted again");
    assert_eq!(works.jobs.skus(), ["A", "B"]);
    for name in ["A", "B"] {
        let listing = works.listing(name).await?;
        assert_eq!((listing.state, listing.delivered_revision), (ListingState::Accepted, listing.revision));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_waits_for_the_job_under_way_and_then_travels() -> anyhow::Result<()> {
    let works = Works::open(5).await?;
    works.jobs.run_for(FOREVER);
    works.change(vec![product("A"), product("B")]).await?;
    works.sync().await?;
    for title in ["Leuchte", "Licht"] {
        works.change(vec![renamed("A", title)]).await?;
        works.sync_until_polled(works.jobs.polls() + 2).await?;
        assert_eq!(works.state("A").await?, ListingState::Pending);
    }
    assert_eq!(works.jobs.count(), 1);
    works.jobs.run_for(2);
    works.sync_until_calm().await?;
    let titles: Vec<_> = works.jobs.submitted("A").iter().map(|entry| entry["title"].clone()).collect();
    assert_eq!(titles, ["Lamp A", "Licht"], "the newest state wins, and the one between is left out");
    assert_eq!(works.jobs.submitted("B").len(), 1);
    assert_eq!(works.jobs.title("A"), "Licht");
    assert_eq!(works.jobs.overlaps(), Vec::<String>::new());
    assert_eq!(works.state("A").await?, ListingState::Accepted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_deleted_under_way_leaves_the_channel_after_its_job() -> anyhow::Result<()> {
    let works = Works::open(5).await?;
    works.jobs.run_for(FOREVER);
    works.change(vec![product("A"), product("B")]).await?;
    works.sync().await?;
    works.host.site.store.delete(&[sku("A")]).await?;
    works.sync_until_polled(2).await?;
    assert_eq!(works.jobs.count(), 1);
    works.jobs.run_for(1);
    works.sync_until_calm().await?;
    assert_eq!(works.jobs.skus(), ["B"]);
    assert_eq!(works.jobs.overlaps(), Vec::<String>::new());
    assert_eq!(works.state("A").await?, ListingState::Removed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_fails_is_put_off_and_the_job_goes_on() -> anyhow::Result<()> {
    let works = Works::open(5).await?;
    works.jobs.run_for(1);
    works.jobs.fail_polls(10);
    works.change(vec![product("A")]).await?;
    let (mut pending_while_failing, mut told) = (0, false);
    for _ in 0..200 {
        works.sync().await?;
        if works.jobs.failures_left() == 0 {
            break;
        }
        let listing = works.listing("A").await?;
        assert_eq!(listing.state, ListingState::Pending);
        told |= listing.problems.iter().any(|problem| problem.code == "unanswered");
        pending_while_failing += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(pending_while_failing > 2, "the poll was put off more than once");
    assert!(told, "the listing says that its step got no answer");
    works.sync_until_calm().await?;
    assert_eq!((works.jobs.failures_left(), works.jobs.polls(), works.jobs.count()), (0, 2, 1));
    assert_eq!(works.state("A").await?, ListingState::Accepted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_no_job_ever_takes_is_left_to_a_person_in_the_end() -> anyhow::Result<()> {
    let works = Works::open(1).await?;
    works.jobs.report_nothing();
    works.change(vec![product("A")]).await?;
    works.sync_until_calm().await?;
    let listing = works.listing("A").await?;
    assert_eq!((listing.state, listing.attempts), (ListingState::Dead, 20));
    assert_eq!(works.jobs.count(), 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_about_an_item_outlives_the_steps_of_its_upload() -> anyhow::Result<()> {
    let works = Works::open(1).await?;
    works.change(vec![product("A"), renamed("A", &"long ".repeat(40))]).await?;
    works.sync_until_calm().await?;
    let listing = works.listing("A").await?;
    assert_eq!(listing.state, ListingState::Accepted);
    assert_eq!(listing.problems.len(), 1, "the title was shortened: {listing:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_takes_every_step_in_time_also_when_a_change_has_to_wait_for_it() -> anyhow::Result<()>
{
    let works = Works::open_with_long_rests(20).await?;
    works.jobs.run_for(5);
    let before = works.latest_run().await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let scheduler = tokio::spawn(wharf_sync::schedule(works.host.reconciler.clone(), async {
        let _ = stopped.await;
    }));
    works.change(vec![product("A")]).await?;
    works.host.reconciler.wake();
    wait_for(|| works.jobs.polls() > 1).await?;
    works.change(vec![renamed("A", "Leuchte")]).await?;
    works.host.reconciler.wake();
    wait_for(|| works.jobs.title("A") == "Leuchte").await?;
    drop(stop);
    scheduler.await?;
    works.sync_until_calm().await?;
    assert_eq!((works.jobs.count(), works.jobs.overlaps()), (2, Vec::new()));
    let runs = works.latest_run().await? - before;
    let most = 4 * i64::try_from(works.jobs.count() + works.jobs.polls())?;
    assert!(runs <= most, "{runs} runs for what {most} are plenty for");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_sync_leaves_its_job_to_the_next_which_waits_for_it_without_spinning() -> anyhow::Result<()>
{
    let works = Works::open(50).await?;
    works.jobs.run_for(FOREVER);
    works.change(vec![product("A"), product("B")]).await?;
    let (folder, jobs) = works.close().await;
    let data = folder.path().join("data");
    let first = binary::start(&data, &["sync", "--wait"])?;
    wait_for(|| jobs.polls() > 1).await?;
    first.kill()?;

    let host = Host::open(&data).await?;
    let works = Works { host, jobs, folder };
    assert_eq!(works.state("A").await?, ListingState::Pending);
    works.change(vec![renamed("A", "Leuchte")]).await?;
    let before = works.latest_run().await?;
    works.jobs.run_for(works.jobs.polls() + 10);
    let (folder, jobs) = works.close().await;
    let polled = jobs.polls();
    let second = tokio::task::spawn_blocking(move || binary::run(&data, &["sync", "--wait"])).await??;
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    assert_eq!(jobs.skus(), ["A", "B"]);
    assert_eq!(jobs.title("A"), "Leuchte");
    assert_eq!((jobs.submitted("A").len(), jobs.submitted("B").len()), (2, 1));

    let works = Works { host: Host::open(&folder.path().join("data")).await?, jobs, folder };
    assert!(works.is_calm().await?);
    let runs = works.latest_run().await? - before;
    let most = 3 * i64::try_from(works.jobs.polls() - polled)?;
    assert!(runs <= most, "{runs} runs for what {most} are plenty for");
    Ok(())
}

async fn wait_for(condition: impl Fn() -> bool) -> anyhow::Result<()> {
    for _ in 0..2_000 {
        if condition() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    anyhow::bail!("what was waited for did not come")
}
