//! The message of a test that could not have its namespace.

use std::fmt::{self, Display, Formatter};

use crate::answer::{Answer, Refusal, Remedy};

/// All that is known, and what to do: printed once per process.
/// `overruled_by` is what decided against the skip that the test asked for.
pub(super) fn whole(test: &str, refusal: &Refusal, overruled_by: Option<&str>) -> String {
    let whole = Whole {
        test,
        refusal,
        overruled_by,
    };
    whole.to_string()
}

/// What is known, and what to do, below a heading of the caller's.
#[cfg(feature = "cli")]
pub(super) fn details(refusal: &Refusal) -> String {
    format!(
        "{}  details: `netns_test::Cause::{:?}`\n",
        Details(refusal),
        refusal.cause()
    )
}

/// One line, for every further test; the test `first` has the whole.
pub(super) fn line(test: &str, refusal: &Refusal, first: &str) -> String {
    format!(
        "netns-test: `{test}` did not run: {}; what helps stands at `{first}`\n",
        gist(refusal)
    )
}

/// The refused call, its answer, and the cause.
pub(super) fn gist(refusal: &Refusal) -> String {
    format!("{}: {}", Refused(refusal), refusal.because())
}

struct Refused<'refusal>(&'refusal Refusal);

impl Display for Refused<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let by = match self.0.answered_by() {
            Answer::SeccompFilter => "by a seccomp filter (not by the kernel)",
            Answer::Kernel => "by the kernel",
            Answer::AppArmor => "by AppArmor",
            Answer::Selinux => "by SELinux",
            Answer::SecurityModule => "by a security module",
            Answer::Unknown => "by the kernel or a security module",
        };
        write!(f, "{} -> {}, {by}", self.0.step(), self.0.answer())
    }
}

struct Whole<'refusal> {
    test: &'refusal str,
    refusal: &'refusal Refusal,
    overruled_by: Option<&'refusal str>,
}

impl Display for Whole<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            test,
            refusal,
            overruled_by,
        } = self;
        writeln!(
            f,
            "netns-test: cannot create a network namespace, so `{test}` did not run."
        )?;
        Details(refusal).fmt(f)?;
        if let Some(by) = overruled_by {
            writeln!(
                f,
                "  note:    `if_unsupported = \"skip\"` is overruled by {by}"
            )?;
        }
        writeln!(
            f,
            "  or skip: NETNS_TEST=skip cargo test      details: `netns_test::Cause::{:?}`",
            refusal.cause()
        )
    }
}

struct Details<'refusal>(&'refusal Refusal);

impl Display for Details<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(refusal) = self;
        writeln!(f, "  refused: {}", Refused(refusal))?;
        writeln!(f, "  because: {}", refusal.because())?;
        for (at, seen) in refusal.evidence().iter().enumerate() {
            writeln!(
                f,
                "  {} {seen}",
                if at == 0 { "seen:   " } else { "        " }
            )?;
        }
        for (at, remedy) in refusal.remedies().iter().enumerate() {
            fix(f, if at == 0 { "fix:     " } else { "    or   " }, remedy)?;
        }
        for note in refusal.notes() {
            writeln!(f, "  note:    {note}")?;
        }
        Ok(())
    }
}

/// The lines to type, with what they do beside the first one.
fn fix(f: &mut Formatter<'_>, head: &str, remedy: &Remedy) -> fmt::Result {
    for (at, command) in remedy.commands().iter().enumerate() {
        if at == 0 {
            writeln!(f, "  {head}{command:<56} ({})", remedy.what())?;
        } else {
            writeln!(f, "           {command}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
