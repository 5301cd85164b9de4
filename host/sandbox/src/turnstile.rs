//! Lets calls in, as many as the pool has places for, and keeps the clock that ends those which take too long.
//!
//! Only an own thread can be trusted to tick while guests keep every other thread busy. It sleeps for good
//! when no call has run for a while, so an idle host uses no processor.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use wasmtime::{Engine, EngineWeak};

/// Ticks without a call after which the clock stops until the next one.
const IDLE_TICKS: u32 = 20;

#[derive(Debug)]
pub(crate) struct Turnstile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    capacity: u32,
    state: Mutex<State>,
    /// Signalled when a place is free.
    place: Condvar,
    /// Signalled when the clock has to run again, or to end.
    clock: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: u32,
    waiting: u32,
    /// The clock has stopped.
    stopped: bool,
    closed: bool,
}

impl Turnstile {
    pub(crate) fn new(engine: &Engine, capacity: u32, tick: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            capacity: capacity.max(1),
            state: Mutex::default(),
            place: Condvar::new(),
            clock: Condvar::new(),
        });
        let (clock, engine) = (shared.clone(), engine.weak());
        thread::Builder::new().name("sandbox-clock".into()).spawn(move || clock.run(&engine, tick))?;
        Ok(Self(shared))
    }

    /// Waits for a place, which is free again when the permit is dropped. Blocks the thread.
    pub(crate) fn enter(&self) -> Permit<'_> {
        let mut state = self.0.lock();
        if state.running >= self.0.capacity {
            state.waiting += 1;
            state = self
                .0
                .place
                .wait_while(state, |state| state.running >= self.0.capacity)
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.running += 1;
        if state.stopped {
            state.stopped = false;
            self.0.clock.notify_one();
        }
        Permit(&self.0)
    }
}

impl Drop for Turnstile {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.clock.notify_one();
    }
}

#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Shared);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running -= 1;
        if state.waiting > 0 {
            self.0.place.notify_one();
        }
    }
}

impl Shared {
    /// No code panics while it holds the lock, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, engine: &EngineWeak, tick: Duration) {
        let mut idle = 0;
        let mut state = self.lock();
        while !state.closed {
            if idle > IDLE_TICKS {
                state.stopped = true;
                let stopped = |state: &mut State| state.stopped && !state.closed;
                state = self.clock.wait_while(state, stopped).unwrap_or_else(PoisonError::into_inner);
            }
            (state, _) = self
                .clock
                .wait_timeout_while(state, tick, |state| !state.closed)
                .unwrap_or_else(PoisonError::into_inner);
            let Some(engine) = engine.upgrade() else { return };
            engine.increment_epoch();
            idle = if state.running == 0 { idle + 1 } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        time::Instant,
    };

    use super::*;

    const TICK: Duration = Duration::from_millis(1);

    #[test]
    fn no_more_calls_run_than_there_are_places() {
        let engine = Engine::default();
        let turnstile = Turnstile::new(&engine, 2, TICK).unwrap();
        let (running, most) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _permit = turnstile.enter();
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(TICK);
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.into_inner(), 2);
    }

    #[test]
    fn the_clock_stops_when_idle_and_runs_again_for_the_next_call() {
        let engine = Engine::default();
        let turnstile = Turnstile::new(&engine, 1, TICK).unwrap();
        wait_for(|| turnstile.0.lock().stopped);
        let permit = turnstile.enter();
        assert!(!turnstile.0.lock().stopped);
        thread::sleep(TICK * (IDLE_TICKS + 10));
        assert!(!turnstile.0.lock().stopped, "it ticks as long as a call runs");
        drop(permit);
        wait_for(|| turnstile.0.lock().stopped);
    }

    #[test]
    fn the_clock_ends_with_the_turnstile() {
        let engine = Engine::default();
        let turnstile = Turnstile::new(&engine, 1, TICK).unwrap();
        let shared = Arc::downgrade(&turnstile.0);
        wait_for(|| turnstile.0.lock().stopped);
        drop(turnstile);
        wait_for(|| shared.strong_count() == 0);
    }

    fn wait_for(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(10), "waited in vain");
            thread::sleep(TICK);
        }
    }
}
