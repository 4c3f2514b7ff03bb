//! A refused test fails, unless it is skipped; and a skip can't be overlooked.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use libc::SYS_unshare;
use netns_test::netns_test;
use netns_test_tests::confine::Step;
use netns_test_tests::filter::{Answer, Filter};
use netns_test_tests::rerun::{Finished, Rerun};
use nix::errno::Errno;
use serde_json::Value;

#[netns_test]
#[ignore = "run by the other tests, refused"]
fn plain() {
    println!("BODY");
}

#[netns_test]
#[ignore = "run by the other tests, refused"]
fn plain_too() {
    println!("BODY");
}

#[netns_test(if_unsupported = "skip")]
#[ignore = "run by the other tests, refused"]
fn wants_a_skip() {
    println!("BODY");
}

#[netns_test(if_unsupported = "fail")]
#[ignore = "run by the other tests, refused"]
fn wants_a_failure() {
    println!("BODY");
}

#[netns_test(if_unsupported = "skip")]
#[ignore = "run by the other tests, refused"]
#[should_panic]
#[expect(clippy::should_panic_without_expect, reason = "the case of this test")]
fn panics() {
    println!("BODY");
    panic!("as it should");
}

#[netns_test(if_unsupported = "skip")]
#[ignore = "run by the other tests, refused"]
#[should_panic(expected = "as it should")]
fn panics_with_a_text() {
    println!("BODY");
    panic!("as it should");
}

const REFUSED: &str = "unshare(CLONE_NEWUSER) -> EPERM, by a seccomp filter (not by the kernel)";

fn refused(tests: &[&str]) -> Rerun {
    let eperm = Answer::Refuse(Errno::EPERM);
    Rerun::of_all(tests)
        .step(Step::Filter(Filter::call(SYS_unshare, eperm)))
        .step(Step::DropSysAdmin)
}

/// Runs the child; its bodies never run.
fn run(rerun: Rerun) -> Finished {
    let finished = rerun.run();
    let all = [&*finished.stdout, &*finished.stderr].concat();
    assert!(!all.contains("BODY"), "a body ran: {all}");
    finished
}

#[track_caller]
fn assert_failed(finished: &Finished) {
    assert_eq!(finished.status.code(), Some(101), "{finished:#?}");
    assert!(!finished.stderr.contains("SKIPPED"), "{finished:#?}");
    assert!(!finished.stderr.contains("NOT RUN"), "{finished:#?}");
}

#[track_caller]
fn assert_skipped(finished: &Finished, test: &str) {
    assert!(finished.status.success(), "{finished:#?}");
    let line = format!("netns-test: SKIPPED `{test}`, it did not run: {REFUSED}: ");
    assert!(finished.stderr.contains(&line), "{finished:#?}");
    let summary = format!("netns-test: 1 test NOT RUN (skipped): {REFUSED}: ");
    assert!(finished.stderr.contains(&summary), "{finished:#?}");
}

/// A file that only this test uses.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let file = Self(env::temp_dir().join(format!("netns-test-{name}-{}", process::id())));
        fs::remove_file(file.path()).ok();
        file
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

#[test]
fn a_refused_test_fails() {
    for test in ["plain", "wants_a_failure"] {
        assert_failed(&run(refused(&[test])));
        assert_failed(&run(refused(&[test]).env("NETNS_TEST", "require")));
    }
}

#[test]
fn the_whole_message_comes_once_per_process() {
    let finished = run(refused(&["plain", "plain_too", "wants_a_failure"]));
    assert_failed(&finished);
    let count = |text: &str| finished.stdout.matches(text).count();
    assert_eq!(count("netns-test: cannot create a network namespace"), 1);
    assert_eq!(count("  fix:     "), 1);
    let line = format!("did not run: {REFUSED}: this looks like a container");
    assert_eq!(count(&line), 2, "{finished:#?}");
}

#[test]
fn the_environment_skips() {
    for test in ["plain", "wants_a_failure", "wants_a_skip"] {
        let rerun = refused(&[test]).env("NETNS_TEST", "skip");
        assert_skipped(&run(rerun), test);
        let rerun = refused(&[test]).env("NETNS_TEST", "skip").env("CI", "true");
        assert_skipped(&run(rerun), test);
    }
}

#[test]
fn the_attribute_skips_but_not_in_ci() {
    assert_skipped(&run(refused(&["wants_a_skip"])), "wants_a_skip");
    assert_skipped(
        &run(refused(&["wants_a_skip"]).env("CI", "false")),
        "wants_a_skip",
    );

    let finished = run(refused(&["wants_a_skip"]).env("CI", "true"));
    assert_failed(&finished);
    let note = "`if_unsupported = \"skip\"` is overruled by `CI`";
    assert!(finished.stdout.contains(note), "{finished:#?}");
}

#[test]
fn require_beats_every_skip() {
    let finished = run(refused(&["wants_a_skip"]).env("NETNS_TEST", "require"));
    assert_failed(&finished);
    let note = "`if_unsupported = \"skip\"` is overruled by `NETNS_TEST=require`";
    assert!(finished.stdout.contains(note), "{finished:#?}");
}

#[test]
fn a_skipped_test_that_should_panic_is_not_red() {
    for test in ["panics", "panics_with_a_text"] {
        assert_skipped(&run(refused(&[test])), test);
        assert_failed(&run(refused(&[test]).env("NETNS_TEST", "require")));
    }
}

#[test]
fn the_summary_counts() {
    let finished = run(refused(&["plain", "plain_too", "panics"]).env("NETNS_TEST", "skip"));
    assert!(finished.status.success(), "{finished:#?}");
    assert_eq!(finished.stderr.matches("SKIPPED").count(), 3);
    let last = finished.stderr.lines().last().unwrap();
    let summary = format!("netns-test: 3 tests NOT RUN (skipped): {REFUSED}: ");
    assert!(last.starts_with(&summary), "{last}");
}

#[test]
fn github_gets_a_warning_and_a_line_of_the_summary() {
    let summary = File::new("summary");
    let rerun = refused(&["plain", "plain_too"])
        .env("NETNS_TEST", "skip")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", summary.path());
    let finished = run(rerun);
    assert!(finished.status.success(), "{finished:#?}");
    let warning = format!("\n::warning title=netns-test::2 tests not run: {REFUSED}: ");
    assert!(finished.stderr.contains(&warning), "{finished:#?}");
    let text = summary.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    for (line, test) in lines.iter().zip(["plain", "plain_too"]) {
        let item = format!("- **skipped**: `{test}` of `skip`: `{REFUSED}: ");
        assert!(line.starts_with(&item), "{text}");
    }
}

#[test]
fn the_report_has_a_line_for_each_test_that_did_not_run() {
    let report = File::new("report");
    let tests = ["plain", "wants_a_skip"];
    for (policy, outcome, success) in [("skip", "skipped", true), ("require", "failed", false)] {
        fs::remove_file(report.path()).ok();
        let rerun = refused(&tests)
            .env("NETNS_TEST", policy)
            .env("NETNS_TEST_REPORT", report.path());
        assert_eq!(run(rerun).status.success(), success);
        let text = report.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), tests.len(), "{text}");
        for (line, test) in lines.iter().zip(tests) {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["name"], test, "{text}");
            assert_eq!(line["outcome"], outcome, "{text}");
            assert_eq!(line["isolation"], Value::Null, "{text}");
            let cause = &line["cause"];
            assert_eq!(cause["kind"], "refused", "{text}");
            let words = cause["text"].as_str().unwrap();
            assert!(words.starts_with(&format!("{REFUSED}: ")), "{words}");
            let refusal = &cause["refusal"];
            assert_eq!(refusal["cause"], "SeccompProfile", "{text}");
            assert_eq!(refusal["step"], "unshare(CLONE_NEWUSER)", "{text}");
            assert_eq!(refusal["answer"], "EPERM", "{text}");
            assert!(refusal["because"].is_string(), "{text}");
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_said() {
    let rerun = refused(&["plain"])
        .env("NETNS_TEST", "skip")
        .env("NETNS_TEST_REPORT", "/proc/version/report");
    let finished = run(rerun);
    let said = "netns-test: warning: failed to open `/proc/version/report`, which `NETNS_TEST_REPORT` names: ";
    assert!(finished.stderr.contains(said), "{finished:#?}");
}

#[test]
fn where_it_works_no_setting_skips() {
    for test in ["plain", "wants_a_skip", "panics_with_a_text"] {
        let rerun = Rerun::of(test).arg("--nocapture").env("NETNS_TEST", "skip");
        let finished = rerun.run();
        assert!(finished.status.success(), "{finished:#?}");
        assert!(finished.stdout.contains("BODY"), "{finished:#?}");
        assert!(!finished.stderr.contains("SKIPPED"), "{finished:#?}");
    }
}
