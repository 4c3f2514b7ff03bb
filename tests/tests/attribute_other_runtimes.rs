//! Test attributes of other runtimes and of loggers.

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

/// Puts `#[test]` before the attributes of the function: goes below.
#[netns_test]
#[async_std::test]
async fn async_std() -> std::io::Result<()> {
    proof::ran();
    Ok(())
}

#[netns_test]
#[async_std::test]
async fn async_std_with_the_parameter(ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
}

#[netns_test]
#[async_std::test]
#[should_panic(expected = "async_std")]
async fn async_std_panics() {
    proof::ran();
    panic!("async_std");
}

#[netns_test]
#[test_log::test]
fn test_log_below() {
    proof::ran();
}

#[test_log::test]
#[netns_test]
fn test_log_above() {
    proof::ran();
}

#[test_log::test]
#[netns_test]
fn test_log_above_with_the_parameter(ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
}

#[test_log::test]
#[netns_test]
async fn test_log_above_a_bare_async_fn() {
    let task = tokio::spawn(async { proof::here() });
    assert_eq!(task.await.unwrap(), proof::here());
    proof::ran();
}

#[netns_test]
#[test_log::test(tokio::test(flavor = "multi_thread", worker_threads = 2))]
async fn test_log_with_tokio_below() {
    let task = tokio::spawn(async { proof::here() });
    assert_eq!(task.await.unwrap(), proof::here());
    proof::ran();
}

#[test_log::test(tokio::test)]
#[netns_test]
async fn test_log_with_tokio_above() {
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "async_std",
        "async_std_with_the_parameter",
        "async_std_panics",
        "test_log_below",
        "test_log_above",
        "test_log_above_with_the_parameter",
        "test_log_above_a_bare_async_fn",
        "test_log_with_tokio_below",
        "test_log_with_tokio_above",
    ]);
}
