use std::process::Output;

use netns_test_tests::cargo::{Report, Runner, User, Verdict, build_fixture, undisturbed};

use crate::in_all_ways;

/// The tests that pass and leave something, and what is said of that.
const LEFT: [(&str, &[&str]); 14] = [
    (
        "abstract_socket",
        &["  socket:   Unix @left listens, descriptor "],
    ),
    ("handle", &["  handle:   a `NetNs` of net:["]),
    ("namespace_descriptor", &["  namespace: net:["]),
    ("process", &["  process:  ", " `sleep 20.25`\n"]),
    (
        "socket_in_a_static",
        &["  socket:   UDP 127.0.0.1:5353, descriptor "],
    ),
    (
        "tcp_connection",
        &[
            " to 127.0.0.1:80, descriptor ",
            "  socket:   TCP 127.0.0.1:80 to 127.0.0.1:",
        ],
    ),
    (
        "tcp_listener",
        &["  socket:   TCP 127.0.0.1:80 listens, descriptor "],
    ),
    ("thread", &["  thread:   ", " `forgotten`, sleeping"]),
    ("udp_socket", &["  socket:   UDP [::1]:53, descriptor "]),
    ("made::descriptor", &["  namespace: net:["]),
    ("made::handle", &["  handle:   a `NetNs` of net:["]),
    ("made::process", &["  process:  ", " `sleep 20.75`\n"]),
    (
        "made::socket",
        &["  socket:   UDP 127.0.0.1:5354, descriptor "],
    ),
    ("made::thread", &["  thread:   ", " `elsewhere`, sleeping"]),
];

/// Those that leave nothing, or nothing that counts.
const CLEAN: [&str; 12] = [
    "clean",
    "clean_background",
    "clean_children",
    "clean_connections",
    "clean_handles",
    "clean_since_allowed",
    "clean_socket_pair",
    "clean_thread_local",
    "clean_threads",
    "clean_views",
    "clean_workers",
    "made::clean",
];

/// What is said of one test among all that is printed: from its line to the next line of
/// something else.
fn said_of(output: &str, test: &str) -> String {
    let heading = format!("netns-test: `{test}` left behind:\n");
    let Some((_, rest)) = output.split_once(&heading) else {
        return String::new();
    };
    let lines: Vec<_> = rest.split_inclusive('\n').collect();
    let end = lines.iter().position(|line| !line.starts_with("  "));
    lines[..end.unwrap_or(lines.len())].concat()
}

/// What outlives a body is named, and the test fails if it must not leave anything; one
/// that leaves nothing is not spoken of.
#[test]
fn what_is_left_is_named() {
    in_all_ways("leaks-fixture", |report, runner, _| {
        assert!(!report.success, "{report}");
        for test in CLEAN {
            assert_eq!(report.verdicts(test), [Verdict::Passed], "{test}\n{report}");
            assert_eq!(said_of(&report.text, test), "", "{test}\n{report}");
        }
        for (test, words) in LEFT {
            // What a passing test says is not shown by nextest, as configured for the fixtures.
            if runner == Runner::Nextest {
                assert_eq!(report.verdicts(test), [Verdict::Passed], "{test}\n{report}");
                continue;
            }
            let said = said_of(&report.text, test);
            for word in words {
                assert!(
                    said.contains(word),
                    "{test}: no {word:?} in\n{said}\nof\n{report}"
                );
            }
        }
        check_failures(report);
    });
}

fn check_failures(report: &Report) {
    for (test, port) in [
        ("denied", 54),
        ("denied_where_a_panic_is_expected", 55),
        ("fails_as_well", 56),
        ("made::denied", 60),
    ] {
        assert_eq!(report.verdicts(test), [Verdict::Failed], "{test}\n{report}");
        let said = said_of(&report.section(test), test);
        let line = format!("  socket:   UDP 127.0.0.1:{port}, descriptor ");
        assert!(said.contains(&line), "{test}: no {line:?}\n{report}");
    }
}

/// A runtime in a `static` works for other tests from the namespace of the first one that
/// used it: both sides are told, with the thread, the test and the remedy.
#[test]
fn a_runtime_for_all_tests_is_found() {
    for user in User::all() {
        let output = run(user, &["trap::", "--test-threads=1"], None);
        let text = text(&output);
        let first = said_of(&text, "trap::a_touches_it_first");
        assert!(
            first.contains("`trap-worker`, sleeping"),
            "{user:?}\n{text}"
        );
        if user.in_processes() {
            assert!(output.status.success(), "{user:?}\n{text}");
            assert!(first.contains("died here with the process"), "{text}");
            continue;
        }
        assert!(
            first.contains("ask for `isolation = \"process\"`"),
            "{text}"
        );
        for words in [
            "in the network namespace of `trap::a_touches_it_first`, which is over, while `trap::b_serves_from_it` ran:\n  socket:   TCP 127.0.0.1:8080 listens",
            "  hint:    `trap::a_touches_it_first` left the thread `trap-worker` (",
            "if `trap::c_is_served_by_it` uses it, that is in the wrong network; ask for `isolation = \"process\"` in both",
        ] {
            assert!(text.contains(words), "no {words:?} in\n{text}");
        }
        assert!(!output.status.success(), "{text}");
    }
}

/// The same with a client that hides its thread.
#[test]
fn a_hidden_thread_is_found() {
    for user in User::all() {
        let output = run(user, &["hidden::", "--test-threads=1"], None);
        let text = text(&output);
        let first = said_of(&text, "hidden::a_gets_first");
        assert!(
            first.contains("`hidden-client`, sleeping"),
            "{user:?}\n{text}"
        );
        assert_eq!(
            output.status.success(),
            user.in_processes(),
            "{user:?}\n{text}"
        );
        let mention = "`hidden::a_gets_first` left the thread `hidden-client` (";
        assert_eq!(text.contains(mention), !user.in_processes(), "{text}");
    }
}

/// The variable beats what the attribute says.
#[test]
fn the_variable_beats_the_attribute() {
    for user in User::all() {
        for (value, test, passes, is_said) in [
            ("allow", "denied", true, false),
            ("warn", "denied", true, true),
            ("deny", "udp_socket", false, true),
            ("deny", "clean", true, false),
        ] {
            let output = run(user, &["--exact", test], Some(value));
            let text = text(&output);
            assert_eq!(output.status.success(), passes, "{user:?} {value}\n{text}");
            assert_eq!(!said_of(&text, test).is_empty(), is_said, "{value}\n{text}");
        }
    }
}

/// Nothing is said of tests that leave nothing, however busy the machine and however many
/// run at once.
#[test]
fn a_crowd_leaves_nothing() {
    for user in User::all() {
        for threads in ["--test-threads=2", "--test-threads=16"] {
            for _ in 0..5 {
                let output = run(user, &["clean", threads], None);
                let text = text(&output);
                assert!(output.status.success(), "{user:?}\n{text}");
                assert!(!text.contains("netns-test:"), "{user:?}\n{text}");
            }
        }
    }
}

fn run(user: User, arguments: &[&str], leaks: Option<&str>) -> Output {
    let binary = build_fixture("leaks-fixture");
    let mut words = user.wrapper().unwrap_or("env").split(' ');
    let mut command = undisturbed(words.next().expect("a program"));
    command.args(words).envs(user.isolation()).arg(binary);
    command.envs(leaks.map(|leaks| ("NETNS_TEST_LEAKS", leaks)));
    command.args(arguments).output().expect("the fixture runs")
}

fn text(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
