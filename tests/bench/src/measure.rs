//! Figures of this process, and how they are rounded.

use std::{fs, time::Instant};

use crate::wharf::high_water;

/// The most memory this process has had resident so far, in MB (10^6 bytes). Zero where the system does not tell.
pub(crate) fn peak_rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    rounded(high_water(&status).unwrap_or_default() * 1024.0 / 1e6, 1)
}

/// Starts the peak over, so that preparation does not count. Without effect where the system refuses.
pub(crate) fn reset_peak_rss() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

pub(crate) fn per_second(count: u64, since: Instant) -> f64 {
    rounded(count as f64 / since.elapsed().as_secs_f64(), 0)
}

pub(crate) fn rounded(figure: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (figure * scale).round() / scale
}

/// The middle of the measured values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
