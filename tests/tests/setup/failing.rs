//! A setup that does not work.

use std::env;
use std::io;

use netns_test::netns_test;
use netns_test_tests::rerun::{Finished, Rerun};

/// Tells a child how the setup is to end.
const HOW: &str = "SETUP_ENDS";

netns_test::setup!(|| match env::var(HOW).as_deref() {
    Ok("error") => Err(io::Error::from_raw_os_error(libc::EADDRINUSE)),
    Ok("panic") => panic!("it stumbles"),
    _ => Ok(()),
});
const LINE: u32 = line!() - 5;

#[netns_test]
#[ignore = "run by a test"]
fn runs() {
    println!("a body ran");
}

#[netns_test]
#[ignore = "run by a test"]
fn runs_as_well() {
    println!("a body ran");
}

#[netns_test]
#[ignore = "run by a test"]
#[should_panic(expected = "stumbles")]
fn panics() {
    panic!("it stumbles");
}

fn run(how: &str, isolation: &str) -> Finished {
    Rerun::of_all(&["failing::runs", "failing::runs_as_well", "failing::panics"])
        .env(HOW, how)
        .env("NETNS_TEST_ISOLATION", isolation)
        .run()
}

#[test]
fn every_test_fails_and_says_where() {
    for isolation in ["auto", "process"] {
        for (how, why) in [
            ("error", "Address already in use"),
            ("panic", "it panicked: it stumbles"),
        ] {
            let finished = run(how, isolation);
            assert_eq!(finished.status.code(), Some(101), "{finished:?}");
            let text = finished.stdout + &finished.stderr;
            assert!(text.contains("0 passed; 3 failed"), "{text}");
            assert!(!text.contains("a body ran"), "{text}");
            for test in ["runs", "runs_as_well", "panics"] {
                let line = format!(
                    "netns-test: `failing::{test}` did not run: failed to run the setup at \
                     tests/tests/setup/failing.rs:{LINE}\n  because: {why}"
                );
                assert!(text.contains(&line), "{line}\n{text}");
            }
        }
    }
}

/// The same tests pass where it works.
#[test]
fn every_test_passes_otherwise() {
    for isolation in ["auto", "process"] {
        let finished = run("well", isolation);
        assert!(finished.status.success(), "{finished:?}");
        assert!(finished.stdout.contains("3 passed"), "{finished:?}");
    }
}
