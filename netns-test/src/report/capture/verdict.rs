//! A test's end in a few words, for its capture.

use std::process::ExitCode;

use crate::callback;
use crate::capture::Verdict;
use crate::isolation::body::Ran;
use crate::isolation::process::Ended;
use crate::report::ended;
use crate::watch::{Ending, Watch};

/// Of a test that ran on a thread.
pub(super) fn of_ran(watch: &Watch, ran: &Ran) -> Verdict {
    match ran {
        Ran::Finished(finished) => of_body(watch, &finished.body, finished.condemned),
        Ran::TimedOut => failed("it took too long"),
    }
}

/// Of a body that came to an end, and of what was done after it.
fn of_body(watch: &Watch, body: &Ending, is_condemned: bool) -> Verdict {
    if is_condemned {
        return failed("after its body");
    }
    let expects_panic = watch.expected_panic.is_some();
    match (watch.is_success(body), body) {
        (true, Ok(_)) => passed("passed"),
        (true, Err(_)) => passed("passed: it panicked, as expected"),
        (false, Ok(_)) if expects_panic => failed("it did not panic"),
        (false, Ok(_)) => failed("it returned an error"),
        (false, Err(payload)) => match callback::panic_text(&**payload) {
            Some(text) => failed(&format!("it panicked: {text}")),
            None => failed("it panicked"),
        },
    }
}

/// Of a test that ran in a process.
pub(super) fn of_process(watch: &Watch, ended: &Ended) -> Verdict {
    match ended {
        Ended::Returned(status) => of_body(watch, &Ok(ExitCode::from(*status)), false),
        Ended::Panicked(Some(text)) => of_body(watch, &Err(Box::new(text.clone())), false),
        Ended::Panicked(None) => of_body(watch, &Err(Box::new(())), false),
        Ended::Condemned => of_body(watch, &Ok(ExitCode::SUCCESS), true),
        Ended::TimedOut | Ended::Frozen(_) => failed("it took too long"),
        Ended::Died(status, _) => failed(&format!("its process {}", ended::how(*status))),
        Ended::Orphaned(_) => failed("its process vanished"),
    }
}

fn passed(words: &str) -> Verdict {
    Verdict {
        is_failure: false,
        words: words.into(),
    }
}

fn failed(how: &str) -> Verdict {
    Verdict {
        is_failure: true,
        words: format!("failed: {how}"),
    }
}
