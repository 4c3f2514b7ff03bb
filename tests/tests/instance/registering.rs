//! What can be registered, and who hears of it.

use netns_test::instance::{self, Instance};
use netns_test::{ErrorKind, NetId, NetNs, netns_test};

use crate::fixtures::{Create, Log, Noting, Shutdown, error, namespace, number};

struct Least;

impl Instance for Least {
    type State = ();

    fn create(&self, _: NetId) {}

    fn destroy(&self, _: NetId, (): ()) {}
}

/// IP instances, 1: there is one version, the type; what has it is accepted.
#[netns_test]
fn the_type_is_the_version() {
    let registration = instance::register("the_type_is_the_version", Least).unwrap();
    assert_eq!(registration.name(), "the_type_is_the_version");
    registration.unregister().unwrap();
}

/// IP instances, 2: create and destroy suffice (that neither can be left out,
/// the documentation's examples show), and a name is given once.
#[netns_test]
fn a_name_is_given_once() {
    let (log, other) = (Log::default(), Log::default());
    let (_ns, netid) = namespace();
    let name = "a_name_is_given_once";
    let registration = instance::register(name, Noting::new("first", &log)).unwrap();
    let refused = error(instance::register(name, Noting::new("second", &other)));
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(refused.raw_os_error(), None);
    assert!(refused.to_string().contains(name), "{refused}");
    assert_eq!(other.steps(&[netid]), [], "no callback of the second");
    assert_eq!(log.steps(&[netid]), [(Create, netid)]);
    registration.unregister().unwrap();
    let again = instance::register(name, Noting::new("third", &other)).unwrap();
    assert_eq!(other.steps(&[netid]), [(Create, netid)], "the name is free");
    again.unregister().unwrap();
}

/// IP instances, 3: what lives already is created before the call returns, the newest first.
#[netns_test]
fn is_replayed_newest_first(ns: &NetNs) {
    let log = Log::default();
    let (_one, first) = namespace();
    let (_two, second) = namespace();
    let (_three, third) = namespace();
    let all = [number(ns), first, second, third];
    let registration =
        instance::register("is_replayed_newest_first", Noting::new("it", &log)).unwrap();
    let expected = [third, second, first, number(ns)].map(|netid| (Create, netid));
    assert_eq!(log.steps(&all), expected);
    registration.unregister().unwrap();
}

/// IP instances, 4: a namespace whose shutdown has begun is left out.
#[netns_test]
fn skips_what_is_shutting_down() {
    let (log, late) = (Log::default(), Log::default());
    let (going, gone) = namespace();
    let (_staying, left) = namespace();
    let registers = {
        let late = late.clone();
        Noting::with("registers", &log, move |step, netid| {
            if (step, netid) == (Shutdown, gone) {
                let name = "skips_what_is_shutting_down, late";
                instance::register(name, Noting::new("late", &late))
                    .unwrap()
                    .keep();
            }
        })
    };
    let registration = instance::register("skips_what_is_shutting_down", registers).unwrap();
    going.close().unwrap();
    assert_eq!(late.steps(&[gone, left]), [(Create, left)]);
    instance::unregister("skips_what_is_shutting_down, late").unwrap();
    registration.unregister().unwrap();
}
