//! A thousand tests in one binary, again and again: no hang, no failure.

use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};

use netns_test::netns_test;
use netns_test_tests::rerun::Rerun;

/// Ten to the third tests, in modules.
macro_rules! thousand {
    ($($a:ident)*) => {$(
        mod $a {
            thousand!(@ a b c d e f g h i j);
        }
    )*};
    (@ $($b:ident)*) => {$(
        mod $b {
            use super::super::super::*;
            thousand!(@@ a b c d e f g h i j);
        }
    )*};
    (@@ $($c:ident)*) => {$(
        #[netns_test]
        #[ignore = "run by a test, all together"]
        fn $c() -> io::Result<()> {
            body()
        }
    )*};
}

mod thousand {
    thousand!(a b c d e f g h i j);
}

fn body() -> io::Result<()> {
    let _listener = TcpListener::bind("127.0.0.1:8080")?;
    TcpStream::connect("127.0.0.1:8080").map(drop)
}

/// How many times, unless the variable `LOAD_RUNS` says otherwise.
const RUNS: u32 = 3;

fn all_pass(isolation: &str) {
    let runs = env::var("LOAD_RUNS").map_or(RUNS, |runs| runs.parse().expect("a number"));
    for run in 1..=runs {
        let finished = Rerun::ignored("thousand::", 16)
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        let text = finished.stdout;
        assert!(
            finished.status.success(),
            "run {run}: {text}{}",
            finished.stderr
        );
        assert!(
            text.contains("test result: ok. 1000 passed; 0 failed"),
            "run {run}: {text}"
        );
    }
}

#[test]
fn of_whatever_kind_is_chosen() {
    all_pass("auto");
}

#[test]
fn in_processes() {
    all_pass("process");
}
