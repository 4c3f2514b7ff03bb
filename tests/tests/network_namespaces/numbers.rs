//! How Rust's test harness and its threads get along with a namespace.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::panic;
use std::thread;

use netns_test::netns_test;

use crate::TestResult;

/// Network namespaces, 13: two tests that run at once both have 127.0.0.1:80; this
/// is one, the next is the other, and `ports.rs` has 64.
#[netns_test]
fn one_has_port_80() -> TestResult {
    has_port_80()
}

/// Network namespaces, 13.
#[netns_test]
fn the_other_has_it_too() -> TestResult {
    has_port_80()
}

fn has_port_80() -> TestResult {
    let server = TcpListener::bind("127.0.0.1:80")?;
    let client = TcpStream::connect("127.0.0.1:80")?;
    assert_eq!(server.accept()?.1, client.local_addr()?);
    assert_eq!(
        TcpListener::bind("127.0.0.1:80").unwrap_err().kind(),
        ErrorKind::AddrInUse
    );
    Ok(())
}

/// Network namespaces, 13: a panic that is passed on from a thread reaches
/// `should_panic` with its words; `red.rs` holds what is printed of it.
#[netns_test]
#[should_panic(expected = "said on a thread")]
fn a_panic_is_passed_on() {
    let name = thread::current().name().unwrap().to_owned();
    let thread = thread::Builder::new().name(name);
    let panics = thread.spawn(|| panic!("said on a thread")).unwrap();
    panic::resume_unwind(panics.join().unwrap_err());
}
