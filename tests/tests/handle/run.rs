//! `NetNs::run`, which is Cilium's `Do`.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

use crate::{leaves_nothing, tid};

/// Cilium netns, 2: the code runs on another thread, inside, and the caller does not move.
#[netns_test]
fn runs_on_another_thread() {
    let (here, me) = (proof::here(), tid());
    let ns = NetNs::new().unwrap();
    let (there, other) = ns.run(|| (proof::here(), tid())).unwrap();
    assert_eq!(there, ns.id().to_string());
    assert_ne!(other, me);
    assert_eq!((proof::here(), tid()), (here, me));
}

/// Cilium netns, 2: a port inside is none of the caller's.
#[netns_test]
fn sockets_are_inside() {
    let ns = NetNs::new().unwrap();
    let server = ns
        .run(|| TcpListener::bind("127.0.0.1:80"))
        .unwrap()
        .unwrap();
    let refused = TcpStream::connect("127.0.0.1:80").unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    ns.run(|| TcpStream::connect("127.0.0.1:80"))
        .unwrap()
        .unwrap();
    server.accept().unwrap();
}

/// Cilium netns, 3: the error of the code comes back; nothing is restored whose
/// error could take its place.
#[netns_test]
fn its_error_comes_back() {
    let ns = NetNs::new().unwrap();
    let result: Result<Result<(), String>, _> = ns.run(|| Err("its own".to_owned()));
    assert_eq!(result.unwrap().unwrap_err(), "its own");
}

/// Cilium netns, 3: of two errors none is dropped; where entering fails, the
/// code has not run.
#[netns_test]
fn an_error_of_entering_is_the_outer_one() {
    let file = std::fs::File::open("/proc/self/exe").unwrap();
    let ns = NetNs::from(std::os::fd::OwnedFd::from(file));
    let mut ran = false;
    let result: Result<Result<(), String>, _> = ns.run(|| {
        ran = true;
        Err("its own".to_owned())
    });
    assert_eq!(
        result.unwrap_err().kind(),
        netns_test::ErrorKind::NotNamespace
    );
    assert!(!ran);
}

/// Cilium netns, 4: the threads that the code starts are inside as well.
#[netns_test]
fn threads_of_the_code_are_inside() {
    let ns = NetNs::new().unwrap();
    let there = ns.run(|| thread::spawn(proof::here).join().unwrap());
    assert_eq!(there.unwrap(), ns.id().to_string());
}

/// Cilium netns, 4: the code may stay on its thread, or do with it what it
/// likes; nobody uses it again.
#[netns_test]
fn the_thread_is_not_used_again() {
    let ns = NetNs::new().unwrap();
    let threads = [(); 3].map(|()| {
        ns.run(|| {
            let _elsewhere = std::mem::ManuallyDrop::new(NetNs::new().unwrap());
            nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
            thread::current().id()
        })
    });
    let [one, two, three] = threads.map(Result::unwrap);
    assert!(one != two && two != three && one != three);
    assert_eq!(ns.run(proof::here).unwrap(), ns.id().to_string());
}

/// Cilium netns, 4 and its pitfalls: a failed assertion inside fails the caller,
/// with its own text.
#[netns_test]
fn a_panic_goes_on_in_the_caller() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| ns.run(|| panic!("inside")))).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"inside"));
    assert_eq!(proof::here(), here);
    assert_eq!(ns.run(proof::here).unwrap(), ns.id().to_string());
}

/// The thread is named like the caller, so that a panic names the test.
#[netns_test]
fn has_the_name_of_the_caller() {
    let ns = NetNs::new().unwrap();
    let name = ns
        .run(|| thread::current().name().map(str::to_owned))
        .unwrap();
    assert_eq!(name.as_deref(), thread::current().name());
}

/// It may borrow, and what it returns as well.
#[netns_test]
fn borrows_from_the_caller() {
    let ns = NetNs::new().unwrap();
    let mut numbers = vec![1];
    let last = ns
        .run(|| {
            numbers.push(2);
            numbers.last()
        })
        .unwrap();
    assert_eq!(last, Some(&2));
}

/// Nested, each is where it says.
#[netns_test]
fn nests() {
    let (one, two) = (NetNs::new().unwrap(), NetNs::new().unwrap());
    let inner = one.run(|| (two.run(proof::here).unwrap(), proof::here()));
    assert_eq!(inner.unwrap(), (two.id().to_string(), one.id().to_string()));
}

#[netns_test(isolation = "process")]
fn leaves_nothing_behind() {
    let ns = NetNs::new().unwrap();
    leaves_nothing(|| {
        ns.run(|| ()).unwrap();
        let _ = catch_unwind(AssertUnwindSafe(|| ns.run(|| panic!("as it should"))));
    });
}
