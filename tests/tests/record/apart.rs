//! Tests that end their process, or are stopped as a whole.

use netns_test_tests::cargo::User;
use serde_json::Value;

use crate::fixture::{Directory, Run, command};

fn run(user: User, tests: &[&str]) -> (Run, Directory) {
    let directory = Directory::new();
    let arguments = [tests, &["--exact", "--include-ignored"]].concat();
    let run = Run::of(command(user, &arguments), &directory);
    assert_eq!(run.output.status.code(), Some(101), "{}", run.text());
    (run, directory)
}

#[track_caller]
fn assert_ended(line: &Value, kind: &str, text: &str) {
    assert_eq!(line["outcome"], "failed", "{line}");
    assert_eq!(line["isolation"], "process", "{line}");
    assert_eq!(line["cause"]["kind"], kind, "{line}");
    assert_eq!(line["cause"]["text"], text, "{line}");
    assert_eq!(line["leaks"], Value::Null, "{line}");
    assert_eq!(line["egress"], Value::Null, "{line}");
    assert!(line["namespace"]["inode"].is_u64(), "{line}");
    assert!(line["seconds"]["body"].is_f64(), "{line}");
}

/// What was known before the end is told: alone in a process of its own, and as one of
/// several that a server forks.
#[test]
fn a_process_that_ends_has_a_line() {
    let aborted = "its process was killed by signal 6 (SIGABRT)";
    let endings = [
        (
            "apart::exits",
            "exit",
            "its process exited with status 0 before the test finished",
        ),
        ("apart::aborts", "signal", aborted),
        ("apart::aborts_where_a_panic_is_expected", "signal", aborted),
    ];
    for user in User::all() {
        let (all, _directory) = run(user, &endings.map(|(test, ..)| test));
        assert_eq!(all.lines.len(), endings.len(), "{}", all.text());
        for (test, kind, text) in endings {
            let without_core = |line: &Value| {
                let mut line = line.clone();
                let text = line["cause"]["text"].as_str().unwrap().to_owned();
                line["cause"]["text"] = text.trim_end_matches(", core dumped").into();
                line
            };
            assert_ended(&without_core(all.line(test)), kind, text);
            let (alone, _directory) = run(user, &[test]);
            assert_eq!(alone.lines.len(), 1, "{}", alone.text());
            assert_ended(&without_core(alone.line(test)), kind, text);
        }
    }
}

#[test]
fn a_process_that_is_stopped_has_a_line() {
    for user in User::all() {
        let (run, _directory) = run(user, &["apart::is_stopped"]);
        let line = run.line("apart::is_stopped");
        let text = "it took longer than 300ms, its limit, and its process was stopped or did not get to run";
        assert_ended(line, "frozen", text);
        assert!(line["seconds"]["body"].as_f64().unwrap() >= 0.3, "{line}");
    }
}

#[test]
fn a_process_that_vanishes_has_a_line() {
    for user in User::all() {
        // One by one: else the other test may have had the same server.
        let tests = ["apart::ends_its_parent", "passes", "--test-threads=1"];
        let (run, _directory) = run(user, &tests);
        let text = "its process vanished: the fork server, which is its parent, has ended";
        assert_ended(run.line("apart::ends_its_parent"), "vanished", text);
        assert_eq!(run.line("passes")["outcome"], "passed", "{}", run.text());
    }
}

/// On a thread, the test binary ends with it.
#[test]
fn a_thread_that_exits_has_a_line() {
    if !User::all().contains(&User::Root) {
        return;
    }
    let (run, _directory) = run(User::Root, &["apart::exits_where_it_is"]);
    let line = run.line("apart::exits_where_it_is");
    assert_eq!(line["outcome"], "failed", "{line}");
    assert_eq!(line["isolation"], "thread", "{line}");
    assert_eq!(line["cause"]["kind"], "exit", "{line}");
    assert_eq!(
        line["cause"]["text"], "the test binary exits while its body runs",
        "{line}"
    );
}

/// It has what the test process has, and might tell of the test as well.
#[test]
fn a_copy_of_the_process_has_no_line() {
    for user in User::all() {
        let directory = Directory::new();
        let arguments = ["apart::has_a_copy_exit", "--exact", "--ignored"];
        let run = Run::of(command(user, &arguments), &directory);
        let line = run.line("apart::has_a_copy_exit");
        assert_eq!(line["outcome"], "passed", "{line}\n{}", run.text());
    }
}

#[test]
fn a_setting_that_is_wrong_has_a_line() {
    for user in User::all() {
        let directory = Directory::new();
        let mut command = command(user, &["passes", "--exact"]);
        command.env("NETNS_TEST_LEAKS", "nonsense");
        let run = Run::of(command, &directory);
        let line = run.line("passes");
        assert_eq!(line["outcome"], "failed", "{line}");
        assert_eq!(line["isolation"], Value::Null, "{line}");
        assert_eq!(line["seconds"]["body"], Value::Null, "{line}");
        assert_eq!(line["cause"]["kind"], "settings", "{line}");
        let text = line["cause"]["text"].as_str().unwrap();
        assert!(
            text.contains("`NETNS_TEST_LEAKS=nonsense` is not known"),
            "{text}"
        );
    }
}
