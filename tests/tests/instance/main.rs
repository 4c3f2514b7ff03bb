//! IP instances: what is created, shut down and destroyed in every namespace,
//! and what it counts there. One test for each numbered statement on them.

mod end;
mod fixtures;
mod kstats;
mod leftovers;
mod locks;
mod machine_checked;
mod model;
mod order;
mod panics;
mod places;
mod races;
mod reentrance;
mod registering;
mod steps;
mod unregistering;

/// The file that the crate has, with locks of the model checker.
#[path = "../../../netns-test/src/instance/machine.rs"]
mod machine;

/// What the crate's `sync` is there.
mod sync {
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use std::sync::PoisonError;
}
