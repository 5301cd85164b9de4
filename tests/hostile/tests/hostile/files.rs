//! Connectors that misbehave about files: those they write, and those they read.

use wharf_catalog::Context;
use wharf_hostile::{components::named, scene::Scene};
use wharf_sandbox::{Limits, Sandbox, inbound::Source};

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_cannot_name_a_file_in_another_folder() -> anyhow::Result<()> {
    let scene = Scene::open_as("feed-climber", &["X"], |configuration, _| {
        configuration["scope"]["country"] = "AQ".into();
    })
    .await?;
    let before = std::fs::read(scene.folder().join("data/wharf.toml"))?;
    let error = scene.run().await?.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connector `feed-climber` broke the contract in `feed.head`: \"../../wharf.toml\" is not a plain file name"
    );
    assert_eq!(std::fs::read(scene.folder().join("data/wharf.toml"))?, before);
    assert_eq!(std::fs::read_dir(scene.folder().join("data/feeds/hostile"))?.count(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_a_gigabyte_is_left_out_and_the_file_is_written() -> anyhow::Result<()> {
    let scene = Scene::open("endless-row", &["X"]).await?;
    assert_eq!(scene.run().await??.report.written, 19);
    let seen = scene.complaint("X").await?;
    let expected = "connector `endless-row` used too much in `feed.rows`: more than 16777216 bytes of memory; the \
                    limit is the sandbox setting `memory-bytes`";
    assert!(seen.starts_with(expected), "{seen}");
    let file = std::fs::read_to_string(scene.folder().join("data/feeds/hostile/items.txt"))?;
    assert_eq!(file.lines().count(), 19);
    Ok(())
}

#[test]
fn an_intake_cannot_keep_everything_it_has_read() -> anyhow::Result<()> {
    let limits = Limits { state_bytes: 1 << 20, ..Limits::default() };
    let connector = Sandbox::new(limits, None)?.load("hoarder.wasm", &named("hoarder")?)?;
    let context = Context {
        settings: "{}".into(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    };
    let source =
        Source { file_name: "stock.txt".into(), media_type: "text/plain".into(), member: String::new() };
    let (mut state, chunk) = (Vec::new(), vec![b'a'; 64 << 10]);
    for _ in 0..10 {
        match connector.parse(&context, &source, &state, &chunk, false) {
            Ok(progress) => state = progress.state,
            Err(error) => {
                let expected = "connector `hoarder` broke the contract in `intake.parse`: it gives ";
                assert!(error.to_string().starts_with(expected), "{error}");
                assert!(
                    error.to_string().ends_with("the sandbox setting `state-bytes` allows 1048576"),
                    "{error}"
                );
                return Ok(());
            }
        }
    }
    anyhow::bail!("it hoards {} bytes", state.len())
}
