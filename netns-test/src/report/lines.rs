//! `NETNS_TEST_REPORT`: a JSON line for each test that did not run, so that
//! CI can assert that there are none.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::skip::say;
use crate::answer::Refusal;

/// What became of the test.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Failed,
    Skipped,
}

/// Appends a line to `file`, if there is one.
pub(super) fn append(file: Option<&Path>, test: &str, outcome: Outcome, refusal: &Refusal) {
    let Some(file) = file else { return };
    if let Err(error) = write(file, &line(test, outcome, refusal)) {
        say(&format!(
            "netns-test: failed to append to `{}`: {error}\n",
            file.display()
        ));
    }
}

/// One write(2) at the end of the file, so that lines of several processes don't mix.
fn write(file: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())
}

fn line(test: &str, outcome: Outcome, refusal: &Refusal) -> String {
    let outcome = match outcome {
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    };
    let cause = format!("{:?}", refusal.cause());
    let members = [
        ("test", test),
        ("outcome", outcome),
        ("cause", &cause),
        ("step", refusal.step()),
        ("answer", refusal.answer()),
        ("because", refusal.because()),
    ];
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| format!("{}:{}", string(name), string(value)))
        .collect();
    format!("{{{}}}\n", members.join(","))
}

/// A JSON string, quotes and all.
fn string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                write!(quoted, "\\u{:04x}", u32::from(control)).expect("a string takes all");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn quotes_backslashes_and_control_characters_are_escaped() {
        assert_eq!(string("a::b"), r#""a::b""#);
        assert_eq!(string(r#"say "\""#), r#""say \"\\\"""#);
        assert_eq!(string("one\ntwo\t\u{1}"), r#""one\u000atwo\u0009\u0001""#);
        assert_eq!(string("…"), r#""…""#);
    }
}
