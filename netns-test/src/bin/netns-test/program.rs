//! This process becomes another program.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use netns_test::__cli as inside;

use crate::{output, status};

/// Does not return if `program` can be started.
pub(crate) fn become_program(program: &OsStr, arguments: &[OsString]) -> ExitCode {
    let error = Command::new(program).args(arguments).exec();
    let error = if error.kind() == io::ErrorKind::PermissionDenied && !is_found(program) {
        io::Error::from_raw_os_error(libc::ENOENT)
    } else {
        error
    };
    let name = program.to_string_lossy();
    output::complain(&format!("failed to start `{name}`: {error}"));
    ExitCode::from(match error.kind() {
        io::ErrorKind::NotFound => status::NOT_FOUND,
        _ => status::NOT_EXECUTABLE,
    })
}

/// A directory of PATH that this user may not search makes execvp(3) say that the
/// program may not be started.
fn is_found(program: &OsStr) -> bool {
    Path::new(program).components().count() > 1
        || inside::search_path()
            .iter()
            .any(|directory| directory.join(program).exists())
}
