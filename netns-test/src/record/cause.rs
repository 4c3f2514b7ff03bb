//! Why a test does not pass.

use std::process::ExitStatus;
use std::time::Duration;

use crate::answer::Refusal;

/// Why a test does not pass, or did not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The body panicked; the payload's text, if it was text.
    Panicked(Option<String>),
    /// The body was to panic, and returned.
    DidNotPanic,
    /// What the body returned says that it failed.
    Returned(u8),
    /// Something outlived the body, and must not.
    Leaks,
    /// The test tried to leave its namespace, and must not.
    Egress,
    /// What ends a namespace failed after the body.
    Teardown(String),
    /// What begins a namespace failed before the body.
    Setup(String),
    /// The body took longer than it may.
    TimedOut(Option<Duration>),
    /// The same, and its process did nothing about it.
    Frozen(Option<Duration>),
    /// The process of the test ended before the test did.
    Died(ExitStatus),
    /// The process of the test is gone, and with it the one that knew how.
    Vanished,
    /// The whole test binary exits while the body runs.
    Exits,
    /// This test could not have its namespace.
    NotEntered(String),
    /// This machine refuses namespaces to every test.
    Refused(Box<Refusal>),
    /// A variable has a value that is not known.
    Settings(String),
    /// The test was run before in this process.
    SecondRun,
}

impl Cause {
    /// The body panicked. Of a long text, [`TEXT`] bytes are kept.
    pub(crate) fn panicked(text: Option<&str>) -> Self {
        Self::Panicked(text.map(cut))
    }
}

/// How much of a text is kept, in bytes.
pub(crate) const TEXT: usize = 8 << 10;

/// The first [`TEXT`] bytes of a text, and how many are missing.
fn cut(text: &str) -> String {
    if text.len() <= TEXT {
        return text.to_owned();
    }
    let end = (0..=TEXT).rfind(|end| text.is_char_boundary(*end));
    let kept = &text[..end.unwrap_or(0)];
    format!("{kept}… ({} bytes more)", text.len() - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let long = format!("a{}", "é".repeat(TEXT));
        let kept = cut(&long);
        assert!(kept.starts_with("aéé"), "{kept}");
        assert!(kept.ends_with("é… (8194 bytes more)"), "{}", &kept[8000..]);
    }
}
