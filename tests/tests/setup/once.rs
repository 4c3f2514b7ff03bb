//! When, where and how often it runs.

use std::io;
use std::process;
use std::sync::{Mutex, OnceLock};

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use netns_test_tests::rerun::{Finished, Rerun};

static RUNS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
static PLACE: OnceLock<String> = OnceLock::new();

fn note(what: &'static str) {
    RUNS.lock().unwrap().push(what);
}

fn a_function() -> io::Result<()> {
    note("function");
    println!("<setup {}>", process::id());
    PLACE.set(proof::here()).map_err(io::Error::other)
}

netns_test::setup!(a_function);
netns_test::setup!(|| note("closure"));
netns_test::setup!(|| -> Result<(), &'static str> {
    note("fallible closure");
    Ok(())
});

mod nested {
    netns_test::setup!(|| super::note("in a module"),);
}

macro_rules! bodies {
    ($($name:ident $isolation:literal)*) => {$(
        /// All have run once, in order, and not in the namespace of a test on a thread.
        #[netns_test(isolation = $isolation)]
        fn $name(ns: &NetNs) {
            println!("<body {}>", process::id());
            let runs = RUNS.lock().unwrap().clone();
            assert_eq!(runs, ["function", "closure", "fallible closure", "in a module"]);
            let same = PLACE.get().unwrap() == &ns.id().to_string();
            // On a thread, the main thread is where it was.
            let on_a_thread = std::fs::read_link("/proc/self/ns/net").unwrap().to_str().unwrap()
                != ns.id().to_string();
            assert_eq!(same, !on_a_thread);
        }
    )*};
}

bodies!(first "auto" second "auto" third "auto" in_a_process "process");

fn run(tests: &[&str], isolation: &str) -> Finished {
    Rerun::of_all(tests)
        .arg("--nocapture")
        .env("NETNS_TEST_ISOLATION", isolation)
        .run()
}

fn count(text: &str, word: &str) -> usize {
    text.matches(word).count()
}

/// Once in a process with several tests on threads, and once in each process of a test.
#[test]
fn it_runs_once_in_each_process() {
    let tests = ["once::first", "once::second", "once::third"];
    let processes = run(&tests, "process");
    assert!(processes.status.success(), "{processes:?}");
    assert_eq!(count(&processes.stdout, "<setup"), 3, "{processes:?}");
    if nix::unistd::geteuid().is_root() {
        let threads = run(&tests, "thread");
        assert!(threads.status.success(), "{threads:?}");
        assert_eq!(count(&threads.stdout, "<setup"), 1, "{threads:?}");
        assert_eq!(count(&threads.stdout, "<body"), 3, "{threads:?}");
    }
}

/// The test is alone in its process: it is a process of nextest, or one with `--exact`.
#[test]
fn it_runs_where_there_is_one_test() {
    for isolation in ["auto", "process"] {
        let finished = run(&["once::first"], isolation);
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(count(&finished.stdout, "<setup"), 1, "{finished:?}");
    }
}

/// Not in a process that runs no body: not for a list, nor for a plain test.
#[test]
fn it_does_not_run_without_a_body() {
    let listed = proof::output(&["--list"]);
    assert_eq!(count(&listed, "<setup"), 0, "{listed}");
    let plain = run(&["once::plain"], "auto");
    assert!(plain.status.success(), "{plain:?}");
    assert_eq!(count(&plain.stdout, "<setup"), 0, "{plain:?}");
}

#[test]
#[ignore = "run by a test"]
fn plain() {
    assert!(PLACE.get().is_none());
}
