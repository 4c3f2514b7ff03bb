//! What a callback asks for is done within its call.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use netns_test::notify::{Event, Item, Notice, Notify, Registration};
use netns_test::{Error, ErrorKind, NetNs, netns_test};
use netns_test_tests::state::wait_until;

use crate::{Ear, ip};

/// The name of the interface that came.
fn plumbed(notice: &Notice) -> Option<&str> {
    match notice.event() {
        Event::Register(Item::Interface(link)) => Some(link.name()),
        _ => None,
    }
}

type Slot<T> = Arc<Mutex<Option<T>>>;

/// One that leaves within its call is told, in that call, that all is gone, and
/// is not called afterwards.
#[netns_test]
fn it_unregisters_itself(ns: &NetNs) {
    let own: Slot<Registration> = Slot::default();
    let (depth, gone) = (AtomicU32::new(0), Arc::new(AtomicU32::new(0)));
    let (slot, count) = (Arc::clone(&own), Arc::clone(&gone));
    let registration = ns.notify(move |notice: &Notice| {
        let outer = depth.fetch_add(1, Ordering::SeqCst);
        if plumbed(notice) == Some("veth0") {
            let own = slot.lock().unwrap().take().unwrap();
            own.unregister().unwrap();
        } else if notice.unregistered().is_some() {
            assert_eq!(outer, 1, "within the call");
            count.fetch_add(1, Ordering::SeqCst);
        }
        depth.fetch_sub(1, Ordering::SeqCst);
    });
    *own.lock().unwrap() = Some(registration.unwrap());
    let ear = Ear::<0>::default();
    let _other = ns.notify(ear.clone()).unwrap();
    let exist = ear.lines().len();
    ip("link add veth0 type veth peer name veth1");
    ear.wait_for("+ veth0");
    ear.wait_for("+ veth1");
    assert!(own.lock().unwrap().is_none());
    let gone = usize::try_from(gone.load(Ordering::SeqCst)).unwrap();
    // The peer came before or after.
    assert!((exist + 1..=exist + 2).contains(&gone), "{gone} of {exist}");
}

/// One that unregisters a later one: that one is not told of what is being
/// told, neither that it came nor that it went.
#[netns_test]
fn it_unregisters_another(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let other: Slot<Registration> = Slot::default();
    let slot = Arc::clone(&other);
    let first = ns.notify(move |notice: &Notice| {
        if plumbed(notice) == Some("veth0") {
            slot.lock().unwrap().take().unwrap().unregister().unwrap();
        }
    });
    *other.lock().unwrap() = Some(ns.notify(ear.clone()).unwrap());
    let last = Ear::<1>::default();
    let _last = ns.notify(last.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    last.wait_for("+ veth0");
    for name in ["veth0", "lo"] {
        let both = ["+", "-"].map(|way| ear.count(&format!("{way} {name}")));
        assert_eq!(both[0], both[1], "{name}");
        assert_eq!(both[0], usize::from(name == "lo"), "{name}");
    }
    first.unwrap().unregister().unwrap();
}

/// As the one before, when something goes: the leaver knew it, and is told once.
#[netns_test]
fn it_unregisters_another_as_something_goes(ns: &NetNs) {
    ip("link add bridge0 type bridge");
    let ear = Ear::<0>::default();
    let other: Slot<Registration> = Slot::default();
    let slot = Arc::clone(&other);
    let first = ns.notify(move |notice: &Notice| {
        if let Event::Unregister(Item::Interface(link)) = notice.event() {
            let other = slot
                .lock()
                .unwrap()
                .take()
                .filter(|_| link.name() == "bridge0");
            other.map_or(Ok(()), Registration::unregister).unwrap();
        }
    });
    *other.lock().unwrap() = Some(ns.notify(ear.clone()).unwrap());
    ip("link del bridge0");
    ear.wait_for("- inet");
    assert_eq!(ear.count("- bridge0"), 1);
    first.unwrap().unregister().unwrap();
}

/// One that registers another: that one is told in that call of all that exists, and
/// then not once more.
#[netns_test]
fn it_registers_another() {
    let ns = Arc::new(NetNs::new().unwrap());
    let ear = Ear::<0>::default();
    let (inner, handle) = (ear.clone(), Arc::downgrade(&ns));
    let made: Slot<Registration> = Slot::default();
    let slot = Arc::clone(&made);
    let first = ns.notify(move |notice: &Notice| {
        if plumbed(notice) == Some("veth0") {
            let ns = handle.upgrade().unwrap();
            let registration = ns.notify(inner.clone()).unwrap();
            assert_eq!(inner.count("+ veth0"), 1, "before it returns");
            let error = ns.notify(inner.clone()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
            *slot.lock().unwrap() = Some(registration);
        }
    });
    let last = Ear::<1>::default();
    let _last = ns.notify(last.clone()).unwrap();
    ns.run(|| {
        ip("link add veth0 type veth peer name veth1");
        ip("link add end type veth peer name end1");
    })
    .unwrap();
    last.wait_for("+ end");
    ear.wait_for("+ end");
    for name in ["lo", "veth0", "veth1", "end", "end1"] {
        wait_until(name, || ear.count(&format!("+ {name}")) >= 1);
        let exactly = if name == "end" { 2 } else { 1 };
        assert!(ear.count(&format!("+ {name}")) <= exactly, "{name}");
    }
    drop(made.lock().unwrap().take());
    first.unwrap().unregister().unwrap();
}

/// One that leaves while it is told what exists is told of no more than that.
#[netns_test]
fn a_newcomer_leaves() {
    struct Leaves {
        ns: std::sync::Weak<NetNs>,
        came: Arc<AtomicU32>,
        went: Arc<AtomicU32>,
    }
    impl Notify for Leaves {
        fn notify(&self, notice: &Notice) {
            match notice.event() {
                Event::Register(item) => {
                    self.came.fetch_add(1, Ordering::SeqCst);
                    if matches!(item, Item::Interface(_)) {
                        let ns = self.ns.upgrade().unwrap();
                        ns.notify_unregister(self).unwrap();
                    }
                }
                _ => drop(self.went.fetch_add(1, Ordering::SeqCst)),
            }
        }
    }
    let ns = Arc::new(NetNs::new().unwrap());
    let (came, went) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let leaves = Leaves {
        ns: Arc::downgrade(&ns),
        came: Arc::clone(&came),
        went: Arc::clone(&went),
    };
    let registration = ns.notify(leaves).unwrap();
    assert_eq!(
        registration.unregister().unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let counts = [came, went].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts, [3, 3], "two protocols and an interface");
}

/// The callbacks of one namespace can wait for those of another.
#[netns_test]
fn it_registers_elsewhere(ns: &NetNs) {
    let other = NetNs::new().unwrap();
    let ear = Ear::<0>::default();
    let (inner, is_done) = (ear.clone(), Arc::new(AtomicBool::new(false)));
    let done = Arc::clone(&is_done);
    let _first = ns.notify(move |notice: &Notice| {
        if plumbed(notice) == Some("veth0") {
            other.notify(inner.clone()).unwrap().unregister().unwrap();
            done.store(true, Ordering::SeqCst);
        }
    });
    ip("link add veth0 type veth peer name veth1");
    wait_until("it was done", || is_done.load(Ordering::SeqCst));
    assert_eq!((ear.count("+ lo"), ear.count("- lo")), (1, 1));
}

/// But not those for it at the same time: one of the two is told so.
#[netns_test]
fn two_do_not_wait_for_each_other() {
    let ns = [(); 2].map(|()| Arc::new(NetNs::new().unwrap()));
    let (report, results) = mpsc::channel::<Result<(), Error>>();
    let barrier = Arc::new(std::sync::Barrier::new(2));
    let mut registrations = Vec::new();
    for (here, there) in [(0, 1), (1, 0)] {
        let (there, report) = (Arc::downgrade(&ns[there]), report.clone());
        let barrier = Arc::clone(&barrier);
        let crosses = move |notice: &Notice| {
            if plumbed(notice) == Some("veth0") {
                barrier.wait();
                let there = there.upgrade().unwrap();
                let crossed = there.notify(|_: &Notice| {});
                report
                    .send(crossed.and_then(Registration::unregister))
                    .unwrap();
            }
        };
        registrations.push(ns[here].notify(crosses).unwrap());
    }
    for ns in &ns {
        ns.run(|| ip("link add veth0 type veth peer name veth1"))
            .unwrap();
    }
    let results = [results.recv().unwrap(), results.recv().unwrap()];
    let refused: Vec<_> = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .collect();
    assert_eq!(refused.len(), 1, "{results:?}");
    assert_eq!(refused[0].kind(), ErrorKind::Deadlock);
    assert_eq!(refused[0].raw_os_error(), Some(libc::EDEADLK));
    for registration in registrations {
        registration.unregister().unwrap();
    }
}
