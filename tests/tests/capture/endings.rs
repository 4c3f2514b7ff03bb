//! Which tests leave a capture, and what it says of their end.

use netns_test_tests::cargo::User;

use crate::fixture::{Setting, capinfos, files, on_failure, run};

/// The test, whether it passes, and its verdict in the capture.
const ENDINGS: [(&str, bool, &str); 8] = [
    ("passes", true, "passed"),
    ("panics", false, "failed: it panicked: on purpose"),
    ("returns_an_error", false, "failed: it returned an error"),
    (
        "panics_as_expected",
        true,
        "passed: it panicked, as expected",
    ),
    ("does_not_panic", false, "failed: it did not panic"),
    // In processes of their own, by their attribute.
    (
        "aborts",
        false,
        "failed: its process was killed by signal 6 (SIGABRT)",
    ),
    (
        "segfaults",
        false,
        "failed: its process was killed by signal 11 (SIGSEGV)",
    ),
    (
        "is_killed",
        false,
        "failed: its process was killed by signal 9 (SIGKILL)",
    ),
];

fn each_user(capture: &str, check: impl Fn(&crate::fixture::Run, &str, bool, &str)) {
    for user in User::all() {
        println!("{user:?}");
        let setting = Setting {
            capture,
            ..on_failure(user)
        };
        // What crashes does so in a process of its own only if nobody says otherwise.
        let run = run(setting, &["endings::"]);
        for (test, passes, verdict) in ENDINGS {
            let test = format!("endings::{test}");
            assert_eq!(run.passed(&test), passes, "{test}\n{}", run.text);
            check(&run, &test, passes, verdict);
        }
    }
}

/// A test's report on its sockets leaves out those of its capture, also after a crash, when
/// another process reads them: of an ordinary user's test even one that knows of no capture.
#[test]
fn taps_are_no_sockets_of_the_test() {
    const SHOWN: [&str; 5] = [
        "panics",
        "returns_an_error",
        "aborts",
        "segfaults",
        "is_killed",
    ];
    each_user("on-failure", |run, test, _, _| {
        if !SHOWN
            .iter()
            .any(|shown| test == format!("endings::{shown}"))
        {
            return;
        }
        let begin = format!("the network of `{test}`");
        let (_, network) = run.text.split_once(&begin).expect("it is shown");
        let network = network.split("netns-test:").next().unwrap_or(network);
        assert!(network.contains("\n  sockets: "), "{network}");
        for word in ["packet ", "netlink "] {
            assert!(!network.contains(word), "{test}: {network}");
        }
    });
}

/// The sockets of a capture are open when leaks are looked for.
#[test]
fn taps_are_no_leaks() {
    for user in User::all() {
        let mut setting = on_failure(user);
        setting.variables = &[("NETNS_TEST_LEAKS", "deny")];
        let run = run(setting, &["endings::passes", "--exact"]);
        assert!(run.passed("endings::passes"), "{user:?}\n{}", run.text);
    }
}

/// Those that failed leave one, and it says how; what a crashed one sent is in it.
#[test]
fn on_failure_is_for_tests_that_failed() {
    each_user("on-failure", |run, test, passes, verdict| {
        if passes {
            assert!(run.captures(test).is_empty(), "{test}");
            return;
        }
        let file = run.capture(test);
        let about = capinfos(&file);
        assert!(
            about.contains(&format!("comment:     test: {test}\n")),
            "{about}"
        );
        assert!(
            about.contains(&format!("comment:     verdict: {verdict}")),
            "{about}"
        );
        assert!(about.contains("Number of packets:   2\n"), "{about}");
        let line = format!("netns-test: capture of `{test}`: {}\n", file.display());
        assert!(run.text.contains(&line), "{line}\n{}", run.text);
    });
}

#[test]
fn always_is_for_all() {
    each_user("always", |run, test, _, verdict| {
        let about = capinfos(&run.capture(test));
        assert!(about.contains(&format!("verdict: {verdict}")), "{about}");
    });
}

#[test]
fn off_is_for_none() {
    each_user("off", |run, _, _, _| {
        assert!(files(&run.directory, "").is_empty(), "{}", run.text);
        assert!(!run.text.contains("netns-test: capture"), "{}", run.text);
    });
}

/// Where the environment says nothing, the attribute decides; a bare `capture` is for failures.
#[test]
fn the_attribute_decides_if_the_environment_is_silent() {
    for user in User::all() {
        let setting = Setting {
            capture: "",
            ..on_failure(user)
        };
        let run = run(setting, &["endings::"]);
        let names: Vec<_> = files(&run.directory, "")
            .iter()
            .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        let [fails_with, passes_always] = names.as_slice() else {
            panic!("{names:?}\n{}", run.text);
        };
        assert!(fails_with.starts_with("endings.fails_with."), "{names:?}");
        assert!(
            passes_always.starts_with("endings.passes_always."),
            "{names:?}"
        );
    }
}

/// The environment beats the attribute, both ways.
#[test]
fn the_environment_beats_the_attribute() {
    for user in User::all() {
        let with = |capture| {
            let setting = Setting {
                capture,
                ..on_failure(user)
            };
            run(setting, &["endings::fails_with", "endings::passes_"])
        };
        let always = with("always");
        for test in [
            "fails_with",
            "fails_without",
            "passes_with",
            "passes_always",
        ] {
            always.capture(&format!("endings::{test}"));
        }
        assert!(files(&with("off").directory, "").is_empty());
    }
}
