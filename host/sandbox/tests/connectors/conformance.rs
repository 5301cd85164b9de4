//! The quick conformance run, bitten point by point: each connector here breaks one, and holds to those before it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use wharf_sandbox::{
    CallError, Limits, Sandbox,
    conformance::{Breach, QUICK, Seen, Status, full, quick},
};

use crate::support::{CONNECTOR, FEED, Hostile, PUBLISHER};

/// That the same call gives the same again is the sandbox's own promise: it leaves a connector nothing that
/// could make it differ, so none can break these. They watch.
const KEPT_BY_THE_SANDBOX: [&str; 3] = ["preparing-repeats", "preparing-shipments-repeats", "rows-repeat"];

/// Shipments are not for components written by hand: the connectors of `tests/conformance` break these, at the points
/// 21, 28 and 33, which ask the same.
const BROKEN_BY_THE_KIT: [&str; 3] =
    ["nonsense-to-shipments-is-settled", "settling-shipments-repeats", "shipments-are-prepared"];

/// An exchange for each operation, of which the first has another target than the others.
const FIRST_IS_SPECIAL: &str = "
    (local.set $exchange (call $allocate (i32.shl (local.get $count) (i32.const 6))))
    (local.set $covers (call $allocate (i32.shl (local.get $count) (i32.const 2))))
    (local.set $preparation (call $allocate (i32.const 16)))
    (i32.store offset=0 (local.get $preparation) (local.get $exchange))
    (i32.store offset=4 (local.get $preparation) (local.get $count))
    (loop $each
      (i32.store (local.get $covers) (local.get $index))
      (i32.store8 offset=0 (local.get $exchange) (i32.const 1))
      (i32.store offset=8 (local.get $exchange) (i32.const 16))
      (i32.store offset=12 (local.get $exchange)
        (select (i32.const 6) (i32.const 5) (local.get $index)))
      (i32.store offset=36 (local.get $exchange) (local.get $covers))
      (i32.store offset=40 (local.get $exchange) (i32.const 1))
      (local.set $covers (i32.add (local.get $covers) (i32.const 4)))
      (local.set $exchange (i32.add (local.get $exchange) (i32.const 64)))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $index) (local.get $count))))
    (return (local.get $preparation))";

const TRAP_ON_A_SKU_IN_UNICODE: &str =
    "(if (i32.ge_u (i32.load8_u (i32.load offset=4 (local.get $operations))) (i32.const 128))
       (then unreachable))";
const TRAP_ON_A_PRICE: &str =
    "(if (i32.eq (i32.load8_u (local.get $operations)) (i32.const 1)) (then unreachable))";
const TRAP_ON_STOCK: &str =
    "(if (i32.eq (i32.load8_u (local.get $operations)) (i32.const 2)) (then unreachable))";
const TRAP_ON_A_DELETION: &str =
    "(if (i32.eq (i32.load8_u (local.get $operations)) (i32.const 3)) (then unreachable))";
const TRAP_ON_MANY: &str = "(if (i32.gt_u (local.get $count) (i32.const 1)) (then unreachable))";
const NAME_MANY: &str = "(global.set $named (i32.gt_u (local.get $count) (i32.const 1)))";
const MORE_FOR_MANY: &str = "(i32.store (i32.const 96) (i32.const 32))
    (i32.store (i32.const 100) (i32.gt_u (local.get $count) (i32.const 1)))";

/// Each point that a connector can break, one that does, and what it was asked when it did.
fn breakers() -> Vec<(&'static str, Hostile, &'static str)> {
    let publisher = |prepare| Hostile { prepare, alone: true, ..Hostile::default() };
    let settler = |settle| Hostile { settle, ..Hostile::default() };
    let feed = Hostile { exports: &[CONNECTOR, PUBLISHER, FEED], ..Hostile::default() };
    vec![
        (
            "upserts-are-prepared",
            publisher(TRAP_ON_A_SKU_IN_UNICODE),
            "Upsert of an item with nasty values (1)",
        ),
        ("prices-are-prepared-alone", publisher(TRAP_ON_A_PRICE), "Price of an item with every field"),
        ("stocks-are-prepared-alone", publisher(TRAP_ON_STOCK), "Stock of an item with every field"),
        ("deletions-are-prepared", publisher(TRAP_ON_A_DELETION), "Delete of an item with every field"),
        ("a-batch-is-prepared", publisher(TRAP_ON_MANY), "all operations in one batch"),
        ("order-does-not-matter", publisher(FIRST_IS_SPECIAL), "forwards and backwards"),
        ("nonsense-is-settled", settler("unreachable"), "an empty body with 200 to Upsert"),
        ("settling-repeats", settler(NAME_MANY), "every answer alone and all together"),
        ("a-feed-opens-alike", Hostile { head: "unreachable", ..feed.clone() }, "the head"),
        (
            "every-item-has-its-row-or-its-reason",
            Hostile { rows: "unreachable", ..feed.clone() },
            "the row of an item with every field",
        ),
        ("slices-make-no-difference", Hostile { rows: MORE_FOR_MANY, ..feed.clone() }, "one by one"),
        ("a-feed-ends-alike", Hostile { tail: "unreachable", ..feed }, "the tail"),
    ]
}

fn run(hostile: &Hostile) -> Result<(), Breach> {
    let limits = Limits { deadline_ms: 200, concurrent_calls: 2, ..Limits::default() };
    let sandbox = Sandbox::new(limits, None).unwrap();
    quick(&hostile.load(&sandbox).unwrap_or_else(|error| panic!("{error}")))
}

fn breach(hostile: &Hostile) -> Breach {
    run(hostile).expect_err("it breaks a point")
}

#[test]
fn a_sound_connector_holds_to_every_point() {
    run(&Hostile::default()).unwrap();
    run(&Hostile { alone: true, exports: &[CONNECTOR, PUBLISHER, FEED], ..Hostile::default() }).unwrap();
    run(&Hostile {
        exports: &[CONNECTOR, PUBLISHER, FEED],
        rows: "(drop (local.get $items))",
        ..Hostile::default()
    })
    .unwrap();
}

#[test]
fn a_connector_that_breaks_a_point_is_told_which_and_on_what() {
    for (point, hostile, tried) in breakers() {
        let breach = breach(&hostile);
        assert_eq!(breach.point, point, "{breach}");
        assert!(breach.tried.contains(tried), "{breach}");
    }
}

#[test]
fn no_point_is_without_a_connector_that_breaks_it() {
    let broken: BTreeSet<_> = breakers().into_iter().map(|(point, ..)| point).collect();
    let points: BTreeSet<_> = QUICK.iter().map(|point| point.name).collect();
    let watched: BTreeSet<_> = KEPT_BY_THE_SANDBOX.into_iter().chain(BROKEN_BY_THE_KIT).collect();
    assert_eq!(points.difference(&broken).copied().collect::<BTreeSet<_>>(), watched);
}

#[test]
fn each_kind_of_nonsense_finds_who_cannot_bear_it() {
    let bodies = [
        ("(i32.eq (i32.load16_u offset=12 (local.get $answers)) (i32.const 204))", "204 without a body"),
        ("(i32.eq (i32.load16_u offset=12 (local.get $answers)) (i32.const 302))", "a redirect (302)"),
        ("(i32.eq (i32.load16_u offset=12 (local.get $answers)) (i32.const 418))", "418 with plain text"),
        ("(i32.eq (i32.load16_u offset=12 (local.get $answers)) (i32.const 500))", "500 with half an error"),
        (
            "(i32.gt_u (i32.load offset=28 (local.get $answers)) (i32.const 100000))",
            "100 KB of opening brackets",
        ),
        (
            "(i32.and (i32.gt_u (i32.load offset=28 (local.get $answers)) (i32.const 12))
               (i32.eq (i32.load8_u offset=12 (i32.load offset=24 (local.get $answers))) (i32.const 255)))",
            "wrong UTF-8",
        ),
    ];
    for (condition, tried) in bodies {
        let settle = format!("(if {condition} (then unreachable))").leak();
        let breach = breach(&Hostile { settle, ..Hostile::default() });
        assert_eq!(breach.point, "nonsense-is-settled");
        assert!(breach.tried.starts_with(tried), "{breach}");
    }
}

#[test]
fn a_breach_carries_the_reason_with_the_connectors_own_functions() {
    let shouting = Hostile { prepare: "(call $poison)", ..Hostile::default() };
    let breach = breach(&shouting);
    assert!(matches!(&breach.seen, Seen::Failure(error) if matches!(**error, CallError::Trap { .. })));
    let words = breach.to_string();
    for part in [
        "`upserts-are-prepared`",
        "an item with every field",
        "`publisher.prepare`",
        "unreachable",
        "in poison",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn a_lost_operation_is_a_breach_of_contract() {
    let breach = breach(&Hostile { lost: 1, ..Hostile::default() });
    assert!(breach.to_string().contains("broke the contract in `publisher.prepare`"), "{breach}");
}

#[test]
fn a_connector_that_never_ends_costs_one_deadline() {
    let start = Instant::now();
    let endless = "(if (i32.gt_u (local.get $count) (i32.const 1)) (then (loop $forever (br $forever))))";
    let breach = breach(&Hostile { prepare: endless, ..Hostile::default() });
    assert_eq!(breach.point, "a-batch-is-prepared");
    assert!(breach.to_string().contains("`deadline-ms`"), "{breach}");
    assert!(start.elapsed() < Duration::from_secs(2), "one deadline, not one for each half of the batch");
}

#[test]
fn a_full_run_ends_with_a_call_that_never_does() {
    let endless = Hostile { settle: "(loop $forever (br $forever))", ..Hostile::default() };
    let limits = Limits { deadline_ms: 100, concurrent_calls: 2, ..Limits::default() };
    let sandbox = Sandbox::new(limits, None).unwrap();
    let start = Instant::now();
    let report = full(&endless.load(&sandbox).unwrap());
    assert!(start.elapsed() < Duration::from_secs(2), "no further call is made");
    assert_eq!(report.count(Status::Failed), 1, "{report}");
    let waits = |reason: &str| reason.contains("took too long at point");
    assert!(report.points.iter().filter_map(|point| point.reason.as_deref()).any(waits), "{report}");
}

#[test]
fn a_trap_is_told_once_and_not_at_every_point_that_runs_into_it() {
    let sandbox = Sandbox::new(Limits { concurrent_calls: 2, ..Limits::default() }, None).unwrap();
    let trapping = Hostile { prepare: "unreachable", ..Hostile::default() };
    let report = full(&trapping.load(&sandbox).unwrap());
    let failed: Vec<_> = report.failed().map(|point| point.name).collect();
    assert_eq!(failed, ["good-settings-are-accepted"], "{report}");
}
