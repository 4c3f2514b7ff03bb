//! Mounts that belong to one thread.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use netns_test::netns_test;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use crate::TestResult;

fn mount_at(source: &str, target: &str, kind: Option<&str>, flags: MsFlags) {
    mount(Some(source), target, kind, flags, None::<&str>)
        .unwrap_or_else(|error| panic!("{source} at {target}: {error}"));
}

fn devices(sysfs: &str) -> Vec<String> {
    let entries = fs::read_dir(format!("{sysfs}/class/net"))
        .unwrap()
        .flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    // A file, and there whatever the namespace is.
    let mut names: Vec<_> = names.filter(|name| name != "bonding_masters").collect();
    names.sort();
    names
}

/// Network namespaces, 5: a sysfs shows the devices of who mounted it. A thread of a test can
/// have mounts of its own, and so a sysfs with nothing but `lo` and an
/// `/etc/hosts` that the C library reads; what its siblings see stays.
#[netns_test(isolation = "process")]
fn a_thread_has_mounts_of_its_own() -> TestResult {
    netns_test_tests::ip::ip("link add near type veth peer name far");
    let seen = || {
        let mounts = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
        let hosts = fs::read("/etc/hosts").unwrap_or_default();
        (
            mounts,
            hosts,
            devices("/sys"),
            std::env::current_dir().unwrap(),
        )
    };
    let before = seen();
    assert_eq!(before.2, ["far", "lo", "near"]);
    let hosts = std::env::temp_dir().join(format!("netns-test-hosts-{}", std::process::id()));
    fs::write(&hosts, "192.0.2.7 only-in-this-thread\n")?;
    let inside = || {
        unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS).unwrap();
        mount_at("none", "/", None, MsFlags::MS_REC | MsFlags::MS_PRIVATE);
        assert_eq!(devices("/sys"), ["far", "lo", "near"], "of who mounted it");
        mount_at("sysfs", "/sys", Some("sysfs"), MsFlags::empty());
        assert_eq!(devices("/sys"), ["lo"]);
        if Path::new("/etc/hosts").exists() {
            mount_at(
                hosts.to_str().unwrap(),
                "/etc/hosts",
                None,
                MsFlags::MS_BIND,
            );
            let getent = Command::new("getent")
                .args(["hosts", "only-in-this-thread"])
                .output();
            let found = String::from_utf8(getent.unwrap().stdout).unwrap();
            assert!(found.starts_with("192.0.2.7 "), "{found}");
        }
        std::env::current_dir().unwrap()
    };
    let there = thread::scope(|scope| scope.spawn(inside).join().unwrap());
    fs::remove_file(&hosts)?;
    assert_eq!(there, before.3);
    assert_eq!(seen(), before);
    Ok(())
}
