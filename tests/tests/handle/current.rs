//! `NetNs::current`, `NetNs::of_thread`, `NetNs::of_process`.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::{proof, state};

use crate::{leaves_nothing, tid};

/// Cilium netns, 9: the calling thread's namespace, whatever the others are in.
#[netns_test]
fn current_is_the_threads() {
    let before = NetNs::current().unwrap();
    assert_eq!(before.id().to_string(), proof::here());
    let ns = NetNs::new().unwrap();
    let there = ns.run(NetNs::current).unwrap().unwrap();
    assert_eq!(there, ns);
    assert_ne!(there, before);
    assert_eq!(NetNs::current().unwrap(), before);
}

/// Cilium netns, 9: of another thread, by its number.
#[netns_test]
fn of_thread_is_that_threads() {
    let ns = NetNs::new().unwrap();
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let thread = ns.spawn(move || {
        tell.send(tid()).unwrap();
        ended.recv()
    });
    let number = told.recv().unwrap();
    assert_eq!(NetNs::of_thread(number).unwrap(), ns);
    assert_eq!(NetNs::of_thread(tid()).unwrap(), NetNs::current().unwrap());
    drop(end);
    thread.unwrap().join().unwrap().unwrap_err();
}

/// A process that waits for the end of its input.
fn waiting(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[netns_test]
fn of_process_is_that_processs() {
    let ns = NetNs::new().unwrap();
    let mut inside = waiting(&mut ns.command("cat"));
    let mut outside = waiting(&mut Command::new("cat"));
    assert_eq!(NetNs::of_process(inside.id()).unwrap(), ns);
    assert_eq!(
        NetNs::of_process(outside.id()).unwrap(),
        NetNs::current().unwrap()
    );
    for child in [&mut inside, &mut outside] {
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}

/// Bad input: a process that has ended.
#[netns_test(isolation = "process")]
fn a_dead_process_is_not_found() {
    leaves_nothing(|| {
        let mut child = waiting(&mut Command::new("cat"));
        let pid = child.id();
        drop(child.stdin.take());
        let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        state::wait_until("it is a zombie", || stat().contains(") Z "));
        assert_absent(pid);
        child.wait().unwrap();
        assert_absent(pid);
    });
}

#[track_caller]
fn assert_absent(number: u32) {
    for of in [NetNs::of_process, NetNs::of_thread] {
        let error = of(number).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::ESRCH), "{error}");
        assert!(error.to_string().contains(&number.to_string()), "{error}");
    }
}

/// Bad input: numbers that no process has.
#[netns_test(isolation = "process")]
fn an_impossible_number_is_not_found() {
    leaves_nothing(|| [0, u32::MAX, 1 << 30].into_iter().for_each(assert_absent));
}
