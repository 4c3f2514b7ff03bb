//! `/proc` and `/sys` show the test's own network, and all else as it was.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use netns_test::{NetNs, netns_test};
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::Rerun;

/// The directory of control groups, as text: names, and the contents of files that rarely change.
fn control_groups() -> String {
    let mut text = String::new();
    let mut entries: Vec<PathBuf> = fs::read_dir("/sys/fs/cgroup")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.sort();
    for path in entries {
        text += &path.display().to_string();
        text += "\n";
        for file in ["cgroup.controllers", "release_agent", "cgroup.max.depth"] {
            let file = if path.is_dir() {
                path.join(file)
            } else {
                path.clone()
            };
            if file.ends_with("cgroup.controllers") || path.is_dir() {
                text += &fs::read_to_string(&file).unwrap_or_default();
            }
        }
    }
    text += &fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    text
}

const CONTROL_GROUPS: &str = "VIEWS_CONTROL_GROUPS";

#[netns_test(views = true)]
#[ignore = "run by a test, which tells it what to find"]
fn finds_the_control_groups() {
    assert_eq!(control_groups(), env::var(CONTROL_GROUPS).unwrap());
}

#[test]
fn the_rest_of_sys_is_what_it_was() {
    let before = control_groups();
    assert!(
        before.lines().count() > 1,
        "no control groups to look at: {before}"
    );
    for isolation in ["auto", "process"] {
        let finished = Rerun::of("finds_the_control_groups")
            .env(CONTROL_GROUPS, &before)
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        assert!(finished.status.success(), "{isolation}: {finished:?}");
    }
}

fn names(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    // A file, and there whatever the namespace is.
    names.filter(|name| name != "bonding_masters").collect()
}

/// `network_namespaces(7)`, the directories `/proc/net` and `/sys/class/net`; Network namespaces,
/// 5: what the main thread of the process of a body sees, which on threads is the host's.
fn assert_true_views() {
    for directory in ["/sys/class/net", "/sys/devices/virtual/net"] {
        assert_eq!(names(directory), ["lo"], "{directory}");
    }
    assert_eq!(
        fs::read_to_string("/sys/class/net/lo/ifindex").unwrap(),
        "1\n"
    );
    let target = fs::read_link("/sys/class/net/lo").unwrap();
    assert_eq!(target, Path::new("../../devices/virtual/net/lo"));
    // A packet that this namespace counts, and only this one.
    let counted = |file: &str| fs::read_to_string(file).unwrap();
    let packets = "/sys/class/net/lo/statistics/rx_packets";
    assert_eq!(counted(packets), "0\n");
    let socket = std::net::UdpSocket::bind("127.0.0.1:53").unwrap();
    socket.send_to(b"ping", "127.0.0.1:53").unwrap();
    assert_eq!(counted(packets), "1\n");
    for directory in ["/proc/net", "/proc/self/net", "/proc/thread-self/net"] {
        let devices = counted(&format!("{directory}/dev"));
        let lo = devices.lines().nth(2).unwrap();
        assert!(lo.trim_start().starts_with("lo:"), "{directory}: {devices}");
        assert_eq!(
            lo.split_whitespace().nth(2),
            Some("1"),
            "{directory}: {devices}"
        );
        let sockets = counted(&format!("{directory}/udp"));
        assert_eq!(sockets.lines().count(), 2, "{directory}: {sockets}");
    }
}

#[netns_test(views = true)]
fn demanded() {
    assert_true_views();
}

#[netns_test]
fn granted() {
    assert_true_views();
}

#[netns_test(isolation = "process")]
fn granted_in_a_process() {
    assert_true_views();
}

#[netns_test]
fn a_thread_of_the_body_has_them() {
    std::thread::spawn(assert_true_views).join().unwrap();
}

#[netns_test]
fn a_child_of_the_body_has_them() {
    let command = "ls /sys/class/net; tail -n +3 /proc/net/dev | wc -l";
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "lo\n1\n");
}

#[netns_test(views = false)]
fn not_wanted(ns: &NetNs) {
    assert_eq!(ns.links().unwrap().len(), 1);
    let devices = fs::read_to_string("/proc/thread-self/net/dev").unwrap();
    assert_eq!(devices.lines().count(), 3);
}

#[netns_test]
#[ignore = "run by a test, where a view is refused"]
fn does_without() {
    panic!("to see what is noted");
}

#[netns_test(views = true)]
#[ignore = "run by a test, where a view is refused"]
fn cannot_do_without() {
    unreachable!("the views are not there");
}

/// A `/sys` that is partly covered, as in a container: the kernel then refuses
/// another sysfs to a user namespace that cannot take the cover off.
fn masked_sys() -> [Step; 5] {
    [
        confine::user_namespace(),
        Step::MountNamespace,
        Step::Cover(c"/sys/firmware"),
        confine::user_namespace(),
        Step::MountNamespace,
    ]
}

#[test]
fn a_missing_view_is_a_note() {
    let finished = Rerun::of("does_without").steps(masked_sys()).run();
    let text = finished.stdout + &finished.stderr;
    assert!(
        text.contains("to see what is noted"),
        "the body ran: {text}"
    );
    assert!(
        text.contains("netns-test: note: /sys/class/net may show another network"),
        "{text}"
    );
    assert!(text.contains("Operation not permitted"), "{text}");
}

#[test]
fn a_demanded_view_is_not_done_without() {
    let finished = Rerun::of("cannot_do_without").steps(masked_sys()).run();
    let text = finished.stdout + &finished.stderr;
    assert_eq!(finished.status.code(), Some(101), "{text}");
    assert!(text.contains("`cannot_do_without` did not run"), "{text}");
    assert!(
        text.contains("show the test its own /sys/class/net"),
        "{text}"
    );
    assert!(!text.contains("unreachable"), "{text}");
}
