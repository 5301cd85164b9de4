//! Turns what wasmtime reports about a failed call into words: which limit, or which trap, and where.

use std::sync::Arc;

use wasmtime::{Trap, WasmBacktrace};

use crate::{
    error::CallError,
    forms::Malformed,
    lift::plain,
    limits::{Exceeded, Limits},
};

/// Frames of the guest's stack that are shown.
const FRAMES: usize = 5;

/// Characters of a frame's name that are shown: the connector chooses the names.
const FRAME_CHARACTERS: usize = 200;

pub(crate) fn blame(
    error: &wasmtime::Error,
    connector: Arc<str>,
    function: &'static str,
    limits: &Limits,
) -> CallError {
    if let Some(Malformed(what)) = error.downcast_ref() {
        return CallError::Contract { connector, function, what: what.clone() };
    }
    let frames = frames(error);
    match exceeded(error, limits) {
        Some(exceeded) => CallError::Limit { connector, function, exceeded, frames },
        None => CallError::Trap { connector, function, reason: error.root_cause().to_string(), frames },
    }
}

fn exceeded(error: &wasmtime::Error, limits: &Limits) -> Option<Exceeded> {
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return Some(exceeded.clone());
    }
    if let Some(Trap::StackOverflow) = error.downcast_ref() {
        return Some(Exceeded::new("stack-bytes", limits.stack_bytes, "bytes of stack"));
    }
    // wasmtime keeps the type of this error to itself; `too_large_a_result_names_the_limit` watches the text.
    let returned = error.chain().any(|cause| cause.to_string().contains("fuel allocated for hostcalls"));
    returned.then(|| Exceeded::new("returned-bytes", limits.returned_bytes, "bytes handed back"))
}

/// The guest's innermost functions, demangled: wasmtime's own text, one line a frame, reads
/// `  0:   0x1a2b - module!function`.
fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let text = backtrace.to_string();
    let frame = |line: &str| {
        let (_, name) = line.split_once(" - ")?;
        let name = name.split_once('!').map_or(name, |(_, function)| function).trim();
        Some(plain(name.chars().take(FRAME_CHARACTERS).collect()))
    };
    text.lines().filter_map(frame).take(FRAMES).collect()
}
