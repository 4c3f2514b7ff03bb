//! `#[rstest]`: cases, values and fixtures, above and below.

use std::net::TcpListener;
use std::time::Duration;

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use rstest::{fixture, rstest};

/// Made inside of the namespace of the test that asks for it.
#[fixture]
fn listener() -> TcpListener {
    proof::assert_isolated();
    TcpListener::bind("127.0.0.1:8080").unwrap()
}

#[fixture]
#[once]
fn once() -> u32 {
    42
}

#[fixture]
async fn later() -> u32 {
    tokio::task::yield_now().await;
    7
}

mod below {
    use super::*;

    #[netns_test]
    #[rstest]
    fn fixtures(listener: TcpListener, once: &u32) {
        assert_eq!(listener.local_addr().unwrap().port(), 8080);
        assert_eq!(*once, 42);
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[case::one(1)]
    #[case::two(2)]
    #[should_panic(expected = "three")]
    #[case::three(3)]
    fn cases(#[case] number: u32) {
        proof::ran();
        assert!(number < 3, "three");
    }

    #[netns_test]
    #[rstest]
    fn values(#[values(1, 2)] a: u32, #[values("x", "y")] b: &str) -> std::io::Result<()> {
        assert!(a < 3 && b.len() == 1);
        proof::ran();
        let _dns = std::net::UdpSocket::bind("127.0.0.1:53")?;
        Ok(())
    }

    #[netns_test]
    #[rstest]
    #[case(1)]
    #[case(2)]
    fn parameter(#[case] number: u32, ns: &NetNs) {
        assert!(number < 3);
        assert_eq!(ns.id().to_string(), proof::here());
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[case(1)]
    async fn bare_async(#[case] number: u32, ns: &NetNs) {
        tokio::task::yield_now().await;
        assert_eq!(number, 1);
        assert_eq!(ns.id().to_string(), proof::here());
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[case(1)]
    #[case(2)]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn tokio_test(#[case] number: u32, #[future(awt)] later: u32, ns: &NetNs) {
        assert_eq!(later - number.min(1), 6);
        assert_eq!(ns.id().to_string(), proof::here());
        let task = tokio::spawn(async { proof::here() });
        assert_eq!(task.await.unwrap(), proof::here());
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[case(1)]
    #[case(2)]
    #[async_std::test]
    async fn async_std_test(#[case] number: u32, ns: &NetNs) {
        assert!(number < 3);
        assert_eq!(ns.id().to_string(), proof::here());
        proof::ran();
    }

    /// What stands before a `#[case]` is for that case only.
    #[netns_test]
    #[rstest]
    #[tokio::test]
    #[case(1)]
    #[case(2)]
    async fn one_case_with_tokio(#[case] number: u32) {
        assert!(number < 3);
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[test_log::test]
    #[case(1)]
    #[case(2)]
    fn one_case_with_log(#[case] number: u32) {
        assert!(number < 3);
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[awt]
    #[timeout(Duration::from_secs(60))]
    async fn awaited_with_timeout(#[future] later: u32) {
        assert_eq!(later, 7);
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[timeout(Duration::from_secs(60))]
    fn timeout() {
        proof::ran_as("below::timeout");
    }

    #[netns_test]
    #[rstest]
    #[test_attr(tokio::test)]
    async fn explicit_test_attribute() {
        proof::ran();
    }

    #[netns_test]
    #[rstest]
    #[case::text("x")]
    #[case::number(1)]
    fn generic<T: std::fmt::Debug>(#[case] value: T) {
        assert!(!format!("{value:?}").is_empty());
        proof::ran();
    }
}

mod above {
    use super::*;

    #[rstest]
    #[netns_test]
    fn fixtures(listener: TcpListener, once: &u32) {
        assert_eq!(listener.local_addr().unwrap().port(), 8080);
        assert_eq!(*once, 42);
        proof::ran();
    }

    #[rstest]
    #[case::one(1)]
    #[should_panic(expected = "two")]
    #[case::two(2)]
    #[netns_test]
    fn cases(#[case] number: u32) {
        proof::ran();
        assert!(number < 2, "two");
    }

    #[rstest]
    #[netns_test]
    fn values(#[values(1, 2)] a: u32, #[values("x", "y")] b: &str) -> std::io::Result<()> {
        assert!(a < 3 && b.len() == 1);
        proof::ran();
        let _dns = std::net::UdpSocket::bind("127.0.0.1:53")?;
        Ok(())
    }

    #[rstest]
    #[case(1)]
    #[netns_test]
    fn parameter(#[case] number: u32, #[ignore] ns: &NetNs) {
        assert_eq!(number, 1);
        assert_eq!(ns.id().to_string(), proof::here());
        proof::ran();
    }

    #[rstest]
    #[case(1)]
    #[test_attr(netns_test)]
    async fn bare_async(#[case] number: u32) {
        assert_eq!(number, 1);
        tokio::task::yield_now().await;
        proof::ran();
    }

    #[rstest]
    #[case(1)]
    #[tokio::test]
    #[netns_test]
    async fn tokio_test(#[case] number: u32, #[future(awt)] later: u32) {
        assert_eq!(number + later, 8);
        proof::ran();
    }

    #[rstest]
    #[case(1)]
    #[netns_test]
    #[tokio::test]
    async fn tokio_test_last(#[case] number: u32) {
        assert_eq!(number, 1);
        proof::ran();
    }

    #[rstest]
    #[timeout(Duration::from_secs(60))]
    #[netns_test]
    fn timeout() {
        proof::ran_as("above::timeout");
    }
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "below::fixtures",
        "below::cases::case_1_one",
        "below::cases::case_2_two",
        "below::cases::case_3_three",
        "below::values::a_1_1::b_1___x__",
        "below::values::a_1_1::b_2___y__",
        "below::values::a_2_2::b_1___x__",
        "below::values::a_2_2::b_2___y__",
        "below::parameter::case_1",
        "below::parameter::case_2",
        "below::bare_async::case_1",
        "below::tokio_test::case_1",
        "below::tokio_test::case_2",
        "below::async_std_test::case_1",
        "below::async_std_test::case_2",
        "below::one_case_with_tokio::case_1",
        "below::one_case_with_tokio::case_2",
        "below::one_case_with_log::case_1",
        "below::one_case_with_log::case_2",
        "below::awaited_with_timeout",
        "below::timeout",
        "below::explicit_test_attribute",
        "below::generic::case_1_text",
        "below::generic::case_2_number",
        "above::fixtures",
        "above::cases::case_1_one",
        "above::cases::case_2_two",
        "above::values::a_1_1::b_1___x__",
        "above::values::a_1_1::b_2___y__",
        "above::values::a_2_2::b_1___x__",
        "above::values::a_2_2::b_2___y__",
        "above::parameter::case_1",
        "above::bare_async::case_1",
        "above::tokio_test::case_1",
        "above::tokio_test_last::case_1",
        "above::timeout",
    ]);
}
