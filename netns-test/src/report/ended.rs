//! A test that ended in another way than by returning or panicking.

use std::error::Error as _;
use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::error::{Error, chain};

/// The process of the test `name` ended before it told an outcome.
pub(crate) fn died(name: &str, status: ExitStatus) -> String {
    format!("netns-test: the process of `{name}` {}\n", how(status))
}

/// How a process ended that had more to do.
pub(super) fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(number), _) => killed_by(number, status.core_dumped()),
        (None, Some(code)) => format!("exited with status {code} before the test finished"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

fn killed_by(number: i32, core_dumped: bool) -> String {
    let name =
        Signal::try_from(number).map_or_else(|_| "unnamed".into(), |signal| signal.to_string());
    let core = if core_dumped { ", core dumped" } else { "" };
    format!("was killed by signal {number} ({name}){core}")
}

/// The fork server ended while the test `name` ran.
pub(crate) fn orphaned(name: &str) -> String {
    format!(
        "netns-test: the process of `{name}` vanished without a result: \
         the fork server, which is its parent, has ended\n"
    )
}

/// Why a test fails whose process [`died`].
pub(crate) fn why_died(status: ExitStatus) -> String {
    format!("its process {}", how(status))
}

/// Why a test fails whose process was [`orphaned`].
pub(crate) fn why_orphaned() -> String {
    "the fork server, the parent of its process, has ended".to_owned()
}

/// The body of the test `name` did not run.
pub(crate) fn not_entered(name: &str, error: &Error) -> String {
    let mut text = format!("netns-test: `{name}` did not run: failed to {error}\n");
    if let Some(cause) = error.source() {
        let _ = writeln!(text, "  because: {}", chain(cause));
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(text, "  hint:    {hint}");
    }
    text
}

/// The process exits while the bodies of these tests run.
pub(crate) fn exit_amid(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "\nnetns-test: the process exits while {} {}: exit(3) ended it and every test in it\n  \
         hint:    `isolation = \"process\"` makes that one test's failure\n",
        names.join(", "),
        if names.len() == 1 { "runs" } else { "run" },
    )
}

/// The test `name` was called a second time in one process.
pub(crate) fn second_run(name: &str) -> String {
    format!(
        "netns-test: `{name}` runs for the second time in this process, so it is registered twice\n  \
         hint:    `#[netns_test]` makes the function a test; remove the `#[test]` above it, \
         and write `#[netns_test]` above `#[test_case]`\n"
    )
}
