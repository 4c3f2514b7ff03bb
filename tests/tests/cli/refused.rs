//! Where namespaces are refused: the words of a test, and statuses of its own.

use std::env;
use std::process::Command;

use libc::{SYS_mount, SYS_unshare};
use netns_test_tests::cargo::command;
use netns_test_tests::confine::{Step, user_namespace};
use netns_test_tests::filter::{Answer, Filter};
use netns_test_tests::rerun::Rerun;
use nix::errno::Errno;
use serde_json::Value;

use crate::Finished;

const BINARY: &str = "CLI_BINARY";
const ARGUMENTS: &str = "CLI_ARGUMENTS";
const OUTCOME: &str = "CLI_OUTCOME ";

/// Runs the command and tells how it ended and what it printed, as JSON.
#[test]
#[ignore = "run by the other tests, confined"]
fn tells() {
    let arguments = env::var(ARGUMENTS).unwrap();
    let mut command = Command::new(env::var_os(BINARY).unwrap());
    let ran = command.args(arguments.split(' ')).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let told = serde_json::json!([ran.status.code(), text(&ran.stdout), text(&ran.stderr)]);
    println!("\n{OUTCOME}{told}");
}

fn confined(steps: &[Step], arguments: &str) -> Finished {
    let ran = Rerun::of("refused::tells")
        .steps(steps.to_vec())
        .env(BINARY, command())
        .env(ARGUMENTS, arguments)
        .arg("--nocapture")
        .run();
    let line = ran
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix(OUTCOME));
    let told: Value = serde_json::from_str(line.unwrap_or_else(|| panic!("{ran:?}"))).unwrap();
    Finished {
        code: told[0].as_i64().map(|code| code.try_into().unwrap()),
        stdout: told[1].as_str().unwrap().to_owned(),
        stderr: told[2].as_str().unwrap().to_owned(),
    }
}

fn profile() -> Vec<Step> {
    let filter = Filter::call(SYS_unshare, Answer::Refuse(Errno::EPERM));
    vec![Step::Filter(filter), Step::DropSysAdmin]
}

fn killer() -> Vec<Step> {
    vec![Step::Filter(Filter::call(SYS_unshare, Answer::Kill))]
}

/// A limit shows only to those who try, since no filter says so before.
fn limit() -> Vec<Step> {
    let limit = Step::Write(c"/proc/sys/user/max_net_namespaces", c"0");
    vec![user_namespace(), limit]
}

#[test]
fn run_says_what_a_test_says() {
    for (steps, refused, cause) in [
        (
            profile(),
            "unshare(CLONE_NEWUSER) -> EPERM",
            "SeccompProfile",
        ),
        (killer(), "unshare(CLONE_NEWNET) -> SIGSYS", "SeccompKill"),
        (
            limit(),
            "unshare(CLONE_NEWNET) -> ENOSPC",
            "MaxNetNamespaces",
        ),
    ] {
        let ran = confined(&steps, "run -- echo reached");
        assert_eq!(ran.code, Some(125), "{ran:?}");
        assert_eq!(ran.stdout, "");
        let first = "netns-test: cannot create a network namespace, so `echo` did not run.\n";
        let rest = ran
            .stderr
            .strip_prefix(first)
            .unwrap_or_else(|| panic!("{ran:?}"));
        let begin = format!("  refused: {refused}, by ");
        assert!(rest.starts_with(&begin), "{ran:?}");
        assert!(rest.contains("\n  because: "), "{ran:?}");
        let end = format!("  details: `netns_test::Cause::{cause}`\n");
        assert!(rest.ends_with(&end), "{ran:?}");
    }
}

/// As in a container that has not the capability: root goes the way of ordinary users.
#[test]
fn root_without_the_capability_gets_a_user_namespace() {
    let ran = confined(&[Step::DropSysAdmin], "run -- readlink /proc/self/ns/user");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let home = std::fs::read_link("/proc/self/ns/user").unwrap();
    assert_ne!(ran.stdout.trim_end(), home.to_str().unwrap());
}

#[test]
fn doctor_says_no() {
    for (steps, cause) in [(profile(), "SeccompProfile"), (limit(), "MaxNetNamespaces")] {
        let ran = confined(&steps, "doctor");
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let first = "`#[netns_test]` does not run here: no network namespaces (uid ";
        assert!(ran.stdout.starts_with(first), "{ran:?}");
        assert!(ran.stdout.contains("\n  fix:     "), "{ran:?}");

        let ran = confined(&steps, "doctor --json");
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let object: Value = serde_json::from_str(&ran.stdout).expect("one object");
        assert_eq!(object["runs"], false);
        assert_eq!(object["way"], Value::Null);
        assert_eq!(object["refusal"]["cause"], cause);
        assert!(object["refusal"]["remedies"][0]["commands"][0].is_string());
        assert_eq!(object["checks"], Value::Array(Vec::new()));
    }
}

/// What a program can do without is a note; what was asked for is not.
#[test]
fn without_mounts_it_runs_and_says_what_is_lacking() {
    let filter = Filter::call(SYS_mount, Answer::Refuse(Errno::EACCES));
    let steps = [Step::Filter(filter)];
    let ran = confined(&steps, "run -- echo reached");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "reached\n"),
        "{ran:?}"
    );
    let note = "netns-test: note: /proc/net, /proc/self/net and /sys/class/net may show another";
    assert!(ran.stderr.starts_with(note), "{ran:?}");

    let ran = confined(&steps, "run --hosts a=::1 -- echo reached");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(124), ""), "{ran:?}");
    let told = "netns-test: failed to give the program its own `/etc/hosts`: ";
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert!(
        ran.stderr.contains("\n  because: Permission denied"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("\n  hint:    "), "{ran:?}");

    let ran = confined(&steps, "doctor --json");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    let checks = object["checks"].as_array().unwrap();
    let sysfs = checks
        .iter()
        .find(|check| check["name"] == "/sys/class/net")
        .unwrap();
    assert_eq!(sysfs["works"], false, "{sysfs}");
    assert!(
        sysfs["why"]
            .as_str()
            .unwrap()
            .contains("show the outer network"),
        "{sysfs}"
    );
    assert!(
        sysfs["fix"][0]
            .as_str()
            .unwrap()
            .contains("apparmor=unconfined"),
        "{sysfs}"
    );
}
