//! A connector that failed pauses, in proportion to what its failure cost: whatever it does, the others keep nearly
//! all of the machine.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

#[derive(Debug, Default)]
pub(crate) struct Rest(Mutex<Option<Instant>>);

impl Rest {
    /// Waits until the rest is over; at once when there is none.
    pub(crate) fn wait(&self) {
        let until = *self.until();
        let left = until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default();
        if !left.is_zero() {
            std::thread::sleep(left);
        }
    }

    /// Rests from now on for so long, or as long as was agreed before.
    pub(crate) fn take(&self, duration: Duration) {
        let mut until = self.until();
        *until = (*until).max(Instant::now().checked_add(duration));
    }

    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_followed_by_a_rest_and_a_shorter_one_does_not_end_it() {
        let rest = Rest::default();
        let started = Instant::now();
        rest.take(Duration::from_millis(30));
        rest.take(Duration::ZERO);
        rest.wait();
        assert!(started.elapsed() >= Duration::from_millis(30));
    }
}
