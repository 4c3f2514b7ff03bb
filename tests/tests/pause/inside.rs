//! The line that is printed leads into the namespaces of the test that is named.

use std::process::Output;

use netns_test_tests::cargo::User;
use nix::unistd::geteuid;

use crate::run::{Paused, Run, fixture, is};

/// Each test that fails, the number in its namespace, and why it fails.
const FAILING: [(&str, u8, &str); 13] = [
    ("aborts", 91, "its process was killed by signal 6 (SIGABRT)"),
    ("does_not_panic", 84, "it did not panic, as it should"),
    (
        "ends_badly",
        89,
        "what is registered for the end of its namespace failed",
    ),
    ("fails_in_time", 90, "it panicked: in time"),
    ("has_no_views", 93, "it panicked: without views"),
    (
        "is_stopped",
        92,
        "it took longer than 300ms, its limit, and has not ended",
    ),
    ("leaves_something", 87, "it left something behind"),
    (
        "panics",
        81,
        "it panicked: as red as can be\n           and more\n",
    ),
    ("panics_as_well", 82, "it panicked: as well"),
    (
        "panics_otherwise",
        83,
        "it panicked with another message than `this`: that",
    ),
    ("returns_an_error", 85, "it returned an error"),
    (
        "takes_too_long",
        88,
        "it took longer than 300ms, its limit, and has not ended",
    ),
    (
        "tries_to_leave",
        86,
        "it tried to leave its network namespace",
    ),
];

fn text(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

/// One after the other: on threads, in processes, after a crash, at a limit, for what
/// was left and for what was tried. Each is paused once, and its verdict is what it was.
#[test]
fn every_failure_is_paused_where_it_happened() {
    for user in User::all() {
        println!("{user:?}");
        let run = Run::start(&fixture(
            user,
            "pause-fixture",
            &[
                "--include-ignored",
                "--test-threads=1",
                "--skip=uses_up_descriptors",
            ],
        ));
        for (index, (test, number, why)) in FAILING.into_iter().enumerate() {
            let paused = run.err.paused(index);
            println!("{}", paused.text);
            assert_eq!(paused.test, test);
            let because = format!("  because: {why}");
            assert!(paused.text.starts_with(&because), "{test}\n{}", paused.text);
            let seen = paused.inside(user, "sh -c 'cat /proc/sys/net/ipv4/ip_default_ttl; pwd'");
            assert_eq!(text(&seen), format!("{number}\n/usr\n"), "{test}");
            check_views(user, &paused);
            paused.go_on(user);
            let over = format!("netns-test: `{test}` goes on\n");
            run.err
                .wait_for(&over, |text| text.contains(&over).then_some(()));
        }
        let err = run.err.clone();
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert_eq!(crate::run::all(&err.text()).len(), FAILING.len(), "{out}");
        check_verdicts(&out);
    }
}

/// The test's own view, and the tools that read it.
fn check_views(user: User, paused: &Paused) {
    let line = paused.line("nsenter");
    // A process that waits for any test has them already.
    let has_own = paused.test != "has_no_views" || user.in_processes();
    assert_eq!(line.contains(" --mount="), has_own, "{line}");
    if has_own {
        let links = paused.inside(user, "ls /sys/class/net");
        assert_eq!(text(&links), "lo\n", "{}", paused.test);
    }
    let links = paused.inside(user, "ip -oneline link");
    assert_eq!(text(&links).lines().count(), 1, "{links:?}");
    assert_eq!(line.contains(" --user="), user == User::Ordinary, "{line}");
    // What was open when the body hangs is open still.
    if paused.test == "takes_too_long" {
        let threads = paused.inside(user, "ss -Hltn");
        assert!(text(&threads).contains("127.0.0.1:80"), "{threads:?}");
    }
}

fn check_verdicts(out: &str) {
    let failures = out.split("\nfailures:\n").nth(2).unwrap_or_default();
    for (test, _, _) in FAILING {
        assert!(failures.contains(&format!("    {test}\n")), "{test}\n{out}");
    }
    for test in ["passes", "panics_as_expected"] {
        assert!(is(out, test, "ok"), "{test}\n{out}");
    }
    assert!(out.contains("printed without a newline"), "{out}");
    for words in [
        "the network of `panics` at its panic:",
        "the network of `aborts` after its process ended:",
        "the network of `takes_too_long` at its limit:",
        "`tries_to_leave` tried to leave its network namespace",
        "`leaves_something` left behind:",
    ] {
        assert!(out.contains(words), "no {words:?} in\n{out}");
    }
}

/// A process that is in a user namespace as a whole: whoever wants to go in is outside.
#[test]
fn before_main() {
    let run = Run::start(&fixture(User::Ordinary, "pause-before-main-fixture", &[]));
    let paused = run.err.paused(0);
    println!("{}", paused.text);
    let seen = paused.inside(
        User::Ordinary,
        "cat /proc/sys/net/ipv4/ip_default_ttl && ls /sys/class/net",
    );
    assert!(text(&seen).starts_with("94\n"), "{seen:?}");
    paused.go_on(User::Ordinary);
    let (status, out) = run.finish();
    assert_eq!(status.code(), Some(101), "{out}");
    assert!(is(&out, "panics", "FAILED"), "{out}");
}

/// Root goes where an ordinary user's test is by the same line.
#[test]
fn root_goes_everywhere() {
    if !geteuid().is_root() {
        return;
    }
    let run = Run::start(&fixture(
        User::Ordinary,
        "pause-fixture",
        &["--exact", "panics"],
    ));
    let paused = run.err.paused(0);
    let seen = paused.inside(User::Root, "cat /proc/sys/net/ipv4/ip_default_ttl");
    assert_eq!(text(&seen), "81\n");
    paused.go_on(User::Root);
    assert_eq!(run.finish().0.code(), Some(101));
}

/// Tests that pass are not paused, nor is anything without the variable.
#[test]
fn what_passes_goes_on() {
    for user in User::all() {
        println!("{user:?}");
        let run = Run::start(&fixture(
            user,
            "pause-fixture",
            &["--exact", "passes", "panics_as_expected"],
        ));
        let err = run.err.clone();
        let (status, out) = run.finish();
        assert!(status.success(), "{out}");
        assert_eq!(err.text(), "", "{out}");
        let mut command = fixture(user, "pause-fixture", &["--exact", "panics"]);
        command.env("NETNS_TEST_PAUSE", "off");
        let run = Run::start(&command);
        let err = run.err.clone();
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert_eq!(err.text(), "", "{out}");
    }
}
