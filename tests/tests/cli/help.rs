//! The manual, word by word. `NETNS_TEST_TESTS_WRITE=1` writes the files anew.

use std::env;
use std::fs;
use std::path::Path;

use netns_test_tests::cargo::User;

use crate::{finished, netns_test, output};

fn assert_manual(file: &str, arguments: &[&str]) {
    let mut command = netns_test(User::Ordinary, arguments);
    let ran = finished(command.env_remove("COLUMNS"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help");
    let file = directory.join(file);
    // clap leaves blanks at the ends of lines.
    let lines = ran
        .stdout
        .lines()
        .map(|line| format!("{}\n", line.trim_end()));
    let text: String = lines.collect();
    if env::var_os("NETNS_TEST_TESTS_WRITE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, expected, "{}", file.display());
}

#[test]
fn of_the_command() {
    assert_manual("netns-test.txt", &["--help"]);
}

#[test]
fn of_run() {
    assert_manual("run.txt", &["run", "--help"]);
}

#[test]
fn of_doctor() {
    assert_manual("doctor.txt", &["doctor", "--help"]);
}

#[test]
fn of_ps() {
    assert_manual("ps.txt", &["ps", "--help"]);
}

#[test]
fn of_shell() {
    assert_manual("shell.txt", &["shell", "--help"]);
}

#[test]
fn without_a_subcommand_the_usage_is_told() {
    for arguments in [
        &[][..],
        &["no-such-command"],
        &["ps", "more"],
        &["doctor", "--yaml"],
    ] {
        let ran = output(User::Ordinary, arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("Usage: netns-test"), "{ran:?}");
        assert_eq!(ran.stdout, "");
    }
    let ran = output(User::Ordinary, ["--version"]);
    assert_eq!(
        ran.stdout,
        format!("netns-test {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// A reader that goes away is no error, and a full disk is one.
#[test]
fn what_cannot_be_printed_is_a_failure() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = netns_test(User::Ordinary, ["ps", "--json"]);
    let ran = command.stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(124), "{ran:?}");
    let text = String::from_utf8(ran.stderr).unwrap();
    assert!(
        text.starts_with("netns-test: failed to print: No space left"),
        "{text}"
    );
}
