//! Enter ends a pause where the test process may read the terminal.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use netns_test_tests::cargo::{Runner, User, cargo, runner_variable, select};
use nix::pty::openpty;

use crate::run::{Run, Said, all, fixture, is, within};

/// A terminal: what is typed, what is shown, and the other end.
fn terminal() -> (File, Said, std::os::fd::OwnedFd) {
    let ends = openpty(None, None).unwrap();
    let typed = File::from(ends.master);
    let shown = Said::by(typed.try_clone().unwrap());
    (typed, shown, ends.slave)
}

/// What was typed before does not count, nor does the end of the input; what is said
/// comes to the terminal also where standard error is elsewhere.
#[test]
fn enter_ends_it() {
    for user in User::all() {
        for is_stderr_elsewhere in [false, true] {
            println!("{user:?} {is_stderr_elsewhere}");
            let (mut typed, shown, end) = terminal();
            typed.write_all(b"\n\n").unwrap();
            let command = fixture(
                user,
                "pause-fixture",
                &["--exact", "panics", "panics_as_well", "--test-threads=1"],
            );
            let stderr = if is_stderr_elsewhere {
                Stdio::piped()
            } else {
                end.try_clone().unwrap().into()
            };
            let run = Run::start_at(end, &command, stderr);
            let first = shown.paused(0);
            assert_eq!(first.test, "panics");
            let words = "  to go on, press Enter here, or from another terminal:\n";
            assert!(first.text.contains(words), "{}", first.text);
            thread::sleep(Duration::from_millis(300));
            assert!(!shown.text().contains("goes on"), "{}", shown.text());
            typed.write_all(b"\n").unwrap();
            let second = shown.paused(1);
            assert_eq!(second.test, "panics_as_well");
            // Control-D: the end of the input. Enter is not waited for any more.
            typed.write_all(b"\x04").unwrap();
            thread::sleep(Duration::from_millis(300));
            assert!(
                !shown.text().contains("`panics_as_well` goes on"),
                "{}",
                shown.text()
            );
            second.go_on(user);
            let err = run.err.clone();
            let (status, out) = run.finish();
            assert_eq!(status.code(), Some(101), "{out}");
            assert!(out.contains("as red as can be"), "{out}");
            let elsewhere = if is_stderr_elsewhere { 2 } else { 0 };
            assert_eq!(all(&err.text()).len(), elsewhere, "{}", err.text());
            assert_eq!(all(&shown.text()).len(), 2, "{}", shown.text());
        }
    }
}

/// A process in the background would be stopped if it read, and if it wrote to a terminal
/// that is set so.
#[test]
fn in_the_background_it_is_a_signal() {
    for user in User::all() {
        for stops in [false, true] {
            println!("{user:?} {stops}");
            let (mut typed, shown, end) = terminal();
            let inner = fixture(user, "pause-fixture", &["--exact", "panics"]);
            let first = if stops { "stty tostop; " } else { "" };
            let script = format!("{first}set -m; \"$@\" & wait");
            let command = within("sh", &["-c", &script, "sh"], &inner);
            let run = Run::start_at(end, &command, Stdio::piped());
            let paused = run.err.paused(0);
            assert!(!paused.text.contains("Enter"), "{}", paused.text);
            if !stops {
                shown.paused(0);
            }
            typed.write_all(b"\n").unwrap();
            thread::sleep(Duration::from_millis(300));
            assert!(!run.err.text().contains("goes on"), "{}", run.err.text());
            paused.go_on(user);
            let (_, out) = run.finish();
            assert!(is(&out, "panics", "FAILED"), "{out}");
            assert_eq!(all(&shown.text()).is_empty(), stops, "{}", shown.text());
        }
    }
}

/// nextest captures both streams and puts each test into the background: the terminal is
/// told all the same.
#[test]
fn under_nextest() {
    if !Runner::installed().contains(&Runner::Nextest) {
        return;
    }
    for user in User::all() {
        println!("{user:?}");
        let (_typed, shown, end) = terminal();
        let mut command = cargo();
        command.args(["nextest", "run", "--profile=red"]);
        select(&mut command, "netns-test-tests", "pause-fixture");
        if let Some(wrapper) = user.wrapper() {
            command.env(runner_variable(), wrapper);
        }
        command.envs(user.isolation());
        command.env("NETNS_TEST_PAUSE", "on-failure");
        command.args(["--", "--exact", "panics"]);
        let run = Run::start_at(end, &command, Stdio::piped());
        let paused = shown.paused(0);
        assert!(!paused.text.contains("Enter"), "{}", paused.text);
        let seen = paused.inside(user, "cat /proc/sys/net/ipv4/ip_default_ttl");
        assert_eq!(String::from_utf8_lossy(&seen.stdout), "81\n", "{seen:?}");
        paused.go_on(user);
        let over = run.err.wait_for("summary", |text| {
            text.contains("Summary [").then(|| text.to_owned())
        });
        assert!(over.contains("as red as can be"), "{over}");
    }
}
