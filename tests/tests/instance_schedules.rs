//! The order of an instance's steps, checked over many schedules of the threads
//! that ask for them. In a binary of its own, since shuttle takes every panic of
//! its process for one of a schedule.

use std::sync::Arc;

use shuttle::sync::Mutex;
use shuttle::thread;

use crate::machine::{Machine, Step};

/// The file that the crate has, with locks of the model checker.
#[path = "../../netns-test/src/instance/machine.rs"]
mod machine;

/// What the crate's `sync` is there.
mod sync {
    pub(crate) use std::sync::PoisonError;

    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
}

const SCHEDULES: usize = 3_000;

/// What the threads of one schedule see.
#[derive(Default)]
struct Watched {
    machine: Machine,
    under_way: Mutex<Option<Step>>,
    performed: Mutex<Vec<Step>>,
}

impl Watched {
    fn advance(&self, to: Step) {
        self.machine.advance(to, |step| {
            let before = self.under_way.lock().unwrap().replace(step);
            assert_eq!(before, None, "never two at a time");
            thread::yield_now();
            self.performed.lock().unwrap().push(step);
            let after = self.under_way.lock().unwrap().take();
            assert_eq!(after, Some(step));
        });
        let performed = self.performed.lock().unwrap();
        assert!(performed.contains(&to), "{to:?} is over when this returns");
    }
}

/// A registration, a new namespace, the end of the namespace, and the end of the
/// registration, each on a thread; shuttle sees a wake-up that is lost as a deadlock.
fn all_at_once() {
    let watched = Arc::new(Watched::default());
    let roads: [&[Step]; 4] = [
        &[Step::Create],
        &[Step::Create],
        &[Step::Shutdown, Step::Destroy],
        &[Step::Shutdown, Step::Destroy],
    ];
    let threads = roads.map(|steps| {
        let watched = Arc::clone(&watched);
        thread::spawn(move || steps.iter().for_each(|step| watched.advance(*step)))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*watched.performed.lock().unwrap(), Step::ALL, "each once");
}

/// IP instances, 5: at most once, in order, never two at a time; whoever waits is woken.
#[test]
fn over_random_schedules() {
    shuttle::check_random(all_at_once, SCHEDULES);
}

/// The same over schedules that are bad at being fair.
#[test]
fn over_schedules_with_few_switches() {
    shuttle::check_pct(all_at_once, SCHEDULES, 3);
}

/// To ask for destroy alone is to ask for all.
#[test]
fn what_precedes_is_done_first() {
    shuttle::check_random(
        || {
            let watched = Watched::default();
            watched.advance(Step::Destroy);
            watched.advance(Step::Create);
            assert_eq!(*watched.performed.lock().unwrap(), Step::ALL);
        },
        10,
    );
}
