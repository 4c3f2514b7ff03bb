//! `crate = "path"`, for crates that re-export this one.

use netns_test_tests::proof;

/// What another crate might re-export; it notes what goes through it.
mod framework {
    pub(crate) use netns_test::netns_test as isolated;

    pub(crate) mod inner {
        pub(crate) use netns_test::netns_test;

        pub(crate) mod __private {
            pub(crate) use netns_test::__private::*;

            pub(crate) fn run(test: &'static Test) -> ExitCode {
                println!("through the framework");
                netns_test::__private::run(test)
            }
        }
    }
}

#[framework::isolated(crate = "crate::framework::inner")]
fn plain() {
    proof::ran();
}

#[framework::isolated(crate = "crate::framework::inner", flavor = "multi_thread")]
async fn asynchronous() -> Result<(), String> {
    proof::ran();
    Ok(())
}

#[framework::isolated(crate = "crate::framework::inner")]
#[tokio::test]
async fn inner_attribute() {
    proof::ran();
}

#[framework::isolated(crate = "crate::framework::inner")]
#[rstest::rstest]
#[case(1)]
fn cases(#[case] number: u8) {
    assert_eq!(number, 1);
    proof::ran();
}

#[framework::isolated(crate = "crate::framework::inner")]
#[rstest::rstest]
#[test_attr(tokio::test)]
async fn explicit_test_attribute() {
    proof::ran();
}

#[framework::isolated(crate = "::netns_test")]
fn directly() {
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "plain",
        "asynchronous",
        "inner_attribute",
        "cases::case_1",
        "explicit_test_attribute",
        "directly",
    ]);
}

mod about {
    use super::proof;

    #[test]
    fn expansions_name_that_path() {
        for (test, times) in [
            ("plain", 1),
            ("asynchronous", 1),
            ("inner_attribute", 1),
            ("cases::case_1", 1),
            ("explicit_test_attribute", 1),
            ("directly", 0),
        ] {
            let text = proof::output(&["--exact", test, "--nocapture"]);
            let found = text.matches("through the framework").count();
            assert_eq!(found, times, "{text}");
        }
    }
}
