//! The process that runs the tests is what it was: its mounts, links, sysctls,
//! working directory, namespaces and identity. Also where mounts propagate.

use std::env;
use std::fs;

use netns_test::netns_test;
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::State;
use nix::mount::{MsFlags, mount};

/// Does to its surroundings what a test can do.
fn change_everything() {
    fs::write("/proc/sys/net/ipv4/ip_forward", "1\n").unwrap();
    fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "7\n").unwrap();
    let none = None::<&str>;
    mount(Some("tmpfs"), "/mnt", Some("tmpfs"), MsFlags::empty(), none).unwrap();
    mount(Some("/proc"), "/mnt", none, MsFlags::MS_BIND, none).unwrap();
    env::set_current_dir("/").unwrap();
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o777));
}

#[netns_test]
#[ignore = "called by the tests below"]
fn victim_0() {
    change_everything();
}

#[netns_test]
#[ignore = "called by the tests below"]
fn victim_1() {
    change_everything();
}

#[netns_test]
#[ignore = "called by the tests below"]
fn victim_2() {
    change_everything();
}

#[test]
fn the_process_is_untouched() {
    let before = State::now();
    victim_0();
    victim_1();
    victim_2();
    assert_eq!(before, State::now());
}

/// What is mounted in a shared tree appears in all its copies, unless a test's
/// mounts are cut off from it first.
#[test]
fn a_shared_tree_is_untouched() {
    let privileged = nix::unistd::geteuid().is_root();
    let steps = [confine::user_namespace(), Step::SharedMountNamespace];
    let steps = steps.into_iter().skip(usize::from(privileged));
    let finished = Rerun::of("the_process_is_untouched").steps(steps).run();
    assert!(finished.status.success(), "{finished:?}");
}
