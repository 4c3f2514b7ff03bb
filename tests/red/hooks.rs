//! Hooks that fail before and after the bodies of tests, which must fail for it.
//! Callbacks run on threads that have the name of the test.

use std::error::Error;
use std::thread;

use netns_test::instance::{self, Instance};
use netns_test::pernet::Pernet;
use netns_test::{NetId, NetNs, netns_test};

struct Failing;

impl Pernet for Failing {
    type Value = ();

    fn init(&self, _: &NetNs) -> Result<(), Box<dyn Error + Send + Sync>> {
        match thread::current().name() {
            Some("init_fails" | "init_fails_where_a_panic_is_expected") => {
                Err("no room in the inn".into())
            }
            Some("init_panics") => panic!("as red as can be"),
            _ => Ok(()),
        }
    }

    fn exit(&self, _: &NetNs, (): &()) {
        if let Some("exit_panics" | "exit_panics_after_an_expected_panic") =
            thread::current().name()
        {
            panic!("something is left");
        }
    }
}

struct Created;

impl Instance for Created {
    type State = ();

    fn create(&self, _: NetId) {
        assert_ne!(thread::current().name(), Some("create_panics"), "not here");
    }

    fn destroy(&self, _: NetId, (): ()) {
        assert_ne!(thread::current().name(), Some("destroy_panics"), "not now");
    }
}

netns_test::setup! {
    static FAILING: Failing = Failing;
}

netns_test::setup!(|| instance::register("created", Created).map(instance::Registration::keep));

#[netns_test]
fn init_fails() {
    println!("a body ran without its hooks");
}

#[netns_test]
#[should_panic(expected = "room")]
fn init_fails_where_a_panic_is_expected() {
    println!("a body ran without its hooks");
}

#[netns_test]
fn init_panics() {
    println!("a body ran without its hooks");
}

#[netns_test]
fn create_panics() {
    println!("a body ran without its hooks");
}

#[netns_test]
fn exit_panics(ns: &NetNs) {
    assert!(ns.pernet(&FAILING).is_some());
}

#[netns_test]
#[should_panic(expected = "as it should")]
fn exit_panics_after_an_expected_panic() {
    panic!("as it should");
}

#[netns_test]
fn destroy_panics() {}

#[netns_test]
fn all_is_well() {}
