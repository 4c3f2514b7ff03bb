//! From the call that an expansion makes to what libtest is told.

use std::error::Error as _;
use std::panic;
use std::process::ExitCode;

use crate::access::access;
use crate::access::policy::Verdict;
use crate::env;
use crate::error::Error;
use crate::isolation::thread;
use crate::report;
use crate::test::Test;

/// The payload of a failure that has been reported already.
struct Reported;

/// Runs one test; what an expansion calls.
pub fn run(test: &'static Test) -> ExitCode {
    if let Err(error) = env::settings() {
        return fail(test, error);
    }
    match thread::run(test) {
        Ok(code) => code,
        Err(error) => match access().refusal() {
            Some(refusal) => match report::refused(test, refusal) {
                Verdict::Skip => skip(test),
                Verdict::Fail | Verdict::FailAnyway(_) => stop(test),
            },
            None => fail(test, &error),
        },
    }
}

/// Lets libtest count a pass, which is all that it knows besides a failure.
fn skip(test: &Test) -> ExitCode {
    if test.should_panic {
        panic::resume_unwind(Box::new(Reported));
    }
    ExitCode::SUCCESS
}

/// Fails a test whose body did not run: never through a panic that
/// `#[should_panic]` would take for the body's.
fn fail(test: &Test, error: &Error) -> ExitCode {
    eprintln!(
        "netns-test: `{}` did not run: failed to {error}",
        test.name()
    );
    if let Some(source) = error.source() {
        eprintln!("  because: {source}");
    }
    stop(test)
}

fn stop(test: &Test) -> ExitCode {
    if test.should_panic {
        return ExitCode::SUCCESS;
    }
    panic::resume_unwind(Box::new(Reported))
}
