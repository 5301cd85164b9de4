//! What reaches a channel is a release that was let in: half-written files, versions, approval, signatures, rollback,
//! quarantine and pins, with connectors made by hand that differ in little else.

#[path = "../../../../host/sandbox/tests/connectors/support.rs"]
#[expect(dead_code, reason = "the sandbox's own tests use the rest")]
mod handmade;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, extract::State, http::Uri};
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{binary, components::replaced, products::product};
use wharf_server::Host;
use wharf_store::ListingState;
use wharf_sync::{ChannelConfiguration, RunReport, ScanReport};

const SETTINGS: &str = "\
[connectors]
settle-ms = 40
quarantine-after = 3

[sync]
batch-items = 2
batches-in-flight = 1
rest-ms = 50
";

/// The connector `hostile` in this version; it sends to a path that ends with the version's middle number. It traps on
/// SKUs that begin with `X`.
fn connector(version: &str) -> Vec<u8> {
    let minor = version.split('.').nth(1).unwrap();
    let bytes = handmade::Hostile::default().bytes();
    let versioned = replaced(&bytes, "hostile1.0.0", &format!("hostile{version}")).unwrap();
    replaced(&versioned, "/items", &format!("/item{minor}")).unwrap()
}

/// One under another name that traps on nothing.
fn healthy() -> Vec<u8> {
    handmade::Hostile { name: "healthy", poison: "", ..handmade::Hostile::default() }.bytes()
}

/// The paths that a channel on loopback was called at. It stops with the test's runtime.
#[derive(Debug, Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    async fn listen(&self) -> anyhow::Result<SocketAddr> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let answer = async |State(calls): State<Self>, uri: Uri| {
            calls.0.lock().unwrap_or_else(PoisonError::into_inner).push(uri.path().to_owned());
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(address)
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A host with a drop folder, and a channel on loopback.
struct Dock {
    host: Host,
    folder: TempDir,
    calls: Calls,
    address: SocketAddr,
}

impl Dock {
    async fn open() -> anyhow::Result<Self> {
        Self::open_with("").await
    }

    /// With further settings of `[connectors]`.
    async fn open_with(settings: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data)?;
        std::fs::write(
            data.join("wharf.toml"),
            SETTINGS.replace("settle-ms", &format!("{settings}\nsettle-ms")),
        )?;
        let calls = Calls::default();
        let address = calls.listen().await?;
        Ok(Self { host: Host::open(&data).await?, folder, calls, address })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn dropped(&self, file: &str) -> PathBuf {
        self.data().join("connectors").join(file)
    }

    /// As a new process would find things.
    async fn restart(self) -> anyhow::Result<Self> {
        let Self { host, folder, calls, address } = self;
        host.site.store.close().await;
        drop(host);
        Ok(Self { host: Host::open(&folder.path().join("data")).await?, folder, calls, address })
    }

    /// Puts a file into the drop folder, waits until it rests, and has a look.
    async fn put(&self, file: &str, bytes: &[u8]) -> anyhow::Result<ScanReport> {
        std::fs::write(self.dropped(file), bytes)?;
        Ok(self.host.connectors.scan_settled().await?)
    }

    async fn add_channel(&self, name: &str, connector: &str, version: Option<&str>) -> anyhow::Result<()> {
        let mut configuration = json!({
            "connector": connector,
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", self.address)},
            "grants": [{"host": self.address.to_string(), "allow-private": true}],
        });
        if let Some(version) = version {
            configuration["version"] = version.into();
        }
        let configuration: ChannelConfiguration = serde_json::from_value(configuration)?;
        self.host.reconciler.add_channel(name, &configuration).await?;
        Ok(())
    }

    async fn change(&self, skus: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
        let changes = skus.into_iter().map(|sku| product(&sku)).collect();
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    async fn sync(&self, channel: &str) -> anyhow::Result<RunReport> {
        Ok(self.host.reconciler.sync(channel, Arc::default()).await?)
    }

    /// The versions with their states, as the command line lists them.
    fn states(&self) -> anyhow::Result<Vec<(String, String)>> {
        let listed = binary::json(&self.data(), &["connector", "list"])?;
        let text = |entry: &Value, member: &str| entry[member].as_str().unwrap_or("refused").to_owned();
        let entries = listed.as_array().into_iter().flatten();
        Ok(entries.map(|entry| (text(entry, "version"), text(entry, "state"))).collect())
    }

    /// Runs a command that has to succeed.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = binary::run(&self.data(), arguments)?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "{arguments:?}: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command that has to fail, and tells what it said.
    fn refused(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = binary::run(&self.data(), arguments)?;
        anyhow::ensure!(output.status.code() == Some(1), "{arguments:?} ended with {}", output.status);
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn states<const COUNT: usize>(expected: [(&str, &str); COUNT]) -> Vec<(String, String)> {
    expected.map(|(version, state)| (version.into(), state.into())).to_vec()
}

fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("A{number:02}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_still_being_written_is_no_error() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    let whole = connector("1.0.0");
    for length in [100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(dock.dropped("shop.wasm"), &whole[..length])?;
        let scan = dock.host.connectors.scan().await?;
        assert!(scan.unsettled && scan.refused.is_empty(), "{scan:?}");
        assert!(dock.host.connectors.list().is_empty());
    }
    let scan = dock.put("shop.wasm", &whole).await?;
    assert_eq!((scan.loaded.as_slice(), scan.refused.len()), (["hostile 1.0.0".to_owned()].as_slice(), 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_comes_while_a_channel_works_takes_over_between_two_calls() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    dock.add_channel("shop", "hostile", None).await?;
    dock.change(names(60)).await?;
    let reconciler = dock.host.reconciler.clone();
    let run = tokio::spawn(async move { reconciler.sync("shop", Arc::default()).await });
    while dock.calls.all().len() < 5 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    dock.put("shop.wasm", &connector("1.1.0")).await?;
    let run = run.await??;
    assert_eq!((run.halted, run.report.rejected, run.report.postponed), (None, 0, 0));
    let calls = dock.calls.all();
    let swap = calls.iter().position(|path| path == "/item1").expect("the successor was called");
    assert!(calls[..swap].iter().all(|path| path == "/item0") && (5..30).contains(&swap), "{calls:?}");
    assert_eq!(calls.len() - swap, 30, "the successor shows everything in its own way");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_goes_forward_and_names_one_content() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.1.0")).await?;
    let scan = dock.put("older.wasm", &connector("1.0.0")).await?;
    let (file, reason) = &scan.refused[0];
    assert_eq!(file, "older.wasm");
    assert!(
        reason.contains("goes backwards") && reason.contains("`wharf connector rollback hostile`"),
        "{reason}"
    );
    let other = replaced(&connector("1.1.0"), "tests misuse", "tests MISUSE")?;
    let scan = dock.put("other.wasm", &other).await?;
    assert!(scan.refused[0].1.contains("a version names one content"), "{scan:?}");
    let file = dock.folder.path().join("other.wasm");
    std::fs::write(&file, other)?;
    let before = std::fs::read(dock.dropped("shop.wasm"))?;
    let said = dock.refused(&["connector", "install", &file.to_string_lossy()])?;
    assert!(said.contains("`1.1.0-dev`"), "{said}");
    assert_eq!(
        std::fs::read(dock.dropped("shop.wasm"))?,
        before,
        "what is refused does not go into the drop folder"
    );
    assert!(!dock.dropped("hostile.wasm").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_needs_no_file_and_outlives_a_restart() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    dock.put("shop.wasm", &connector("1.1.0")).await?;
    dock.add_channel("shop", "hostile", None).await?;
    dock.change(["A".into()]).await?;
    dock.sync("shop").await?;
    dock.run(&["connector", "rollback", "hostile"])?;
    dock.host.connectors.refresh().await?;
    dock.sync("shop").await?;
    assert_eq!(dock.calls.all(), ["/item1", "/item0"]);

    let dock = dock.restart().await?;
    // The file still lies there, and is touched.
    let scan = dock.put("shop.wasm", &connector("1.1.0")).await?;
    assert_eq!((scan.loaded.len(), scan.refused.len()), (0, 0), "{scan:?}");
    assert_eq!(dock.states()?, states([("1.0.0", "serving"), ("1.1.0", "held")]));
    dock.sync("shop").await?;
    assert_eq!(dock.calls.all().len(), 2, "nothing has changed");
    let said = dock.refused(&["connector", "rollback", "hostile"])?;
    assert!(said.contains("no earlier release"), "{said}");

    dock.put("shop.wasm", &connector("1.2.0")).await?;
    dock.run(&["connector", "rollback", "hostile", "--to", "1.0.0"])?;
    dock.run(&["connector", "approve", "hostile"])?;
    let expected = [("1.0.0", "previous"), ("1.1.0", "held"), ("1.2.0", "serving")];
    assert_eq!(dock.states()?, states(expected));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_asks_for_more_waits_for_a_person_while_the_old_one_serves() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    dock.add_channel("shop", "hostile", None).await?;
    let more = replaced(&connector("1.1.0"), "https://api.example", "https://spy.example")?;
    let scan = dock.put("shop.wasm", &more).await?;
    assert_eq!(scan.waiting, [("hostile 1.1.0".into(), "POST https://spy.example/".into())]);
    dock.change(["A".into()]).await?;
    dock.sync("shop").await?;
    assert_eq!(dock.calls.all(), ["/item0"]);

    let shown = binary::json(&dock.data(), &["connector", "show", "hostile"])?;
    let asks: Vec<_> = shown["asks"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|ask| {
            (ask["text"].as_str().unwrap_or_default(), ask["asked_by"].to_string(), ask["approved"] == true)
        })
        .collect();
    let expected = [
        ("ability publisher", json!(["1.0.0", "1.1.0"]).to_string(), true),
        ("POST https://api.example/", json!(["1.0.0"]).to_string(), true),
        ("POST https://spy.example/", json!(["1.1.0"]).to_string(), false),
    ];
    assert_eq!(asks, expected);
    assert_eq!(shown["asks"][1]["granted"], json!({"shop": true}));
    let text = dock.run(&["connector", "show", "hostile"])?;
    assert!(text.contains("GRANTED BY shop") && text.contains("waiting: it asks for more"), "{text}");

    dock.run(&["connector", "approve", "hostile"])?;
    dock.host.connectors.refresh().await?;
    dock.sync("shop").await?;
    assert_eq!(dock.calls.all(), ["/item0", "/item1"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_only_what_one_of_them_has_signed_serves() -> anyhow::Result<()> {
    let keys = tempfile::tempdir()?;
    let make = |name: &str| -> anyhow::Result<(String, String)> {
        let private = keys.path().join(name).to_string_lossy().into_owned();
        let made = binary::json(keys.path(), &["connector", "keygen", "--out", &private])?;
        Ok((private, made["public"].as_str().unwrap_or_default().to_owned()))
    };
    let ((private, public), (foreign, other_public)) = (make("ours")?, make("theirs")?);
    let dock = Dock::open_with(&format!("keys = [\"team:{public}\"]")).await?;
    let scan = dock.put("shop.wasm", &connector("1.0.0")).await?;
    assert!(scan.refused[0].1.contains("not signed"), "{scan:?}");
    let file = dock.dropped("shop.wasm").to_string_lossy().into_owned();
    dock.run(&["connector", "sign", &file, "--key", &foreign])?;
    let scan = dock.host.connectors.scan_settled().await?;
    assert!(scan.refused[0].1.contains("signed by none"), "{scan:?}");
    dock.run(&["connector", "sign", &file, "--key", &private])?;
    let scan = dock.host.connectors.scan_settled().await?;
    assert_eq!(scan.loaded, ["hostile 1.0.0"]);
    // A signature is of these bytes and no others.
    let scan = dock.put("shop.wasm", &connector("1.1.0")).await?;
    assert!(scan.refused[0].1.contains("not the bytes that were signed"), "{scan:?}");

    let next = keys.path().join("next.wasm").to_string_lossy().into_owned();
    std::fs::write(&next, connector("1.2.0"))?;
    assert!(dock.refused(&["connector", "install", &next])?.contains("not signed"));
    dock.run(&["connector", "sign", &next, "--key", &private])?;
    let installed = dock.run(&["connector", "install", &next])?;
    assert!(installed.contains("1.2.0 installed as shop.wasm: serving"), "{installed}");
    assert_eq!(std::fs::read(dock.dropped("shop.wasm"))?, connector("1.2.0"), "the connector keeps its file");

    // A key that is no longer listed lets nothing serve any more, whatever was admitted with it.
    let settings = dock.data().join("wharf.toml");
    std::fs::write(&settings, std::fs::read_to_string(&settings)?.replace(&public, &other_public))?;
    let dock = dock.restart().await?;
    let error = dock.add_channel("shop", "hostile", None).await.unwrap_err().to_string();
    assert!(error.contains("cannot serve") && error.contains("`[connectors] keys`"), "{error}");
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_private_key_is_its_owners_alone_and_never_overwritten() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("key");
    let arguments = ["connector", "keygen", "--out", &file.to_string_lossy()].map(str::to_owned);
    let arguments = arguments.each_ref().map(String::as_str);
    assert!(binary::run(folder.path(), &arguments)?.status.success());
    assert_eq!(file.metadata()?.permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&file)?;
    assert_eq!(binary::run(folder.path(), &arguments)?.status.code(), Some(1));
    assert_eq!(std::fs::read(&file)?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_keeps_trapping_is_quarantined_until_it_is_resumed() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("hostile.wasm", &connector("1.0.0")).await?;
    dock.put("healthy.wasm", &healthy()).await?;
    dock.add_channel("bad", "hostile", None).await?;
    dock.add_channel("good", "healthy", None).await?;
    // Single poisonous items among good ones are no reason.
    dock.change(["A", "X1", "B", "X2", "C", "X3", "D", "X4"].map(String::from)).await?;
    assert_eq!(dock.sync("bad").await?.halted, None);
    dock.change((10..30).map(|number| format!("X{number}"))).await?;
    let halted = dock.sync("bad").await?.halted.expect("the connector fails on everything");
    assert!(halted.contains("quarantined") && halted.contains("`publisher.prepare`"), "{halted}");
    assert!(halted.contains("(in "), "the reason names the functions that were running: {halted}");
    assert_eq!(dock.states()?[1], ("1.0.0".into(), "quarantined".into()));
    let good = dock.sync("good").await?;
    assert_eq!((good.halted, good.report.accepted), (None, 28));

    let dock = dock.restart().await?;
    let error = dock.sync("bad").await.unwrap_err().to_string();
    assert!(error.contains("`wharf connector resume hostile`"), "{error}");
    let status = binary::json(&dock.data(), &["status", "--channel", "bad"])?;
    assert!(
        status[0]["blocked"].as_str().is_some_and(|reason| reason.contains("publisher.prepare")),
        "{status}"
    );
    assert!(
        dock.run(&["channel", "show", "bad"])?
            .contains("# blocked: connector `hostile` 1.0.0 is quarantined")
    );

    dock.run(&["connector", "resume", "hostile"])?;
    dock.host.connectors.refresh().await?;
    assert_eq!(dock.states()?[1], ("1.0.0".into(), "serving".into()));
    let channel = dock.host.reconciler.channel("bad").await?;
    let counts = dock.host.site.store.counts(channel.id).await?;
    assert!(
        counts.by_state.contains_key(&ListingState::Rejected) && counts.due >= 20,
        "all of it is tried again"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_which_no_row_is_ever_written_ends_in_quarantine_too() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    let feed = handmade::Hostile {
        name: "feeder",
        exports: &[handmade::CONNECTOR, handmade::PUBLISHER, handmade::FEED],
        rows: "(call $taste (i32.load (local.get $items)))",
        ..handmade::Hostile::default()
    };
    let scan = dock.put("feed.wasm", &feed.bytes()).await?;
    assert_eq!(scan.loaded, ["feeder 1.0.0"], "{scan:?}");
    dock.add_channel("feed", "feeder", None).await?;
    let mut halted = Vec::new();
    for run in 0..3 {
        dock.change([format!("X{run}")]).await?;
        halted.push(dock.sync("feed").await?.halted);
    }
    assert_eq!(halted[..2], [None, None]);
    let reason = halted[2].as_deref().expect("three files without a row were one after another");
    assert!(reason.contains("quarantined") && reason.contains("`feed.rows`"), "{reason}");
    assert_eq!(dock.states()?, states([("1.0.0", "quarantined")]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_may_pin_a_release_while_others_follow_the_one_that_serves() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    dock.put("shop.wasm", &connector("1.1.0")).await?;
    dock.add_channel("pinned", "hostile", Some("~1.0")).await?;
    dock.add_channel("following", "hostile", None).await?;
    dock.change(["A".into()]).await?;
    dock.sync("pinned").await?;
    dock.sync("following").await?;
    assert_eq!(dock.calls.all(), ["/item0", "/item1"]);
    let error = dock.add_channel("future", "hostile", Some("^2")).await.unwrap_err().to_string();
    assert!(
        error.contains("fits the channel's version `^2`") && error.contains("1.1.0 (serving)"),
        "{error}"
    );

    let dock = dock.restart().await?;
    dock.put("shop.wasm", &connector("1.2.0")).await?;
    dock.change(["B".into()]).await?;
    dock.sync("pinned").await?;
    assert_eq!(dock.calls.all().last().map(String::as_str), Some("/item0"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_copy_is_not_served_and_a_new_installation_heals_it() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    let releases = dock.data().join("releases");
    let copy = std::fs::read_dir(&releases)?.next().expect("the host has a copy of its own")?.path();
    std::fs::write(&copy, connector("1.1.0"))?;
    let dock = dock.restart().await?;
    let error = dock.add_channel("shop", "hostile", None).await.unwrap_err().to_string();
    assert!(error.contains("was altered") && error.contains("install it again"), "{error}");
    dock.run(&["connector", "install", &dock.dropped("shop.wasm").to_string_lossy()])?;
    dock.host.connectors.refresh().await?;
    dock.add_channel("shop", "hostile", None).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_is_removed_only_when_no_channel_uses_it() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.put("shop.wasm", &connector("1.0.0")).await?;
    dock.add_channel("shop", "hostile", None).await?;
    assert!(dock.refused(&["connector", "remove", "hostile"])?.contains("used by shop"));
    dock.host.reconciler.remove_channel("shop").await?;
    dock.run(&["connector", "remove", "hostile"])?;
    assert!(!dock.dropped("shop.wasm").exists());
    assert_eq!(std::fs::read_dir(dock.data().join("releases"))?.count(), 0);
    assert_eq!(dock.states()?, states([]));
    Ok(())
}
