//! What became of one test, for programs: a line in the file of `NETNS_TEST_REPORT`, and
//! what GitHub Actions shows. Nobody's verdict depends on it.

mod cause;
mod line;

use std::panic::{self, AssertUnwindSafe, Location};
use std::path::Path;
use std::sync::Once;

use self::line::Binary;
use super::append::{Failed, append};
use super::github::{self, Level};
use super::skip::say;
use crate::env::{self, Mark};
use crate::record::{Facts, Record};

/// What libtest is told, and what it can't be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A record of a test that is called now, if somebody asks for it.
pub(crate) fn begin() -> Record {
    if env::report().is_some() || env::is_marked(Mark::GitHubActions) {
        Record::begin()
    } else {
        Record::none()
    }
}

/// The test `name`, called at `location` in its source, is over. It is told once.
pub(crate) fn close(name: &str, location: Option<&Location<'_>>, record: &Record, passes: bool) {
    let tell = || {
        if let Some(facts) = record.close() {
            let outcome = match (facts.is_skipped, passes) {
                (true, _) => Outcome::Skipped,
                (false, true) => Outcome::Passed,
                (false, false) => Outcome::Failed,
            };
            write(name, outcome, &facts);
            annotate(name, location, outcome, &facts);
        }
    };
    // A defect in here is nothing that the test could help.
    let _ = panic::catch_unwind(AssertUnwindSafe(tell));
}

fn write(name: &str, outcome: Outcome, facts: &Facts) {
    let Some(file) = env::report() else { return };
    let line = line::line(Binary::of_this_process(), name, outcome, facts);
    if let Err(failed) = append(file, |_| line) {
        static SAID: Once = Once::new();
        SAID.call_once(|| say(&unwritten(env::REPORT, file, &failed)));
    }
}

/// What is said once in a process.
pub(super) fn unwritten(variable: &str, file: &Path, (tried, error): &Failed) -> String {
    format!(
        "netns-test: warning: failed to {tried} `{}`, which `{variable}` names: {error}\n  \
         note:    what is missing there is not said again in this process, and changes no verdict\n",
        file.display()
    )
}

fn annotate(name: &str, location: Option<&Location<'_>>, outcome: Outcome, facts: &Facts) {
    let leaks = facts.leaks.as_deref().unwrap_or_default();
    let (level, what) = match outcome {
        Outcome::Failed => (Some(Level::Error), "failed"),
        // All of them are one warning, at the end of the process.
        Outcome::Skipped => (None, "skipped"),
        Outcome::Passed if !leaks.is_empty() => (Some(Level::Warning), "leaks"),
        Outcome::Passed => return,
    };
    let why = match (&facts.cause, outcome) {
        (_, Outcome::Passed) => cause::left(leaks),
        (Some(cause), _) => cause::text(cause, facts),
        (None, _) => "netns-test does not know why".into(),
    };
    if let Some(level) = level {
        github::annotate(level, &format!("{name} {what}"), location, &why);
    }
    github::list(what, name, Binary::of_this_process().name.as_deref(), &why);
}

#[cfg(test)]
mod tests;
