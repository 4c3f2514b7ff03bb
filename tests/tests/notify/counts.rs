//! Nothing is left.

use netns_test::notify::Notice;
use netns_test::{NetNs, netns_test};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::{Count, wait_until};

use crate::{Ear, ip};

#[test]
fn threads_and_descriptors_come_and_go() {
    let finished = Rerun::of("counts::counts_itself").run();
    let text = finished.stdout + &finished.stderr;
    assert!(finished.status.success(), "{text}");
}

/// Alone in its process: another test would be counted.
#[netns_test]
#[ignore = "run by a test, in a process of its own"]
fn counts_itself(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let before = Count::settled_without_files();
    // Descriptors not later, but when the call returns; the kernel lists a thread
    // that was joined for a moment longer.
    let assert_like = |other: &Count, what: &str| {
        assert_eq!(Count::now().descriptors, other.descriptors, "{what}");
        wait_until(what, || Count::now().threads == other.threads);
    };
    let assert_as_before = |what: &str| assert_like(&before, what);

    let first = ns.notify(ear.clone()).unwrap();
    let during = Count::now();
    assert_eq!(during.threads, before.threads + 2);
    assert!(during.descriptors > before.descriptors);
    let second = ns.notify(Ear::<1>::default()).unwrap();
    assert_like(&during, "they share it all");
    first.unregister().unwrap();
    assert_like(&during, "the other one is left");
    second.unregister().unwrap();
    assert_as_before("the last has left");

    drop(ns.notify(ear.clone()).unwrap());
    assert_as_before("the last was dropped");

    let refused = ns.notify(|_: &Notice| panic!("as it should"));
    assert!(refused.is_err());
    assert_as_before("the only one was refused");

    let other = NetNs::new().unwrap();
    other.notify(ear.clone()).unwrap().keep();
    other.close().unwrap();
    assert_as_before("its namespace has ended");

    let other = NetNs::new().unwrap();
    let registration = other.notify(ear.clone()).unwrap();
    drop(other);
    assert_as_before("its namespace was dropped");
    drop(registration);

    // Within its own call: nobody can wait for that.
    let own = std::sync::Arc::new(std::sync::Mutex::new(
        None::<netns_test::notify::Registration>,
    ));
    let slot = std::sync::Arc::clone(&own);
    let leaves = ns.notify(move |notice: &Notice| {
        if notice.to_string().contains("veth0") {
            let own = slot.lock().unwrap().take();
            drop(own);
        }
    });
    *own.lock().unwrap() = Some(leaves.unwrap());
    ip("link add veth0 type veth peer name veth1");
    wait_until("it has left", || {
        let now = Count::now();
        (now.threads, now.descriptors) == (before.threads, before.descriptors)
    });
}
