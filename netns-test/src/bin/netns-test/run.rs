//! `netns-test run`

use std::fs;
use std::io;
use std::process::ExitCode;

use netns_test::__cli::{self as inside, Failure};

use crate::args::Run;
use crate::program::become_program;
use crate::{hosts, output, status};

pub(crate) fn main(arguments: &Run) -> ExitCode {
    let Some((program, rest)) = arguments.program.split_first() else {
        unreachable!("clap demands a program");
    };
    // Read from outside, before anything changes.
    let hosts = match hosts_file(arguments) {
        Ok(hosts) => hosts,
        Err(why) => {
            output::complain(&why);
            return ExitCode::from(status::FAILED);
        }
    };
    if let Err(failure) = inside::enter() {
        return refuse(&program.to_string_lossy(), &failure);
    }
    if let Some(Err(error)) = hosts.map(|text| inside::cover_hosts(&text)) {
        output::complain(&output::failure(&error));
        return ExitCode::from(status::FAILED);
    }
    become_program(program, rest)
}

fn refuse(program: &str, failure: &Failure) -> ExitCode {
    match failure {
        Failure::Refused(refusal) => {
            let details = inside::explained(refusal);
            output::complain(&format!(
                "cannot create a network namespace, so `{program}` did not run.\n{}",
                details.trim_end()
            ));
            ExitCode::from(status::NO_NAMESPACE)
        }
        Failure::Error(error) => {
            output::complain(&format!(
                "`{program}` did not run: {}",
                output::failure(error)
            ));
            ExitCode::from(status::FAILED)
        }
    }
}

/// The text of the program's own `/etc/hosts`, if it gets one.
fn hosts_file(arguments: &Run) -> Result<Option<String>, String> {
    if arguments.hosts.is_empty() && arguments.hosts_file.is_empty() {
        return Ok(None);
    }
    let read = |path: &std::path::Path| {
        let why = |error: io::Error| format!("failed to read `{}`: {error}", path.display());
        fs::read(path)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(why)
    };
    let added: Result<Vec<_>, _> = arguments.hosts_file.iter().map(|path| read(path)).collect();
    let file = read(inside::HOSTS.as_ref())?;
    Ok(Some(hosts::merge(&file, &arguments.hosts, &added?)))
}
