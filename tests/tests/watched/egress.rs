use netns_test_tests::cargo::Verdict;

use crate::in_all_ways;

/// The tests that fail for trying, and how often they do.
const DENIED: [(&str, &str); 9] = [
    ("asks_a_name_server", "1 time over IPv4"),
    ("both", "2 times over IPv4 and 1 time over IPv6"),
    ("tcp4", "1 time over IPv4"),
    ("tcp6", "1 time over IPv6"),
    ("udp4_connected", "1 time over IPv4"),
    ("udp4_sent", "1 time over IPv4"),
    ("udp6_connected", "1 time over IPv6"),
    ("udp6_sent", "1 time over IPv6"),
    ("where_a_panic_is_expected", "1 time over IPv4"),
];

/// A test that tries to leave its namespace fails if it must not, whatever panic is
/// expected; else that is a line in the report of a failure, and costs nothing.
#[test]
fn attempts_are_seen() {
    in_all_ways("egress-fixture", |report, _, _| {
        assert!(!report.success, "{report}");
        for (test, times) in DENIED {
            assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
            let line = format!(
                "netns-test: `{test}` tried to leave its network namespace: {times} there was no route\n"
            );
            assert_eq!(
                report.section(test).matches(&line).count(),
                1,
                "{test}\n{report}"
            );
        }
        let mentioned = report.section("mentioned_since_it_fails");
        assert!(
            mentioned.contains("1 time over IPv4 there was no route; does it need the Internet?")
        );
        assert_eq!(
            report.verdicts("fails_without_a_try"),
            [Verdict::Failed],
            "{report}"
        );
        assert!(
            !report
                .section("fails_without_a_try")
                .contains("tried to leave"),
            "{report}"
        );
        for test in ["passes_though_it_tries", "passes_without_a_try"] {
            assert_eq!(report.verdicts(test), [Verdict::Passed], "{test}\n{report}");
            assert_eq!(report.section(test), "", "{test}\n{report}");
        }
    });
}
