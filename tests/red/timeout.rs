//! Tests that take longer than they may: `tests/watched/timeouts.rs` runs them.

use std::future;
use std::hint::black_box;
use std::io::{self, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use netns_test::netns_test;

const EVER: Duration = Duration::from_secs(1000);

#[netns_test(timeout = "300ms")]
fn sleeps() {
    println!("said before it sleeps");
    print!("said without a newline");
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms")]
fn spins() {
    loop {
        black_box(0);
    }
}

#[netns_test(timeout = "300ms")]
fn accepts() {
    let server = TcpListener::bind("127.0.0.1:80").unwrap();
    server.accept().unwrap();
}

#[netns_test(timeout = "300ms")]
fn locks_twice() {
    let mutex = Mutex::new(());
    let _first = mutex.lock();
    let _second = mutex.lock();
}

#[netns_test(timeout = "300ms")]
fn waits_for_a_thread() {
    let waits = thread::Builder::new().name("never-ends".into());
    let waits = waits.spawn(|| thread::sleep(EVER)).unwrap();
    waits.join().unwrap();
}

#[netns_test(timeout = "300ms")]
async fn never_wakes() {
    future::pending::<()>().await;
}

#[netns_test(timeout = "300ms", flavor = "multi_thread", worker_threads = 2)]
async fn never_wakes_on_workers() {
    tokio::spawn(future::pending::<()>()).await.unwrap();
}

/// Tokio's clock runs ahead; the limit is about the real one.
#[netns_test(timeout = "300ms", start_paused = true)]
async fn sleeps_outside_of_tokio() {
    tokio::time::sleep(EVER).await;
    println!("tokio's time went by");
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms")]
#[should_panic(expected = "")]
fn sleeps_where_a_panic_is_expected() {
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms")]
fn returns_too_late() {
    thread::sleep(Duration::from_millis(600));
}

#[netns_test(timeout = "60s")]
fn passes_in_time() {
    thread::sleep(Duration::from_millis(20));
}

#[netns_test(timeout = "60s", start_paused = true)]
async fn passes_in_time_on_a_paused_clock() {
    tokio::time::sleep(EVER).await;
}

#[netns_test(timeout = "60s")]
#[should_panic(expected = "in time")]
fn panics_in_time() {
    panic!("in time");
}

/// To be run in a process: it holds what the report would be printed with.
#[netns_test(timeout = "300ms", isolation = "process")]
#[ignore = "for one test of the driver"]
fn holds_the_streams() {
    let mut out = io::stdout().lock();
    let _err = io::stderr().lock();
    out.write_all(b"said with the lock\n").unwrap();
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms", isolation = "process")]
#[ignore = "for one test of the driver"]
fn is_stopped() {
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP).unwrap();
}

#[netns_test(timeout = "300ms")]
#[ignore = "for one test of the driver"]
fn exits_after_its_time() {
    thread::sleep(Duration::from_millis(600));
    std::process::exit(0);
}

#[netns_test]
#[ignore = "for one test of the driver"]
fn takes_a_second() {
    thread::sleep(Duration::from_secs(1));
}
