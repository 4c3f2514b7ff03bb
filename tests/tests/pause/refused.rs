//! Where nobody would end a pause there is none.

use netns_test_tests::cargo::User;

use crate::run::{Run, fixture, is, within};

const REFUSED: &str = "netns-test: no failed test is paused: `NETNS_TEST_PAUSE` is not obeyed where `CI` is set, \
                       since nobody is there to end a pause\n";

/// It is said once, where libtest does not capture it, and changes no verdict.
#[test]
fn under_ci() {
    for user in User::all() {
        println!("{user:?}");
        let tests = ["--exact", "aborts", "leaves_something", "panics", "passes"];
        let mut command = fixture(user, "pause-fixture", &tests);
        command.arg("--include-ignored").env("CI", "true");
        let run = Run::start(&command);
        let err = run.err.clone();
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert_eq!(err.text(), REFUSED);
        for test in ["aborts", "leaves_something", "panics"] {
            assert!(is(&out, test, "FAILED"), "{test}\n{out}");
        }
        assert!(is(&out, "passes", "ok"), "{out}");
    }
}

#[test]
fn an_unknown_value_is_an_error() {
    for user in User::all() {
        let mut command = fixture(user, "pause-fixture", &["--exact", "passes"]);
        command.env("NETNS_TEST_PAUSE", "always");
        let (status, out) = Run::start(&command).finish();
        assert_eq!(status.code(), Some(101), "{out}");
        let words = "`NETNS_TEST_PAUSE=always` is not known; known values: `off`, `on-failure`";
        assert!(out.contains(words), "{out}");
    }
}

/// What can't wait says so, and fails as it would.
#[test]
fn without_a_descriptor_to_spare() {
    for user in User::all() {
        println!("{user:?}");
        let test = "uses_up_descriptors";
        let inner = fixture(user, "pause-fixture", &["--exact", "--ignored", test]);
        let limited = ["-c", "ulimit -n 64; exec \"$@\"", "sh"];
        let run = Run::start(&within("sh", &limited, &inner));
        let err = run.err.clone();
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert!(is(&out, test, "FAILED"), "{out}");
        let said = err.text() + &out;
        let words = "netns-test: `uses_up_descriptors` failed and is not paused: ";
        assert_eq!(said.matches(words).count(), 1, "{said}");
        assert!(said.contains("Too many open files"), "{said}");
    }
}
