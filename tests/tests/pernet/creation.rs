//! A namespace begins, or it does not.

use std::error::Error as _;
use std::io;

use netns_test::pernet::{Registration, register_device, register_subsys};
use netns_test::{Error, ErrorKind, NetNs, netns_test};
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::Count;

use crate::recorder::{Callback, Log, Recorder};

/// Linux pernet operations, 9: hooks begin in a namespace that is complete, with
/// its cookie, and is published after the last of them.
#[netns_test(isolation = "process")]
fn a_namespace_is_complete_before_its_hooks() {
    let log = Log::default();
    let noting = log.clone();
    let _a = register_subsys(log.ops_that("a", move |callback, ns| {
        if callback == Callback::Init {
            noting.note(format!("cookie {}", ns.cookie()));
            noting.note(format!("{} link", ns.links()?.len()));
            std::net::TcpListener::bind("[::1]:80")?;
        }
        Ok(())
    }))
    .unwrap();
    log.take();
    let ns = NetNs::new().unwrap();
    let cookie = format!("cookie {}", ns.cookie());
    assert_eq!(log.take(), ["a init 2", &cookie, "1 link"]);
}

/// Linux pernet operations, 9: where the kernel refuses the namespace, no hook hears of it.
#[test]
fn without_a_namespace_there_are_no_hooks() {
    let refused = Rerun::of("creation::is_refused")
        .step(confine::user_namespace())
        .step(Step::Write(c"/proc/sys/user/max_net_namespaces", c"0"))
        .run();
    assert!(refused.status.success(), "{refused:?}");
    assert!(refused.stdout.contains("1 passed"), "{refused:?}");
}

#[test]
#[ignore = "run by a test, where there is no room for a namespace"]
fn is_refused() {
    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let error = NetNs::new().unwrap_err();
    // An ordinary user has lost the capabilities at the exec, and is refused for that before.
    let errno = error.raw_os_error();
    assert!(
        matches!(errno, Some(libc::ENOSPC | libc::EPERM)),
        "{error:?}"
    );
    assert_eq!(log.take(), [""; 0]);
}

fn fails(log: &Log) -> Registration<Recorder> {
    let fails = |callback: Callback, ns: &NetNs| {
        if callback == Callback::Init && ns.netid().unwrap().to_string() != "1" {
            return Err(io::Error::from_raw_os_error(libc::EADDRNOTAVAIL).into());
        }
        Ok(())
    };
    register_device(log.ops_that("fails", fails)).unwrap()
}

fn assert_is_its_error(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Callback);
    assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL));
    assert!(error.source().unwrap().is::<io::Error>());
    let text = error.to_string();
    let begin = "run `init` of `pernet::recorder::Recorder` in network namespace net:[";
    assert!(text.starts_with(begin), "{text}");
}

/// Linux pernet operations, 10: if the `init` of one fails, those before it are undone in
/// reverse and in passes, it is not called itself, and its error is that of the whole.
#[netns_test(isolation = "process")]
fn a_failed_beginning_is_undone_in_reverse() {
    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let _b = register_device(log.ops("b")).unwrap();
    let _fails = fails(&log);
    let _after = register_device(log.ops("after")).unwrap();
    log.take();
    let error = NetNs::new().unwrap_err();
    assert_eq!(
        log.take(),
        [
            "a init 2",
            "b init 2",
            "fails init 2",
            "b pre_exit 2",
            "a pre_exit 2",
            "b exit 2",
            "b exit_batch 2",
            "a exit 2",
            "a exit_batch 2",
            "b free 2",
            "a free 2"
        ]
    );
    assert_is_its_error(&error);
}

/// Linux pernet operations, 10: such a namespace was never published, and nothing of it is left.
#[netns_test(isolation = "process")]
fn a_failed_beginning_leaves_nothing() {
    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let fails = fails(&log);
    let before = Count::settled_without_files();
    for _ in 0..10 {
        assert_is_its_error(&NetNs::new().unwrap_err());
    }
    assert_eq!(Count::settled_without_files(), before);
    drop(fails);
    log.take();
    let _b = register_subsys(log.ops("b")).unwrap();
    assert_eq!(log.take(), ["b init 1"]);
    let _ns = NetNs::new().unwrap();
    assert_eq!(log.take(), ["a init 12", "b init 12"]);
}
