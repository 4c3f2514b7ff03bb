//! `#[tokio::test]`, above and below.

use std::time::Duration;

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

/// On a worker thread if there is one.
async fn assert_workers_inside() {
    let here = proof::here();
    assert_eq!(tokio::spawn(async { proof::here() }).await.unwrap(), here);
    let blocking = tokio::task::spawn_blocking(proof::here);
    assert_eq!(blocking.await.unwrap(), here);
}

#[netns_test]
#[tokio::test]
async fn below() {
    assert_workers_inside().await;
    proof::ran();
}

#[tokio::test]
#[netns_test]
async fn above() {
    assert_workers_inside().await;
    proof::ran();
}

#[netns_test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn below_with_workers() -> std::io::Result<()> {
    assert_workers_inside().await;
    proof::ran();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[netns_test]
async fn above_with_workers() -> std::io::Result<()> {
    assert_workers_inside().await;
    proof::ran();
    Ok(())
}

#[netns_test]
#[tokio::test(start_paused = true)]
async fn keeps_its_arguments() {
    let start = std::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(start.elapsed() < Duration::from_secs(5));
    proof::ran();
}

#[netns_test]
#[tokio::test]
async fn with_the_parameter(ns: &NetNs) {
    tokio::task::yield_now().await;
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
}

/// A doc comment between them.
#[netns_test(isolation = "auto")]
#[should_panic(expected = "in the middle")]
#[tokio::test]
#[ignore = "only with --include-ignored"]
async fn among_other_attributes() {
    proof::ran();
    panic!("in the middle of the attributes");
}

#[should_panic(expected = "last")]
#[tokio::test]
#[netns_test]
#[ignore = "only with --include-ignored"]
async fn among_other_attributes_above() {
    proof::ran();
    panic!("last");
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "below",
        "above",
        "below_with_workers",
        "above_with_workers",
        "keeps_its_arguments",
        "with_the_parameter",
        "among_other_attributes",
        "among_other_attributes_above",
    ]);
}
