//! [`netns_test::NetNs`], the handle: what Cilium's `pkg/netns` does, and more.

mod block_on;
mod close;
mod command;
mod cookie;
mod current;
mod descriptor;
mod enter;
mod equality;
mod foreign;
mod named;
mod new;
mod open;
mod owner;
mod pin;
mod run;
mod socket;
mod spawn;

use std::fs;
use std::path::Path;
use std::thread;

use netns_test_tests::state;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::gettid;

/// Runs `f` on a thread that has mounts of its own, and an empty file system at `directory`.
fn with_empty<T: Send>(directory: &str, f: impl FnOnce(&Path) -> T + Send) -> T {
    let at = fs::canonicalize(directory).unwrap();
    let f = || {
        unshare(CloneFlags::CLONE_NEWNS).unwrap();
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(Some("tmpfs"), &at, Some("tmpfs"), flags, None::<&str>).unwrap();
        f(&at)
    };
    thread::scope(|scope| scope.spawn(f).join()).unwrap()
}

/// The number of the calling thread.
fn tid() -> u32 {
    gettid().as_raw().try_into().unwrap()
}

/// The mounts that the calling thread sees.
fn mounts() -> usize {
    let text = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
    text.lines().count()
}

/// Whether the process is the test's own. Where `NETNS_TEST_ISOLATION` overruled
/// what the test asked for, others run in it, and nothing can be counted.
fn is_alone() -> bool {
    let net = |of| fs::read_link(format!("/proc/{of}/ns/net")).unwrap();
    net("self") == net("thread-self")
}

/// Runs `f`, which has to leave this process, in which nothing else runs, as it was.
fn leaves_nothing(f: impl Fn()) {
    let count = |what| fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    // What is made once for all is there from here on.
    f();
    if !is_alone() {
        return;
    }
    let before = (count("fd"), mounts());
    let threads = count("task");
    f();
    assert_eq!((count("fd"), mounts()), before);
    // A thread that has been joined is listed for a moment longer.
    state::wait_until("its threads are gone", || count("task") <= threads);
}
