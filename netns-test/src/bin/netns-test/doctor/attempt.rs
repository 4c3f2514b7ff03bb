//! The child that tries everything in a fresh namespace, and what it tells.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

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
    let mut told = output::print(&line(DIRECT, direct));
    for check in &CHECKS {
        // One at a time: the kernel may have to load a module for it.
        told = told.and_then(|()| output::print(&line(check.name, inside::attempt(check))));
    }
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(status::FAILED),
    }
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

/// Starts the child and takes what it tells, showing how far it is.
pub(super) fn in_a_child() -> Result<Attempted, String> {
    let failed = |error| format!("failed to run `/proc/self/exe`: {error}");
    let mut child = Command::new("/proc/self/exe")
        .args(["doctor", "--attempt"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut attempted = Attempted::new();
    for line in child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines)
    {
        attempted.extend(parse(&line.map_err(failed)?));
        if let Some(check) = CHECKS.get(attempted.len().wrapping_sub(1)) {
            output::progress(&format!("trying {} …", check.name));
        }
    }
    output::progress("");
    let output = child.wait_with_output().map_err(failed)?;
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
