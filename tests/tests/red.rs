//! A test that must fail, fails: under every runner, as every user, with the
//! words of a plain `#[test]`.

use netns_test_tests::cargo::{Runner, User, Verdict, build_fixture, run_fixture, undisturbed};
use netns_test_tests::state::{wait_until, with_argument};

const RED: &str = include_str!("../red/red.rs");

/// The place in a fixture where a test panics: `file:line:`.
fn place(test: &str) -> String {
    let marker = format!("// panics: {test}");
    let line = RED.lines().position(|line| line.ends_with(&marker));
    format!(
        "tests/red/red.rs:{}:",
        line.expect("marked in the fixture") + 1
    )
}

/// What must stand in the section of a failed test.
fn expected(test: &str) -> Vec<String> {
    let own_thread = |name: &str| {
        vec![
            format!("thread '{name}' ("),
            format!("panicked at {}", place(test)),
        ]
    };
    let texts = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let and = |mut all: Vec<String>, words: &[&str]| {
        all.extend(texts(words));
        all
    };
    match test {
        "failed_assert" => and(
            own_thread(test),
            &[
                "said before the assert",
                "one is not two",
                "left: 1",
                "right: 2",
            ],
        ),
        "nested::failed_assert" => and(own_thread(test), &["assertion failed: \"a\".is_empty()"]),
        "joined_thread" => and(
            own_thread("<unnamed>"),
            &[
                "in a thread of the body",
                "thread 'joined_thread' (",
                "the thread panicked",
            ],
        ),
        "payload_that_is_no_text" => and(own_thread(test), &["Box<dyn Any>"]),
        "returns_an_error" => texts(&["Error: \"the returned error\""]),
        "returns_an_io_error" => texts(&["Error: Os { code: 111, kind: ConnectionRefused"]),
        // libtest says nothing of a status.
        "exit_code" => vec![],
        "asynchronous" => and(own_thread(test), &["after an await"]),
        "does_not_panic" => texts(&["test did not panic as expected"]),
        "panics_with_another_text" => and(
            own_thread(test),
            &[
                "the wrong text",
                "panic did not contain expected string",
                "panic message: \"the wrong text\"",
                "expected substring: \"the right text\"",
            ],
        ),
        "registered_twice" => texts(&[
            "`registered_twice` runs for the second time",
            "remove the `#[test]` above it",
        ]),
        "says_it_in_many_ways" => and(
            own_thread(test),
            &[
                "SHOWN by println",
                "SHOWN by eprintln",
                "SHOWN without a newline",
                "to be shown",
            ],
        ),
        other => panic!("`{other}` is no red test"),
    }
}

/// The red tests.
const FAIL: [&str; 12] = [
    "asynchronous",
    "does_not_panic",
    "exit_code",
    "failed_assert",
    "joined_thread",
    "nested::failed_assert",
    "panics_with_another_text",
    "payload_that_is_no_text",
    "registered_twice",
    "returns_an_error",
    "returns_an_io_error",
    "says_it_in_many_ways",
];

/// Network namespaces, 13: what a body's thread says is captured, its name is the test's, and one
/// failure prints one panic.
fn check_red(runner: Runner, user: User) {
    let report = run_fixture("red-fixture", runner, user, &[]);
    assert!(!report.success, "the runner says success\n{report}");
    for test in FAIL {
        assert_eq!(
            report.count(test, &Verdict::Failed),
            1,
            "failures of {test}\n{report}"
        );
        let section = report.section(test);
        for text in expected(test) {
            assert!(
                section.contains(&text),
                "{test}: no {text:?} in\n{section}\nof\n{report}"
            );
        }
    }
    assert_eq!(
        report
            .section("failed_assert")
            .matches("panicked at")
            .count(),
        1,
        "one failure, one panic\n{report}"
    );
    for test in ["passes_without_a_word", "passes_with_a_panic"] {
        assert_eq!(report.verdicts(test), [Verdict::Passed], "{test}\n{report}");
        assert_eq!(report.section(test), "", "{test}\n{report}");
    }
    if user.in_processes() {
        // In a process of its own, also what bypasses libtest is captured.
        let section = report.section("says_it_in_many_ways");
        for text in [
            "SHOWN by write_all",
            "SHOWN by a child",
            "SHOWN by stderr",
            "SHOWN by write(2)",
        ] {
            assert!(section.contains(text), "no {text:?} in\n{section}");
        }
        assert!(!report.text.contains("HIDDEN"), "{report}");
    }
}

/// How each test of the second fixture ends, and what nextest calls it where
/// the body runs in nextest's own process.
const CRASHES: [(&str, &str, Option<&str>); 7] = [
    (
        "exits_with_0",
        "exited with status 0 before the test finished",
        None,
    ),
    (
        "exits_with_3",
        "exited with status 3 before the test finished",
        None,
    ),
    (
        "aborts",
        "was killed by signal 6 (SIGABRT)",
        Some("SIGABRT"),
    ),
    (
        "aborts_where_a_panic_is_expected",
        "was killed by signal 6 (SIGABRT)",
        Some("SIGABRT"),
    ),
    (
        "segfaults",
        "was killed by signal 11 (SIGSEGV)",
        Some("SIGSEGV"),
    ),
    (
        "overflows_its_stack",
        "was killed by signal 6 (SIGABRT)",
        Some("SIGABRT"),
    ),
    (
        "is_killed",
        "was killed by signal 9 (SIGKILL)",
        Some("SIGKILL"),
    ),
];

/// In processes of their own, a crash is that test's failure only.
fn check_crashes_apart(runner: Runner, user: User) {
    let report = run_fixture("crash-fixture", runner, user, &["--skip", "loops"]);
    assert!(!report.success, "the runner says success\n{report}");
    for (test, how, _) in CRASHES {
        assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
        let section = report.section(test);
        let line = format!("netns-test: the process of `{test}` {how}");
        assert!(
            section.contains(&line),
            "{test}: no {line:?} in\n{section}\nof\n{report}"
        );
    }
    let overflow = report.section("overflows_its_stack");
    assert!(
        overflow.contains("thread 'overflows_its_stack' ("),
        "{report}"
    );
    assert!(overflow.contains("has overflowed its stack"), "{report}");
    let expecting = report.section("aborts_where_a_panic_is_expected");
    assert!(expecting.contains("did not panic as expected"), "{report}");
    assert_eq!(report.verdicts("passes"), [Verdict::Passed], "{report}");
}

/// On threads, a crash ends the test binary, as it does under `#[test]`; and
/// so does an exit, which is never a success.
fn check_crashes_together(runner: Runner) {
    for (test, _, signal) in CRASHES {
        let report = run_fixture("crash-fixture", runner, User::Root, &["--exact", test]);
        assert!(!report.success, "{test}: the runner says success\n{report}");
        match (runner, signal) {
            (Runner::Nextest, Some(signal)) => {
                let verdict = Verdict::Other(signal.to_owned());
                assert_eq!(report.verdicts(test), [verdict], "{test}\n{report}");
            }
            (Runner::Nextest, None) => {
                assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
            }
            (_, Some(signal)) => assert!(report.text.contains(signal), "{test}\n{report}"),
            (_, None) => {}
        }
        if signal.is_none() {
            let line = format!("netns-test: the process exits while `{test}` runs");
            assert!(report.text.contains(&line), "{test}\n{report}");
        }
    }
}

fn check_crashes(runner: Runner, user: User) {
    if user.in_processes() {
        check_crashes_apart(runner, user);
    } else {
        check_crashes_together(runner);
    }
}

/// A body that never ends is ended by whoever ends the test binary, and leaves nothing.
fn check_loop_in_time(user: User) {
    let binary = build_fixture("crash-fixture");
    let mut words = user.wrapper().unwrap_or("env").split(' ');
    let mut command = undisturbed(words.next().expect("a program"));
    let finished = command
        .args(words)
        .envs(user.isolation())
        .args(["timeout", "2"])
        .arg(binary)
        .args(["--exact", "loops_for_ever"])
        .output()
        .expect("coreutils' timeout");
    assert_eq!(finished.status.code(), Some(124), "{user:?}: {finished:?}");
    wait_until("all processes of the test are gone", || {
        with_argument("loops_for_ever").is_empty()
    });
}

/// A body that never ends is ended by nextest.
fn check_loop(user: User) {
    let report = run_fixture(
        "crash-fixture",
        Runner::Nextest,
        user,
        &["--exact", "loops_for_ever"],
    );
    assert!(!report.success, "{report}");
    let verdict = Verdict::Other("TIMEOUT".to_owned());
    assert_eq!(report.verdicts("loops_for_ever"), [verdict], "{report}");
}

/// A name that libtest does not know selects no test, and libtest calls that a
/// success.
fn check_unknown(runner: Runner, user: User) {
    let report = run_fixture("unknown-fixture", runner, user, &[]);
    let test = "body_is_never_entered";
    assert_eq!(report.verdicts(test), [Verdict::Failed], "{report}");
    let section = report.section(test);
    for text in [
        "netns-test: `no_such_test` did not run",
        "ended without running it",
        "known to the binary's harness by its full path",
    ] {
        assert!(section.contains(text), "no {text:?} in\n{report}");
    }
}

#[test]
fn unknown_names_are_failures() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            check_unknown(runner, user);
        }
    }
}

#[test]
fn failures_are_failures() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            check_red(runner, user);
        }
    }
}

#[test]
fn crashes_are_failures() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            check_crashes(runner, user);
        }
    }
}

#[test]
fn endless_tests_are_ended() {
    if !Runner::installed().contains(&Runner::Nextest) {
        return;
    }
    for user in User::all() {
        println!("{user:?}");
        check_loop_in_time(user);
        check_loop(user);
    }
}
