//! `NetNs::command`: programs that start inside.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, Output};

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

use crate::{leaves_nothing, mounts};

fn said(output: io::Result<Output>) -> String {
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A namespace with a device by which it is known.
fn marked() -> NetNs {
    let ns = NetNs::new().unwrap();
    let add = ["link", "add", "marked", "type", "bridge"];
    let added = ns
        .run(|| Command::new("ip").args(add).status())
        .unwrap()
        .unwrap();
    assert!(added.success());
    ns
}

#[netns_test]
fn starts_inside() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    let there = said(ns.command("readlink").arg("/proc/self/ns/net").output());
    assert_eq!(there.trim(), ns.id().to_string());
    assert_eq!(proof::here(), here);
}

/// All that a program looks at shows the namespace.
#[netns_test]
fn sees_the_namespace() {
    let ns = marked();
    for file in ["/proc/net/dev", "/proc/self/net/dev"] {
        let devices = said(ns.command("cat").arg(file).output());
        let mut names: Vec<_> = devices
            .lines()
            .skip(2)
            .filter_map(|line| Some(line.split_once(':')?.0.trim()))
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["lo", "marked"], "{file}");
    }
    for directory in ["/sys/class/net", "/sys/devices/virtual/net"] {
        let listed = said(ns.command("ls").arg(directory).output());
        let names: Vec<_> = listed
            .lines()
            .filter(|name| *name != "bonding_masters")
            .collect();
        assert_eq!(names, ["lo", "marked"], "{directory}");
    }
    let address = said(
        ns.command("cat")
            .arg("/sys/class/net/marked/address")
            .output(),
    );
    assert_eq!(address.trim().len(), 17, "{address}");
}

/// The views are the child's alone.
#[netns_test]
fn the_caller_sees_what_it_saw() {
    let before = (mounts(), fs::read_dir("/sys/class/net").unwrap().count());
    let ns = marked();
    said(
        ns.command("mount")
            .args(["-t", "tmpfs", "tmpfs", "/tmp"])
            .output(),
    );
    said(ns.command("true").output());
    let after = (mounts(), fs::read_dir("/sys/class/net").unwrap().count());
    assert_eq!(after, before);
}

/// It is a `Command` like any other.
#[netns_test]
fn all_else_is_as_ever() {
    let ns = NetNs::new().unwrap();
    let mut command = ns.command("sh");
    command
        .args(["-c", "pwd; echo $WORD; cat; echo bad >&2; exit 3"])
        .env("WORD", "blue")
        .current_dir("/usr")
        .stdin(File::open("/proc/self/comm").unwrap());
    let output = command.output().unwrap();
    let comm = fs::read_to_string("/proc/self/comm").unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("/usr\nblue\n{comm}")
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "bad\n");
    assert_eq!(output.status.code(), Some(3));
}

/// Each child of one command starts inside, also when the handle is gone.
#[netns_test(isolation = "process")]
fn starts_as_often_as_it_is_told() {
    leaves_nothing(|| {
        let ns = NetNs::new().unwrap();
        let id = ns.id().to_string();
        let mut command = ns.command("readlink");
        command.arg("/proc/self/ns/net");
        ns.close().unwrap();
        for _ in 0..2 {
            assert_eq!(said(command.output()).trim(), id);
        }
    });
}

/// No descriptor of the namespace is in the child.
#[netns_test]
fn inherits_no_descriptor() {
    let ns = NetNs::new().unwrap();
    let links = said(
        ns.command("sh")
            .args(["-c", "ls -l /proc/self/fd"])
            .output(),
    );
    assert!(!links.contains("net:["), "{links}");
}

#[netns_test]
fn an_absent_program_is_not_found() {
    let ns = NetNs::new().unwrap();
    let error = ns.command("/absent").spawn().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

/// Bad input: a handle to something else starts nothing.
#[netns_test(isolation = "process")]
fn starts_nothing_outside() {
    leaves_nothing(|| {
        for file in ["/proc/self/exe", "/proc/thread-self/ns/uts"] {
            let ns = NetNs::from(OwnedFd::from(File::open(file).unwrap()));
            let error = ns.command("true").spawn().unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{file}: {error}");
        }
    });
}
