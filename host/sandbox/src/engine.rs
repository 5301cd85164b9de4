//! The one wasmtime engine: synchronous, deterministic, interruptible, with a place reserved for every call.

use std::num::NonZeroUsize;

use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig};

use crate::limits::Limits;

/// Frames of a trap that are worth showing.
const SHOWN_FRAMES: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

/// The engine that runs connectors.
pub(crate) fn engine(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(config(limits).allocation_strategy(places(limits)))
}

/// An engine that loads the same code without room for calls, so that nothing is too large for it.
pub(crate) fn measure(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(&config(limits))
}

fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        // No function of the contract is async; the book-keeping for it would cost every call.
        .concurrency_support(false)
        .max_wasm_stack(limits.stack_bytes)
        .wasm_backtrace_max_frames(Some(SHOWN_FRAMES))
        .native_unwind_info(cfg!(windows))
        // The same input gives the same bytes on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false);
    config
}

/// Room for exactly as many calls as the turnstile lets in, so that the pool is never exhausted.
fn places(limits: &Limits) -> PoolingAllocationConfig {
    let calls = limits.concurrent_calls.max(1);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(limits.core_instances))
        .total_memories(calls.saturating_mul(limits.memories))
        .total_tables(calls.saturating_mul(limits.tables))
        .max_core_instances_per_component(limits.core_instances)
        .max_memories_per_component(limits.memories)
        .max_tables_per_component(limits.tables)
        .max_memories_per_module(limits.memories)
        .max_tables_per_module(limits.tables)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .max_unused_warm_slots(calls)
        .linear_memory_keep_resident(limits.resident_bytes)
        .table_keep_resident(limits.resident_bytes)
        // Only pages that a call has written are cleared after it, wherever they lie.
        .pagemap_scan(Enabled::Auto);
    pool
}
