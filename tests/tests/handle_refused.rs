//! What a handle says of a namespace that another user namespace owns, and of
//! one from which there would be no way back.
//!
//! The tests that others run are in a user namespace and, since only those of
//! this crate leave it, in the network namespace of the outer one.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::thread;

use netns_test::{Error, ErrorKind, NetNs};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::{confine, proof};

netns_test::enter_user_namespace!();

const SIBLING: &str = "HANDLE_REFUSED_SIBLING";

/// Runs a test of this file in a user namespace, with every capability in there.
fn rerun(test: &str) -> Rerun {
    Rerun::of(test).step(confine::user_namespace())
}

fn passes(rerun: Rerun) {
    let finished = rerun.run();
    // A name that selects nothing is a success as well.
    assert!(finished.stdout.contains("1 passed"), "{finished:?}");
    assert!(
        finished.status.success(),
        "{}",
        finished.stdout + &finished.stderr
    );
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[track_caller]
fn assert_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error}");
    assert_eq!(error.raw_os_error(), Some(libc::EPERM), "{error:?}");
}

#[test]
fn an_outer_namespace_is_not_entered() {
    passes(rerun("is_refused_the_outer_namespace"));
}

/// Bad input: a namespace that is owned by another user namespace.
#[test]
#[ignore = "run by a test, in a user namespace"]
fn is_refused_the_outer_namespace() {
    let here = proof::here();
    let outer = NetNs::current().unwrap();
    // Handles are what one can have.
    assert_eq!(outer.id().to_string(), here);
    let own = fs::read_link("/proc/self/ns/user").unwrap();
    let before = descriptors();
    let pin = env::temp_dir().join(format!("handle-refused-{}", std::process::id()));
    let refused = [
        outer.run(|| ()).unwrap_err(),
        outer.spawn(|| ()).unwrap_err(),
        outer.enter().unwrap_err(),
        outer.socket(|| UdpSocket::bind("127.0.0.1:0")).unwrap_err(),
        outer.try_cookie().unwrap_err(),
        outer.block_on(async {}).unwrap_err(),
        outer.owner().unwrap_err(),
    ];
    for error in &refused {
        assert_refused(error);
        assert!(error.to_string().contains(&here), "{error}");
        // It names the user namespace that has to be another one.
        let hint = error.hint().unwrap();
        assert!(hint.contains("owned by a user namespace outside"), "{hint}");
        assert!(hint.contains(own.to_str().unwrap()), "{hint}");
    }
    assert_refused(&outer.pin(&pin).unwrap_err());
    assert!(!pin.exists());
    let error = outer.command("true").spawn().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    assert_eq!(descriptors(), before);
    assert_eq!(proof::here(), here);
}

#[test]
fn no_thread_leaves_that_could_not_return() {
    passes(rerun("stays_where_there_is_no_way_back"));
}

#[test]
#[ignore = "run by a test, in a user namespace"]
fn stays_where_there_is_no_way_back() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    // The way in is open.
    assert_eq!(ns.run(proof::here).unwrap(), ns.id().to_string());
    let before = descriptors();
    let error = ns.enter().unwrap_err();
    assert_refused(&error);
    assert!(error.to_string().contains("no way back"), "{error}");
    assert!(error.to_string().contains(&ns.id().to_string()), "{error}");
    assert!(error.to_string().contains(&here), "{error}");
    assert_eq!(proof::here(), here);
    assert_eq!(descriptors(), before);
    // Between two that are the user namespace's own, there is one.
    let other = NetNs::new().unwrap();
    let there = other.run(|| {
        let inside = ns.enter().unwrap();
        let there = proof::here();
        drop(inside);
        (there, proof::here())
    });
    let ids = [ns.id().to_string(), other.id().to_string()];
    assert_eq!(<[_; 2]>::from(there.unwrap()), ids);
}

/// A process in a user namespace and a network namespace of its own, until its input ends.
struct Inner(Child);

impl Inner {
    fn start() -> Self {
        let mut child = Command::new("unshare")
            .args(["--user", "--map-root-user", "--net"])
            .args(["sh", "-c", "echo ready; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }

    fn namespace(&self, kind: &str) -> String {
        let link = fs::read_link(format!("/proc/{}/ns/{kind}", self.0.id())).unwrap();
        link.into_os_string().into_string().unwrap()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let ended = self.0.wait();
        if !thread::panicking() {
            assert!(ended.unwrap().success());
        }
    }
}

#[test]
fn an_inner_namespace_is_entered() {
    let inner = Inner::start();
    let ns = NetNs::of_process(inner.0.id()).unwrap();
    assert_eq!(ns.id().to_string(), inner.namespace("net"));
    let owner = ns.owner().unwrap();
    assert_eq!(owner.id().to_string(), inner.namespace("user"));
    assert_eq!(owner.owner_uid().unwrap(), nix::unistd::geteuid().as_raw());
    assert_eq!(ns.run(proof::here).unwrap(), inner.namespace("net"));
}

/// Without `CAP_SYS_ADMIN` of one's own, one's own inner namespace is out of reach.
#[test]
fn an_inner_namespace_is_refused_to_the_unprivileged() {
    let inner = Inner::start();
    let ns = NetNs::of_process(inner.0.id()).unwrap();
    let refused = || {
        netns_test_tests::capability::give_up_all();
        (
            ns.run(|| ()).unwrap_err(),
            NetNs::current().unwrap().run(|| ()).unwrap_err(),
        )
    };
    let (error, own) = thread::scope(|scope| scope.spawn(refused).join()).unwrap();
    assert_refused(&error);
    let hint = error.hint().unwrap();
    assert!(hint.contains(&inner.namespace("user")), "{hint}");
    let here = fs::read_link("/proc/self/ns/user").unwrap();
    assert!(hint.contains(here.to_str().unwrap()), "{hint}");
    assert_refused(&own);
}

#[test]
fn a_sibling_is_not_seen() {
    let inner = Inner::start();
    passes(rerun("is_refused_a_sibling").env(SIBLING, inner.0.id().to_string()));
}

#[test]
#[ignore = "run by a test, in a user namespace"]
fn is_refused_a_sibling() {
    let sibling = env::var(SIBLING).unwrap().parse().unwrap();
    let before = descriptors();
    for of in [NetNs::of_process, NetNs::of_thread] {
        let error = of(sibling).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::EACCES), "{error:?}");
    }
    assert_eq!(descriptors(), before);
}
