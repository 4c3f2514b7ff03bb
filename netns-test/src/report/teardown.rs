//! A test whose body has ended, and whose namespace did not end well.

use std::fmt::Write;

use crate::error::{Error, chain};

/// Says what failed after the body of the test `name`.
pub(crate) fn print(name: &str, error: &Error) {
    eprint!("{}", text(name, error));
}

fn text(name: &str, error: &Error) -> String {
    let mut text = format!("netns-test: after the body of `{name}`: failed to {error}\n");
    if let Some(cause) = std::error::Error::source(error) {
        let _ = writeln!(text, "  because: {}", chain(cause));
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(text, "  hint:    {hint}");
    }
    text
}
