//! What a test is told before its body runs.

use std::fmt::Display;

/// Says that something is not as a test may wish it. A test shows what is on
/// its standard error when it fails.
pub(crate) fn print(note: &impl Display) {
    eprintln!("netns-test: note: {note}");
}
