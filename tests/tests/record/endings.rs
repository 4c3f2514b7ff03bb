//! Each test has one line, which says how it ended.

use std::collections::BTreeSet;
use std::path::Path;

use netns_test_tests::cargo::{Runner, User, cargo, runner_variable, select};
use serde_json::{Value, json};

use crate::fixture::{Directory, Run, command, program};

/// The tests that fail: kind and text of the cause.
const FAIL: [(&str, &str, &str); 17] = [
    (
        "panics",
        "panic",
        "two lines,\nand \"quotes\": 100%, `code`",
    ),
    (
        "panics_without_a_text",
        "panic",
        "it panicked with a value that is no text",
    ),
    ("panics_with_another_text", "panic", "the wrong text"),
    ("does_not_panic", "no-panic", "it did not panic as expected"),
    (
        "returns_an_error",
        "error",
        "it returned an error, with status 1",
    ),
    (
        "returns_a_status",
        "error",
        "it returned an error, with status 3",
    ),
    (
        "leaks",
        "leaks",
        "it left behind: a UDP socket at 127.0.0.1:53",
    ),
    (
        "panics_and_leaks_and_tries",
        "panic",
        "called `Result::unwrap()` on an `Err` value: Os { code: 101, kind: NetworkUnreachable, message: \"Network is unreachable\" }",
    ),
    ("tries", "egress", TRIED),
    ("tries_where_a_panic_is_expected", "egress", TRIED),
    ("takes_too_long", "timeout", TOO_LONG),
    (
        "takes_too_long_where_a_panic_is_expected",
        "timeout",
        TOO_LONG,
    ),
    ("panics_too_late", "timeout", TOO_LONG),
    ("setup_fails", "setup", "…"),
    ("teardown_fails", "teardown", "…"),
    ("panics_at_length", "panic", "…"),
    ("needs_a_thread", "not-entered", "…"),
];

const TRIED: &str = "it tried to leave its network namespace: 1 time over IPv4 there was no route";
const TOO_LONG: &str = "it took longer than 300ms, its limit";

const PASS: [&str; 9] = [
    "is_slow_around",
    "passes",
    "passes_without_a_look",
    "passes_though_it_tries",
    "passes_though_it_leaks",
    "passes_though_its_thread_goes_on",
    "panics_as_expected",
    "is_captured",
    "goes_elsewhere",
];

const MEMBERS: [&str; 13] = [
    "artefacts",
    "binary",
    "cause",
    "egress",
    "executable",
    "isolation",
    "leaks",
    "name",
    "namespace",
    "outcome",
    "package",
    "schema",
    "seconds",
];

/// Whether the body of the test runs in a process.
fn in_process(test: &str, user: User) -> bool {
    user.in_processes() || test == "goes_elsewhere"
}

#[test]
fn each_test_has_one_line() {
    for user in User::all() {
        for threads in ["1", "2", "16"] {
            println!("{threads} threads, {user:?}");
            let directory = Directory::new();
            let threads = format!("--test-threads={threads}");
            let run = Run::of(command(user, &[&threads]), &directory);
            check(&run, user);
            for line in &run.lines {
                assert_eq!(line["package"], Value::Null, "{line}");
            }
        }
    }
}

#[test]
fn under_cargo_and_nextest() {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            let directory = Directory::new();
            let run = Run::of(by_runner(runner, user), &directory);
            check(&run, user);
            for line in &run.lines {
                assert_eq!(line["package"], "netns-test-tests", "{line}");
            }
        }
    }
}

/// Cargo or nextest, as it runs the fixture.
pub(crate) fn by_runner(runner: Runner, user: User) -> std::process::Command {
    let mut command = cargo();
    match runner {
        Runner::CargoTest | Runner::OneThread => command.args(["test", "--no-fail-fast"]),
        Runner::Nextest => command.args(["nextest", "run", "--no-fail-fast"]),
    };
    select(&mut command, "netns-test-tests", "record-fixture");
    if let Some(wrapper) = user.wrapper() {
        command.env(runner_variable(), wrapper);
    }
    if runner == Runner::OneThread {
        command.args(["--", "--test-threads=1"]);
    }
    command.envs(user.isolation());
    command
}

fn check(run: &Run, user: User) {
    let text = run.text();
    assert!(!run.output.status.success(), "{text}");
    // One is registered twice, and one can fail or pass.
    assert_eq!(run.lines.len(), FAIL.len() + PASS.len() + 2, "{text}");
    for line in &run.lines {
        members(line, run);
    }
    for test in PASS {
        let line = run.line(test);
        assert_eq!(line["outcome"], "passed", "{line}\n{text}");
        assert_eq!(line["cause"], Value::Null, "{line}");
        body(line, in_process(test, user));
    }
    for (test, kind, words) in FAIL {
        let line = run.line(test);
        if test == "needs_a_thread" && user != User::Ordinary {
            assert_eq!(line["outcome"], "passed", "{line}\n{text}");
            continue;
        }
        assert_eq!(line["outcome"], "failed", "{line}\n{text}");
        let cause = &line["cause"];
        assert_eq!(cause["kind"], kind, "{line}\n{text}");
        if words != "…" {
            assert_eq!(cause["text"], words, "{line}");
        }
        assert_eq!(cause["refusal"], Value::Null, "{line}");
        if !["setup", "not-entered"].contains(&kind) {
            body(line, in_process(test, user));
        }
    }
    leaks(run);
    attempts(run);
    others(run);
    times(run);
    words(run, user);
    namespaces(run);
    twice(run);
}

/// All members are there, and are what they can be.
fn members(line: &Value, run: &Run) {
    let members: BTreeSet<_> = line
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = BTreeSet::from(MEMBERS);
    assert_eq!(members, expected, "{line}");
    assert_eq!(line["schema"], 1, "{line}");
    assert_eq!(line["binary"], "record_fixture", "{line}");
    assert_eq!(line["executable"], program().to_str().unwrap(), "{line}");
    let seconds = |part: &str| line["seconds"][part].as_f64();
    let setup = seconds("setup").unwrap();
    let sum = setup + seconds("body").unwrap_or(0.0) + seconds("teardown").unwrap_or(0.0);
    assert!(setup > 0.0 && sum <= run.took.as_secs_f64(), "{line}");
    assert_eq!(
        seconds("body").is_some(),
        line["isolation"].is_string(),
        "{line}"
    );
    assert_eq!(
        seconds("teardown").is_some(),
        line["isolation"].is_string(),
        "{line}"
    );
}

/// What is said of a body that ran.
fn body(line: &Value, in_process: bool) {
    let isolation = if in_process { "process" } else { "thread" };
    assert_eq!(line["isolation"], isolation, "{line}");
    assert!(line["namespace"]["inode"].as_u64().unwrap() > 0, "{line}");
    assert!(line["namespace"]["cookie"].as_u64().unwrap() > 0, "{line}");
}

fn leaks(run: &Run) {
    let at_53 = |line: &Value| {
        let socket = &line["leaks"][0];
        assert!(socket["descriptor"].as_u64().unwrap() > 2, "{line}");
        let mut socket = socket.clone();
        socket["descriptor"] = Value::Null;
        let expected = json!({
            "kind": "socket", "of": null, "id": null, "name": null, "protocol": "UDP",
            "local": "127.0.0.1:53", "peer": null, "state": "Close", "descriptor": null,
        });
        assert_eq!(socket, expected, "{line}");
        assert_eq!(line["leaks"].as_array().unwrap().len(), 1, "{line}");
    };
    for test in [
        "passes_though_it_leaks",
        "leaks",
        "panics_and_leaks_and_tries",
    ] {
        at_53(run.line(test));
    }
    let thread = &run.line("passes_though_its_thread_goes_on")["leaks"][0];
    assert_eq!(thread["kind"], "thread", "{thread}");
    assert_eq!(thread["name"], "forgotten", "{thread}");
    assert!(thread["id"].as_u64().unwrap() > 1, "{thread}");
}

fn attempts(run: &Run) {
    let tried = json!([{"counter": "IpOutNoRoutes", "count": 1}]);
    for test in [
        "tries",
        "tries_where_a_panic_is_expected",
        "panics_and_leaks_and_tries",
    ] {
        assert_eq!(run.line(test)["egress"], tried, "{test}");
    }
    let both = json!([
        {"counter": "IpOutNoRoutes", "count": 1}, {"counter": "Ip6OutNoRoutes", "count": 2},
    ]);
    assert_eq!(run.line("passes_though_it_tries")["egress"], both);
}

/// What is said where there is nothing, and where nobody looked.
fn others(run: &Run) {
    for test in ["passes", "panics", "panics_as_expected", "returns_an_error"] {
        let line = run.line(test);
        assert_eq!(line["leaks"], json!([]), "{line}");
        assert_eq!(line["egress"], json!([]), "{line}");
        assert_eq!(line["artefacts"], json!([]), "{line}");
    }
    for (test, member) in [
        ("passes_without_a_look", "leaks"),
        ("takes_too_long", "leaks"),
        ("takes_too_long", "egress"),
        ("setup_fails", "namespace"),
        ("setup_fails", "isolation"),
    ] {
        let line = run.line(test);
        assert_eq!(line[member], Value::Null, "{line}");
    }
    let capture = run.line("is_captured")["artefacts"].as_array().unwrap();
    assert_eq!(capture.len(), 1, "{capture:?}");
    assert!(
        Path::new(capture[0].as_str().unwrap()).is_file(),
        "{capture:?}"
    );
}

fn times(run: &Run) {
    let seconds = |test: &str, part: &str| run.line(test)["seconds"][part].as_f64().unwrap();
    assert!(seconds("passes", "body") >= 0.05);
    assert!(seconds("is_slow_around", "setup") >= 0.1);
    assert!(seconds("is_slow_around", "teardown") >= 0.15);
    assert!(seconds("takes_too_long", "body") >= 0.3);
    let too_late = seconds("panics_too_late", "body");
    assert!((0.3..1.0).contains(&too_late), "{too_late}");
}

fn words(run: &Run, user: User) {
    let text = |test: &str| {
        run.line(test)["cause"]["text"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let setup = text("setup_fails");
    assert!(
        setup.starts_with("it did not run: failed to run `init` of `"),
        "{setup}"
    );
    assert!(setup.ends_with(": no room in the inn"), "{setup}");
    let teardown = text("teardown_fails");
    assert!(
        teardown.starts_with("after its body: failed to run `exit` of `"),
        "{teardown}"
    );
    assert!(teardown.contains("not now"), "{teardown}");
    let long = text("panics_at_length");
    assert!(long.starts_with("long long "), "{long}");
    assert!(
        long.ends_with(&format!("… ({} bytes more)", 50_000 - 8192)),
        "{long}"
    );
    if user == User::Ordinary {
        let refused = text("needs_a_thread");
        assert!(
            refused.starts_with("it did not run: failed to unshare("),
            "{refused}"
        );
    }
}

fn namespaces(run: &Run) {
    let cookies = run
        .lines
        .iter()
        .filter_map(|line| line["namespace"]["cookie"].as_u64());
    let mut cookies: Vec<_> = cookies.collect();
    let count = cookies.len();
    cookies.sort_unstable();
    cookies.dedup();
    assert_eq!(cookies.len(), count, "two tests had one namespace");
}

/// The documentation has a row for each member, and one that names each kind.
#[test]
fn what_is_said_is_documented() {
    let docs = include_str!("../../../netns-test/src/lib.rs");
    for member in MEMBERS {
        let row = format!("//! | `{member}` | ");
        assert_eq!(docs.matches(&row).count(), 1, "{member}");
    }
    let kinds = FAIL.map(|(_, kind, _)| kind);
    let others = [
        "signal",
        "exit",
        "frozen",
        "vanished",
        "refused",
        "settings",
        "second-run",
    ];
    for kind in kinds.iter().chain(&others) {
        let is_row = |line: &&str| {
            let names = line.strip_prefix("//! | ");
            let names = names.and_then(|line| line.split(" | ").next());
            names.is_some_and(|names| names.split(", ").any(|name| name == format!("`{kind}`")))
        };
        assert!(docs.lines().any(|line| is_row(&line)), "{kind}");
    }
}

/// A test that is registered twice runs twice: two lines.
fn twice(run: &Run) {
    let both = run
        .lines
        .iter()
        .filter(|line| line["name"] == "registered_twice");
    let mut both: Vec<_> = both
        .map(|line| (line["outcome"].as_str(), line["cause"]["kind"].as_str()))
        .collect();
    both.sort_unstable();
    let expected = [(Some("failed"), Some("second-run")), (Some("passed"), None)];
    assert_eq!(both, expected, "{}", run.text());
}
