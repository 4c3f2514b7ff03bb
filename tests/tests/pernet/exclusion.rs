//! What happens at the same time, and what does not.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use netns_test::pernet::{register_device, register_subsys};
use netns_test::{NetNs, netns_test};

use crate::asleep::start_and_block;
use crate::recorder::{Acted, Callback, Log, netid};

/// Two that meet, or fail.
struct Rendezvous {
    sides: [Side; 2],
}

type Side = (Mutex<mpsc::Sender<()>>, Mutex<mpsc::Receiver<()>>);

impl Rendezvous {
    fn new() -> Self {
        let (to_second, from_first) = mpsc::channel();
        let (to_first, from_second) = mpsc::channel();
        Self {
            sides: [(to_second, from_second), (to_first, from_first)]
                .map(|(to, from)| (Mutex::new(to), Mutex::new(from))),
        }
    }

    fn meet(&self, side: usize) -> Acted {
        let (to, from) = &self.sides[side];
        to.lock().unwrap().send(())?;
        from.lock().unwrap().recv_timeout(Duration::from_secs(20))?;
        Ok(())
    }
}

/// Linux pernet operations, 8: namespaces begin in parallel: the hook of one can wait for the hook of another.
#[netns_test(isolation = "process")]
fn namespaces_begin_at_the_same_time() {
    let meeting = Rendezvous::new();
    let _a = register_subsys(Log::default().ops_that("a", move |callback, ns| {
        match (callback, netid(ns).as_str()) {
            (Callback::Init, "2") => meeting.meet(0),
            (Callback::Init, "3") => meeting.meet(1),
            _ => Ok(()),
        }
    }))
    .unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| NetNs::new().unwrap());
        }
    });
}

/// Linux pernet operations, 8: one namespace can begin while another one ends.
#[netns_test(isolation = "process")]
fn one_begins_while_another_ends() {
    let ns = NetNs::new().unwrap();
    let meeting = Rendezvous::new();
    let _a = register_subsys(Log::default().ops_that("a", move |callback, ns| {
        match (callback, netid(ns).as_str()) {
            (Callback::Exit, "2") => meeting.meet(0),
            (Callback::Init, "3") => meeting.meet(1),
            _ => Ok(()),
        }
    }))
    .unwrap();
    thread::scope(|scope| {
        scope.spawn(|| ns.close().unwrap());
        NetNs::new().unwrap()
    });
}

/// How a callback says that it runs, and waits for leave to go on.
struct Pause {
    begins: mpsc::Sender<()>,
    left: Mutex<mpsc::Receiver<()>>,
}

impl Pause {
    fn new() -> (Self, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (begins, begun) = mpsc::channel();
        let (leave, left) = mpsc::channel();
        let left = Mutex::new(left);
        (Self { begins, left }, begun, leave)
    }

    fn hold(&self) -> Acted {
        self.begins.send(())?;
        self.left.lock().unwrap().recv()?;
        Ok(())
    }
}

/// Linux pernet operations, 8: a registration waits for a namespace that begins, and
/// then finds it among those that live.
#[netns_test(isolation = "process")]
fn a_registration_waits_for_a_beginning() {
    let log = Log::default();
    let (pause, begun, leave) = Pause::new();
    let _a = register_subsys(log.ops_that("a", move |callback, ns| {
        match (callback, netid(ns).as_str()) {
            (Callback::Init, "2") => pause.hold(),
            _ => Ok(()),
        }
    }))
    .unwrap();
    let _last = register_device(log.ops("last")).unwrap();
    log.take();
    thread::scope(|scope| {
        let ns = scope.spawn(|| NetNs::new().unwrap());
        begun.recv().unwrap();
        let b = start_and_block(scope, || register_subsys(log.ops("b")).unwrap());
        assert_eq!(log.take(), ["a init 2"]);
        leave.send(()).unwrap();
        let (_ns, _b) = (ns.join().unwrap(), b.join().unwrap());
        assert_eq!(log.take(), ["last init 2", "b init 1", "b init 2"]);
    });
}

/// Linux pernet operations, 8: a namespace begins after a registration that is under way.
#[netns_test(isolation = "process")]
fn a_beginning_waits_for_a_registration() {
    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let (pause, begun, leave) = Pause::new();
    let b = log.ops_that("b", move |callback, ns| {
        match (callback, netid(ns).as_str()) {
            (Callback::Init, "1") => pause.hold(),
            _ => Ok(()),
        }
    });
    log.take();
    thread::scope(|scope| {
        let b = scope.spawn(|| register_subsys(b).unwrap());
        begun.recv().unwrap();
        // `NetNs::new` waits for the thread that makes it.
        let ns = start_and_block(scope, || NetNs::new().unwrap());
        assert_eq!(log.take(), ["b init 1"]);
        leave.send(()).unwrap();
        let (_b, _ns) = (b.join().unwrap(), ns.join().unwrap());
        assert_eq!(log.take(), ["a init 2", "b init 2"]);
    });
}

/// Linux pernet operations, 8 and 16: unregistering waits for a namespace that ends, and for one that begins.
#[netns_test(isolation = "process")]
fn unregistering_waits_for_a_beginning_and_an_end() {
    for ending in [false, true] {
        let log = Log::default();
        let (pause, begun, leave) = Pause::new();
        let held = if ending {
            Callback::Exit
        } else {
            Callback::Init
        };
        let a = register_subsys(log.ops_that("a", move |callback, ns| {
            if callback == held && netid(ns) != "1" {
                return pause.hold();
            }
            Ok(())
        }))
        .unwrap();
        thread::scope(|scope| {
            let made = scope.spawn(|| NetNs::new().unwrap());
            let ns = if ending {
                let ns = made.join().unwrap();
                scope.spawn(move || drop(ns));
                None
            } else {
                Some(made)
            };
            begun.recv().unwrap();
            log.take();
            let unregistered = start_and_block(scope, || a.unregister().unwrap());
            assert_eq!(log.take(), [""; 0]);
            leave.send(()).unwrap();
            unregistered.join().unwrap();
            let lines = log.take();
            let frees = lines
                .iter()
                .filter(|line| line.starts_with("a free"))
                .count();
            assert_eq!(frees, 2, "{lines:?}");
            drop(ns.map(thread::ScopedJoinHandle::join));
            assert_eq!(log.take(), [""; 0]);
        });
    }
}
