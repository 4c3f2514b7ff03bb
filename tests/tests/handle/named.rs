//! `NetNs::named` and `NetNs::list`, beside `ip netns`.

use std::fs::{self, File};
use std::process::Command;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::proof;

use crate::{leaves_nothing, with_empty};

fn ip_netns(arguments: &[&str]) -> String {
    let output = Command::new("ip")
        .arg("netns")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[netns_test]
fn knows_what_ip_netns_added() {
    with_empty("/var/run", |_| {
        ip_netns(&["add", "blue"]);
        ip_netns(&["add", "azure"]);
        assert_eq!(NetNs::list().unwrap(), ["azure", "blue"]);
        let (azure, blue) = (
            NetNs::named("azure").unwrap(),
            NetNs::named("blue").unwrap(),
        );
        assert_ne!(azure, blue);
        // As `ip netns exec` has it.
        let there = ip_netns(&["exec", "blue", "readlink", "/proc/self/ns/net"]);
        assert_eq!(blue.run(proof::here).unwrap(), there.trim());
        ip_netns(&["delete", "azure"]);
        assert_eq!(NetNs::list().unwrap(), ["blue"]);
        assert_eq!(
            NetNs::named("azure").unwrap_err().kind(),
            ErrorKind::NotFound
        );
        // What has a handle lives on without a name.
        assert_eq!(azure.run(proof::here).unwrap(), azure.id().to_string());
    });
}

#[netns_test]
fn ip_netns_knows_what_is_pinned() {
    with_empty("/var/run", |run| {
        fs::create_dir(run.join("netns")).unwrap();
        let ns = NetNs::new().unwrap();
        let pinned = ns.pin("/var/run/netns/green").unwrap();
        assert_eq!(NetNs::named("green").unwrap(), ns);
        let listed = ip_netns(&["list"]);
        assert_eq!(listed.split_whitespace().next(), Some("green"), "{listed}");
        let there = ip_netns(&["exec", "green", "readlink", "/proc/self/ns/net"]);
        assert_eq!(there.trim(), ns.id().to_string());
        pinned.unpin().unwrap();
        assert_eq!(ip_netns(&["list"]), "");
    });
}

#[netns_test]
fn without_the_directory_there_are_no_names() {
    with_empty("/var/run", |_| {
        assert_eq!(NetNs::list().unwrap(), [""; 0]);
        let error = NetNs::named("blue").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(error.to_string().contains("`blue`"), "{error}");
    });
}

/// As `ip netns list`, it shows what is there, and as `ip netns exec`, it does not enter it.
#[netns_test]
fn what_is_no_namespace_is_listed_and_refused() {
    with_empty("/var/run", |run| {
        fs::create_dir(run.join("netns")).unwrap();
        File::create(run.join("netns/stale")).unwrap();
        assert_eq!(NetNs::list().unwrap(), ["stale"]);
        let error = NetNs::named("stale").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotNamespace, "{error}");
    });
}

#[netns_test]
fn a_list_that_cannot_be_read_is_an_error() {
    with_empty("/var/run", |run| {
        File::create(run.join("netns")).unwrap();
        let error = NetNs::list().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOTDIR), "{error:?}");
    });
}

/// Bad input: names that lead elsewhere, or nowhere.
#[netns_test(isolation = "process")]
fn a_name_is_the_name_of_a_file() {
    let long = "n".repeat(256);
    leaves_nothing(|| {
        for name in ["", ".", "..", "/", "a/b", "../netns/a", "a\0b", &long] {
            let error = NetNs::named(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{name:?}: {error}");
            assert!(!error.to_string().contains('\0'), "{error}");
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
        }
        // The longest that a file can have.
        let error = NetNs::named(&long[1..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    });
}
