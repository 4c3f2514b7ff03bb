//! The optional parameter.

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

#[netns_test]
fn none() {
    proof::ran();
}

#[netns_test]
fn its_namespace(ns: &NetNs) {
    proof::ran();
    assert_eq!(ns.id().to_string(), proof::here());
}

#[netns_test]
fn without_a_name(_: &NetNs) {
    proof::ran();
}

#[netns_test]
fn with_a_lifetime<'a>(ns: &'a NetNs) -> Result<(), netns_test::Error> {
    let same: &'a NetNs = ns;
    assert_eq!(same.links()?.len(), 1);
    proof::ran();
    Ok(())
}

#[netns_test]
async fn in_an_async_fn(ns: &NetNs) {
    tokio::task::yield_now().await;
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "none",
        "its_namespace",
        "without_a_name",
        "with_a_lifetime",
        "in_an_async_fn",
    ]);
}
