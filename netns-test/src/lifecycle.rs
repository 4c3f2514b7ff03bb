//! From the call that an expansion makes to what libtest is told.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe, Location};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::access::access;
use crate::access::policy::Verdict;
use crate::answer::Refusal;
use crate::capture;
use crate::env;
use crate::error::{self, Error, ErrorKind};
use crate::isolation::body::{Finished, Ran};
use crate::isolation::process::{self, Ended};
use crate::isolation::thread;
use crate::pause;
use crate::record::{Cause, Record};
use crate::report;
use crate::running::{self, Running};
use crate::setting::Isolation;
use crate::sys::filter;
use crate::test::Test;
use crate::watch::{self, Watch};

/// The payload of a failure that has been reported already.
struct Reported;

/// Runs one test; what an expansion calls.
#[track_caller]
pub fn run(test: &'static Test) -> ExitCode {
    process::serve_if_asked(test);
    let location = Location::caller();
    let record = report::account::begin();
    // Whatever libtest is to be told passes here, so that the report says the same.
    let told = panic::catch_unwind(AssertUnwindSafe(|| run_recorded(test, &record)));
    let expected = test.should_panic.then_some(test.expected_panic);
    let passes = watch::is_success(expected, &told);
    report::account::close(test.name(), Some(location), &record, passes);
    told.unwrap_or_else(|payload| panic::resume_unwind(payload))
}

fn run_recorded(test: &'static Test, record: &Record) -> ExitCode {
    if !is_first_run(test) {
        record.fail(|| Cause::SecondRun);
        return fail(test, &report::ended::second_run(test.name()));
    }
    let settings = match env::settings() {
        Ok(settings) => settings,
        Err(error) => {
            record.fail(|| Cause::Settings(error::chain(&error)));
            return fail(test, &report::ended::not_entered(test.name(), &error));
        }
    };
    pause::refuse_under_ci(settings);
    // A filter may end the process that tries, so here the probe's child tries first.
    if filter::is_installed() {
        if let Some(refusal) = access().refusal() {
            return refused(test, record, refusal);
        }
    }
    let isolation = settings.isolation.or(test.isolation).unwrap_or_default();
    let watch = Watch::of(test, settings, record.clone());
    capture::start(test.name(), &watch);
    let error = match isolate(test, &watch, isolation) {
        Ok(code) => return code,
        Err(error) => error,
    };
    capture::discard(test.name());
    if error.kind() == ErrorKind::Callback {
        record.fail(|| Cause::Setup(error::chain(&error)));
        return fail(test, &report::ended::not_entered(test.name(), &error));
    }
    not_isolated(test, record, isolation, error)
}

/// Explains why there is no namespace for `test`: what this machine refuses to
/// every test, or else what went wrong for this one.
fn not_isolated(test: &Test, record: &Record, isolation: Isolation, error: Error) -> ExitCode {
    let access = access();
    if let Some(refusal) = access.refusal() {
        return refused(test, record, refusal);
    }
    record.fail(|| Cause::NotEntered(error::chain(&error)));
    let hint = report::hint::for_one_test(&error, isolation, access);
    let error = match hint.filter(|_| error.hint().is_none()) {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    fail(test, &report::ended::not_entered(test.name(), &error))
}

/// What this machine refuses to every test, it refuses to this one.
fn refused(test: &Test, record: &Record, refusal: &Refusal) -> ExitCode {
    record.fail(|| Cause::Refused(Box::new(refusal.clone())));
    match report::refused(test, refusal) {
        Verdict::Skip => {
            record.note(|facts| facts.is_skipped = true);
            skip(test)
        }
        Verdict::Fail | Verdict::FailAnyway(_) => fail(test, ""),
    }
}

/// What libtest counts as passed; it knows nothing between that and a failure.
fn skip(test: &Test) -> ExitCode {
    if test.should_panic {
        panic::resume_unwind(Box::new(test.expected_panic.to_owned()));
    }
    ExitCode::SUCCESS
}

fn isolate(test: &'static Test, watch: &Watch, isolation: Isolation) -> Result<ExitCode, Error> {
    /// Set when a thread of this process was refused a namespace.
    static NOT_ON_THREADS: AtomicBool = AtomicBool::new(false);
    match isolation {
        Isolation::Thread => run_on_a_thread(test, watch),
        Isolation::Process => process::run(test, watch).map(|ended| conclude(test, watch, ended)),
        Isolation::Auto if NOT_ON_THREADS.load(Ordering::Relaxed) => {
            isolate(test, watch, Isolation::Process)
        }
        Isolation::Auto => match run_on_a_thread(test, watch) {
            Err(error) if process::is_refusal(&error) => {
                NOT_ON_THREADS.store(true, Ordering::Relaxed);
                isolate(test, watch, Isolation::Process)
            }
            done => done,
        },
    }
}

fn run_on_a_thread(test: &'static Test, watch: &Watch) -> Result<ExitCode, Error> {
    let record = watch.record.clone();
    let ran = thread::run(test, watch, move |ns| {
        let _running = Running::note(test.name(), record);
        (test.body)(ns)
    })?;
    report::capture::end_on_a_thread(test, watch, &ran);
    match ran {
        Ran::TimedOut => {
            watch.record.fail(|| Cause::TimedOut(watch.timeout));
            running::abandon(test.name());
            Ok(fail(test, ""))
        }
        // Why is printed, on the test's own thread.
        Ran::Finished(Finished {
            condemned: true, ..
        }) => Ok(fail(test, "")),
        Ran::Finished(Finished {
            body: Err(payload), ..
        }) => panic::resume_unwind(payload),
        Ran::Finished(Finished { body: Ok(code), .. }) => Ok(code),
    }
}

/// Tells libtest how a test ended that ran in a process.
fn conclude(test: &Test, watch: &Watch, ended: Ended) -> ExitCode {
    watch.record.end_body();
    if let Some(cause) = cause(watch, &ended) {
        watch.record.fail(|| cause);
    }
    match &ended {
        Ended::Died(status, remains) => {
            report::print(&report::ended::died(test.name(), *status));
            report::print(&remains.describe(test));
        }
        Ended::Orphaned(remains) => {
            report::print(&report::ended::orphaned(test.name()));
            report::print(&remains.describe(test));
        }
        Ended::Frozen(remains) => report::print(&remains.describe(test)),
        Ended::Returned(_) | Ended::Panicked(_) | Ended::Condemned | Ended::TimedOut => {}
    }
    pause_remains(test, watch, &ended);
    report::capture::end_in_a_process(test, watch, &ended);
    match ended {
        Ended::Returned(status) => ExitCode::from(status),
        // The hook has printed the message in the other process.
        Ended::Panicked(Some(message)) => panic::resume_unwind(Box::new(message)),
        Ended::Panicked(None) => panic::resume_unwind(Box::new(Reported)),
        // Printed, here or in the other process.
        Ended::Condemned
        | Ended::TimedOut
        | Ended::Frozen(_)
        | Ended::Died(..)
        | Ended::Orphaned(_) => fail(test, ""),
    }
}

/// Why a test does not pass that ended so, if its own process has not said it.
fn cause(watch: &Watch, ended: &Ended) -> Option<Cause> {
    match ended {
        Ended::Died(status, _) => Some(Cause::Died(*status)),
        Ended::Orphaned(_) => Some(Cause::Vanished),
        Ended::Frozen(_) => Some(Cause::Frozen(watch.timeout)),
        Ended::TimedOut => Some(Cause::TimedOut(watch.timeout)),
        Ended::Returned(_) | Ended::Panicked(_) | Ended::Condemned => None,
    }
}

/// Waits at the namespace of a test whose process has ended, if that is asked for.
fn pause_remains(test: &Test, watch: &Watch, ended: &Ended) {
    let (why, remains) = match ended {
        Ended::Died(status, remains) => (report::ended::why_died(*status), remains),
        Ended::Orphaned(remains) => (report::ended::why_orphaned(), remains),
        _ => return,
    };
    if let Some(place) = remains.place().filter(|_| watch.pause) {
        pause::pause_remains(test.name(), &why, &place);
    }
}

/// Fails a test without a panic of its body: never by one that
/// `#[should_panic]` would take for it.
fn fail(test: &Test, why: &str) -> ExitCode {
    report::print(why);
    if test.should_panic {
        return ExitCode::SUCCESS;
    }
    panic::resume_unwind(Box::new(Reported))
}

/// Whether this process has not run the test before.
fn is_first_run(test: &Test) -> bool {
    static SEEN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    SEEN.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(test.name())
}
