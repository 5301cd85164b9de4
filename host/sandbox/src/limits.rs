//! What a connector may use up. Every bound is a setting, and every error that a bound causes names it.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};

/// Milliseconds that any part of a list may use, whatever its share.
const SMALLEST_SHARE_MS: u64 = 50;

/// Bounds on one component and on one call into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of a component file.
    pub component_bytes: usize,
    /// Bytes of all linear memories of one call together. Whole 64 KiB pages.
    pub memory_bytes: usize,
    /// Elements of all tables of one call together.
    pub table_elements: usize,
    /// Linear memories in one component.
    pub memories: u32,
    /// Tables in one component.
    pub tables: u32,
    /// Core instances in one component; toolchains add some for adapters.
    pub core_instances: u32,
    /// Bytes of the calling thread's own stack that WebAssembly code may use; threads usually have 2 MiB.
    pub stack_bytes: usize,
    /// Milliseconds of wall time that one call may take, instantiation included.
    pub deadline_ms: u64,
    /// Milliseconds of processor time that one call may take. Less than the deadline, since a busy machine must not
    /// make an innocent connector fail.
    pub cpu_ms: u64,
    /// Milliseconds between two looks at the clock; the deadline is kept to this precision.
    pub tick_ms: u64,
    /// Calls that run at the same time. More wait for their turn; each place reserves address space.
    pub concurrent_calls: u32,
    /// Bytes of each place's memory that stay resident between calls. A page fault costs as much as mapping a
    /// small item, so this should hold what a large batch touches.
    pub resident_bytes: usize,
    /// Bytes that one call may hand back to the host, counted as the host holds them.
    pub returned_bytes: usize,
    /// Exchanges that one call may ask for.
    pub exchanges: u32,
    /// Bytes of one request's body.
    pub request_bytes: usize,
    /// Parts of one form.
    pub form_parts: u32,
    /// Entries and findings that one call may bring from a channel or a file.
    pub entries: u32,
    /// Bytes that an intake may carry from one chunk of a file to the next.
    pub state_bytes: usize,
    /// Lines that one call may log; further ones are counted and dropped.
    pub log_lines: u32,
    /// Bytes of one logged line; the rest is cut.
    pub log_line_bytes: usize,
    /// Handles of the inert WASI that one call may hold at the same time.
    pub wasi_handles: u32,
    /// Bytes that one call of a random function of the inert WASI may ask for.
    pub wasi_random_bytes: usize,
    /// Bytes of one exchange's memo, which the host has to store.
    pub memo_bytes: usize,
    /// Milliseconds that an exchange may ask to be delayed, or an operation to be postponed.
    pub delay_ms: u64,
    /// Bytes of one problem's code or message; the rest is cut.
    pub problem_bytes: usize,
    /// After a call that failed, the connector rests for so many times what the call took. With 9, the failures of one
    /// connector never take more than a tenth of a processor from the others.
    pub failure_rest: u32,
    /// Calls that may fail while one batch is halved to find what they fail on.
    pub failed_calls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 32 << 20,
            memory_bytes: 64 << 20,
            table_elements: 20_000,
            memories: 4,
            tables: 8,
            core_instances: 16,
            stack_bytes: 512 << 10,
            deadline_ms: 10_000,
            cpu_ms: 1_000,
            tick_ms: 5,
            concurrent_calls: 4,
            resident_bytes: 8 << 20,
            returned_bytes: 32 << 20,
            exchanges: 2_000,
            request_bytes: 16 << 20,
            form_parts: 100,
            entries: 10_000,
            state_bytes: 16 << 20,
            log_lines: 100,
            log_line_bytes: 1_024,
            wasi_handles: 1_000,
            wasi_random_bytes: 64 << 10,
            memo_bytes: 64 << 10,
            delay_ms: 24 * 60 * 60 * 1_000,
            problem_bytes: 2_000,
            failure_rest: 9,
            failed_calls: 24,
        }
    }
}

impl Limits {
    /// The time between two ticks; at least a millisecond.
    pub(crate) fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_ms.max(1))
    }

    /// The limits of a call that has a part of a list. While a list is halved to find what a connector loops on, each
    /// half gets its share of the processor, so that the search costs little more than the first call.
    pub(crate) fn for_part(&self, part: usize, whole: usize) -> Cow<'_, Self> {
        if part >= whole {
            return Cow::Borrowed(self);
        }
        let share = self.cpu_ms.saturating_mul(part as u64) / whole as u64;
        Cow::Owned(Self { cpu_ms: share.max(SMALLEST_SHARE_MS).min(self.cpu_ms), ..self.clone() })
    }

    /// These limits with a channel's own in their place, none of them wider.
    #[must_use]
    pub fn tightened(&self, own: &ChannelLimits) -> Self {
        let mut limits = self.clone();
        let ChannelLimits { memory_bytes, table_elements, deadline_ms, cpu_ms, .. } = own;
        tighten(&mut limits.memory_bytes, *memory_bytes);
        tighten(&mut limits.table_elements, *table_elements);
        tighten(&mut limits.deadline_ms, *deadline_ms);
        tighten(&mut limits.cpu_ms, *cpu_ms);
        tighten(&mut limits.returned_bytes, own.returned_bytes);
        tighten(&mut limits.exchanges, own.exchanges);
        tighten(&mut limits.request_bytes, own.request_bytes);
        tighten(&mut limits.entries, own.entries);
        tighten(&mut limits.log_lines, own.log_lines);
        limits
    }
}

/// Limits of one channel's calls, where they shall be stricter than the sandbox's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelLimits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_elements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_lines: Option<u32>,
}

impl ChannelLimits {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn tighten<T: Ord + Copy>(limit: &mut T, own: Option<T>) {
    if let Some(own) = own {
        *limit = (*limit).min(own);
    }
}

/// A limit that was reached, in the words of its setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("more than {allowed} {unit}; the limit is the sandbox setting `{setting}`")]
pub struct Exceeded {
    /// The setting to raise, as it is written in the configuration.
    pub setting: &'static str,
    pub allowed: u64,
    /// What was counted, such as `bytes of memory`.
    pub unit: &'static str,
}

impl Exceeded {
    pub(crate) fn new(setting: &'static str, allowed: usize, unit: &'static str) -> Self {
        Self { setting, allowed: allowed as u64, unit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_may_only_tighten_its_limits() {
        let own =
            ChannelLimits { cpu_ms: Some(5), memory_bytes: Some(usize::MAX), ..ChannelLimits::default() };
        let limits = Limits::default().tightened(&own);
        assert_eq!(limits.cpu_ms, 5);
        assert_eq!(limits, Limits { cpu_ms: 5, ..Limits::default() });
    }

    #[test]
    fn a_half_gets_half_of_the_processor() {
        let limits = Limits { cpu_ms: 1_000, ..Limits::default() };
        let cpu_ms = |part| limits.for_part(part, 100).cpu_ms;
        assert_eq!((cpu_ms(100), cpu_ms(50), cpu_ms(1)), (1_000, 500, SMALLEST_SHARE_MS));
        let strict = Limits { cpu_ms: 20, ..Limits::default() };
        assert_eq!(strict.for_part(1, 100).cpu_ms, 20);
    }

    #[test]
    fn a_tick_of_zero_does_not_spin() {
        assert_eq!(Limits { tick_ms: 0, ..Limits::default() }.tick(), Duration::from_millis(1));
    }
}
