use std::process::ExitCode;

use super::*;
use crate::record::Record;
use crate::setting::{Capture, Egress, Leaks};

fn nsenter() -> Nsenter {
    Nsenter {
        net: "/proc/4711/fd/9".into(),
        inode: 4_026_532_281,
        mounts: Some("/proc/4711/fd/11".into()),
        keeps_directory: true,
        is_root: true,
        ..Nsenter::default()
    }
}

fn ordinary() -> Nsenter {
    Nsenter {
        user: Some("/proc/4711/fd/12".into()),
        is_root: false,
        ..nsenter()
    }
}

fn paused<'a>(nsenter: &'a Nsenter, why: &'a str) -> Paused<'a> {
    Paused {
        name: "server::accepts",
        why,
        nsenter,
        pid: 4711,
        enter: false,
        no_signal: None,
        captured: false,
    }
}

#[test]
fn root_at_a_terminal() {
    let nsenter = nsenter();
    let paused = Paused {
        enter: true,
        captured: true,
        ..paused(
            &nsenter,
            "it panicked: assertion failed\n  left: 1\n right: 2",
        )
    };
    assert_eq!(
        paused.text(),
        "
netns-test: `server::accepts` failed and is paused, with its network alive
  because: it panicked: assertion failed
             left: 1
            right: 2
  to look inside, from another terminal, either of:
    nsenter --net=/proc/4711/fd/9 --mount=/proc/4711/fd/11 --wdns=\"$PWD\"
    netns-test shell 4026532281
  to go on, press Enter here, or from another terminal:
    kill -CONT 4711
  note:    libtest holds back what the test has printed; `--nocapture` shows it at once
"
    );
}

#[test]
fn an_ordinary_user_without_a_terminal() {
    let nsenter = ordinary();
    assert_eq!(
        paused(&nsenter, "it left something behind").text(),
        "
netns-test: `server::accepts` failed and is paused, with its network alive
  because: it left something behind
  to look inside, from another terminal, either of:
    nsenter --user=/proc/4711/fd/12 --preserve-credentials --net=/proc/4711/fd/9 --mount=/proc/4711/fd/11 --wdns=\"$PWD\"
    netns-test shell 4026532281
  to go on, from another terminal:
    kill -CONT 4711
  note:    this nsenter gives up all capabilities: it is enough to look, as by `ip` or `ss`; `netns-test shell`
           keeps them, as `--keep-caps` of util-linux 2.40 does, for `tcpdump`, `nft` and changes
"
    );
}

#[test]
fn an_ordinary_user_with_a_newer_nsenter() {
    let nsenter = Nsenter {
        keeps_capabilities: true,
        ..ordinary()
    };
    let text = paused(&nsenter, "it returned an error").text();
    let line = "    nsenter --user=/proc/4711/fd/12 --preserve-credentials --keep-caps --net=/proc/4711/fd/9 --mount=";
    assert!(text.contains(line), "{text}");
    assert!(!text.contains("note:"), "{text}");
}

#[test]
fn an_older_nsenter_and_no_mounts() {
    let older = Nsenter {
        keeps_directory: false,
        ..nsenter()
    };
    assert_eq!(
        older.line(),
        "nsenter --net=/proc/4711/fd/9 --mount=/proc/4711/fd/11"
    );
    let without = Nsenter {
        mounts: None,
        ..nsenter()
    };
    assert_eq!(without.line(), "nsenter --net=/proc/4711/fd/9");
}

#[test]
fn no_signal_can_be_waited_for() {
    let nsenter = nsenter();
    let paused = Paused {
        enter: true,
        no_signal: Some("Too many open files (os error 24)"),
        ..paused(&nsenter, "it did not panic, as it should")
    };
    let text = paused.text();
    let end = "\
  to go on, press Enter here; no signal is waited for: Too many open files (os error 24)
";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn the_end() {
    for (end, text) in [
        (End::Enter, "netns-test: `a` goes on\n"),
        (End::Signal, "netns-test: `a` goes on\n"),
        (
            End::Gone,
            "netns-test: the pause of `a` is over: its process has ended\n",
        ),
        (
            End::Unheard,
            "netns-test: the pause of `a` is over: the terminal is gone\n",
        ),
    ] {
        assert_eq!(over_text("a", end), text);
    }
    assert_eq!(
        impossible_text("a", &"why"),
        "netns-test: `a` failed and is not paused: why\n"
    );
    assert_eq!(
        REFUSED,
        "netns-test: no failed test is paused: `NETNS_TEST_PAUSE` is not obeyed where `CI` is set, since nobody is there \
         to end a pause\n"
    );
}

#[test]
fn why() {
    let watch = |expected: Option<&str>| Watch {
        timeout: None,
        leaks: Leaks::Warn,
        egress: Egress::Allow,
        capture: Capture::Off,
        pause: true,
        expected_panic: expected.map(Into::into),
        record: Record::none(),
    };
    let panicked = |text: &str| Ending::Err(Box::new(text.to_owned()));
    let why = |expected, body: &Ending, denied| after_body(&watch(expected), body, denied);
    assert_eq!(why(None, &Ok(ExitCode::SUCCESS), false), None);
    assert_eq!(why(Some("b"), &panicked("abc"), false), None);
    assert_eq!(
        why(Some("b"), &panicked("abc"), true).unwrap(),
        "it tried to leave its network namespace"
    );
    assert_eq!(
        why(None, &Ok(ExitCode::FAILURE), true).unwrap(),
        "it returned an error"
    );
    assert_eq!(
        why(Some(""), &Ok(ExitCode::SUCCESS), false).unwrap(),
        "it did not panic, as it should"
    );
    assert_eq!(
        why(None, &panicked("a\nb"), false).unwrap(),
        "it panicked: a\nb"
    );
    assert_eq!(
        why(Some("x"), &panicked("a"), false).unwrap(),
        "it panicked with another message than `x`: a"
    );
    assert_eq!(why(None, &Err(Box::new(1)), false).unwrap(), "it panicked");
    let long = "line\n".repeat(20);
    let text = why(None, &panicked(&long), false).unwrap();
    assert_eq!(text, format!("it panicked: {}…", "line\n".repeat(8)));
    assert_eq!(
        at_limit(Duration::from_millis(1500)),
        "it took longer than 1.5s, its limit, and has not ended"
    );
}
