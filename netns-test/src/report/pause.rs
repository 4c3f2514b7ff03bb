//! A failed test that waits for somebody to look into its namespace.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, IsTerminal, Write as _};
use std::time::Duration;

use crate::callback::panic_text;
use crate::sys::terminal;
use crate::watch::{Ending, Watch};

/// How many lines of a panic's message are repeated.
const LINES: usize = 8;

/// What nsenter(1) is told: files in `/proc`, and what the installed one understands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Nsenter {
    /// The user namespace, where it is not that of whoever started the test.
    pub(crate) user: Option<String>,
    pub(crate) net: String,
    /// Its inode number, by which the command `netns-test` knows it.
    pub(crate) inode: u64,
    /// The mount namespace with the true views, where the test has one.
    pub(crate) mounts: Option<String>,
    /// `--wdns`: the working directory is found again among the test's mounts.
    pub(crate) keeps_directory: bool,
    /// `--keep-caps`: an ordinary user keeps the capabilities in there.
    pub(crate) keeps_capabilities: bool,
    /// User 0 needs nothing to keep them.
    pub(crate) is_root: bool,
}

/// A test that is about to wait.
#[derive(Clone, Debug)]
pub(crate) struct Paused<'a> {
    pub(crate) name: &'a str,
    pub(crate) why: &'a str,
    pub(crate) nsenter: &'a Nsenter,
    /// The process that waits.
    pub(crate) pid: u32,
    /// Whether it may read the terminal.
    pub(crate) enter: bool,
    /// Why it can't wait for a signal, if so.
    pub(crate) no_signal: Option<&'a str>,
    /// Whether libtest holds back what the test has printed.
    pub(crate) captured: bool,
}

impl Nsenter {
    /// The line, to which a program can be added.
    fn line(&self) -> String {
        let mut line = "nsenter".to_owned();
        if let Some(user) = &self.user {
            let _ = write!(line, " --user={user} --preserve-credentials");
            if self.keeps_capabilities {
                line.push_str(" --keep-caps");
            }
        }
        let _ = write!(line, " --net={}", self.net);
        if let Some(mounts) = &self.mounts {
            let _ = write!(line, " --mount={mounts}");
            if self.keeps_directory {
                line.push_str(" --wdns=\"$PWD\"");
            }
        }
        line
    }

    fn lacks_capabilities(&self) -> bool {
        self.user.is_some() && !self.keeps_capabilities && !self.is_root
    }
}

impl Paused<'_> {
    fn text(&self) -> String {
        let Self {
            name,
            why,
            nsenter,
            pid,
            ..
        } = self;
        // libtest may have begun a line.
        let mut text =
            format!("\nnetns-test: `{name}` failed and is paused, with its network alive\n");
        let mut lines = why.lines();
        let _ = writeln!(text, "  because: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(text, "           {line}");
        }
        let _ = write!(
            text,
            "  to look inside, from another terminal, either of:\n    {}\n    netns-test shell {}\n",
            nsenter.line(),
            nsenter.inode,
        );
        match (self.enter, self.no_signal) {
            (true, None) => {
                text.push_str("  to go on, press Enter here, or from another terminal:\n");
            }
            (false, None) => text.push_str("  to go on, from another terminal:\n"),
            (_, Some(why)) => {
                let _ = writeln!(
                    text,
                    "  to go on, press Enter here; no signal is waited for: {why}"
                );
            }
        }
        if self.no_signal.is_none() {
            let _ = writeln!(text, "    kill -CONT {pid}");
        }
        if nsenter.lacks_capabilities() {
            text.push_str(
                "  note:    this nsenter gives up all capabilities: it is enough to look, as by `ip` or `ss`; \
                 `netns-test shell`\n           keeps them, as `--keep-caps` of util-linux 2.40 does, for `tcpdump`, `nft` and changes\n",
            );
        }
        if self.captured {
            text.push_str(
                "  note:    libtest holds back what the test has printed; `--nocapture` shows it at once\n",
            );
        }
        text
    }

    /// Says so past libtest's capture: at once, and to whoever sits at the terminal.
    pub(crate) fn print(&self, terminal: Option<&File>) {
        say(&self.text(), terminal);
    }
}

/// What ended a pause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Enter,
    Signal,
    /// The test's process has ended.
    Gone,
    /// The terminal is gone, and there was nothing else.
    Unheard,
}

/// Says that the test `name` goes on, and why.
pub(crate) fn over(name: &str, end: End, terminal: Option<&File>) {
    say(&over_text(name, end), terminal);
}

fn over_text(name: &str, end: End) -> String {
    let why = match end {
        End::Enter | End::Signal => return format!("netns-test: `{name}` goes on\n"),
        End::Gone => "its process has ended",
        End::Unheard => "the terminal is gone",
    };
    format!("netns-test: the pause of `{name}` is over: {why}\n")
}

/// Says that the test `name` goes on without a pause.
pub(crate) fn impossible(name: &str, why: &impl Display) {
    say(&impossible_text(name, why), None);
}

fn impossible_text(name: &str, why: &impl Display) -> String {
    format!("netns-test: `{name}` failed and is not paused: {why}\n")
}

/// Says that `NETNS_TEST_PAUSE` is not obeyed.
pub(crate) fn refused_under_ci() {
    say(REFUSED, None);
}

const REFUSED: &str = "netns-test: no failed test is paused: `NETNS_TEST_PAUSE` is not obeyed where `CI` is set, \
                       since nobody is there to end a pause\n";

/// Why a test fails whose body has ended; `None` if it does not. `denied`: it tried to
/// leave its namespace, and must not.
pub(crate) fn after_body(watch: &Watch, body: &Ending, denied: bool) -> Option<String> {
    if watch.is_success(body) {
        return denied.then(|| "it tried to leave its network namespace".to_owned());
    }
    Some(match (body, watch.expected_panic.as_deref()) {
        (Ok(_), None) => "it returned an error".to_owned(),
        (Ok(_), Some(_)) => "it did not panic, as it should".to_owned(),
        (Err(payload), expected) => {
            let mut text = "it panicked".to_owned();
            if let Some(expected) = expected {
                let _ = write!(text, " with another message than `{expected}`");
            }
            if let Some(message) = panic_text(&**payload) {
                let _ = write!(text, ": {}", beginning(message));
            }
            text
        }
    })
}

fn beginning(message: &str) -> String {
    let mut lines = message.lines();
    let mut kept: Vec<_> = lines.by_ref().take(LINES).collect();
    kept.extend(lines.next().map(|_| "…"));
    kept.join("\n")
}

/// Why a test fails whose namespace did not end well.
pub(crate) fn after_teardown() -> String {
    "what is registered for the end of its namespace failed".to_owned()
}

/// Why a test fails under `leaks = "deny"`.
pub(crate) fn after_leaks() -> String {
    "it left something behind".to_owned()
}

/// Why a test fails whose body runs still.
pub(crate) fn at_limit(limit: Duration) -> String {
    format!("it took longer than {limit:?}, its limit, and has not ended")
}

/// To the real standard error, which libtest does not capture, and where that is no
/// terminal to the one there is.
fn say(text: &str, terminal: Option<&File>) {
    let mut stderr = io::stderr();
    // Where standard error is closed there is nobody to tell.
    let _ = stderr.write_all(text.as_bytes());
    if let Some(mut terminal) =
        terminal.filter(|terminal| !stderr.is_terminal() && terminal::may_be_written(terminal))
    {
        let _ = terminal.write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
