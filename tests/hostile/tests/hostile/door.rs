//! Connectors that are not let in. The operator sees why in `wharf connector list`.

use wharf_e2e::components::replaced;
use wharf_hostile::{components::named, scene::Scene};

/// Why the connector is refused; the shop works beside it.
async fn refusal_of(connector: &str) -> anyhow::Result<String> {
    refusal_of_bytes(connector, &named(connector)?).await
}

async fn refusal_of_bytes(name: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let scene = Scene::at_the_door(name, bytes, &["X"]).await?;
    scene.run_shop().await?;
    assert_eq!(scene.market.seen(), []);
    scene.refusal().ok_or_else(|| anyhow::anyhow!("`{name}` was let in"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_traps_in_describe_is_not_let_in() -> anyhow::Result<()> {
    let seen = refusal_of("trap-in-describe").await?;
    let expected =
        "it cannot be asked what it is: connector `trap-in-describe.wasm` trapped in `connector.describe`: ";
    assert!(seen.starts_with(expected), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_imports_what_no_host_has_is_not_let_in() -> anyhow::Result<()> {
    let seen = refusal_of("foreign-import").await?;
    let expected = "it imports `evil:corp/exfiltration@1.0.0`, but a connector may import only \
                    `wharf:connector/log`, `wharf:connector/signing`, `wharf:connector/forms` and an inert ";
    assert!(seen.starts_with(expected), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_send_by_itself_is_not_let_in() -> anyhow::Result<()> {
    let seen = refusal_of("own-http").await?;
    assert!(seen.contains("connector `own-http.wasm`") && seen.contains("wasi:http/types"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_many_memories_is_not_let_in() -> anyhow::Result<()> {
    assert_eq!(
        refusal_of("too-many-memories").await?,
        "it needs 6 linear memories, more than 4 linear memories; the limit is the sandbox setting `memories`"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_requests_depend_on_chance_is_not_let_in() -> anyhow::Result<()> {
    let seen = refusal_of("order-dependent").await?;
    assert!(seen.contains("`order-does-not-matter`") && seen.contains("x-position"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_cut_off_is_not_let_in() -> anyhow::Result<()> {
    let bytes = named("gullible")?;
    let seen = refusal_of_bytes("half", &bytes[..bytes.len() / 2]).await?;
    assert!(seen.starts_with("the file is cut off: "), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_goes_backwards_is_not_let_in_and_the_one_that_serves_goes_on() -> anyhow::Result<()> {
    let scene = Scene::open("version-backwards", &["X"]).await?;
    let older = replaced(&named("version-backwards")?, "2.7.1828", "1.7.1828")?;
    scene.drop_in("older.wasm", &older).await?;
    let expected = "its version 1.7.1828 goes backwards: `version-backwards` 2.7.1828 serves; `wharf connector \
                    rollback version-backwards` goes back to a release that served before";
    assert_eq!(scene.refusal().as_deref(), Some(expected));
    assert_eq!(scene.run().await??.report.accepted, 20);
    Ok(())
}
