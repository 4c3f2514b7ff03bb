//! The child that tries everything in a fresh namespace, and what it tells.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Command, ExitCode};

use netns_test::__cli::{self as inside, CHECKS, Failure, Outcome};

use crate::{output, status};

/// What the child calls an attempt without a user namespace.
pub(super) const DIRECT: &str = "direct";

/// How each attempt went, by its name.
pub(super) type Attempted = BTreeMap<String, Outcome>;

/// This process, a child of `doctor`: enters as `run` does, and tries.
pub(super) fn everything() -> ExitCode {
    let fresh = match inside::enter() {
        Ok(fresh) => fresh,
        Err(failure) => {
            output::complain(&match failure {
                Failure::Refused(refusal) => inside::explained(&refusal),
                Failure::Error(error) => output::failure(&error),
            });
            return ExitCode::from(status::FAILED);
        }
    };
    let direct = fresh
        .direct
        .map_err(|error| error.raw_os_error().unwrap_or(0));
    let mut text = line(DIRECT, direct);
    for check in &CHECKS {
        text.push_str(&line(check.name, inside::attempt(check)));
    }
    output::finish(&text, ExitCode::SUCCESS)
}

/// `NAME<TAB>ok` or `NAME<TAB>ERRNO`
fn line(name: &str, outcome: Outcome) -> String {
    let mut line = format!("{name}\t");
    match outcome {
        Ok(()) => line.push_str("ok"),
        Err(errno) => write!(line, "{errno}").expect("a string"),
    }
    line.push('\n');
    line
}

/// Starts the child and takes what it tells.
pub(super) fn in_a_child() -> Result<Attempted, String> {
    let output = Command::new("/proc/self/exe")
        .args(["doctor", "--attempt"])
        .output()
        .map_err(|error| format!("failed to start `/proc/self/exe`: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let attempted: Attempted = told.lines().filter_map(parse).collect();
    if output.status.success() && attempted.len() == CHECKS.len() + 1 {
        return Ok(attempted);
    }
    Err(format!(
        "the process that tries everything ended too early, with {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    ))
}

fn parse(line: &str) -> Option<(String, Outcome)> {
    let (name, outcome) = line.split_once('\t')?;
    let outcome = match outcome {
        "ok" => Ok(()),
        errno => Err(errno.parse().ok()?),
    };
    Some((name.to_owned(), outcome))
}
