//! `enter_user_namespace!()`: an ordinary user's tests run on threads of the
//! test process, as root's do.

use std::fs;
use std::net::TcpListener;

use netns_test::{NetNs, netns_test};
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::{Finished, Rerun};
use nix::unistd::{geteuid, getuid};

netns_test::enter_user_namespace!();

macro_rules! bodies {
    ($($name:ident)*) => {$(
        #[netns_test]
        fn $name(ns: &NetNs) {
            assert_eq!(ns.links().unwrap().len(), 1);
            let _http = TcpListener::bind("127.0.0.1:80").unwrap();
            assert_eq!(fs::read_dir("/sys/class/net").unwrap().count(), 1);
            assert_eq!(fs::read_to_string("/proc/net/dev").unwrap().lines().count(), 3);
            println!("process {}", std::process::id());
        }
    )*};
}

bodies!(first second third fourth fifth sixth);

#[test]
fn plain() {
    println!("process {}", std::process::id());
}

/// The processes that said so.
fn processes(finished: &Finished) -> Vec<&str> {
    let lines = finished.stdout.lines();
    let mut said: Vec<_> = lines
        .filter_map(|line| Some(line.split_once("process ")?.1))
        .collect();
    assert_eq!(said.len(), 4, "{finished:?}");
    said.dedup();
    said
}

#[test]
fn all_run_in_one_process() {
    let finished = Rerun::of_all(&["first", "second", "third", "plain"])
        .arg("--nocapture")
        .run();
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(processes(&finished).len(), 1, "{finished:?}");
}

#[test]
fn the_identity_stays_and_capabilities_come() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = u64::from_str_radix(effective.unwrap().trim(), 16).unwrap();
    let (net_admin, sys_admin) = (1 << 12, 1 << 21);
    assert_eq!(effective & net_admin, net_admin);
    assert_eq!(effective & sys_admin, sys_admin);
    assert_eq!(getuid(), geteuid());
    let output = std::process::Command::new("id").arg("-u").output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        getuid().to_string()
    );
}

/// Where it is refused, nothing breaks: not the list that nextest asks for,
/// not a plain test.
#[test]
fn a_refusal_is_quiet() {
    let forbidden = || {
        [
            confine::user_namespace(),
            Step::Write(c"/proc/sys/user/max_user_namespaces", c"0"),
            // Without capabilities, as the root of a user namespace has them.
            Step::DropAll,
        ]
    };
    let listed = Rerun::of("plain").arg("--list").steps(forbidden()).run();
    assert!(listed.status.success(), "{listed:?}");
    assert_eq!(listed.stderr, "");
    let plain = Rerun::of("plain").steps(forbidden()).run();
    assert!(plain.status.success(), "{plain:?}");
    assert_eq!(plain.stderr, "");
}
