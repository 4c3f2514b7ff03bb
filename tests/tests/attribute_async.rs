//! A bare `async fn`, with the feature `tokio`.

use std::time::Duration;

use netns_test::netns_test;
use netns_test_tests::proof;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::{Instant, sleep};

#[netns_test]
async fn current_thread_by_default() {
    assert_eq!(
        Handle::current().runtime_flavor(),
        RuntimeFlavor::CurrentThread
    );
    let task = tokio::spawn(async { proof::here() });
    assert_eq!(task.await.unwrap(), proof::here());
    proof::ran();
}

#[netns_test]
async fn blocking_threads_are_inside() {
    let task = tokio::task::spawn_blocking(proof::here);
    assert_eq!(task.await.unwrap(), proof::here());
    proof::ran();
}

#[netns_test]
async fn talks_over_loopback() -> std::io::Result<()> {
    proof::ran();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:443").await?;
    let (client, server) = tokio::join!(
        tokio::net::TcpStream::connect("127.0.0.1:443"),
        listener.accept()
    );
    assert_eq!(client?.local_addr()?, server?.1);
    Ok(())
}

#[netns_test(flavor = "multi_thread", worker_threads = 3)]
async fn workers_are_inside() {
    let handle = Handle::current();
    assert_eq!(handle.runtime_flavor(), RuntimeFlavor::MultiThread);
    assert_eq!(handle.metrics().num_workers(), 3);
    let task = tokio::spawn(async {
        proof::assert_isolated();
        (proof::here(), std::thread::current().id())
    });
    let (namespace, thread) = task.await.unwrap();
    assert_eq!(namespace, proof::here());
    assert_ne!(thread, std::thread::current().id());
    proof::ran();
}

#[netns_test(flavor = "multi_thread")]
async fn multi_thread_alone() {
    assert_eq!(
        Handle::current().runtime_flavor(),
        RuntimeFlavor::MultiThread
    );
    proof::ran();
}

#[netns_test(flavor = "current_thread", start_paused = true)]
async fn clock_stands_still() {
    let (real, start) = (std::time::Instant::now(), Instant::now());
    sleep(Duration::from_secs(5)).await;
    assert!(start.elapsed() >= Duration::from_secs(5));
    assert!(real.elapsed() < Duration::from_secs(5));
    proof::ran();
}

#[netns_test]
#[should_panic(expected = "after an await")]
async fn panics() {
    tokio::task::yield_now().await;
    proof::ran();
    panic!("after an await");
}

#[netns_test]
async fn future_need_not_be_send() {
    let local = std::rc::Rc::new(5);
    tokio::task::yield_now().await;
    assert_eq!(*local, 5);
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "current_thread_by_default",
        "blocking_threads_are_inside",
        "talks_over_loopback",
        "workers_are_inside",
        "multi_thread_alone",
        "clock_stands_still",
        "panics",
        "future_need_not_be_send",
    ]);
}
