//! Networks that a failed test made, below its own.

use netns_test_tests::cargo::{Report, User};

use crate::network;
use crate::normal::normal;

/// The tests, and what they made.
const EXPECTED: [(&str, &str); 4] = [
    (
        "makes_networks",
        include_str!("expected/makes_networks.txt"),
    ),
    ("fails_inside", include_str!("expected/fails_inside.txt")),
    (
        "fails_in_async",
        include_str!("expected/fails_in_async.txt"),
    ),
    ("stuck_inside", include_str!("expected/stuck_inside.txt")),
];

pub(crate) fn check(report: &Report, user: User) {
    for (test, expected) in EXPECTED {
        let moment = if test.starts_with("stuck") {
            "at its limit:"
        } else {
            "at its panic:"
        };
        let own = network(report, test);
        assert!(own.contains(moment), "{user:?}\n{own}");
        assert_eq!(normal(&made(report, test)), expected, "{test}, {user:?}");
    }
    let stuck = report.section("stuck_inside");
    assert!(stuck.contains("system call accept4"), "{user:?}\n{stuck}");
    let many = made(report, "makes_many_networks");
    assert_eq!(many.matches("sockets:    none\n").count(), 4, "{many}");
    let more = "netns-test: `makes_many_networks` made 2 more networks, not shown\n";
    assert!(many.ends_with(more), "{many}");
}

/// The lines on the networks that `test` made.
fn made(report: &Report, test: &str) -> String {
    let section = report.section(test);
    let heading = format!("netns-test: a network that `{test}` made, ");
    let more = format!("netns-test: `{test}` made ");
    // nextest indents what it shows.
    let indent = section
        .lines()
        .find_map(|line| line.find(&heading))
        .unwrap_or_else(|| panic!("{test}\n{section}"));
    let lines = section.lines().map(|line| line.get(indent..).unwrap_or(""));
    let mut is_of_one = false;
    let of_them = lines.filter(|line| {
        is_of_one = line.starts_with(&heading) || (is_of_one && line.starts_with("  "));
        is_of_one || line.starts_with(&more)
    });
    of_them.flat_map(|line| [line, "\n"]).collect()
}
