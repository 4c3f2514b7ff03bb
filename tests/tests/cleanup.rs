//! The one piece of synchronisation that is written by hand, in a model checker:
//! how the dead are gathered into batches.

#![cfg(target_os = "linux")]

#[path = "../../netns-test/src/pernet/cleanup.rs"]
mod cleanup;

mod sync {
    pub(crate) use std::sync::PoisonError;

    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
}

use std::sync::atomic::AtomicUsize;

use cleanup::Cleanup;
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::sync::{Arc, Mutex};
use shuttle::thread;

/// All that the threads share.
struct Model {
    cleanup: Cleanup<u32, u32>,
    works: AtomicBool,
    batches: Mutex<Vec<Vec<u32>>>,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            cleanup: Cleanup::new(),
            works: AtomicBool::new(false),
            batches: Mutex::default(),
        })
    }

    /// One dies, and its result comes back.
    fn die(&self, number: u32) {
        let result = self.cleanup.clean_up(number, |batch| {
            assert!(!self.works.swap(true, Ordering::SeqCst), "two at a time");
            thread::yield_now();
            self.batches.lock().unwrap().push(batch.to_vec());
            assert!(self.works.swap(false, Ordering::SeqCst));
            batch.iter().map(|number| number * 10).collect()
        });
        assert_eq!(result, number * 10);
        let batches = self.batches.lock().unwrap();
        let times = batches.iter().flatten().filter(|other| **other == number);
        assert_eq!(times.count(), 1, "{batches:?}");
    }
}

/// So many threads, each of which has so many that die, one after the other.
fn die_in(threads: u32, each: u32) -> usize {
    let model = Model::new();
    let handles: Vec<_> = (0..threads)
        .map(|thread| {
            let model = Arc::clone(&model);
            thread::spawn(move || (0..each).for_each(|turn| model.die(thread * each + turn)))
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    let batches = model.batches.lock().unwrap();
    let mut all: Vec<_> = batches.concat();
    all.sort_unstable();
    assert_eq!(all, (0..threads * each).collect::<Vec<_>>());
    batches.len()
}

/// The schedules that come first where all are tried in turn.
#[test]
fn in_schedule_after_schedule() {
    for threads in [2, 3] {
        let die = move || {
            die_in(threads, 1);
        };
        shuttle::check_dfs(die, Some(3_000));
    }
}

/// Nobody waits for ever, nobody is forgotten, and no two work at a time.
#[test]
fn in_random_schedules() {
    let die = |threads| {
        move || {
            die_in(threads, 3);
        }
    };
    shuttle::check_random(die(4), 2_000);
    shuttle::check_pct(die(3), 2_000, 3);
}

/// What gathers while one works is one batch; otherwise the tests above would show little.
#[test]
fn batches_gather() {
    // Not the model's, since it outlives every schedule.
    static FEWEST: AtomicUsize = AtomicUsize::new(usize::MAX);
    shuttle::check_random(
        || {
            FEWEST.fetch_min(die_in(4, 1), Ordering::SeqCst);
        },
        2_000,
    );
    assert!(FEWEST.load(Ordering::SeqCst) <= 2);
}
