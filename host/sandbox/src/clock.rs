//! How long a call may take: time on the wall, and time on the processor.
//!
//! The epoch ticks while calls run; at each tick the call is asked. Both are kept to the precision of a tick.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use wasmtime::UpdateDeadline;

use crate::limits::{Exceeded, Limits};

#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// Since the first tick: most calls end before it, and need not ask the system.
    worked: Option<ThreadTime>,
    deadline_ms: u64,
    cpu_ms: u64,
}

impl Clock {
    pub(crate) fn new(limits: &Limits) -> Self {
        let Limits { deadline_ms, cpu_ms, .. } = *limits;
        Self { started: Instant::now(), worked: None, deadline_ms, cpu_ms }
    }

    /// Asked at every tick, on the thread of the call.
    pub(crate) fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        let unit = "milliseconds";
        if self.started.elapsed() > Duration::from_millis(self.deadline_ms) {
            let exceeded = Exceeded { setting: "deadline-ms", allowed: self.deadline_ms, unit };
            return Err(wasmtime::Error::new(exceeded));
        }
        let worked = self.worked.get_or_insert_with(ThreadTime::now);
        if worked.elapsed() > Duration::from_millis(self.cpu_ms) {
            let unit = "milliseconds of processor time";
            return Err(wasmtime::Error::new(Exceeded { setting: "cpu-ms", allowed: self.cpu_ms, unit }));
        }
        Ok(UpdateDeadline::Continue(1))
    }
}
