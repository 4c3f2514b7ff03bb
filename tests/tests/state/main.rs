//! What a failed test says of its network: after its own words, the same on
//! every road, and short.
#![cfg(target_os = "linux")]

mod backtrace;
mod made;
mod normal;

use netns_test_tests::cargo::{Report, Runner, User, Verdict, run_fixture};

use crate::normal::normal;

const FIXTURE: &str = "state-fixture";

/// The tests whose reports are always the same, and the reports.
const EXPECTED: [(&str, &str); 14] = [
    (
        "a_child_holds_a_socket",
        include_str!("expected/a_child_holds_a_socket.txt"),
    ),
    ("aborts", include_str!("expected/aborts.txt")),
    ("asynchronous", include_str!("expected/asynchronous.txt")),
    ("bare", include_str!("expected/bare.txt")),
    (
        "does_not_panic",
        include_str!("expected/does_not_panic.txt"),
    ),
    ("exits", include_str!("expected/exits.txt")),
    (
        "fails_after_panics",
        include_str!("expected/fails_after_panics.txt"),
    ),
    (
        "has_a_firewall",
        include_str!("expected/has_a_firewall.txt"),
    ),
    ("holds_sockets", include_str!("expected/holds_sockets.txt")),
    ("is_killed", include_str!("expected/is_killed.txt")),
    (
        "panics_with_another_text",
        include_str!("expected/panics_with_another_text.txt"),
    ),
    (
        "replaces_the_hook",
        include_str!("expected/replaces_the_hook.txt"),
    ),
    (
        "returns_a_status",
        include_str!("expected/returns_a_status.txt"),
    ),
    (
        "returns_an_error",
        include_str!("expected/returns_an_error.txt"),
    ),
];

/// Those that run in a process even where the others run on threads.
const IN_PROCESSES: [&str; 4] = ["aborts", "exits", "is_killed", "replaces_the_hook"];

/// What stands before the report.
fn own_words(test: &str) -> &'static str {
    match test {
        "returns_an_error" => "Error: \"the returned error\"",
        "aborts" => "was killed by signal 6 (SIGABRT)",
        "exits" => "exited with status 0",
        "is_killed" => "was killed by signal 9 (SIGKILL)",
        // Nobody says anything.
        "does_not_panic" | "returns_a_status" | "replaces_the_hook" => "",
        "stuck_inside" => "took longer than 500ms, its limit",
        _ => "panicked at",
    }
}

/// The lines of the report on the network of `test`, which stands there once.
fn network(report: &Report, test: &str) -> String {
    let section = report.section(test);
    let heading = format!("netns-test: the network of `{test}` ");
    assert_eq!(
        section.matches(&heading).count(),
        1,
        "{test}\n{section}\nof\n{report}"
    );
    let (before, from) = section.split_once(&heading).expect("it is there");
    assert!(before.contains(own_words(test)), "{test}\n{section}");
    // nextest indents what it shows.
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let mut lines = from.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<_> = lines
        .map_while(|line| line.strip_prefix(indent))
        .take_while(|line| line.starts_with("  "))
        .collect();
    format!("{heading}{first}\n{}\n", rest.join("\n"))
}

fn check(report: &Report, user: User, test: &str, expected: &str) {
    assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
    let isolation = if user.in_processes() || IN_PROCESSES.contains(&test) {
        "process"
    } else {
        "thread"
    };
    let network = network(report, test);
    let expected = expected.replace("ISOLATION", isolation);
    assert_eq!(normal(&network), expected, "{test}, {user:?}\n{network}");
}

/// Of links, addresses, routes, rules, neighbours and sysctls.
const CHANGES: [&str; 13] = [
    "3: left@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP link/ether MAC veth",
    "2: right@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 state UP link/ether MAC veth",
    "  addresses:  lo: 127.0.0.1/8, ::1/128\n",
    "left: 10.0.0.1/24, 2001:db8::1/64 tentative",
    "  routes:     10.0.0.0/24 dev left proto kernel scope link src 10.0.0.1\n",
    "              10.1.0.0/16 via 10.0.0.2 dev left proto boot\n",
    "              blackhole 10.2.0.0/16 proto boot\n",
    "  rules:      1000: from 10.0.0.1 lookup 100\n",
    "              1001: from all fwmark 0x1 lookup 200 (IPv6)\n",
    "  neighbours: 10.0.0.2 dev left lladdr 02:00:00:00:00:01 PERMANENT\n",
    "  counters:   ",
    "net.ipv4.ip_default_ttl = 7 (in a new namespace 64)\n",
    "net.ipv6.conf.left.dad_transmits = 100 (in a new namespace 1)\n",
];

fn check_changes(report: &Report, user: User) {
    let network = network(report, "is_changed");
    let shown = normal(&network);
    for change in CHANGES {
        assert!(
            shown.contains(change),
            "{user:?}: no {change:?} in\n{network}"
        );
    }
    assert!(!network.contains("firewall:"), "{network}");
}

fn check_all(runner: Runner, user: User) {
    let report = run_fixture(FIXTURE, runner, user, &[]);
    assert!(!report.success, "the runner says success\n{report}");
    for (test, expected) in EXPECTED {
        check(&report, user, test, expected);
    }
    check_changes(&report, user);
    let left = "a_network_is_left";
    assert_eq!(report.verdicts(left), [Verdict::Passed], "{report}");
    let section = report.section("bare");
    assert!(
        !section.contains("a network that"),
        "another test's\n{section}"
    );
    made::check(&report, user);
    let bare = network(&report, "bare");
    assert!(bare.lines().count() < 15, "{bare}");
    let many = network(&report, "holds_many_sockets");
    assert_eq!(many.matches("LISTEN").count(), 12, "{many}");
    assert!(many.contains("and 88 more\n"), "{many}");
    let on_threads = network(&report, "on_many_threads");
    let names = "threads `on_many_threads`, `tokio-rt-worker`, fd ";
    assert!(on_threads.contains(names), "{on_threads}");
    // Which threads are in it then depends on the road.
    let elsewhere = network(&report, "in_another_namespace");
    assert!(
        elsewhere.contains("LISTEN  127.0.0.1:80  pid "),
        "{elsewhere}"
    );
    let passed = "passes_after_panics";
    assert_eq!(report.verdicts(passed), [Verdict::Passed], "{report}");
    assert_eq!(report.section(passed), "", "{report}");
}

#[test]
fn failed_tests_show_their_networks() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            check_all(runner, user);
        }
    }
}

/// One name and `--exact`: the process is started for the test alone, as under
/// nextest, and not forked.
#[test]
fn so_do_those_that_run_alone() {
    for user in User::all() {
        for (test, expected) in EXPECTED {
            if ["aborts", "bare", "is_killed"].contains(&test) {
                println!("{user:?}, {test}");
                let report = run_fixture(FIXTURE, Runner::CargoTest, user, &["--exact", test]);
                check(&report, user, test, expected);
            }
        }
    }
}
