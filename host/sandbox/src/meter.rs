//! Counts what a call takes over *all* its memories and tables; wasmtime's own limits count each by itself.

use wasmtime::ResourceLimiter;

use crate::limits::{Exceeded, Limits};

#[derive(Debug)]
pub(crate) struct Meter {
    memory: Gauge,
    tables: Gauge,
}

#[derive(Debug)]
struct Gauge {
    used: usize,
    limit: Exceeded,
}

impl Gauge {
    fn new(setting: &'static str, allowed: usize, unit: &'static str) -> Self {
        Self { used: 0, limit: Exceeded::new(setting, allowed, unit) }
    }

    /// Fails instead of refusing, so that the trap tells who asked for how much.
    fn grow(&mut self, current: usize, desired: usize) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used as u64 > self.limit.allowed {
            return Err(wasmtime::Error::new(self.limit.clone()));
        }
        self.used = used;
        Ok(true)
    }
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory: Gauge::new("memory-bytes", limits.memory_bytes, "bytes of memory"),
            tables: Gauge::new("table-elements", limits.table_elements, "table elements"),
        }
    }

    /// Bytes of memory in use; memories never shrink, so this is the peak as well.
    pub(crate) fn memory(&self) -> usize {
        self.memory.used
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory.grow(current, desired)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.tables.grow(current, desired)
    }
}
