//! One frame each, and then an end.

#![expect(unsafe_code, reason = "it takes some to be killed by the kernel")]

use std::hint::black_box;
use std::net::UdpSocket;
use std::process;

use netns_test::netns_test;

/// A datagram to port 4001 of 127.0.0.1.
pub(crate) fn send(text: &str) {
    let socket = UdpSocket::bind("127.0.0.1:4000").unwrap();
    socket.send_to(text.as_bytes(), "127.0.0.1:4001").unwrap();
}

#[netns_test]
fn passes() {
    send("passes");
}

#[netns_test]
fn panics() {
    send("panics");
    panic!("on purpose");
}

#[netns_test]
fn returns_an_error() -> Result<(), &'static str> {
    send("error");
    Err("on purpose")
}

#[netns_test]
#[should_panic(expected = "on purpose")]
fn panics_as_expected() {
    send("panics");
    panic!("on purpose");
}

#[netns_test]
#[should_panic(expected = "on purpose")]
fn does_not_panic() {
    send("does not");
}

#[netns_test(isolation = "process")]
fn aborts() {
    send("aborts");
    process::abort();
}

#[netns_test(isolation = "process")]
fn segfaults() {
    send("segfaults");
    // SAFETY: none; the kernel ends the process, which is what is wanted.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) };
}

#[netns_test(isolation = "process")]
fn is_killed() {
    send("is killed");
    let this = nix::unistd::getpid();
    nix::sys::signal::kill(this, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[netns_test(capture = "off")]
fn fails_without() {
    send("without");
    panic!("on purpose");
}

#[netns_test(capture)]
fn fails_with() {
    send("with");
    panic!("on purpose");
}

#[netns_test(capture = "on-failure")]
fn passes_with() {
    send("with");
}

#[netns_test(capture = "always")]
fn passes_always() {
    send("always");
}
