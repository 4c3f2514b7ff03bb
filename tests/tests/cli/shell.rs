//! `netns-test shell`: into the namespace of a test that runs.

use std::fs;

use netns_test_tests::cargo::User;
use netns_test_tests::state::wait_until;

use crate::victims::{Victims, visitor};
use crate::{finished, netns_test, output};

const ONE: &str = "victims::waits_for_a_visitor";
const OTHER: &str = "victims::waits_for_a_visitor_as_well";

/// The only one who can: whoever is in the test's namespace.
pub(crate) fn visit(user: User, target: &str) {
    let arguments = [vec!["shell".to_owned(), target.to_owned()], visitor()].concat();
    let ran = output(user, arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("told: welcome\nlinks: 1\n"), "{ran:?}");
    assert_eq!(ran.stderr, "", "true views, without a note");
}

#[test]
fn by_process_namespace_and_name() {
    for user in User::all() {
        println!("{user:?}");
        let victims = Victims::start(user, &[ONE]);
        let pid = victims.listed()[0]["pid"].to_string();
        visit(user, &pid);
        assert!(victims.passed());

        let victims = Victims::start(user, &[ONE]);
        let inode = victims.listed()[0]["namespace"].to_string();
        visit(user, &format!("net:[{inode}]"));
        assert!(victims.passed());

        let victims = Victims::start(user, &[ONE]);
        let inode = victims.listed()[0]["namespace"].to_string();
        visit(user, &inode);
        assert!(victims.passed());
    }
}

/// Root comes into an ordinary user's as well.
#[test]
fn root_enters_an_ordinary_users() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let victims = Victims::start(User::Ordinary, &[ONE]);
    let pid = victims.listed()[0]["pid"].to_string();
    visit(User::Root, &pid);
    assert!(victims.passed());
}

/// In the test's mounts, unless it is another user's, who could have any program in them.
#[test]
fn mounts_are_those_of_the_same_users_test() {
    const COVERED: &str = "victims::covers_a_directory";
    let sees_files = |user, pid: &str| {
        // Mounted right after the test was found.
        wait_until("something is mounted", || {
            let mounts = |file: &str| fs::read_to_string(format!("/proc/{file}/mounts")).unwrap();
            let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
            let mut tasks = threads.map(|thread| thread.unwrap().path());
            tasks.any(|task| {
                let task = task.strip_prefix("/proc").unwrap().to_owned();
                mounts(task.to_str().unwrap()).contains(" /etc tmpfs")
            })
        });
        let ran = output(user, ["shell", pid, "--", "ls", "/etc"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        !ran.stdout.is_empty()
    };
    for user in User::all() {
        println!("{user:?}");
        let victims = Victims::start(user, &[COVERED]);
        let pid = victims.listed()[0]["pid"].to_string();
        assert!(!sees_files(user, &pid));
        if user == User::Ordinary && nix::unistd::geteuid().is_root() {
            assert!(sees_files(User::Root, &pid));
        }
    }
}

/// With every capability over it, also for an ordinary user.
#[test]
fn the_network_can_be_changed_from_there() {
    for user in User::all() {
        let victims = Victims::start(user, &[ONE]);
        let pid = victims.listed()[0]["pid"].to_string();
        let script = "ip link add v0 type veth peer name v1 && ls /sys/class/net && pwd; exit 7";
        let ran = finished(
            netns_test(user, ["shell", &pid, "--", "sh", "-c", script]).current_dir("/usr"),
        );
        assert_eq!(ran.code, Some(7), "{ran:?}");
        assert_eq!(ran.stdout, "lo\nv0\nv1\n/usr\n", "{ran:?}");
    }
}

/// Without a program it is the user's shell, or `sh`.
#[test]
fn the_shell_is_the_users() {
    let user = User::Ordinary;
    let victims = Victims::start(user, &[ONE]);
    let pid = victims.listed()[0]["pid"].to_string();
    let ran = finished(netns_test(user, ["shell", &pid]).env("SHELL", "/usr/bin/env"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("SHELL=/usr/bin/env\n"), "{ran:?}");
    let mut shell = netns_test(user, ["shell", &pid]);
    let ran = finished(shell.env_remove("SHELL"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
}

#[test]
fn two_tests_are_not_confused() {
    for user in User::all() {
        let victims = Victims::start(user, &[ONE, OTHER]);
        let ran = output(user, ["shell", "waits_for_a_visitor_as", "--", "true"]);
        // Another test of this file may run at the same time.
        assert!(matches!(ran.code, Some(0 | 124)), "{ran:?}");
        let ran = output(user, ["shell", "waits_for", "--", "true"]);
        assert_eq!(ran.code, Some(124), "{ran:?}");
        let told = "netns-test: `waits_for` means more than one test\nNAMESPACE ";
        assert!(ran.stderr.starts_with(told), "{ran:?}");
        assert!(ran.stderr.contains(OTHER), "{ran:?}");
        let ran = output(user, ["shell"]);
        assert_eq!(ran.code, Some(124), "{ran:?}");
        let told = "netns-test: more than one test runs: say which\nNAMESPACE ";
        assert!(ran.stderr.starts_with(told), "{ran:?}");
        drop(victims);
    }
}

#[test]
fn a_test_that_does_not_run_is_a_failure() {
    let _victims = Victims::start(User::Ordinary, &[ONE]);
    // Nothing is a part of every name, and means none.
    for missing in ["no_such_test", "999999999", "net:[1]", ""] {
        let ran = output(User::Ordinary, ["shell", missing, "--", "true"]);
        assert_eq!(ran.code, Some(124), "{ran:?}");
        assert!(ran.stderr.starts_with("netns-test: "), "{ran:?}");
    }
    let ran = output(User::Ordinary, ["shell", "no_such_test"]);
    let told = "netns-test: no running test is `no_such_test`; these are there:\nNAMESPACE ";
    assert!(ran.stderr.starts_with(told), "{ran:?}");
}
