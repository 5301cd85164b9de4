//! What a connector finds when it looks for a world outside: an inert WASI 0.2, the same in every call.

use std::{
    io,
    sync::{Arc, Mutex},
};

use wharf_sandbox::{Connector, Limits, LoadError, Sandbox};

use crate::support::Hostile;

/// Loads a connector that runs these instructions whenever it is instantiated.
fn load(probe: &str) -> Result<Connector, LoadError> {
    let sandbox = Sandbox::new(Limits { deadline_ms: 500, ..Limits::default() }, None).unwrap();
    let import = include_str!("wasi.wat").replace("PROBE", probe);
    Hostile { import: import.leak(), ..Hostile::default() }.load(&sandbox)
}

/// Requires that every `check` among these instructions holds.
fn holds(probe: &str) {
    load(probe).unwrap_or_else(|error| panic!("{error}"));
}

fn refusal(probe: &str) -> String {
    load(probe).unwrap_err().to_string()
}

#[test]
fn environment_arguments_and_directories_are_empty() {
    for list in ["get-environment", "get-arguments", "directories"] {
        let empty = "(call $check (i32.eqz (i32.load (i32.const 68))))";
        holds(&format!("(call $fill) (call ${list} (i32.const 64)) {empty}"));
    }
    let none = "(call $check (i32.eqz (i32.load8_u (i32.const 64))))";
    holds(&format!("(call $fill) (call $initial-cwd (i32.const 64)) {none}"));
}

#[test]
fn the_wall_clock_stands_at_the_beginning() {
    holds(
        "(call $fill) (call $wall-now (i32.const 64))
         (call $check (i64.eqz (i64.load (i32.const 64))))
         (call $check (i32.eqz (i32.load (i32.const 72))))",
    );
}

#[test]
fn random_numbers_are_a_sequence_that_begins_anew_in_each_instance() {
    holds(
        "(call $check (i64.eq (call $random-u64) (i64.const 0xe220a8397b1dcdaf)))
         (call $random-bytes (i64.const 11) (i32.const 64))
         (call $check (i32.eq (i32.load (i32.const 68)) (i32.const 11)))
         (call $check (i64.eq (i64.load (i32.load (i32.const 64))) (i64.const 0x6e789e6aa1b965f4)))",
    );
}

#[test]
fn too_many_random_bytes_at_once_name_the_limit() {
    let refusal = refusal("(call $random-bytes (i64.const -1) (i32.const 64))");
    assert!(refusal.contains("the sandbox setting `wasi-random-bytes`"), "{refusal}");
}

#[test]
fn waiting_for_an_hour_is_over_at_once_and_puts_the_clock_forward() {
    holds(
        "(call $check (i64.lt_u (call $now) (call $now)))
         (local.set $handle (call $subscribe (i64.const 3600000000000)))
         (call $block (local.get $handle))
         (call $check (i64.gt_u (call $now) (i64.const 3600000000000)))",
    );
}

#[test]
fn everything_that_is_polled_is_ready() {
    holds(
        "(i32.store (i32.const 128) (call $subscribe (i64.const 1)))
         (i32.store (i32.const 132) (call $subscribe (i64.const -1)))
         (call $poll (i32.const 128) (i32.const 2) (i32.const 64))
         (call $check (i32.eq (i32.load (i32.const 68)) (i32.const 2)))
         (call $check (i64.eq (i64.load (i32.load (i32.const 64))) (i64.const 0x100000000)))",
    );
}

#[test]
fn handles_are_counted_until_they_are_dropped() {
    let subscribe = |then: &str| {
        format!(
            "(loop $more
               (local.set $handle (call $subscribe (i64.const 1))) {then}
               (local.set $count (i32.add (local.get $count) (i32.const 1)))
               (br_if $more (i32.lt_u (local.get $count) (i32.const 5000))))"
        )
    };
    holds(&subscribe("(call $drop-pollable (local.get $handle))"));
    let refusal = refusal(&subscribe(""));
    assert!(refusal.contains("more than 1000 open WASI handles"), "{refusal}");
    assert!(refusal.contains("the sandbox setting `wasi-handles`"), "{refusal}");
}

#[test]
fn polling_for_ever_ends_at_the_deadline() {
    let refusal = refusal(
        "(local.set $handle (call $subscribe (i64.const 1)))
         (loop $forever (call $block (local.get $handle)) (br $forever))",
    );
    assert!(refusal.contains("`deadline-ms`"), "{refusal}");
}

#[test]
fn a_socket_is_refused_with_access_denied() {
    holds(
        "(call $fill) (call $create-socket (i32.const 0) (i32.const 64))
         (call $check (i32.eq (i32.load8_u (i32.const 64)) (i32.const 1)))
         (call $check (i32.eq (i32.load8_u (i32.const 68)) (i32.const 2)))",
    );
}

#[test]
fn a_refusal_that_is_a_variant_is_one_of_its_cases() {
    holds(
        "(call $fill) (call $zeroes (call $get-stdout) (i64.const 1) (i32.const 64))
         (call $check (i32.eq (i32.load8_u (i32.const 64)) (i32.const 1)))
         (call $check (i32.eq (i32.load8_u (i32.const 68)) (i32.const 1)))",
    );
}

#[test]
fn what_cannot_be_refused_traps_and_is_named() {
    let refusal = refusal("(drop (call $http-fields))");
    assert!(refusal.contains("connectors have no `[constructor]fields` of `wasi:http/types`"), "{refusal}");
}

#[test]
fn exit_ends_the_call_and_says_how() {
    let refusal = refusal("(call $exit (i32.const 1))");
    assert!(refusal.contains("trapped in `instantiation`: it called `exit` with failure"), "{refusal}");
}

#[test]
fn what_is_printed_is_logged_line_by_line_and_the_rest_at_the_end() {
    let log = logged(|| {
        holds("(call $write (call $get-stdout) (i32.const 0) (i32.const 19) (i32.const 64))");
    });
    let printed: Vec<_> = log.lines().take(2).collect();
    assert!(printed[0].contains("INFO") && printed[0].contains("printed"), "{log}");
    assert!(printed[1].contains("half a line"), "{log}");
}

#[test]
fn a_flood_of_lines_is_cut_as_in_the_log() {
    let flood = "(local.set $handle (call $get-stdout))
        (loop $more
          (call $write (local.get $handle) (i32.const 0) (i32.const 8) (i32.const 64))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br_if $more (i32.lt_u (local.get $count) (i32.const 2000))))";
    let log = logged(|| holds(flood));
    let most = Limits::default().log_lines as usize;
    let printed = log.lines().filter(|line| line.contains("printed")).count();
    let cut = log.lines().filter(|line| line.contains("`log-lines`")).count();
    assert_eq!(printed, most * cut, "in each of {cut} calls");
}

#[test]
fn a_wasi_function_of_another_type_is_refused() {
    let import =
        "(import \"wasi:cli/environment@0.2.0\" (instance (export \"get-arguments\" (func (result u32)))))";
    let sandbox = Sandbox::new(Limits::default(), None).unwrap();
    let error = Hostile { import, ..Hostile::default() }.load(&sandbox).unwrap_err();
    assert!(error.to_string().contains("get-arguments"), "{error}");
}

/// The lines of the connector's log that `run` causes on this thread.
fn logged(run: impl FnOnce()) -> String {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, run);
    String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
}
