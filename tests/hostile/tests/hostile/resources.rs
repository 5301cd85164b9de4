//! Connectors that use up what they are given. Each costs its call, and one item its listing.

use wharf_hostile::{scene::Scene, words};

/// Runs the connector with one item as bait, makes sure that only it is kept from the channel, and answers with what
/// the operator reads at it.
pub(crate) async fn complaint_about(connector: &str, bait: &str) -> anyhow::Result<String> {
    let scene = Scene::open(connector, &[bait]).await?;
    let report = scene.run().await??;
    assert_eq!(report.halted, None);
    assert_eq!(scene.states().await?, [("accepted", 19), ("rejected", 1)].into());
    assert_eq!(scene.market.requests_for(bait), 0, "the bait never travelled");
    assert_eq!(scene.listing(bait).await?.problems[0].code, "connector-fault");
    scene.complaint(bait).await
}

/// Requires that the operator reads this, followed by nothing but the connector's own functions.
fn assert_limit(seen: &str, expected: &str) {
    let rest =
        seen.strip_prefix(expected).unwrap_or_else(|| panic!("{seen:?} should begin with {expected:?}"));
    assert!(rest.is_empty() || rest.starts_with(" (in "), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends_at_its_limit_of_processor_time() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("endless-loop", "X").await?,
        "connector `endless-loop` used too much in `publisher.prepare`: more than 50 milliseconds of processor \
         time, its share for a part of a list; the limit is the sandbox setting `cpu-ms`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deep_recursion_ends_at_its_limit_of_stack_and_names_the_function() -> anyhow::Result<()> {
    let seen = complaint_about("deep-recursion", "X").await?;
    assert_limit(
        &seen,
        "connector `deep-recursion` used too much in `publisher.prepare`: more than 524288 bytes of stack; the \
         limit is the sandbox setting `stack-bytes`",
    );
    assert!(seen.contains("descend"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_bomb_ends_at_its_limit_of_memory() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("memory-bomb", "X").await?,
        "connector `memory-bomb` used too much in `publisher.prepare`: more than 16777216 bytes of memory; the \
         limit is the sandbox setting `memory-bytes`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_bomb_ends_at_its_limit_of_elements() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("table-bomb", "X").await?,
        "connector `table-bomb` used too much in `publisher.prepare`: more than 20000 table elements; the limit is \
         the sandbox setting `table-elements`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn growth_in_many_memories_counts_as_one() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("many-memories", "X").await?,
        "connector `many-memories` used too much in `publisher.prepare`: more than 16777216 bytes of memory; the \
         limit is the sandbox setting `memory-bytes`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giant_string_is_more_than_a_call_may_hand_back() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("giant-string", "X").await?,
        "connector `giant-string` used too much in `publisher.prepare`: more than 4194304 bytes handed back; the \
         limit is the sandbox setting `returned-bytes`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giant_list_is_more_than_a_call_may_hand_back() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("giant-list", "X").await?,
        "connector `giant-list` used too much in `publisher.prepare`: more than 4194304 bytes handed back; the \
         limit is the sandbox setting `returned-bytes`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memo_of_100_megabytes_does_not_fit_into_memory() -> anyhow::Result<()> {
    assert_limit(
        &complaint_about("giant-memo", "X100").await?,
        "connector `giant-memo` used too much in `publisher.prepare`: more than 16777216 bytes of memory; the limit \
         is the sandbox setting `memory-bytes`",
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memo_that_fits_into_memory_is_not_stored_all_the_same() -> anyhow::Result<()> {
    let seen = complaint_about("giant-memo", "X1").await?;
    assert_eq!(
        seen,
        "connector `giant-memo` broke the contract in `publisher.prepare`: it gives 1048576 bytes in a memo; the \
         sandbox setting `memo-bytes` allows 65536"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_flood_is_cut_and_forges_no_line_of_the_log() -> anyhow::Result<()> {
    let scene = Scene::open("log-flood", &["X"]).await?;
    assert_eq!(
        scene.run().await??.report.accepted,
        20,
        "talking is no reason to keep an item from the channel"
    );
    let lines = words::of("log-flood");
    let flood = lines.iter().filter(|line| line.contains("the database is gone")).count();
    assert_eq!(flood, 100, "as many as the sandbox setting `log-lines` allows");
    assert!(lines.iter().all(|line| !line.starts_with("ERROR wharf") && !line.contains('\u{1b}')));
    let cut = "the connector logged more lines than the sandbox setting `log-lines` allows";
    assert!(lines.iter().any(|line| line.contains(cut) && line.contains("dropped=9900")), "{lines:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_on_one_item_costs_only_that_item_and_its_words_are_in_the_log() -> anyhow::Result<()> {
    let seen = complaint_about("poisoned", "X").await?;
    assert!(seen.starts_with("connector `poisoned` trapped in `publisher.prepare`: "), "{seen}");
    assert!(seen.contains(" (in "), "it names the connector's own functions: {seen}");
    assert!(words::of("poisoned").iter().any(|line| line.contains("this item is poison to me")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_utf8_is_a_trap_and_no_text() -> anyhow::Result<()> {
    let seen = complaint_about("wrong-utf8", "X").await?;
    assert!(seen.starts_with("connector `wrong-utf8` trapped in `publisher.prepare`: "), "{seen}");
    assert!(seen.contains("utf-8"), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_names_of_its_functions_command_no_terminal() -> anyhow::Result<()> {
    let seen = complaint_about("loud-name", "X").await?;
    assert!(seen.contains("owned") && !seen.contains(char::is_control), "{seen:?}");
    Ok(())
}
