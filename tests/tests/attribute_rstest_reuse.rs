//! Templates of `rstest_reuse`.

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use rstest::rstest;
use rstest_reuse::{apply, template};

#[template]
#[rstest]
#[case::one(1)]
#[case::two(2)]
fn numbers(#[case] number: u32) {}

#[netns_test]
#[apply(numbers)]
fn below(#[case] number: u32) {
    assert!(number < 3);
    proof::ran();
}

#[apply(numbers)]
#[netns_test]
fn above(#[case] number: u32) {
    assert!(number < 3);
    proof::ran();
}

#[netns_test]
#[apply(numbers)]
async fn bare_async(#[case] number: u32, ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    tokio::task::yield_now().await;
    assert!(number < 3);
    proof::ran();
}

#[netns_test]
#[apply(numbers)]
#[tokio::test]
async fn tokio_test(#[case] number: u32, ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    assert!(number < 3);
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "below::case_1_one",
        "below::case_2_two",
        "above::case_1_one",
        "above::case_2_two",
        "bare_async::case_1_one",
        "bare_async::case_2_two",
        "tokio_test::case_1_one",
        "tokio_test::case_2_two",
    ]);
}
