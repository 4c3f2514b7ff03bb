//! Tests that fail in different ways: `tests/pause` runs them with `NETNS_TEST_PAUSE`. Each
//! marks its namespace with a number, by which a visitor sees where he is.

use std::error::Error;
use std::fs::File;
use std::io;
use std::mem;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process;
use std::thread;
use std::time::Duration;

use netns_test::pernet::Pernet;
use netns_test::{NetNs, netns_test};
use nix::sys::signal::{Signal, raise};

struct Ends;

impl Pernet for Ends {
    type Value = ();

    fn init(&self, _: &NetNs) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn exit(&self, _: &NetNs, (): &()) {
        match thread::current().name() {
            Some("ends_badly") => panic!("something is left"),
            // Somebody who waits in vain has the time to lose patience.
            Some("fails_in_time") => thread::sleep(Duration::from_millis(500)),
            _ => {}
        }
    }
}

netns_test::setup! {
    static ENDS: Ends = Ends;
}

/// The lifetime of packets is not looked at by anybody else.
fn mark(ns: &NetNs, number: u8) {
    ns.set_sysctl("net.ipv4.ip_default_ttl", &number.to_string())
        .unwrap();
}

#[netns_test]
fn panics(ns: &NetNs) {
    mark(ns, 81);
    let _web = TcpListener::bind("127.0.0.1:80").unwrap();
    print!("printed without a newline");
    panic!("as red as can be\nand more");
}

#[netns_test]
fn panics_as_well(ns: &NetNs) {
    mark(ns, 82);
    panic!("as well");
}

#[netns_test]
#[should_panic(expected = "this")]
fn panics_otherwise(ns: &NetNs) {
    mark(ns, 83);
    panic!("that");
}

#[netns_test]
#[should_panic(expected = "")]
fn does_not_panic(ns: &NetNs) {
    mark(ns, 84);
}

#[netns_test]
fn returns_an_error(ns: &NetNs) -> io::Result<()> {
    mark(ns, 85);
    TcpStream::connect("127.0.0.1:80").map(drop)
}

#[netns_test(egress = "deny")]
fn tries_to_leave(ns: &NetNs) {
    mark(ns, 86);
    TcpStream::connect("192.0.2.1:80").unwrap_err();
}

#[netns_test(leaks = "deny")]
fn leaves_something(ns: &NetNs) {
    mark(ns, 87);
    mem::forget(UdpSocket::bind("127.0.0.1:53").unwrap());
}

#[netns_test(timeout = "300ms")]
fn takes_too_long(ns: &NetNs) {
    mark(ns, 88);
    let _web = TcpListener::bind("127.0.0.1:80").unwrap();
    thread::sleep(Duration::from_secs(1000));
}

#[netns_test]
fn ends_badly(ns: &NetNs) {
    mark(ns, 89);
}

/// Its limit is over long before its pause.
#[netns_test(timeout = "2s")]
fn fails_in_time(ns: &NetNs) {
    mark(ns, 90);
    panic!("in time");
}

#[netns_test(isolation = "process")]
#[ignore = "needs a process"]
fn aborts(ns: &NetNs) {
    mark(ns, 91);
    process::abort();
}

#[netns_test(isolation = "process", timeout = "300ms")]
#[ignore = "needs a process, and takes five seconds"]
fn is_stopped(ns: &NetNs) {
    mark(ns, 92);
    raise(Signal::SIGSTOP).unwrap();
}

#[netns_test(views = false)]
fn has_no_views(ns: &NetNs) {
    mark(ns, 93);
    panic!("without views");
}

#[netns_test]
#[ignore = "needs a low limit, and nobody beside it"]
fn uses_up_descriptors() {
    while let Ok(file) = File::open("/dev/null") {
        mem::forget(file);
    }
    panic!("no more");
}

#[netns_test]
fn passes() {}

#[netns_test]
#[should_panic(expected = "as it should")]
fn panics_as_expected() {
    panic!("as it should");
}
