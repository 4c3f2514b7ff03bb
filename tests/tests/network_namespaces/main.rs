//! What `network_namespaces(7)` says, and what was measured beyond it, holds on
//! this kernel: one test for each statement, which the comment of the test names.
//!
//! The page lists resources that are isolated. Of them, network devices, IP
//! routing tables, firewall rules and `/proc/sys/net` are in `separate.rs`, the
//! directories `/proc/net` and `/sys/class/net` in `views.rs`, ports and abstract
//! Unix sockets, many at once, in `ports.rs`, and how a body's panic is reported in
//! `red.rs`.
//!
//! One sentence of the page has no test: that a physical device goes back to the initial
//! namespace when the one that it lives in is freed. It needs a physical device to
//! give away, and the machine's own namespace to look at.

mod duplicate_addresses;
mod events;
mod freeing;
mod fresh;
mod isolated;
mod kinds;
mod leftovers;
mod many;
mod nsids;
mod numbers;
mod origin;
mod rootless;
mod sysctls;
mod threads;
mod unix;
mod veth;
mod views;

use std::thread;

use nix::sched::{CloneFlags, unshare};

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Runs `body` in a namespace as the kernel makes it, with `lo` down.
fn in_a_bare_one<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    let inside = || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        body()
    };
    thread::scope(|scope| scope.spawn(inside).join().unwrap())
}
