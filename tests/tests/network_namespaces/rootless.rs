//! What an ordinary user may do.

use std::process::{Command, Output};
use std::thread;

use netns_test_tests::cargo::User;
use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};

fn as_an_ordinary_user(words: &[&str]) -> Output {
    let wrapper = User::Ordinary.wrapper().unwrap_or("env");
    let mut wrapper = wrapper.split(' ');
    let mut command = Command::new(wrapper.next().unwrap());
    command.args(wrapper).args(words).output().unwrap()
}

/// Network namespaces, 8: no user namespace can be made by a process that has more than one thread.
#[test]
fn a_process_of_threads_makes_no_user_namespace() {
    thread::spawn(|| assert_eq!(unshare(CloneFlags::CLONE_NEWUSER), Err(Errno::EINVAL)))
        .join()
        .unwrap();
}

/// Network namespaces, 8: an ordinary user can't make a network namespace, and can make
/// one inside of a user namespace; there `lo` can be set up and a veth pair added.
#[test]
fn an_ordinary_user_needs_a_user_namespace() {
    let alone = as_an_ordinary_user(&["unshare", "--net", "true"]);
    assert!(!alone.status.success(), "{alone:?}");
    let said = String::from_utf8(alone.stderr).unwrap();
    assert!(said.contains("Operation not permitted"), "{said}");
    let script =
        "ip link set lo up && ip link add near type veth peer name far && grep -c : /proc/net/dev";
    let both = as_an_ordinary_user(&["unshare", "--map-root-user", "--net", "sh", "-c", script]);
    assert!(both.status.success(), "{both:?}");
    assert_eq!(String::from_utf8(both.stdout).unwrap(), "3\n");
}
