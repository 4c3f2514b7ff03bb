//! A capture that can't be written: a warning that says why, and no other verdict.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use netns_test_tests::cargo::{User, undisturbed};
use nix::unistd::geteuid;

use crate::fixture::{command, directory, on_failure, program, run, text_of};

const TESTS: [&str; 2] = ["endings::panics", "endings::passes"];

/// The tests end as they would, one with a warning in its output and the packets.
fn assert_warned(text: &str, operation: &str, cause: &str) {
    assert!(text.contains("test endings::panics ... FAILED\n"), "{text}");
    assert!(text.contains("test endings::passes ... ok\n"), "{text}");
    for expected in [
        &format!("netns-test: warning: no capture of `endings::panics`: failed to {operation}"),
        &format!("  because: {cause}"),
        "127.0.0.1:4000 > 127.0.0.1:4001 UDP len 6",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("no capture of `endings::passes`"), "{text}");
}

fn text_with(user: User, place: &std::path::Path) -> String {
    let mut command = command(user, program());
    command.args(TESTS).arg("--exact");
    command.env("NETNS_TEST_CAPTURE", "on-failure");
    command.env("NETNS_TEST_DIR", place);
    text_of(command)
}

#[test]
fn a_directory_that_is_a_file() {
    for user in User::all() {
        let directory = directory();
        let place = directory.join("file");
        fs::write(&place, "").unwrap();
        let text = text_with(user, &place);
        assert_warned(&text, "make the directory", "File exists");
        let text = text_with(user, &place.join("below"));
        assert_warned(&text, "make the directory", "Not a directory");
        assert!(
            text.contains("hint:    `NETNS_TEST_DIR` names another one"),
            "{text}"
        );
        fs::remove_dir_all(directory).unwrap();
    }
}

/// Root may write everywhere, but not on what is read-only.
#[test]
fn a_directory_that_is_not_to_be_written() {
    let directory = directory();
    fs::set_permissions(&directory, Permissions::from_mode(0o555)).unwrap();
    let text = text_with(User::Ordinary, &directory);
    assert_warned(&text, "make `", "Permission denied");
    let text = text_with(User::Ordinary, &directory.join("below"));
    assert_warned(&text, "make the directory", "Permission denied");
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    if geteuid().is_root() {
        let script = "mount -t tmpfs -o ro tmpfs \"$NETNS_TEST_DIR\" && \"$@\"";
        let text = text_of(in_mounts(script, &directory, &TESTS));
        assert_warned(&text, "make `", "Read-only file system");
    }
    fs::remove_dir_all(directory).unwrap();
}

/// Nothing is left of what could not be written to its end.
#[test]
fn a_full_disk() {
    let directory = directory();
    let script = "mount -t tmpfs -o size=16k tmpfs \"$NETNS_TEST_DIR\" && \"$@\"; \
                  echo \"left: $(ls \"$NETNS_TEST_DIR\" | wc -l)\"";
    let text = text_of(in_mounts(script, &directory, &["traffic::much"]));
    for expected in [
        "test traffic::much ... FAILED\n",
        "netns-test: warning: no capture of `traffic::much`: failed to write `",
        "  because: No space left on device",
        "on purpose",
        "left: 0\n",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    fs::remove_dir_all(directory).unwrap();
}

/// Without the right to a packet socket, the test runs, and what is missing is said.
#[test]
fn a_kernel_that_says_no() {
    // An ordinary user's test has all rights in its user namespace.
    if !geteuid().is_root() {
        return;
    }
    let directory = directory();
    let mut command = undisturbed("setpriv");
    command.args(["--bounding-set=-net_raw", "--inh-caps=-net_raw"]);
    command.arg(program()).args(TESTS).arg("--exact");
    command.env("NETNS_TEST_CAPTURE", "on-failure");
    command.env("NETNS_TEST_DIR", &directory);
    let text = text_of(command);
    assert!(text.contains("test endings::panics ... FAILED\n"), "{text}");
    assert!(text.contains("test endings::passes ... ok\n"), "{text}");
    let missing = "  missing: all of the test's namespace, net:[";
    assert!(text.contains(missing), "{text}");
    assert!(text.contains("]: Operation not permitted"), "{text}");
    fs::remove_dir_all(directory).unwrap();
}

/// The fixture, behind a shell script that may mount.
fn in_mounts(script: &str, directory: &std::path::Path, tests: &[&str]) -> std::process::Command {
    let mut command = undisturbed("unshare");
    if !geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "sh", "-c", script, "sh"]);
    command.arg(program()).args(tests).arg("--exact");
    command.env("RUST_BACKTRACE", "0");
    command.env("NETNS_TEST_CAPTURE", "on-failure");
    command.env("NETNS_TEST_DIR", directory);
    command.env("FIXTURE_MEBIBYTES", "1");
    command
}

/// A variable that nobody understands fails the test, and says what it may be.
#[test]
fn a_variable_that_is_not_known() {
    for (variable, value, known) in [
        (
            "NETNS_TEST_CAPTURE",
            "yes",
            "known values: `off`, `on-failure`, `always`",
        ),
        (
            "NETNS_TEST_CAPTURE_LIMIT",
            "0",
            "it takes a number of MiB, from 1",
        ),
        (
            "NETNS_TEST_CAPTURE_LIMIT",
            "64M",
            "it takes a number of MiB, from 1",
        ),
    ] {
        let mut setting = on_failure(User::all()[0]);
        let variables = [(variable, value)];
        setting.variables = &variables;
        let run = run(setting, &["endings::passes", "--exact"]);
        assert!(!run.passed("endings::passes"));
        let expected = format!("`{variable}={value}` is not known; {known}");
        assert!(run.text.contains(&expected), "{expected}\n{}", run.text);
    }
}
