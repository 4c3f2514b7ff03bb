//! A skip that nobody can overlook: libtest has none, and a test that returns
//! early counts as passed.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::github::{self, Level};
use super::refusal;
use crate::answer::Refusal;
use crate::sys::exit;

static SKIPPED: AtomicUsize = AtomicUsize::new(0);
static WHY: OnceLock<String> = OnceLock::new();

/// Says so at once, and counts for the summary at exit.
pub(super) fn announce(test: &str, refusal: &Refusal) {
    say(&format!(
        "netns-test: SKIPPED `{test}`, it did not run: {}\n",
        refusal::gist(refusal)
    ));
    SKIPPED.fetch_add(1, Ordering::Relaxed);
    WHY.get_or_init(|| {
        // Without a handler there is no summary; each skip has its line still.
        let _ = exit::at_exit(summarize);
        refusal::gist(refusal)
    });
}

/// To the real standard error: libtest captures what `eprintln!` prints, and
/// throws it away if the test passes, as a skipped one does.
pub(super) fn say(line: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = io::stderr().write_all(line.as_bytes());
}

extern "C" fn summarize() {
    let skipped = SKIPPED.load(Ordering::Relaxed);
    let Some(why) = WHY.get() else { return };
    let tests = if skipped == 1 { "test" } else { "tests" };
    say(&format!(
        "netns-test: {skipped} {tests} NOT RUN (skipped): {why}\n"
    ));
    github::annotate(
        Level::Warning,
        "netns-test",
        None,
        &format!("{skipped} {tests} not run: {why}"),
    );
}
