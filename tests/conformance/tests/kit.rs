//! The full conformance run bites: a sound connector holds to every point, and each that does one thing wrong fails
//! the point for it.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;
use wharf_e2e::components::{component, replaced};
use wharf_sandbox::{
    Connector, Limits, Sandbox,
    conformance::{self, Call, Material, Point, Reaction, Report, Status},
};

/// That the same call gives the same again is the sandbox's own promise: it leaves a connector nothing by which it could
/// differ. Echoes are the host's to ignore.
const UNBREAKABLE: [u8; 2] = [10, 40];

/// Each defect, the one point that it fails, and a word of what is seen.
const DEFECTS: &[(&str, u8, &str)] = &[
    ("too-costly", 3, "1000000 units"),
    ("guesses-settings", 4, "went on"),
    ("trusts-memos", 5, "trapped"),
    ("refuses-settings", 6, "no such name"),
    ("unauthorized", 7, "Outage"),
    ("forbidden", 8, "Data"),
    ("probe-deletes", 9, "Delete"),
    ("first-is-special", 11, "x-first"),
    ("local-decimals", 12, "4711,23"),
    ("drops-tags", 13, "lost"),
    ("ten-pictures", 13, "nothing tells"),
    ("blames-the-title", 14, "without naming"),
    ("hundredths", 15, "10^2"),
    ("floats", 15, "floats"),
    ("rounds", 15, "nothing tells"),
    ("raw-markup", 16, "<wharfx"),
    ("lumps-variants", 17, "carries 6"),
    ("numeric-gtin", 18, "36000291452"),
    ("cuts-bytes", 19, "nothing tells"),
    ("pastes-json", 20, "no JSON"),
    ("pastes-xml", 20, "no XML"),
    ("forgets-one", 21, "without an answer"),
    ("all-or-nothing", 22, ""),
    ("slugs", 23, "tell them apart"),
    ("one-key", 24, "drops the second"),
    ("outage", 25, "rejected"),
    ("throttle", 26, "rejected"),
    ("impatient", 26, "tried again"),
    ("silence", 27, "taken for done"),
    ("contagious", 28, ""),
    ("nervous", 29, ""),
    ("late-trust", 33, "taken for success"),
    ("ends-on-errors", 30, "the pass ends"),
    ("trusts-cut-files", 30, "nothing tells of the cut"),
    ("missing-is-fine", 31, "taken for success"),
    ("growing-memo", 32, "grows"),
    ("status-is-enough", 33, "taken for success"),
    ("forgets-cursor", 34, "began"),
    ("ignores-times", 34, "the same request"),
    ("late-checkpoint", 35, ""),
    ("loses-lines", 35, ""),
    ("overflow", 36, "trapped"),
    ("same-page", 37, "asks twice"),
    ("one-id", 38, "dropped"),
    ("believes-garbage", 38, "brings"),
    ("believes-everyone", 39, "believed"),
    ("forgets-a-parcel", 21, "without an answer"),
    ("spoils-parcels", 22, ""),
    ("one-parcel", 24, "tell them apart"),
    ("parcel-outage", 25, "rejected"),
    ("parcel-contagion", 28, ""),
    ("parcel-status", 33, "taken for success"),
    ("parcel-panic", 33, "trapped"),
];

/// What the shop answers when all is well, and one of its own deliveries more than the kit makes up.
fn material(defect: &str, batched: bool) -> Material {
    let page = |body: &str| Reaction { status: 200, headers: BTreeMap::new(), body: body.into() };
    let call = |body: &str| Call { target: String::new(), headers: BTreeMap::new(), body: body.into() };
    Material {
        settings: Some(json!({"shop": "main", "batched": batched, "defect": defect})),
        answers: vec![
            Reaction { status: 202, ..page("{}") },
            page(r#"{"ok":true}"#),
            page(r#"{"results":["ok","too dear"]}"#),
        ],
        pages: BTreeMap::from([(
            "stock".into(),
            vec![
                page(r#"{"levels":[["A",1],["B",2]],"next":"B"}"#),
                page(r#"{"levels":[["C",3]],"next":"C"}"#),
                page(r#"{"levels":[["D",4]],"next":null}"#),
            ],
        )]),
        deliveries: vec![
            call(r#"{"id":"1","sku":"A","quantity":7}"#),
            call(r#"{"id":"2","sku":"B","quantity":0}"#),
        ],
        files: Vec::new(),
    }
}

fn load(bytes: &[u8]) -> anyhow::Result<Connector> {
    Ok(Sandbox::new(Limits { concurrent_calls: 2, ..Limits::default() }, None)?.load("shop.wasm", bytes)?)
}

fn shop() -> anyhow::Result<Arc<[u8]>> {
    component("tests/conformance")
}

fn failed(report: &Report) -> Vec<u8> {
    report.failed().map(|point| point.number).collect()
}

/// What failed, of a point that did.
fn seen_last(point: &Point) -> &str {
    point.steps.last().map_or("", |step| &step.seen)
}

#[test]
fn a_sound_connector_holds_to_every_point() -> anyhow::Result<()> {
    let connector = load(&shop()?)?;
    conformance::quick(&connector)?;
    let single = conformance::full_with(&connector, &material("none", false));
    let batched = conformance::full_with(&connector, &material("none", true));
    assert!(single.passed(), "{single}");
    assert!(batched.passed(), "{batched}");
    let skipped =
        |number: usize| [&single, &batched].iter().all(|it| it.points[number].status == Status::Skipped);
    let never_tried: Vec<_> = (0..40).filter(|number| skipped(*number)).map(|number| number + 1).collect();
    assert_eq!(never_tried, [40], "{batched}");
    Ok(())
}

#[test]
fn each_defect_fails_the_point_for_it_and_no_other() -> anyhow::Result<()> {
    let connector = load(&shop()?)?;
    let mut wrong = Vec::new();
    for (defect, point, seen) in DEFECTS {
        let report = conformance::full_with(&connector, &material(defect, *defect == "silence"));
        let found: Vec<_> = report.failed().collect();
        if found.len() != 1 || found[0].number != *point || !seen_last(found[0]).contains(seen) {
            let found = found.iter().map(ToString::to_string).collect::<String>();
            wrong.push(format!("`{defect}`, which is for point {point} ({seen:?}):\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn a_description_with_gaps_is_told() -> anyhow::Result<()> {
    let about = "What the shopper reads first.";
    for (from, to, point, seen) in [
        (about, " ".repeat(about.len()), 1, "`title` has no description"),
        ("\"writeOnly\": true", "\"writeOnly\": null".into(), 2, "`webhook_secret` sounds like a secret"),
    ] {
        let connector = load(&replaced(&shop()?, from, &to)?)?;
        let report = conformance::full_with(&connector, &material("none", false));
        assert_eq!(failed(&report), [point], "{report}");
        assert!(report.failed().all(|point| seen_last(point).contains(seen)), "{report}");
    }
    Ok(())
}

#[test]
fn no_point_is_without_a_connector_that_fails_it() {
    let described = [1, 2];
    let caught = DEFECTS.iter().map(|(_, point, _)| *point).chain(described);
    let mut all: Vec<u8> = caught.chain(UNBREAKABLE).collect();
    all.sort_unstable();
    all.dedup();
    assert!(all.into_iter().eq(1..=40));
}

#[test]
fn pages_of_a_stream_that_is_not_there_are_not_passed_over() -> anyhow::Result<()> {
    let pages = BTreeMap::from([("stocks".into(), Vec::new())]);
    let report = conformance::full_with(&load(&shop()?)?, &Material { pages, ..Material::default() });
    assert_eq!(failed(&report), [37], "{report}");
    Ok(())
}

#[test]
fn a_run_without_material_skips_with_a_reason() -> anyhow::Result<()> {
    let report = conformance::full(&load(&shop()?)?);
    assert!(report.passed(), "{report}");
    let skipped: Vec<_> = report.points.iter().filter(|point| point.status == Status::Skipped).collect();
    assert!(
        skipped.iter().all(|point| point.reason.as_ref().is_some_and(|reason| !reason.is_empty())),
        "{report}"
    );
    assert!(skipped.iter().any(|point| point.name == "the-cursor-moves"), "{report}");
    Ok(())
}
