//! The drop folder: bad components are refused by name and reason, and the others keep running.

use serde_json::Value;
use wharf_e2e::{
    binary,
    components::{component, with_version},
    harbor::Harbor,
    products::{product, renamed},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_connector_is_refused_by_name_and_reason_and_the_others_keep_running() -> anyhow::Result<()>
{
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A")]).await?;
    harbor.sync().await?;
    let data = harbor.folder.path().join("data");
    let drop_folder = data.join("connectors");
    let whole = component("plugins/google-merchant")?;
    std::fs::write(drop_folder.join("text.wasm"), "this is not WebAssembly")?;
    std::fs::write(drop_folder.join("half.wasm"), &whole[..whole.len() / 2])?;
    std::fs::write(drop_folder.join("module.wasm"), b"\0asm\x01\0\0\0")?;
    std::fs::write(drop_folder.join("empty.wasm"), b"\0asm\x0d\0\x01\0")?;
    let scan = harbor.host.connectors.scan().await?;
    let refused =
        |file: &str| scan.refused.iter().find(|(name, _)| name == file).map(|(_, reason)| reason.as_str());
    assert!(refused("text.wasm").is_some_and(|reason| reason.contains("not WebAssembly")), "{scan:?}");
    assert!(refused("half.wasm").is_some_and(|reason| reason.contains("cut off")), "{scan:?}");
    assert!(
        refused("module.wasm").is_some_and(|reason| reason.contains("core WebAssembly module")),
        "{scan:?}"
    );
    assert!(refused("empty.wasm").is_some_and(|reason| reason.contains("does not export")), "{scan:?}");

    harbor.change(vec![renamed("A", "Still served")]).await?;
    harbor.sync().await?;
    assert_eq!(harbor.channel.attribute("A", "title"), "Still served");
    let listed = binary::json(&data, &["connector", "list"])?;
    let files: Vec<_> =
        listed.as_array().into_iter().flatten().filter_map(|one| one["file"].as_str()).collect();
    assert_eq!(files.len(), 5, "{listed}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_of_a_connector_shows_every_item_anew() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    harbor.sync().await?;
    let next = with_version(&component("plugins/google-merchant")?, "google-merchant", "0.1.0", "0.2.0")?;
    let file = harbor.folder.path().join("data/connectors/plugins-google-merchant.wasm");
    std::fs::write(&file, next)?;
    harbor.host.connectors.scan().await?;
    let run = harbor.sync().await?;
    assert_eq!((run.report.accepted, run.report.upserts), (2, 2), "{run:?}");
    Ok(())
}

#[test]
fn a_check_tells_what_a_component_asks_for() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("google.wasm");
    std::fs::write(&file, component("plugins/google-merchant")?)?;
    let checked: Value =
        binary::json(&folder.path().join("data"), &["connector", "check", &file.to_string_lossy()])?;
    let text = checked.to_string();
    for word in ["google-merchant", "publisher", "https://merchantapi.googleapis.com", "service-account"] {
        assert!(text.contains(word), "the check lacks {word}: {text}");
    }
    Ok(())
}
