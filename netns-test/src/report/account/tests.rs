use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::cause::{kind, left, text};
use super::*;
use crate::record::{Attempts, Cause, Leak, LeakKind};

fn text_of(cause: &Cause) -> String {
    text(cause, &Facts::default())
}

#[test]
fn each_cause_has_a_kind_and_words() {
    let limit = Some(Duration::from_millis(1500));
    let words = |text: &str| text.to_owned();
    let all = [
        (Cause::Panicked(Some(words("no\nway"))), "panic", "no\nway"),
        (
            Cause::Panicked(None),
            "panic",
            "it panicked with a value that is no text",
        ),
        (
            Cause::DidNotPanic,
            "no-panic",
            "it did not panic as expected",
        ),
        (
            Cause::Returned(1),
            "error",
            "it returned an error, with status 1",
        ),
        (
            Cause::Setup(words("run `init`: no")),
            "setup",
            "it did not run: failed to run `init`: no",
        ),
        (
            Cause::Teardown(words("run `exit`: no")),
            "teardown",
            "after its body: failed to run `exit`: no",
        ),
        (
            Cause::TimedOut(limit),
            "timeout",
            "it took longer than 1.5s, its limit",
        ),
        (
            Cause::Frozen(limit),
            "frozen",
            "it took longer than 1.5s, its limit, and its process was stopped or did not get to run",
        ),
        (
            Cause::Died(ExitStatus::from_raw(9)),
            "signal",
            "its process was killed by signal 9 (SIGKILL)",
        ),
        (
            Cause::Died(ExitStatus::from_raw(3 << 8)),
            "exit",
            "its process exited with status 3 before the test finished",
        ),
        (
            Cause::Exits,
            "exit",
            "the test binary exits while its body runs",
        ),
        (
            Cause::Vanished,
            "vanished",
            "its process vanished: the fork server, which is its parent, has ended",
        ),
        (
            Cause::NotEntered(words("unshare: no")),
            "not-entered",
            "it did not run: failed to unshare: no",
        ),
        (
            Cause::Settings(words("read the settings: no")),
            "settings",
            "it did not run: failed to read the settings: no",
        ),
        (
            Cause::SecondRun,
            "second-run",
            "it runs for the second time in this process, so it is registered twice",
        ),
        (
            Cause::Egress,
            "egress",
            "whether it tried to leave its network namespace is not known",
        ),
        (Cause::Leaks, "leaks", "it left behind: "),
    ];
    for (cause, expected_kind, expected_text) in all {
        assert_eq!(kind(&cause), expected_kind);
        assert_eq!(text_of(&cause), expected_text);
    }
}

#[test]
fn attempts_are_counted() {
    let mut facts = Facts::default();
    facts.egress = Some(Attempts { v4: 0, v6: 2 });
    assert_eq!(
        text(&Cause::Egress, &facts),
        "it tried to leave its network namespace: 2 times over IPv6 there was no route"
    );
}

#[test]
fn the_first_few_leaks_are_named() {
    let thread = Leak {
        name: Some("worker".into()),
        ..Leak::new(LeakKind::Thread)
    };
    let socket = Leak {
        protocol: Some("TCP".into()),
        local: Some("127.0.0.1:80".into()),
        ..Leak::new(LeakKind::Socket)
    };
    let foreign = Leak {
        of: Some("a::b".into()),
        ..thread.clone()
    };
    let all = [
        thread,
        socket,
        foreign,
        Leak::new(LeakKind::Namespace),
        Leak::new(LeakKind::Handle),
        Leak::new(LeakKind::Handle),
    ];
    assert_eq!(
        left(&all),
        "it left behind: the thread `worker`, a TCP socket at 127.0.0.1:80, the thread `worker` in the \
         namespace of `a::b`, a descriptor of its namespace and 2 more"
    );
}

#[test]
fn what_cannot_be_written_is_said() {
    let failed = ("open", io::Error::from_raw_os_error(libc::EISDIR));
    assert_eq!(
        unwritten(env::REPORT, Path::new("/a/b"), &failed),
        "\
netns-test: warning: failed to open `/a/b`, which `NETNS_TEST_REPORT` names: Is a directory (os error 21)
  note:    what is missing there is not said again in this process, and changes no verdict
"
    );
}
