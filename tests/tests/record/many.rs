//! Many processes, one file.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use netns_test_tests::cargo::{Runner, User};

use crate::endings::by_runner;
use crate::fixture::{Directory, command, lines};

/// Lines of several pages come whole from 240 processes, and from the threads of others.
#[test]
fn lines_come_whole() {
    const ROUNDS: usize = 12;
    for user in User::all() {
        let directory = Directory::new();
        let report = directory.file("report.jsonl");
        thread::scope(|scope| {
            for round in 0..ROUNDS {
                let report = &report;
                scope.spawn(move || {
                    for test in 'a'..='t' {
                        let name = format!("many::{test}");
                        let mut command = command(user, &[&name, "--exact", "--ignored"]);
                        command.env("NETNS_TEST_REPORT", report);
                        assert_eq!(command.output().unwrap().status.code(), Some(101));
                        if round == 0 && test == 'j' {
                            let threads = ["many::", "--ignored", "--test-threads=16"];
                            let mut command = self::command(user, &threads);
                            command.env("NETNS_TEST_REPORT", report);
                            command.output().unwrap();
                        }
                    }
                });
            }
        });
        let mut counts = BTreeMap::new();
        for line in lines(&report) {
            assert_eq!(
                line["cause"]["text"].as_str().unwrap().len(),
                46 * 120,
                "{line}"
            );
            let name = line["name"].as_str().unwrap().to_owned();
            *counts.entry(name).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 20, "{counts:?}");
        assert!(
            counts.values().all(|count| *count == ROUNDS + 1),
            "{counts:?}"
        );
    }
}

/// A line that a killed process has broken off spoils none after it.
#[test]
fn a_line_that_was_broken_off_stays_alone() {
    for runner in Runner::installed() {
        let directory = Directory::new();
        let report = directory.file("report.jsonl");
        fs::write(&report, "{\"schema\":1,\"name\":\"ha").unwrap();
        let mut command = by_runner(runner, User::Ordinary);
        if User::Ordinary.wrapper().is_some() {
            std::os::unix::fs::chown(&report, Some(65534), Some(65534)).unwrap();
        }
        command.env("NETNS_TEST_REPORT", &report).output().unwrap();
        let text = fs::read_to_string(&report).unwrap();
        let (half, rest) = text.split_once('\n').unwrap();
        assert_eq!(half, "{\"schema\":1,\"name\":\"ha");
        fs::write(&report, rest).unwrap();
        assert!(lines(&report).len() > 20, "{text}");
    }
}

/// The path is that of the start, wherever tests go.
#[test]
fn a_test_that_goes_elsewhere_takes_no_line_along() {
    for user in User::all() {
        let directory = Directory::new();
        let arguments = ["goes_elsewhere", "passes", "--exact", "--test-threads=1"];
        let mut command = command(user, &arguments);
        if user == User::Root {
            // The whole test process goes.
            command.env("NETNS_TEST_ISOLATION", "thread");
        }
        let output = command
            .current_dir(directory.path())
            .env("NETNS_TEST_REPORT", "relative");
        let output = output.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let lines = lines(&directory.file("relative"));
        assert_eq!(lines.len(), 2, "{lines:?}");
    }
}

/// A report that is a pipe is read as it comes.
#[test]
fn a_pipe_will_do() {
    // Another user than this one may not open this one's pipe.
    let user = User::all()[0];
    let mut command = command(user, &["passes", "panics", "--exact"]);
    let output = command.env("NETNS_TEST_REPORT", "/dev/stderr").output();
    let text = String::from_utf8(output.unwrap().stderr).unwrap();
    let report = text.lines().filter(|line| line.starts_with("{\"schema\""));
    assert_eq!(report.count(), 2, "{text}");
}
