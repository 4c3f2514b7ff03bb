//! This process becomes another program.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::{output, status};

/// Does not return if `program` can be started.
pub(crate) fn become_program(program: &OsStr, arguments: &[OsString]) -> ExitCode {
    let error = Command::new(program).args(arguments).exec();
    let name = program.to_string_lossy();
    output::complain(&format!("failed to start `{name}`: {error}"));
    ExitCode::from(match error.kind() {
        io::ErrorKind::NotFound => status::NOT_FOUND,
        _ => status::NOT_EXECUTABLE,
    })
}
