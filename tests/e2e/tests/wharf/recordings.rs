//! A channel's exchanges, recorded once and replayed without the channel.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{
    binary,
    channel::TOKEN,
    components::{component, replaced},
    harbor::prepare_folder,
    jobs::Jobs,
    products::product,
};
use wharf_server::Host;
use wharf_sync::ChannelConfiguration;

/// A data directory with two products, and a channel that takes batches as jobs; what it recorded.
struct Recorded {
    folder: TempDir,
    jobs: Jobs,
}

impl Recorded {
    async fn of_a_chain() -> anyhow::Result<Self> {
        let folder = prepare_folder(&["tests/bulk"])?;
        let jobs = Jobs::listen().await?;
        jobs.run_for(2);
        let host = Host::open(&folder.path().join("data")).await?;
        let configuration: ChannelConfiguration = serde_json::from_value(json!({
            "connector": "bulk-json",
            "settings": {"job": true, "poll_ms": 20},
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", jobs.address)},
            "grants": [{"host": jobs.address.to_string(), "allow-private": true}],
            "credentials": {"file": folder.path().join("token"), "bearer": true},
        }))?;
        host.reconciler.add_channel("bulk", &configuration).await?;
        for applied in host.site.store.change(vec![product("A"), product("B")]).await? {
            applied?;
        }
        host.site.store.close().await;
        let recorded = Self { folder, jobs };
        // The channel answers on this test's runtime.
        let (data, file) = (recorded.data(), recorded.file());
        let run = tokio::task::spawn_blocking(move || {
            binary::run(data.as_ref(), &["connector", "record", "bulk", "--output", &file])
        });
        let run = run.await??;
        anyhow::ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        Ok(recorded)
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn file(&self) -> String {
        self.path("bulk.jsonl")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    fn lines(&self) -> anyhow::Result<Vec<Value>> {
        fs::read_to_string(self.file())?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// What a command says, and with which code it ends.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<(String, Option<i32>)> {
        let output = binary::run(Path::new(&self.data()), arguments)?;
        let said = [output.stdout, output.stderr].concat();
        Ok((String::from_utf8_lossy(&said).into_owned(), output.status.code()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_chain_is_recorded_without_secrets_and_replays_to_the_byte() -> anyhow::Result<()> {
    let recorded = Recorded::of_a_chain().await?;
    assert_eq!(recorded.jobs.skus(), ["A", "B"], "a recording syncs in earnest");
    let lines = recorded.lines()?;
    assert_eq!(lines[0]["connector"], "bulk-json");
    let calls: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| Some(line["asked"].as_object()?.keys().next()?.as_str()))
        .collect();
    // The submission's answer, two polls that say "running", and the one that brings the outcomes.
    assert_eq!(calls, ["prepare", "settle", "settle", "settle", "settle"]);
    assert_eq!(lines[1]["asked"]["prepare"]["operations"][0]["sku"], "A");
    assert_eq!(lines[5]["gives"]["outcomes"].as_array().map(Vec::len), Some(2));
    assert!(!fs::read_to_string(recorded.file())?.contains(TOKEN));

    let (said, code) = recorded.run(&["connector", "replay", &recorded.file()])?;
    assert!(code == Some(0) && said.contains("5 calls") && said.contains("the same to the byte"), "{said}");
    let (said, code) = recorded.run(&["connector", "record", "bulk", "--output", &recorded.file()])?;
    assert!(code == Some(1) && said.contains("must not exist yet"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_gives_something_else_is_told_by_line_and_place() -> anyhow::Result<()> {
    let recorded = Recorded::of_a_chain().await?;
    let other = recorded.path("other.wasm");
    fs::write(&other, replaced(&component("tests/bulk")?, "/bulk/jobs", "/bulk/jibs")?)?;
    let (said, code) = recorded.run(&["connector", "replay", &recorded.file(), "--connector", &other])?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("line 2: exchanges[0].request.target") && said.contains("/bulk/jibs"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_among_the_cases_is_a_test() -> anyhow::Result<()> {
    let recorded = Recorded::of_a_chain().await?;
    let file = recorded.path("bulk.wasm");
    fs::write(&file, component("tests/bulk")?)?;
    fs::create_dir(recorded.path("cases"))?;
    let case = recorded.path("cases/chain.jsonl");
    fs::copy(recorded.file(), &case)?;
    let tested = || -> anyhow::Result<Value> {
        let output =
            binary::run(Path::new(&recorded.data()), &["--json", "connector", "test", &file, "--bless"])?;
        let tested: Value = serde_json::from_slice(&output.stdout)?;
        Ok(tested["cases"][0].clone())
    };
    assert_eq!(tested()?["passed"], true);
    let changed = fs::read_to_string(&case)?.replace("Lamp A", "Lamp Z");
    fs::write(&case, &changed)?;
    // The recorded request holds the title as well, so both were changed; an outcome was not.
    assert_eq!(tested()?["passed"], true);
    fs::write(&case, changed.replace("\"verdict\": \"accepted\"", "\"verdict\": \"rejected\""))?;
    let failed = tested()?;
    assert_eq!(failed["passed"], false, "what a channel once answered is not blessed away: {failed}");
    assert!(failed["differences"][0]["at"].as_str().is_some_and(|at| at.ends_with("verdict")), "{failed}");
    Ok(())
}
