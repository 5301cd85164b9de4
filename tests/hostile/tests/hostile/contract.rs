//! Connectors whose answers break the contract. A breach counts as no answer at all.

use wharf_hostile::scene::Scene;
use wharf_store::ListingState;

use crate::resources::complaint_about;

/// Runs the connector, whose answers to bait are broken, until nothing is due; answers with what the operator reads.
async fn complaint_after_answers(connector: &str) -> anyhow::Result<String> {
    let scene = Scene::open(connector, &["X"]).await?;
    scene.run().await??;
    scene.run_until_calm().await?;
    let listing = scene.listing("X").await?;
    assert_eq!((listing.state, listing.problems[0].code.as_str()), (ListingState::Dead, "connector-fault"));
    assert_eq!(scene.states().await?["accepted"], 19, "the other answers were read");
    assert_eq!(scene.market.requests_for("X"), 3, "as often as the setting `attempts` allows");
    scene.complaint("X").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_without_an_outcome_is_no_success() -> anyhow::Result<()> {
    assert_eq!(
        complaint_after_answers("outcome-missing").await?,
        "connector `outcome-missing` broke the contract in `publisher.settle`: it leaves 1 of 1 operations without \
         an answer, the first is 0"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_outcomes_for_one_operation_are_none() -> anyhow::Result<()> {
    assert_eq!(
        complaint_after_answers("outcome-double").await?,
        "connector `outcome-double` broke the contract in `publisher.settle`: it answers operation 0 of 1 twice"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_for_a_foreign_operation_counts_for_nobody() -> anyhow::Result<()> {
    assert_eq!(
        complaint_after_answers("outcome-foreign").await?,
        "connector `outcome-foreign` broke the contract in `publisher.settle`: it answers operation 7, but only 1 \
         were handed in"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_exchanges_are_not_begun() -> anyhow::Result<()> {
    let seen = complaint_after_answers("many-exchanges").await?;
    let expected = "connector `many-exchanges` used too much in `publisher.settle`: more than 16777216 bytes of \
                    memory; the limit is the sandbox setting `memory-bytes`";
    assert!(seen.starts_with(expected), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_at_a_field_that_is_not_described_is_a_breach() -> anyhow::Result<()> {
    assert_eq!(
        complaint_after_answers("foreign-field").await?,
        "connector `foreign-field` broke the contract in `publisher.settle`: a problem names field 99, but 2 are \
         described"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_forgotten_is_named_and_the_rest_of_its_batch_travels() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("forgetful", "X").await?,
        "connector `forgetful` broke the contract in `publisher.prepare`: it leaves 1 of 1 operations without an \
         answer, the first is 0"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_half_a_billion_years() -> anyhow::Result<()> {
    assert_eq!(
        complaint_about("sleeper", "X").await?,
        "connector `sleeper` broke the contract in `publisher.prepare`: it asks to wait 18446744073709551615 ms; \
         the sandbox setting `delay-ms` allows 86400000"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_remembers_is_gone_with_the_next_one() -> anyhow::Result<()> {
    let scene = Scene::open("moody", &["X1", "X2"]).await?;
    assert_eq!(scene.run().await??.report.accepted, 20);
    let calls = |sku: &str| {
        let target = format!("/items/{sku}");
        let seen = scene.market.seen();
        let request = seen.into_iter().find(|seen| seen.target == target);
        request.and_then(|seen| Some(seen.headers.get("x-calls")?.to_str().ok()?.to_owned()))
    };
    assert_eq!(
        (calls("X1").as_deref(), calls("X2").as_deref()),
        (Some("0"), Some("1")),
        "they share one call"
    );
    Ok(())
}
