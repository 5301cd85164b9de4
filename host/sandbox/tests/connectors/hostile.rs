//! What a connector can do wrong costs the call it does it in, and is reported with its name.

use std::time::{Duration, Instant};

use crate::support::{Hostile, answer, context, operations};
use wharf_sandbox::{CallError, Connector, Limits, Sandbox, exchange::Preparation};

fn limits() -> Limits {
    Limits { memory_bytes: 4 << 20, concurrent_calls: 2, ..Limits::default() }
}

fn load(hostile: &Hostile) -> Connector {
    let sandbox = Sandbox::new(limits(), None).unwrap();
    hostile.load(&sandbox).unwrap_or_else(|error| panic!("{error}"))
}

fn prepare(hostile: &Hostile, skus: &[&str]) -> Preparation {
    load(hostile).prepare(&context(), &operations(skus)).unwrap()
}

/// What happens on a single poisonous operation.
fn fault(hostile: &Hostile) -> CallError {
    let mut preparation = prepare(hostile, &["X"]);
    assert_eq!(preparation.faults.len(), 1);
    preparation.faults.remove(0).error
}

fn setting(error: &CallError) -> &'static str {
    match error {
        CallError::Limit { exceeded, .. } => exceeded.setting,
        other => panic!("not a limit: {other}"),
    }
}

#[test]
fn a_working_connector_covers_every_operation() {
    let preparation = prepare(&Hostile::default(), &["a", "b", "c"]);
    assert_eq!(preparation.exchanges.len(), 1);
    assert_eq!(preparation.exchanges[0].covers, [0, 1, 2]);
    assert_eq!(preparation.exchanges[0].request.target, "/items");
    assert!(preparation.faults.is_empty() && preparation.rejections.is_empty());
}

#[test]
fn an_empty_batch_needs_no_call() {
    assert_eq!(prepare(&Hostile::default(), &[]), Preparation::default());
}

#[test]
fn one_poisonous_operation_costs_only_itself() {
    let preparation = prepare(&Hostile::default(), &["a", "b", "X", "d", "e"]);
    let covered: Vec<_> = preparation.exchanges.iter().flat_map(|exchange| exchange.covers.clone()).collect();
    assert_eq!(covered, [0, 1, 3, 4]);
    assert_eq!(preparation.faults.iter().map(|fault| fault.index).collect::<Vec<_>>(), [2]);
}

#[test]
fn one_poisonous_answer_costs_only_itself() {
    let answers = ["{}", "X", "{}"].map(answer);
    let settlements = load(&Hostile::default()).settle(&context(), &answers).unwrap();
    let outcomes: Vec<_> =
        settlements.iter().map(|settlement| settlement.as_ref().map_or(0, |it| it.outcomes.len())).collect();
    assert_eq!(outcomes, [2, 0, 2]);
    assert!(settlements[1].as_ref().unwrap_err().to_string().contains("`publisher.settle`"));
}

#[test]
fn a_trap_names_connector_function_and_place() {
    let message = fault(&Hostile::default()).to_string();
    assert!(message.starts_with("connector `hostile` trapped in `publisher.prepare`: "), "{message}");
    assert!(message.contains("unreachable") && message.contains("poison < taste"), "{message}");
}

#[test]
fn an_endless_loop_is_killed_at_the_deadline() {
    let sandbox = Sandbox::new(Limits { deadline_ms: 100, ..limits() }, None).unwrap();
    let endless = Hostile { poison: "(loop $forever (br $forever))", ..Hostile::default() };
    let connector = endless.load(&sandbox).unwrap();
    let start = Instant::now();
    let preparation = connector.prepare(&context(), &operations(&["X"])).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(100));
    let error = &preparation.faults[0].error;
    assert_eq!(setting(error), "deadline-ms");
    assert!(error.to_string().contains("more than 100 milliseconds"), "{error}");
}

#[test]
fn a_memory_bomb_is_stopped() {
    let bomb = "(loop $more (drop (memory.grow (i32.const 1))) (br $more))";
    let error = fault(&Hostile { poison: bomb, ..Hostile::default() });
    assert_eq!(setting(&error), "memory-bytes");
}

#[test]
fn memories_are_summed() {
    let extra = "(memory $second 1) (table $table 1 funcref)";
    let half = "(drop (memory.grow 0 (i32.const 30))) (drop (memory.grow $second (i32.const 30)))";
    let both = Hostile { extra, poison: half, ..Hostile::default() };
    assert!(prepare(&both, &["X"]).faults.is_empty(), "30 pages in each are within 64");
    let too_much = "(drop (memory.grow 0 (i32.const 32))) (drop (memory.grow $second (i32.const 32)))";
    assert_eq!(setting(&fault(&Hostile { poison: too_much, ..both.clone() })), "memory-bytes");
    let table = "(drop (table.grow (ref.null func) (i32.const 20000)))";
    assert_eq!(setting(&fault(&Hostile { poison: table, ..both })), "table-elements");
}

#[test]
fn the_peak_of_memory_is_recorded() {
    let connector = load(&Hostile { poison: "(drop (memory.grow (i32.const 10)))", ..Hostile::default() });
    assert_eq!(connector.peak_memory(), 2 << 16);
    connector.prepare(&context(), &operations(&["X"])).unwrap();
    assert_eq!(connector.peak_memory(), 12 << 16);
}

#[test]
fn endless_recursion_is_stopped() {
    assert_eq!(setting(&fault(&Hostile { poison: "(call $poison)", ..Hostile::default() })), "stack-bytes");
}

#[test]
fn a_log_flood_is_cut_and_the_call_goes_on() {
    let flood = "(local $line i32)
        (loop $more
          (call $log (i32.const 1) (i32.const 16) (i32.const 6))
          (local.set $line (i32.add (local.get $line) (i32.const 1)))
          (br_if $more (i32.lt_u (local.get $line) (i32.const 2000))))";
    assert!(prepare(&Hostile { poison: flood, ..Hostile::default() }, &["X"]).faults.is_empty());
}

#[test]
fn too_large_a_result_names_the_limit() {
    let long_line = "(call $log (i32.const 1) (i32.const 0) (i32.const 100000))";
    let sandbox = Sandbox::new(Limits { returned_bytes: 50_000, ..limits() }, None).unwrap();
    let connector = Hostile { poison: long_line, ..Hostile::default() }.load(&sandbox).unwrap();
    let preparation = connector.prepare(&context(), &operations(&["X"])).unwrap();
    assert_eq!(setting(&preparation.faults[0].error), "returned-bytes");
}

#[test]
fn a_lost_operation_is_a_breach_of_contract() {
    let error = prepare(&Hostile { lost: 1, ..Hostile::default() }, &["a"]).faults.remove(0).error;
    assert!(matches!(error, CallError::Contract { .. }), "{error}");
    assert!(error.to_string().contains("connector `hostile` broke the contract in `publisher.prepare`"));
}

#[test]
fn nothing_passes_from_one_call_to_the_next() {
    let counter = Hostile {
        extra: "(global $calls (mut i32) (i32.const 0))",
        poison: "(if (global.get $calls) (then unreachable)) (global.set $calls (i32.const 1))",
        ..Hostile::default()
    };
    let connector = load(&counter);
    for _ in 0..3 {
        assert!(connector.prepare(&context(), &operations(&["X"])).unwrap().faults.is_empty());
    }
}

#[test]
fn more_calls_than_places_wait_and_none_fails() {
    let connector = load(&Hostile::default());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let preparation = connector.prepare(&context(), &operations(&["a", "b"])).unwrap();
                    assert_eq!(preparation.exchanges.len(), 1);
                }
            });
        }
    });
}

#[test]
fn a_feed_function_of_a_publisher_is_refused_by_name() {
    let error = load(&Hostile::default()).head(&context()).unwrap_err();
    assert_eq!(error.to_string(), "connector `hostile` does not export `feed`");
}
