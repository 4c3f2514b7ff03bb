//! Named counters of one namespace.

use std::sync::Mutex;
use std::time::Duration;

use netns_test::instance::{self, Instance};
use netns_test::kstat::{Kstat, Snapshot};
use netns_test::{ErrorKind, NetId, NetNs, netns_test};

use crate::fixtures::{Log, Noting, error, namespace, number};

fn others(ns: &NetNs) -> Vec<Snapshot> {
    let mut listed = ns.kstats();
    let framework = listed.remove(0);
    assert_eq!(
        (framework.module(), framework.name()),
        ("netns-test", "framework")
    );
    listed
}

/// IP instances, 12: counters are of one namespace, and seen in no other.
#[netns_test]
fn are_seen_in_their_namespace_only(ns: &NetNs) {
    let (other, netid) = namespace();
    let kstat = Kstat::create(netid, "dns", "queries", "net", &["answered", "refused"]).unwrap();
    kstat.add("answered", 2);
    kstat.add("answered", 1);
    kstat.set("refused", 7);
    assert_eq!((kstat.get("answered"), kstat.get("refused")), (3, 7));
    let listed = others(&other);
    assert_eq!(listed.len(), 1);
    let queries = &listed[0];
    assert_eq!(
        (queries.module(), queries.name(), queries.class()),
        ("dns", "queries", "net")
    );
    let values: Vec<_> = queries.values().collect();
    assert_eq!(values, [("answered", 3), ("refused", 7)]);
    assert_eq!(queries.get("answered"), Some(3));
    assert_eq!(queries.get("asked"), None);
    assert_eq!(others(ns), []);
    // What was read stays what it was.
    kstat.add("answered", 1);
    assert_eq!(queries.get("answered"), Some(3));
    assert_eq!(others(&netid.open().unwrap())[0].get("answered"), Some(4));
}

/// IP instances, 12: an unknown number is refused.
#[netns_test]
fn need_a_namespace() {
    let (ns, netid) = namespace();
    drop(ns);
    let refused = error(Kstat::create(netid, "dns", "queries", "net", &[]));
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert_eq!(refused.raw_os_error(), Some(libc::ESRCH));
}

/// IP instances, 12: to delete what is unknown does nothing.
#[netns_test]
fn are_deleted_once() {
    let (ns, netid) = namespace();
    let create = || Kstat::create(netid, "dns", "queries", "net", &["a"]);
    let kstat = create().unwrap();
    kstat.delete();
    assert_eq!(others(&ns), []);
    let again = create().unwrap();
    kstat.delete();
    assert_eq!(others(&ns).len(), 1, "the other one of this name");
    kstat.add("a", 1);
    assert_eq!(others(&ns)[0].get("a"), Some(0));
    drop(kstat);
    assert_eq!(others(&ns).len(), 1);
    drop(again);
    assert_eq!(others(&ns), [], "dropped is as good as deleted");
    let late = create().unwrap();
    ns.close().unwrap();
    late.delete();
}

#[netns_test]
fn have_one_name_each() {
    let (ns, netid) = namespace();
    let (_other, elsewhere) = namespace();
    let create = |module, name| Kstat::create(netid, module, name, "net", &[]);
    let _kstat = create("dns", "queries").unwrap();
    for (module, name) in [("dns", "queries"), ("netns-test", "framework")] {
        let refused = error(create(module, name));
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(refused.raw_os_error(), None);
    }
    let twice = error(Kstat::create(
        netid,
        "dns",
        "other",
        "net",
        &["a", "b", "a"],
    ));
    assert_eq!(twice.kind(), ErrorKind::InvalidName);
    assert!(twice.to_string().contains("`a`"), "{twice}");
    assert_eq!(others(&ns).len(), 1);
    let _ = create("http", "queries").unwrap();
    let _ = create("dns", "answers").unwrap();
    let _ = Kstat::create(elsewhere, "dns", "queries", "net", &[]).unwrap();
}

#[netns_test]
#[should_panic(expected = "kstat `dns:queries` has no field `asked`")]
fn have_the_fields_that_they_were_made_with(ns: &NetNs) {
    let kstat = Kstat::create(number(ns), "dns", "queries", "net", &["answered"]).unwrap();
    kstat.add("asked", 1);
}

/// Counts from create to shutdown, as it should be.
struct Counts {
    forgets: bool,
}

impl Instance for Counts {
    type State = Kstat;

    fn create(&self, netid: NetId) -> Kstat {
        let name = format!("forgets: {}", self.forgets);
        let kstat = Kstat::create(netid, "counts", &name, "net", &["created"]).unwrap();
        kstat.add("created", 1);
        kstat
    }

    fn shutdown(&self, _: NetId, kstat: &Kstat) {
        if !self.forgets {
            kstat.delete();
        }
    }

    fn destroy(&self, _: NetId, kstat: Kstat) {
        assert_eq!(kstat.get("created"), 1, "it is the callback's own still");
    }
}

/// IP instances, 12: they live between create and shutdown; what a callback
/// forgets is deleted after all shutdowns.
#[netns_test(isolation = "process")]
fn live_from_create_to_shutdown() {
    let handle = std::sync::Arc::new(Mutex::new(None::<NetNs>));
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let deletes = instance::register("deletes", Counts { forgets: false }).unwrap();
    let forgets = instance::register("forgets", Counts { forgets: true }).unwrap();
    let looks = {
        let (handle, seen) = (handle.clone(), seen.clone());
        Noting::with("looks", &Log::default(), move |step, _| {
            if let Some(ns) = &*handle.lock().unwrap() {
                let names = ns.kstats().into_iter().map(|kstat| kstat.name().to_owned());
                seen.lock().unwrap().push((step, names.collect::<Vec<_>>()));
            }
        })
    };
    let looks = instance::register("looks", looks).unwrap();
    let (ns, netid) = namespace();
    let names: Vec<_> = others(&ns).iter().map(|k| k.name().to_owned()).collect();
    assert_eq!(names, ["forgets: false", "forgets: true"]);
    *handle.lock().unwrap() = Some(netid.open().unwrap());
    ns.close().unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let [(_, in_shutdown), (_, in_destroy)] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert_eq!(in_shutdown[..], ["framework", "forgets: true"]);
    assert_eq!(in_destroy[..], [""; 0]);
    *handle.lock().unwrap() = None;
    for registration in [deletes, forgets, looks] {
        registration.unregister().unwrap();
    }
}

/// IP instances, 12: the framework counts for itself: hooks that came and went,
/// and what the callbacks took. What vanishes with the namespace, the
/// registration knows.
#[netns_test(isolation = "process")]
fn of_the_framework(ns: &NetNs) {
    let value = |field: &str| ns.kstats()[0].get(field).unwrap();
    let fields = ns.kstats().remove(0);
    assert_eq!(fields.class(), "net");
    assert!(fields.values().all(|(_, value)| value == 0), "{fields:?}");
    let took = Duration::from_millis(2);
    let callbacks = Noting::with("it", &Log::default(), move |_, _| std::thread::sleep(took));
    let registration = instance::register("of_the_framework", callbacks).unwrap();
    let counted = |names: [&str; 3]| names.map(value);
    let counts = [
        "instances_created",
        "instances_shut_down",
        "instances_destroyed",
    ];
    let times = [
        "create_nanoseconds",
        "shutdown_nanoseconds",
        "destroy_nanoseconds",
    ];
    assert_eq!(counted(counts), [1, 0, 0]);
    assert_eq!(
        (
            value("hooks_added"),
            value("hooks_removed"),
            value("events")
        ),
        (1, 0, 0)
    );
    let [create, shutdown, destroy] = counted(times).map(Duration::from_nanos);
    assert!(create >= took && create < 500 * took, "{create:?}");
    assert_eq!((shutdown, destroy), (Duration::ZERO, Duration::ZERO));

    let (other, _) = namespace();
    assert_eq!(value("hooks_added"), 1, "that was in another namespace");
    assert_eq!(registration.statistics().created, 2);
    other.close().unwrap();
    let statistics = registration.statistics();
    let counted_there = (statistics.shut_down, statistics.destroyed);
    assert_eq!(counted_there, (1, 1), "although the namespace is gone");
    assert!(statistics.time_to_create >= 2 * took, "{statistics:?}");
    assert!(statistics.time_to_shut_down >= took, "{statistics:?}");
    assert!(statistics.time_to_destroy >= took, "{statistics:?}");

    registration.unregister().unwrap();
    assert_eq!(counted(counts), [1, 1, 1]);
    assert_eq!((value("hooks_added"), value("hooks_removed")), (1, 1));
    for time in counted(times).map(Duration::from_nanos) {
        assert!(time >= took, "{time:?}");
    }
}
