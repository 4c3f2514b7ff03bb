//! `NetNs::enter`: the calling thread moves, and comes back.

use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use netns_test::{Entered, ErrorKind, NetNs, netns_test};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::{capability, proof};

use crate::{leaves_nothing, tid};

#[netns_test]
fn moves_the_thread_and_brings_it_back() {
    let (here, me) = (proof::here(), tid());
    let ns = NetNs::new().unwrap();
    let inside = ns.enter().unwrap();
    assert_eq!(proof::here(), ns.id().to_string());
    assert_eq!(tid(), me);
    let _http = TcpListener::bind("127.0.0.1:80").unwrap();
    assert_eq!(NetNs::current().unwrap(), ns);
    drop(inside);
    assert_eq!(proof::here(), here);
    let _here = TcpListener::bind("127.0.0.1:80").unwrap();
}

#[netns_test]
fn a_panic_brings_it_back() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _inside = ns.enter().unwrap();
        panic!("inside");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"inside"));
    assert_eq!(proof::here(), here);
}

#[netns_test]
fn nests() {
    let here = proof::here();
    let (one, two) = (NetNs::new().unwrap(), NetNs::new().unwrap());
    let first = one.enter().unwrap();
    let second = two.enter().unwrap();
    let again = one.enter().unwrap();
    assert_eq!(proof::here(), one.id().to_string());
    drop(again);
    assert_eq!(proof::here(), two.id().to_string());
    drop(second);
    assert_eq!(proof::here(), one.id().to_string());
    drop(first);
    assert_eq!(proof::here(), here);
}

/// The youngest guard that lives says where the thread is.
#[netns_test]
fn guards_may_be_dropped_in_any_order() {
    let here = proof::here();
    let namespaces = [(); 3].map(|()| NetNs::new().unwrap());
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut guards = namespaces.each_ref().map(|ns| ns.enter().ok());
        for index in order {
            assert!(guards[index].take().is_some());
            let youngest = guards.iter().rposition(Option::is_some);
            let expected = youngest.map_or(here.clone(), |at| namespaces[at].id().to_string());
            assert_eq!(proof::here(), expected, "{order:?} {index}");
        }
    }
}

/// Other threads stay where they are, and new ones begin where their maker is.
#[netns_test]
fn is_of_one_thread() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    let (ask, asked) = std::sync::mpsc::channel::<()>();
    let other = thread::spawn(move || {
        asked.recv().unwrap();
        proof::here()
    });
    let inside = ns.enter().unwrap();
    ask.send(()).unwrap();
    assert_eq!(other.join().unwrap(), here);
    let born = thread::spawn(proof::here).join().unwrap();
    assert_eq!(born, ns.id().to_string());
    // From inside, others can be entered and run in.
    let another = NetNs::new().unwrap();
    assert_eq!(another.run(proof::here).unwrap(), another.id().to_string());
    drop(inside);
}

/// It is known where it leads before the thread moves: nothing happens.
#[netns_test(isolation = "process")]
fn is_refused_where_it_is_no_namespace() {
    let here = proof::here();
    leaves_nothing(|| {
        let file = std::fs::File::open("/proc/thread-self/ns/ipc").unwrap();
        let error = NetNs::from(std::os::fd::OwnedFd::from(file));
        let error = error.enter().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OtherNamespace, "{error}");
        assert_eq!(proof::here(), here);
    });
}

#[netns_test(isolation = "process")]
fn leaves_nothing_behind() {
    let ns = NetNs::new().unwrap();
    leaves_nothing(|| {
        drop(ns.enter().unwrap());
        let (outer, inner) = (ns.enter().unwrap(), ns.enter().unwrap());
        drop(outer);
        drop(inner);
    });
}

/// A documented hazard: without the guard nothing brings the thread back. Its
/// end closes what the guard would have used.
#[netns_test(isolation = "process")]
fn a_forgotten_guard_leaves_the_thread_where_it_is() {
    let ns = NetNs::new().unwrap();
    let stays = || {
        std::mem::forget(ns.enter().unwrap());
        proof::here()
    };
    leaves_nothing(|| {
        let there = thread::scope(|scope| scope.spawn(stays).join());
        assert_eq!(there.unwrap(), ns.id().to_string());
    });
}

/// A guard can't leave its thread: this compiles for what is neither `Send` nor `Sync`.
#[test]
fn a_guard_stays_on_its_thread() {
    trait OneIfNot<Which> {
        fn compiles() {}
    }
    struct ForAll;
    struct ForSend;
    struct ForSync;
    impl<T> OneIfNot<ForAll> for T {}
    impl<T: Send> OneIfNot<ForSend> for T {}
    impl<T: Sync> OneIfNot<ForSync> for T {}
    <Entered<'static> as OneIfNot<_>>::compiles();
}

#[netns_test]
#[ignore = "run by a test: the process aborts"]
fn gives_up_the_way_back() {
    let ns = NetNs::new().unwrap();
    let inside = ns.enter().unwrap();
    capability::give_up_all();
    drop(inside);
    println!("it went on");
}

/// A thread that can't come back ends the process, and says why.
#[test]
fn aborts_without_a_way_back() {
    for isolation in ["auto", "process"] {
        let finished = Rerun::of("enter::gives_up_the_way_back")
            .arg("--nocapture")
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        let text = finished.stdout.clone() + &finished.stderr;
        assert!(!finished.status.success(), "{text}");
        let message = "thread `enter::gives_up_the_way_back` can't leave net:[";
        assert!(text.contains(message), "{text}");
        assert!(text.contains("Operation not permitted"), "{text}");
        assert!(
            text.contains("SIGABRT") || finished.status.code().is_none(),
            "{finished:?}"
        );
        assert!(!text.contains("it went on"), "{text}");
    }
}
