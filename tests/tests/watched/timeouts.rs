use std::process::Output;
use std::time::{Duration, Instant};

use netns_test_tests::cargo::{User, Verdict, build_fixture, undisturbed};

use crate::in_all_ways;

/// The tests that take too long, the name of a thread of each and what it is at, if the
/// kernel gives it always the same name.
const TOO_LONG: [(&str, &str, Option<&str>); 10] = [
    (
        "accepts",
        "`accepts`",
        Some("system call accept4 on descriptor"),
    ),
    ("locks_twice", "`locks_twice`", Some("system call futex")),
    (
        "never_wakes",
        "`never_wakes`",
        Some("system call epoll_wait on descriptor"),
    ),
    ("never_wakes_on_workers", "`tokio-rt-worker`", None),
    (
        "returns_too_late",
        "`returns_too_lat`",
        Some("clock_nanosleep"),
    ),
    ("sleeps", "`sleeps`", Some("clock_nanosleep")),
    (
        "sleeps_outside_of_tokio",
        "`sleeps_outside_`",
        Some("clock_nanosleep"),
    ),
    (
        "sleeps_where_a_panic_is_expected",
        "`sleeps_where_a_`",
        Some("clock_nanosleep"),
    ),
    ("spins", "`spins`", Some("running, 0.")),
    (
        "waits_for_a_thread",
        "`never-ends`",
        Some("clock_nanosleep"),
    ),
];

/// A body that takes longer than it may fails its test at that time, whatever it is at
/// and whatever panic is expected, with a line for each thread; the others go on.
#[test]
fn too_long_is_a_failure() {
    in_all_ways("timeout-fixture", |report, _, user| {
        assert!(!report.success, "{report}");
        for (test, thread, doing) in TOO_LONG {
            assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
            let section = report.section(test);
            let line = format!("netns-test: `{test}` took longer than 300ms, its limit\n");
            assert_eq!(section.matches(&line).count(), 1, "{test}\n{report}");
            let of_thread = section
                .lines()
                .find(|line| !line.contains("netns-test:") && line.contains(thread));
            let of_thread = of_thread.unwrap_or_else(|| panic!("{test}: no {thread}\n{report}"));
            if let Some(doing) = doing {
                assert!(of_thread.contains(doing), "{test}: {of_thread}\n{report}");
            }
            let network = format!("netns-test: the network of `{test}` at its limit:\n");
            assert!(section.contains(&network), "{test}\n{report}");
            let links = "  links:      1: lo: <";
            assert!(section.contains(links), "{test}\n{report}");
            let is_left = section.contains("no thread can be ended from outside");
            assert_eq!(is_left, !user.in_processes(), "{test}\n{report}");
        }
        let sleeps = report.section("sleeps");
        for text in ["said before it sleeps", "said without a newline"] {
            assert!(sleeps.contains(text), "{report}");
        }
        assert!(
            report
                .section("sleeps_outside_of_tokio")
                .contains("tokio's time went by")
        );
        for test in [
            "passes_in_time",
            "passes_in_time_on_a_paused_clock",
            "panics_in_time",
        ] {
            assert_eq!(report.verdicts(test), [Verdict::Passed], "{test}\n{report}");
        }
        assert!(!report.text.contains("the process exits while"), "{report}");
        assert!(!report.text.contains("left behind"), "{report}");
    });
}

/// A body that holds the locks of both streams can't keep its own process from saying so.
#[test]
fn locked_streams_are_no_hindrance() {
    for user in User::all() {
        let output = one(user, "holds_the_streams", &[]);
        let text = text(&output);
        assert_eq!(output.status.code(), Some(101), "{user:?}\n{text}");
        assert!(
            text.contains("`holds_the_streams` took longer than 300ms"),
            "{text}"
        );
        assert!(text.contains("said with the lock"), "{text}");
        // The one that tries to write what is held back is not the test's.
        let (_, threads) = text
            .split_once("threads of its process:\n")
            .unwrap_or_else(|| panic!("{text}"));
        let (threads, _) = threads.split_once("netns-test:").unwrap();
        let threads: Vec<_> = threads.lines().collect();
        assert!(
            matches!(threads[..], [one] if one.contains("`holds_the_strea`")),
            "{user:?}\n{text}"
        );
    }
}

/// A process that is stopped as a whole is ended from outside, some seconds later.
#[test]
fn a_stopped_process_is_ended() {
    for user in User::all() {
        let since = Instant::now();
        let output = one(user, "is_stopped", &[]);
        let text = text(&output);
        assert_eq!(output.status.code(), Some(101), "{user:?}\n{text}");
        assert!(
            text.contains("which is stopped or does not get to run"),
            "{text}"
        );
        assert!(text.contains("`is_stopped` stopped by a signal"), "{text}");
        assert!(text.contains("`main`"), "{text}");
        assert!(
            text.contains("the network of `is_stopped` after its process"),
            "{text}"
        );
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "{:?}",
            since.elapsed()
        );
    }
}

/// A body that was given up, and that ends the process before all tests are over, does
/// not decide how that ends.
#[test]
fn an_exit_after_the_time_is_no_success() {
    let output = one(
        User::all()[0],
        "exits_after_its_time",
        &["takes_a_second", "--test-threads=2"],
    );
    let text = text(&output);
    assert!(!output.status.success(), "{text}");
    if !User::all()[0].in_processes() {
        assert!(
            text.contains("netns-test: the process exits while"),
            "{text}"
        );
    }
}

/// The variable beats what the attribute says, in both directions.
#[test]
fn the_variable_beats_the_attribute() {
    for user in User::all() {
        for (value, test, passes) in [
            ("200ms", "takes_a_second", false),
            ("1m", "returns_too_late", true),
            ("none", "returns_too_late", true),
        ] {
            let output = run(user, &["--exact", "--include-ignored", test], Some(value));
            assert_eq!(
                output.status.success(),
                passes,
                "{user:?} {value}\n{}",
                text(&output)
            );
        }
        for wrong in ["5", "0s", "soon"] {
            let output = run(user, &["--exact", "passes_in_time"], Some(wrong));
            let text = text(&output);
            assert!(!output.status.success(), "{text}");
            let line = format!("`NETNS_TEST_TIMEOUT={wrong}` is no duration");
            assert!(text.contains(&line), "{text}");
        }
    }
}

fn one(user: User, test: &str, more: &[&str]) -> Output {
    let arguments = ["--exact", "--include-ignored", test];
    run(user, &[&arguments, more].concat(), None)
}

fn run(user: User, arguments: &[&str], timeout: Option<&str>) -> Output {
    let binary = build_fixture("timeout-fixture");
    let mut words = user.wrapper().unwrap_or("env").split(' ');
    let mut command = undisturbed(words.next().expect("a program"));
    command.args(words).envs(user.isolation()).arg(binary);
    command.envs(timeout.map(|timeout| ("NETNS_TEST_TIMEOUT", timeout)));
    command.args(arguments).output().expect("the fixture runs")
}

fn text(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
