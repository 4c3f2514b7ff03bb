//! A namespace ends.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;

use netns_test::pernet::{Registration, register_device, register_subsys};
use netns_test::{NetNs, netns_test};

use crate::asleep::start_and_block;
use crate::recorder::{Callback, Log, Recorder};

/// Operations named "a" whose `exit` for the namespace 2 says so and then
/// waits for leave; and how to hear it, and to give leave.
fn slow(log: &Log) -> (Registration<Recorder>, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (begins, begun) = mpsc::channel();
    let (leave, left) = mpsc::channel();
    let left = Mutex::new(left);
    let waits = move |callback: Callback, ns: &NetNs| {
        if callback == Callback::Exit && ns.netid().unwrap().to_string() == "2" {
            begins.send(())?;
            left.lock().unwrap().recv()?;
        }
        Ok(())
    };
    let registration = register_subsys(log.ops_that("a", waits)).unwrap();
    (registration, begun, leave)
}

/// Ends the namespace 2, and while that lasts, the others, in this order.
fn end_in_two_batches(log: &Log, others: Vec<NetNs>, first: NetNs) -> Registration<Recorder> {
    let (registration, begun, leave) = slow(log);
    log.take();
    thread::scope(|scope| {
        scope.spawn(|| first.close().unwrap());
        begun.recv().unwrap();
        for ns in others {
            start_and_block(scope, || ns.close().unwrap());
        }
        leave.send(()).unwrap();
    });
    registration
}

/// Linux pernet operations, 11: what dies while the dead are cleaned up after is
/// one batch afterwards. Unlike in the kernel, `close` returns after that.
#[netns_test(isolation = "process")]
fn the_dead_are_gathered_in_batches() {
    let log = Log::default();
    let first = NetNs::new().unwrap();
    let others = vec![
        NetNs::new().unwrap(),
        NetNs::new().unwrap(),
        NetNs::new().unwrap(),
    ];
    let _a = end_in_two_batches(&log, others, first);
    assert_eq!(
        log.take(),
        [
            "a pre_exit 2",
            "a exit 2",
            "a exit_batch 2",
            "a free 2",
            "a pre_exit 3",
            "a pre_exit 4",
            "a pre_exit 5",
            "a exit 3",
            "a exit 4",
            "a exit 5",
            "a exit_batch 3 4 5",
            "a free 3",
            "a free 4",
            "a free 5"
        ]
    );
}

/// Linux pernet operations, 11: a namespace that has been closed is in the list no more.
#[netns_test(isolation = "process")]
fn the_dead_are_not_begun_in() {
    let log = Log::default();
    let ns = NetNs::new().unwrap();
    ns.close().unwrap();
    drop(NetNs::new().unwrap());
    let _a = register_subsys(log.ops("a")).unwrap();
    assert_eq!(log.take(), ["a init 1"]);
}

/// Linux pernet operations, 12: the passes of a batch: `pre_exit` of all in reverse, then for each in
/// reverse `exit` in every namespace and `exit_batch`, then the values in reverse.
#[netns_test(isolation = "process")]
fn a_batch_ends_in_passes() {
    let log = Log::default();
    let first = NetNs::new().unwrap();
    let others = vec![NetNs::new().unwrap(), NetNs::new().unwrap()];
    let _b = register_device(log.ops("b")).unwrap();
    let _a = end_in_two_batches(&log, others, first);
    assert_eq!(
        log.take()[8..],
        [
            "b pre_exit 3",
            "b pre_exit 4",
            "a pre_exit 3",
            "a pre_exit 4",
            "b exit 3",
            "b exit 4",
            "b exit_batch 3 4",
            "a exit 3",
            "a exit 4",
            "a exit_batch 3 4",
            "b free 3",
            "b free 4",
            "a free 3",
            "a free 4"
        ]
    );
}

/// Linux pernet operations, 13: devices end before subsystems, each in the reverse of the order
/// in which they began, and once.
#[netns_test(isolation = "process")]
fn ends_are_the_reverse_of_beginnings() {
    let log = Log::default();
    let _b = register_device(log.ops("b")).unwrap();
    let _c = register_device(log.ops("c")).unwrap();
    let _a = register_subsys(log.ops("a")).unwrap();
    log.take();
    let ns = NetNs::new().unwrap();
    assert_eq!(log.take(), ["a init 2", "b init 2", "c init 2"]);
    drop(ns);
    let log = log.take();
    let of = |callback: &str| -> Vec<String> {
        let lines = log.iter().filter(|line| line.contains(callback));
        lines.map(|line| line[..1].to_owned()).collect()
    };
    assert_eq!(log.len(), 12);
    for callback in [" pre_exit ", " exit ", " exit_batch ", " free "] {
        assert_eq!(of(callback), ["c", "b", "a"], "{callback}");
    }
}

/// Linux pernet operations, 14: whoever got the value before `pre_exit` can go on
/// reading it: the kernel waits for readers before `exit`, here they keep it alive.
#[netns_test(isolation = "process")]
fn readers_outlive_the_end() {
    let log = Log::default();
    let a = Arc::new(register_subsys(log.ops("a")).unwrap());
    let seen = {
        let (a, log) = (Arc::clone(&a), log.clone());
        move |callback: Callback, ns: &NetNs| {
            if callback != Callback::Init {
                let value = ns.pernet(&a).expect("values go last");
                log.note(format!("{callback:?} sees {}", value.of.0));
            }
            Ok(())
        }
    };
    let _b = register_device(log.ops_that("b", seen)).unwrap();
    let ns = NetNs::new().unwrap();
    log.take();
    let reader = ns.pernet(&a).unwrap();
    ns.close().unwrap();
    assert_eq!(
        log.take(),
        [
            "b pre_exit 2",
            "PreExit sees a",
            "a pre_exit 2",
            "b exit 2",
            "Exit sees a",
            "b exit_batch 2",
            "ExitBatch sees a",
            "a exit 2",
            "a exit_batch 2",
            "b free 2"
        ]
    );
    assert_eq!(reader.of, ("a", "2".to_owned()));
    drop(reader);
    assert_eq!(log.take(), ["a free 2"]);
}

/// Linux pernet operations, 15: `exit_batch` comes once for each operations and batch, after the `exit`s.
#[netns_test(isolation = "process")]
fn a_batch_ends_once() {
    let log = Log::default();
    let first = NetNs::new().unwrap();
    let others = vec![NetNs::new().unwrap(), NetNs::new().unwrap()];
    let _a = end_in_two_batches(&log, others, first);
    let lines = log.take();
    let ends: Vec<_> = lines.iter().filter(|line| line.contains(" exit")).collect();
    assert_eq!(
        ends,
        [
            "a exit 2",
            "a exit_batch 2",
            "a exit 3",
            "a exit 4",
            "a exit_batch 3 4"
        ]
    );
}
