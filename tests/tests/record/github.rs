//! Annotations of a job on GitHub Actions, and the list on its page.

use std::fs;
use std::process::{Command, Output};

use netns_test_tests::cargo::{Runner, User};

use crate::endings::by_runner;
use crate::fixture::{Directory, command, text};

/// Runs the command as GitHub would; what it printed, and its page.
fn run(mut command: Command, directory: &Directory) -> (Output, String) {
    let summary = directory.file("summary");
    command.env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_STEP_SUMMARY", &summary);
    let output = command.output().unwrap();
    (output, fs::read_to_string(summary).unwrap_or_default())
}

/// The line of the fixture on which the attribute of the test stands.
fn line_of(test: &str) -> usize {
    let source = include_str!("../../red/record.rs");
    let function = format!("fn {test}(");
    let lines: Vec<_> = source.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains(&function))
        .unwrap();
    let attribute = lines[..at]
        .iter()
        .rposition(|line| line.contains("#[netns_test"));
    attribute.unwrap() + 1
}

#[test]
fn what_deserves_a_look_is_annotated() {
    for user in User::all() {
        let directory = Directory::new();
        let tests = [
            "passes",
            "passes_though_it_tries",
            "panics",
            "panics_as_expected",
            "passes_though_it_leaks",
            "does_not_panic",
            "--exact",
            "--test-threads=1",
        ];
        let (output, summary) = run(command(user, &tests), &directory);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let commands: Vec<_> = stderr
            .lines()
            .filter(|line| line.starts_with("::"))
            .collect();
        let expected = [
            format!(
                "::error file=tests/red/record.rs,line={},title=does_not_panic failed::it did not panic as expected",
                line_of("does_not_panic")
            ),
            format!(
                "::error file=tests/red/record.rs,line={},title=panics failed::two lines,%0Aand \"quotes\": 100%25, `code`",
                line_of("panics")
            ),
            format!(
                "::warning file=tests/red/record.rs,line={},title=passes_though_it_leaks leaks::it left behind: \
                 a UDP socket at 127.0.0.1:53",
                line_of("passes_though_it_leaks")
            ),
        ];
        assert_eq!(commands, expected, "{stderr}");
        assert_eq!(
            summary,
            "\
- **failed**: `does_not_panic` of `record_fixture`: `it did not panic as expected`
- **failed**: `panics` of `record_fixture`: `` two lines, and \"quotes\": 100%, `code` ``
- **leaks**: `passes_though_it_leaks` of `record_fixture`: `it left behind: a UDP socket at 127.0.0.1:53`
"
        );
    }
}

#[test]
fn no_more_is_annotated_than_is_shown() {
    let directory = Directory::new();
    let (output, summary) = run(
        command(User::Ordinary, &["many::", "--ignored"]),
        &directory,
    );
    let text = text(&output);
    assert_eq!(text.matches("::error ").count(), 10, "{text}");
    assert_eq!(
        summary.matches("- **failed**: `many::").count(),
        20,
        "{summary}"
    );
}

/// More than 1 MiB, and GitHub drops the page as a whole.
#[test]
fn a_page_that_is_full_says_so_once() {
    let directory = Directory::new();
    let before = "what others wrote\n".repeat(56_000);
    fs::write(directory.file("summary"), &before).unwrap();
    if User::Ordinary.wrapper().is_some() {
        let owner = Some(65534);
        std::os::unix::fs::chown(directory.file("summary"), owner, owner).unwrap();
    }
    let mut page = String::new();
    for _ in 0..2 {
        let many = ["many::", "--ignored"];
        page = run(command(User::Ordinary, &many), &directory).1;
    }
    let added = page.strip_prefix(&before).expect("nothing is taken away");
    assert!(page.len() < (1 << 20) - (31 << 10), "{}", page.len());
    assert_eq!(
        added
            .matches("and others, for which there is no room\n")
            .count(),
        1,
        "{added}"
    );
}

/// A process for each test: each adds its item.
#[test]
fn under_all_runners_the_page_has_an_item_a_test() {
    for runner in Runner::installed() {
        let directory = Directory::new();
        let (output, summary) = run(by_runner(runner, User::Ordinary), &directory);
        let items = |what: &str| summary.matches(&format!("- **{what}**: ")).count();
        assert_eq!(
            summary.lines().count(),
            items("failed") + items("leaks"),
            "{summary}"
        );
        assert_eq!(items("failed"), 18, "{summary}\n{}", text(&output));
        assert_eq!(items("leaks"), 2, "{summary}");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_said_once() {
    let directory = Directory::new();
    let mut command = command(User::Ordinary, &["many::", "--ignored"]);
    command.env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_STEP_SUMMARY", directory.path());
    let text = text(&command.output().unwrap());
    let said = "which `GITHUB_STEP_SUMMARY` names: Is a directory (os error 21)\n";
    assert_eq!(text.matches(said).count(), 1, "{text}");
    assert_eq!(text.matches("netns-test: warning:").count(), 1, "{text}");
}

#[test]
fn elsewhere_nothing_is_annotated() {
    let directory = Directory::new();
    let mut command = command(User::Ordinary, &["panics", "--exact"]);
    let summary = directory.file("summary");
    let output = command
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    assert!(!text(&output).contains("::error"), "{}", text(&output));
    assert!(!summary.exists());
}
