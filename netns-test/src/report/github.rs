//! What GitHub Actions shows beside a job.
//!
//! # References
//!
//! "Workflow commands for GitHub Actions" in GitHub's documentation: `::error`, `::warning`
//! and `GITHUB_STEP_SUMMARY`; "About annotations" for the limit of ten; `command.ts` in
//! `packages/core` of `actions/toolkit` for what is escaped

use std::panic::Location;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::account::unwritten;
use super::append::{There, append};
use super::skip::say;
use crate::env::{self, Mark};

/// How much attention an annotation asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    /// A test failed.
    Error,
    /// It did not, and deserves a look.
    Warning,
}

/// How many annotations of a level are shown for one step.
const SHOWN: usize = 10;
/// How much of a text an annotation has, in bytes.
const ANNOTATED: usize = 2 << 10;
/// How much of a text an item of the summary has, in bytes.
const LISTED: usize = 400;
/// How long a summary may be, and some room for what others add: above 1 MiB, GitHub drops
/// it as a whole.
const SUMMARY: u64 = (1 << 20) - (32 << 10);
/// The last item of a summary that is full.
const FULL: &str = "- and others, for which there is no room\n";

/// An annotation of the job, at the test's place in its source; nothing elsewhere.
pub(super) fn annotate(level: Level, title: &str, location: Option<&Location<'_>>, text: &str) {
    static COUNTS: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    if !env::is_marked(Mark::GitHubActions) {
        return;
    }
    let count = &COUNTS[usize::from(level == Level::Error)];
    if count.fetch_add(1, Ordering::Relaxed) < SHOWN {
        let place = location.map(|location| (location.file(), location.line()));
        say(&command(level, title, place, text));
    }
}

/// An item on the job's page; nothing elsewhere.
pub(super) fn list(what: &str, name: &str, binary: Option<&str>, text: &str) {
    static SAID: Once = Once::new();
    if !env::is_marked(Mark::GitHubActions) {
        return;
    }
    let Some(summary) = env::github_step_summary() else {
        return;
    };
    let item = item(what, name, binary, text);
    if let Err(failed) = append(&summary, |there| fitting(there, item)) {
        SAID.call_once(|| say(&unwritten(env::STEP_SUMMARY, &summary, &failed)));
    }
}

/// The item, or, once, that there is no room for it.
fn fitting(there: &There, item: String) -> String {
    if there.ends_with(FULL) {
        String::new()
    } else if there.length() + (item.len() as u64) < SUMMARY {
        item
    } else {
        FULL.into()
    }
}

fn command(level: Level, title: &str, place: Option<(&str, u32)>, text: &str) -> String {
    let word = match level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let place = place.map_or_else(String::new, |(file, line)| {
        format!("file={},line={line},", property(file))
    });
    format!(
        "::{word} {place}title={}::{}\n",
        property(title),
        data(&short(text, ANNOTATED))
    )
}

/// One item for each test: several processes can each add theirs.
fn item(what: &str, name: &str, binary: Option<&str>, text: &str) -> String {
    let of = binary.map_or_else(String::new, |binary| format!(" of {}", code(binary)));
    format!(
        "- **{what}**: {}{of}: {}\n",
        code(name),
        code(&short(text, LISTED))
    )
}

/// A workflow command ends with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property ends with `,`, and all of them with `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A code span of Markdown, in which nothing has a meaning: in one line, between more
/// backticks than follow each other inside.
fn code(text: &str) -> String {
    let line: Vec<_> = text.split_whitespace().collect();
    let line = line.join(" ");
    let longest = line.split(|character| character != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    // A space beside a backtick at either end; Markdown takes one off at both.
    let pad = if line.starts_with('`') || line.ends_with('`') || line.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// The first `most` bytes.
fn short(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rfind(|end| text.is_char_boundary(*end));
    format!("{}…", &text[..end.unwrap_or(0)])
}

#[cfg(test)]
mod tests;
