//! A test fails whose hooks do: before its body, which then does not run, or
//! after it, whatever the body said.

use netns_test_tests::cargo::{Runner, User, Verdict, run_fixture};

/// Each test, and what has to stand in its section.
const FAIL: [(&str, &[&str]); 7] = [
    (
        "init_fails",
        &[
            "netns-test: `init_fails` did not run: failed to run `init` of `",
            "Failing` in network namespace net:[",
            "because: no room in the inn",
        ],
    ),
    (
        "init_fails_where_a_panic_is_expected",
        &["because: no room in the inn", "did not panic as expected"],
    ),
    (
        "init_panics",
        &[
            "as red as can be",
            "netns-test: `init_panics` did not run",
            "because: it panicked: as red as can be",
        ],
    ),
    (
        "create_panics",
        &[
            "netns-test: `create_panics` did not run: failed to create instance `created`",
            "not here",
        ],
    ),
    (
        "exit_panics",
        &[
            "netns-test: after the body of `exit_panics`: failed to run `exit` of `",
            "it panicked: something is left",
        ],
    ),
    (
        "exit_panics_after_an_expected_panic",
        &["something is left", "did not panic as expected"],
    ),
    (
        "destroy_panics",
        &[
            "netns-test: after the body of `destroy_panics`: failed to destroy instance `created`",
            "not now",
        ],
    ),
];

#[test]
fn hooks_that_fail_fail_the_test() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            let report = run_fixture("hooks-fixture", runner, user, &[]);
            assert!(!report.success, "the runner says success\n{report}");
            for (test, texts) in FAIL {
                assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
                let section = report.section(test);
                for text in texts {
                    assert!(section.contains(text), "{test}: no {text:?} in\n{section}");
                }
            }
            assert!(!report.text.contains("ran without its hooks"), "{report}");
            assert_eq!(
                report.verdicts("all_is_well"),
                [Verdict::Passed],
                "{report}"
            );
        }
    }
}
