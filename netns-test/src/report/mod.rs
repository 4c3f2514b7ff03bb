//! Every word that a test prints which fails or does not run.

pub(crate) mod account;
mod append;
pub(crate) mod capture;
pub(crate) mod egress;
pub(crate) mod ended;
mod github;
pub(crate) mod hint;
mod json;
pub(crate) mod leaks;
pub(crate) mod note;
pub(crate) mod pause;
mod refusal;
mod skip;
pub(crate) mod state;
pub(crate) mod stranded;
pub(crate) mod teardown;
pub(crate) mod timeout;

use std::sync::OnceLock;

use crate::access::policy::{self, Verdict};
use crate::answer::Refusal;
use crate::env;
use crate::test::Test;

/// Prints `text` where libtest captures what the test says.
pub(crate) fn print(text: &str) {
    eprint!("{text}");
}

/// Why there is no network namespace, and what to do, for the command `netns-test`.
#[cfg(feature = "cli")]
pub(crate) fn explained(refusal: &Refusal) -> String {
    refusal::details(refusal)
}

/// Tells the user that the body of `test` did not run, and why: the whole
/// message once per process, one line for each further test, or a skip.
pub(crate) fn refused(test: &Test, refusal: &Refusal) -> Verdict {
    static FIRST: OnceLock<&str> = OnceLock::new();
    // A setting that can't be read has failed the test before.
    let settings = env::settings().ok();
    let verdict = policy::decide(
        settings.and_then(|settings| settings.policy),
        settings.is_some_and(|settings| settings.ci),
        test.if_unsupported,
    );
    let name = test.name();
    if verdict == Verdict::Skip {
        skip::announce(name, refusal);
        return verdict;
    }
    let overruled_by = match verdict {
        Verdict::FailAnyway(by) => Some(by),
        _ => None,
    };
    let message = match FIRST.set(name) {
        Ok(()) => refusal::whole(name, refusal, overruled_by),
        Err(_) => refusal::line(name, refusal, FIRST.get().unwrap_or(&name)),
    };
    print(&message);
    verdict
}
