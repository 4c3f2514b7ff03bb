//! Everything that the command prints. Colours only where a terminal shows them.

use std::io::Write;
#[cfg(target_os = "linux")]
use std::io::{self, IsTerminal};
#[cfg(target_os = "linux")]
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
#[cfg(target_os = "linux")]
use netns_test::Error;

#[cfg(target_os = "linux")]
use crate::status;

const RED: Style = AnsiColor::Red.on_default().bold();

/// Says on standard error what went wrong.
pub(crate) fn complain(what: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{RED}netns-test{RED:#}: {what}");
}

/// Says something on standard error that is no error.
#[cfg(target_os = "linux")]
pub(crate) fn remark(what: &str) {
    let _ = writeln!(anstream::stderr(), "netns-test: {what}");
}

/// Prints to standard output; that nobody reads on is no error.
#[cfg(target_os = "linux")]
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    let printed = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Shows on a terminal what is being done, in place of what was shown before;
/// nothing elsewhere.
#[cfg(target_os = "linux")]
pub(crate) fn progress(what: &str) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K{what}");
    }
}

/// Prints all there is to print, and says how the command ends.
#[cfg(target_os = "linux")]
pub(crate) fn finish(text: &str, status: ExitCode) -> ExitCode {
    match print(text) {
        Ok(()) => status,
        Err(error) => {
            complain(&format!("failed to print: {error}"));
            ExitCode::from(status::FAILED)
        }
    }
}

/// An error of the crate with its cause and what can be done about it.
#[cfg(target_os = "linux")]
pub(crate) fn failure(error: &Error) -> String {
    use std::fmt::Write as _;

    let mut text = format!("failed to {error}");
    if let Some(cause) = std::error::Error::source(error) {
        write!(text, "\n  because: {cause}").expect("a string takes all");
    }
    if let Some(hint) = error.hint() {
        write!(text, "\n  hint:    {hint}").expect("a string takes all");
    }
    text
}

/// A cell of a table.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    to_the_right: bool,
}

#[cfg(target_os = "linux")]
impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style: Style::new(),
            to_the_right: false,
        }
    }

    /// Of a column of numbers.
    pub(crate) fn right(self) -> Self {
        Self {
            to_the_right: true,
            ..self
        }
    }

    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self {
            style: AnsiColor::Green.on_default(),
            ..Self::plain(text)
        }
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self {
            style: RED,
            ..Self::plain(text)
        }
    }

    pub(crate) fn heading(text: impl Into<String>) -> Self {
        Self {
            style: Style::new().bold(),
            ..Self::plain(text)
        }
    }
}

/// Rows whose columns begin at the same place, two blanks apart. A row of one
/// cell does not widen its column.
#[cfg(target_os = "linux")]
pub(crate) fn table(rows: &[Vec<Cell>]) -> String {
    use std::fmt::Write as _;

    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > 1);
        let cells = cells.filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.text.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0))
        .map(width)
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        let mut gap = 0;
        for (cell, width) in row.iter().zip(&widths) {
            let blank = width.saturating_sub(cell.text.chars().count());
            let (before, after) = if cell.to_the_right {
                (blank, 0)
            } else {
                (0, blank)
            };
            let Cell { text, style, .. } = cell;
            if text.is_empty() {
                gap += after + before + 2;
                continue;
            }
            write!(line, "{:gap$}{:before$}{style}{text}{style:#}", "", "").expect("a string");
            gap = after + 2;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}
