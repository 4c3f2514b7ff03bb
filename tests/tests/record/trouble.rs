//! A report that can't be written: a warning, and the verdicts that there are without it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use netns_test_tests::cargo::{User, started_by, undisturbed};

use crate::fixture::{Directory, command, lines, program, text, verdicts};

const TESTS: [&str; 7] = [
    "passes",
    "panics",
    "panics_as_expected",
    "does_not_panic",
    "passes_though_it_leaks",
    "leaks",
    "--exact",
];

/// Compares a run with `report` with one that has none; returns what the former printed.
#[track_caller]
fn compare(user: User, report: &Path) -> String {
    let without = command(user, &TESTS).output().unwrap();
    let mut with = command(user, &TESTS);
    let with = with.env("NETNS_TEST_REPORT", report).output().unwrap();
    assert_same(&without, &with);
    text(&with)
}

#[track_caller]
fn assert_same(without: &Output, with: &Output) {
    assert_eq!(
        verdicts(without).len(),
        TESTS.len() - 1,
        "{}",
        text(without)
    );
    assert_eq!(verdicts(with), verdicts(without), "{}", text(with));
    assert_eq!(with.status, without.status, "{}", text(with));
}

#[track_caller]
fn assert_said_once(text: &str, said: &str) {
    assert_eq!(text.matches(said).count(), 1, "{text}");
    assert_eq!(text.matches("netns-test: warning:").count(), 1, "{text}");
    assert_eq!(text.matches("changes no verdict").count(), 1, "{text}");
}

#[test]
fn a_directory() {
    for user in User::all() {
        let directory = Directory::new();
        let text = compare(user, directory.path());
        let said = format!(
            "netns-test: warning: failed to open `{}`, which `NETNS_TEST_REPORT` names: Is a directory (os error 21)\n",
            directory.path().display()
        );
        assert_said_once(&text, &said);
    }
}

#[test]
fn a_directory_in_which_nobody_may_write() {
    let directory = Directory::new();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let report = directory.file("report.jsonl");
    let text = compare(User::Ordinary, &report);
    let said = format!(
        "netns-test: warning: failed to open `{}`, which `NETNS_TEST_REPORT` names: Permission denied (os error 13)\n",
        report.display()
    );
    assert_said_once(&text, &said);
    assert!(!report.exists());
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_directory_that_is_not_there() {
    let directory = Directory::new();
    let report = directory.file("none/report.jsonl");
    let text = compare(User::Ordinary, &report);
    assert_said_once(&text, "No such file or directory (os error 2)\n");
}

#[test]
fn a_pipe_that_nobody_reads() {
    let directory = Directory::new();
    let fifo = directory.file("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o666)).unwrap();
    fs::set_permissions(&fifo, fs::Permissions::from_mode(0o666)).unwrap();
    let text = compare(User::Ordinary, &fifo);
    assert_said_once(&text, "No such device or address (os error 6)\n");
}

/// On a disk of 8 KiB, only root can mount.
#[test]
fn a_full_disk() {
    if !User::all().contains(&User::Root) {
        return;
    }
    for user in User::all() {
        let directory = Directory::new();
        let copy = directory.file("copy");
        let disk = directory.file("disk");
        fs::create_dir(&disk).unwrap();
        let run = started_by(user, program());
        let words = [run.get_program()].into_iter().chain(run.get_args());
        let script = "mount -t tmpfs -o size=8k,mode=777 none \"$DISK\" || exit 1\n\
                      \"$@\"\nstatus=$?\ncp \"$DISK/report\" \"$COPY\"\nexit $status";
        let mut mounted = undisturbed("unshare");
        mounted.args(["--mount", "--propagation=private", "sh", "-c", script, "sh"]);
        mounted.args(words).args(MANY).envs(user.isolation());
        mounted
            .env("DISK", &disk)
            .env("COPY", &copy)
            .env("RUST_BACKTRACE", "0");
        mounted.env("NETNS_TEST_REPORT", disk.join("report"));
        let with = mounted.output().unwrap();
        let without = command(user, &MANY).output().unwrap();
        assert_eq!(verdicts(&without).len(), 22, "{}", text(&without));
        assert_eq!(verdicts(&with), verdicts(&without), "{}", text(&with));
        assert_eq!(with.status, without.status, "{}", text(&with));
        let said = format!(
            "netns-test: warning: failed to write to `{}`, which `NETNS_TEST_REPORT` names: No space left on device (os error 28)\n",
            disk.join("report").display()
        );
        assert_said_once(&text(&with), &said);
        // What is there is whole, and there is something.
        let lines = lines(&copy);
        assert!(!lines.is_empty() && lines.len() < 22, "{lines:?}");
    }
}

const MANY: [&str; 5] = [
    "many::",
    "panics_as_expected",
    "returns_a_status",
    "--include-ignored",
    "--test-threads=2",
];

/// Of a test whose process is not told where the report is.
#[test]
fn no_report_is_written_unasked() {
    let directory = Directory::new();
    let mut command: Command = command(User::Ordinary, &TESTS);
    let output = command.current_dir(directory.path()).output().unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    assert!(!text(&output).contains("\"schema\""));
}
