//! Channels that misbehave, and connectors that believe them.

use wharf_hostile::{
    market::Manner,
    scene::{Scene, TOKEN},
};
use wharf_store::ListingState;

/// What the operator reads at bait that the channel answered in this manner.
async fn complaint_about(manner: Manner) -> anyhow::Result<String> {
    let scene = Scene::open("gullible", &["X"]).await?;
    scene.market.behave(manner);
    scene.run().await??;
    assert_ne!(scene.listing("X").await?.state, ListingState::Accepted);
    scene.complaint("X").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_channel_echoes_reaches_nobody() -> anyhow::Result<()> {
    let scene = Scene::open("parrot", &["X"]).await?;
    scene.market.behave(Manner::Indiscreet);
    scene.run().await??;
    let listing = scene.listing("X").await?;
    assert_eq!(listing.state, ListingState::Rejected);
    let seen = scene.complaint("X").await?;
    let hexadecimal: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!seen.contains(TOKEN) && !seen.contains(&hexadecimal), "{seen}");
    assert_eq!(seen.matches("[redacted]").count(), 3, "header, body, and the body's other spelling: {seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_unfolds_is_cut_off_at_its_limit() -> anyhow::Result<()> {
    let seen = complaint_about(Manner::Bomb).await?;
    assert!(seen.ends_with("answered 200 with more than 1048576 bytes (setting `response-bytes`)"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_drips_is_given_up() -> anyhow::Result<()> {
    let seen = complaint_about(Manner::Dripping).await?;
    assert!(seen.contains("did not answer"), "{seen}");
    assert!(seen.ends_with("within 400 ms (setting `request-timeout-ms`)"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_of_a_megabyte_is_cut_and_commands_no_terminal() -> anyhow::Result<()> {
    let scene = Scene::open("escape-artist", &["X"]).await?;
    scene.run().await??;
    let listing = scene.listing("X").await?;
    assert_eq!(listing.state, ListingState::Rejected);
    let problem = &listing.problems[0];
    assert!(problem.message.len() <= 2_000, "the sandbox setting `problem-bytes`: {}", problem.message.len());
    let controls = |text: &str| text.chars().filter(|c| c.is_control() || *c == '\u{202e}').count();
    assert_eq!(controls(&problem.message) + controls(&problem.code), 0, "{problem:?}");
    assert!(problem.message.contains("all is well"));
    Ok(())
}
