//! Callbacks that ask for what waits for callbacks: the kernel would hang.

use std::error::Error;
use std::sync::{Arc, Mutex};

use netns_test::pernet::{Pernet, Registration, register_device, register_subsys};
use netns_test::{ErrorKind, NetNs, netns_test};

use crate::recorder::{Acted, Callback, Log, Recorder, netid};

/// Runs `act` in each callback for the namespace 2, with the notes of all.
fn in_each_callback(
    act: impl Fn(&NetNs) -> Acted + Send + Sync + 'static,
) -> (Registration<Recorder>, Log) {
    let log = Log::default();
    let acts = log.ops_that("acts", move |_, ns| match netid(ns).as_str() {
        "2" => act(ns),
        _ => Ok(()),
    });
    let registration = register_subsys(acts).unwrap();
    log.take();
    (registration, log)
}

fn assert_refused<T>(result: Result<T, netns_test::Error>) {
    let error = result.err().expect("it would wait for itself");
    assert_eq!(error.kind(), ErrorKind::Deadlock);
    assert!(error.to_string().ends_with("in a callback"), "{error}");
    assert!(error.hint().is_some());
}

/// All callbacks of a namespace that begins and ends.
const WHOLE: [&str; 5] = [
    "acts init 2",
    "acts pre_exit 2",
    "acts exit 2",
    "acts exit_batch 2",
    "acts free 2",
];

/// What would wait for the callback is refused, in every one, and in what runs in it.
#[netns_test(isolation = "process")]
fn what_waits_for_callbacks_is_refused() {
    let other = Log::default();
    let (acts, log) = in_each_callback(move |ns| {
        let ask = || {
            assert_refused(register_subsys(other.ops("other")));
            assert_refused(register_device(other.ops("other")));
            assert_refused(NetNs::new());
        };
        ask();
        ns.run(ask)?;
        Ok(())
    });
    NetNs::new().unwrap().close().unwrap();
    assert_eq!(log.take(), WHOLE);
    // Also in a replay, and when it is unregistered.
    drop(acts);
    let _second = NetNs::new().unwrap();
    let asks = Log::default().ops_that("asks", |_, _| {
        assert_refused(NetNs::new());
        Ok(())
    });
    register_subsys(asks).unwrap().unregister().unwrap();
    // And afterwards nothing is.
    NetNs::new().unwrap().close().unwrap();
}

/// A handle that is dropped or closed in a callback ends its namespace right after the callbacks.
#[netns_test(isolation = "process")]
fn handles_that_are_dropped_end_afterwards() {
    let handles = Arc::new(Mutex::new(Vec::new()));
    let (_acts, log) = in_each_callback({
        let handles = Arc::clone(&handles);
        move |ns| {
            let next = || handles.lock().unwrap().pop();
            drop(next());
            let closed: Option<NetNs> = next();
            closed.map_or(Ok(()), NetNs::close)?;
            ns.run(|| drop(next()))?;
            Ok(())
        }
    });
    let mut second = NetNs::new().unwrap();
    for _ in 0..6 {
        handles.lock().unwrap().push(NetNs::new().unwrap());
    }
    log.take();
    second = {
        drop(second);
        let lines = log.take();
        assert_eq!(lines[..4], WHOLE[1..]);
        // Each in a batch of its own, in the order in which they were dropped.
        let order = ["8", "7", "6", "5", "4", "3"];
        let expected = order.map(|netid| {
            ["pre_exit", "exit", "exit_batch", "free"].map(|what| format!("acts {what} {netid}"))
        });
        assert_eq!(lines[4..], expected.concat());
        NetNs::new().unwrap()
    };
    drop(second);
}

/// A value that owns a namespace takes it along.
#[netns_test(isolation = "process")]
fn a_value_may_own_a_namespace() {
    struct Peers(Mutex<Vec<NetNs>>);

    impl Pernet for Peers {
        type Value = Option<NetNs>;

        fn init(&self, _: &NetNs) -> Result<Option<NetNs>, Box<dyn Error + Send + Sync>> {
            Ok(self.0.lock().unwrap().pop())
        }
    }

    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let peer = NetNs::new().unwrap();
    let peers = register_device(Peers(Mutex::default())).unwrap();
    peers.ops().0.lock().unwrap().push(peer);
    let ns = NetNs::new().unwrap();
    assert!(ns.pernet(&peers).unwrap().is_some());
    log.take();
    ns.close().unwrap();
    let ends = log.take();
    let ends: Vec<_> = ends.iter().filter(|line| line.contains(" exit ")).collect();
    assert_eq!(ends, ["a exit 3", "a exit 2"]);
    // The same where the value goes with its registration.
    let peer = NetNs::new().unwrap();
    peers.ops().0.lock().unwrap().push(peer);
    let _ns = NetNs::new().unwrap();
    log.take();
    peers.unregister().unwrap();
    let ends = log.take();
    let ends: Vec<_> = ends.iter().filter(|line| line.contains(" exit ")).collect();
    assert_eq!(ends, ["a exit 4"]);
}

/// What a failed beginning drops ends afterwards, too.
#[netns_test(isolation = "process")]
fn a_failed_beginning_may_drop_a_namespace() {
    let log = Log::default();
    let held = Arc::new(Mutex::new(None));
    let _a = register_subsys(log.ops("a")).unwrap();
    let _fails = register_subsys(log.ops_that("fails", {
        let held = Arc::clone(&held);
        move |callback, ns| {
            if callback == Callback::Init && netid(ns) == "3" {
                drop(held.lock().unwrap().take());
                return Err("no".into());
            }
            Ok(())
        }
    }))
    .unwrap();
    *held.lock().unwrap() = Some(NetNs::new().unwrap());
    log.take();
    NetNs::new().unwrap_err();
    let lines = log.take();
    let ends: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("a free"))
        .collect();
    assert_eq!(ends, ["a free 3", "a free 2"], "{lines:?}");
}

/// A registration that a callback drops or unregisters goes right after the callbacks.
#[netns_test(isolation = "process")]
fn registrations_that_are_dropped_go_afterwards() {
    let others = Arc::new(Mutex::new(Vec::new()));
    let (_acts, log) = in_each_callback({
        let others = Arc::clone(&others);
        move |_| {
            let other: Option<Registration<Recorder>> = others.lock().unwrap().pop();
            drop(other);
            if let Some(other) = others.lock().unwrap().pop() {
                assert_refused(other.unregister());
            }
            Ok(())
        }
    });
    for name in ["unregistered", "dropped"] {
        others
            .lock()
            .unwrap()
            .push(register_device(log.ops(name)).unwrap());
    }
    log.take();
    let ns = NetNs::new().unwrap();
    let lines = log.take();
    assert_eq!(
        lines[..3],
        ["acts init 2", "unregistered init 2", "dropped init 2"]
    );
    let gone: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(" exit_batch "))
        .collect();
    assert_eq!(
        gone,
        ["dropped exit_batch 1 2", "unregistered exit_batch 1 2"]
    );
    ns.close().unwrap();
    assert_eq!(log.take(), WHOLE[1..]);
}

/// What does not wait for callbacks works in them.
#[netns_test(isolation = "process")]
fn the_rest_works() {
    let (_acts, log) = in_each_callback(|ns| {
        assert_eq!(ns.links()?.len(), 1);
        assert_eq!(ns.run(|| std::thread::spawn(|| 1).join())?.unwrap(), 1);
        ns.try_cookie()?;
        Ok(())
    });
    NetNs::new().unwrap().close().unwrap();
    assert_eq!(log.take(), WHOLE);
}
