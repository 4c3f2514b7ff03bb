//! `#[test_case]` and `#[test_matrix]`, above and below.

use netns_test_tests::proof;

mod below {
    use netns_test::netns_test;
    use netns_test_tests::proof;
    use test_case::{test_case, test_matrix};

    #[netns_test]
    #[test_case(1; "one")]
    #[test_case(2; "two")]
    fn cases(number: u32) {
        assert!(number < 3);
        proof::ran();
    }

    #[netns_test]
    #[test_case(2 => 4; "square")]
    #[test_case(9 => panics "too large"; "limit")]
    fn expectations(number: u32) -> u32 {
        proof::ran();
        assert!(number < 9, "too large");
        number * number
    }

    #[netns_test]
    #[test_case::test_case(1; "one")]
    fn returns_a_result(number: u32) -> std::io::Result<()> {
        proof::ran();
        let _listener = std::net::UdpSocket::bind(("127.0.0.1", u16::try_from(number).unwrap()))?;
        Ok(())
    }

    #[netns_test]
    #[test_matrix([1, 2], ["x"])]
    fn matrix(number: u32, text: &str) {
        assert!(number < 3 && text == "x");
        proof::ran();
    }

    #[netns_test]
    #[test_case(1; "one")]
    async fn bare_async(number: u32) {
        tokio::task::yield_now().await;
        assert_eq!(number, 1);
        proof::ran();
    }

    #[netns_test]
    #[test_case(1; "one")]
    #[test_case(2; "two")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn tokio_test(number: u32) {
        assert!(number < 3);
        let task = tokio::spawn(async { proof::here() });
        assert_eq!(task.await.unwrap(), proof::here());
        proof::ran();
    }

    #[netns_test]
    #[test_case(1; "one")]
    #[ignore = "only with --include-ignored"]
    fn ignored(number: u32) {
        assert_eq!(number, 1);
        proof::ran();
    }
}

mod above {
    use netns_test::netns_test;
    use netns_test_tests::proof;
    use test_case::{test_case, test_matrix};

    #[test_case(1; "one")]
    #[test_case(2; "two")]
    #[netns_test]
    fn cases(number: u32) {
        assert!(number < 3);
        proof::ran();
    }

    #[test_case(2 => 4; "square")]
    #[test_case(9 => panics "too large"; "limit")]
    #[netns_test]
    fn expectations(number: u32) -> u32 {
        proof::ran();
        assert!(number < 9, "too large");
        number * number
    }

    #[test_matrix([1, 2])]
    #[netns_test]
    fn matrix(number: u32) {
        assert!(number < 3);
        proof::ran();
    }

    #[test_case(1; "one")]
    #[netns_test]
    async fn bare_async(number: u32) {
        tokio::task::yield_now().await;
        assert_eq!(number, 1);
        proof::ran();
    }

    #[test_case(1; "one")]
    #[tokio::test]
    #[netns_test]
    async fn tokio_test(number: u32) {
        assert_eq!(number, 1);
        proof::ran();
    }

    #[test_case(1; "one")]
    #[netns_test]
    #[tokio::test]
    async fn tokio_test_last(number: u32) {
        assert_eq!(number, 1);
        proof::ran();
    }
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "above::bare_async::test_case_1_one",
        "above::cases::test_case_1_one",
        "above::cases::test_case_2_two",
        "above::expectations::test_case_1_square",
        "above::expectations::test_case_2_limit",
        "above::matrix::test_case_1_1_expects",
        "above::matrix::test_case_2_2_expects",
        "above::tokio_test::test_case_1_one",
        "above::tokio_test_last::test_case_1_one",
        "below::bare_async::test_case_1_one",
        "below::cases::test_case_1_one",
        "below::cases::test_case_2_two",
        "below::expectations::test_case_1_square",
        "below::expectations::test_case_2_limit",
        "below::ignored::test_case_1_one",
        "below::matrix::test_case_1_1_x_expects",
        "below::matrix::test_case_2_2_x_expects",
        "below::returns_a_result::test_case_1_one",
        "below::tokio_test::test_case_1_one",
        "below::tokio_test::test_case_2_two",
    ]);
}
