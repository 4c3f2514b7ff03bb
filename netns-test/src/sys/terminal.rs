//! The terminal from which this process was started, if there is one.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::sys::termios::{FlushArg, LocalFlags, tcflush, tcgetattr};
use nix::unistd::{getpgrp, tcgetpgrp};

/// Opens the controlling terminal, whatever the standard streams are. Nothing that is
/// done with it waits.
///
/// # Errors
///
/// `ENXIO`: the process has none.
///
/// # References
///
/// tty(4)
pub(crate) fn open() -> io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY | libc::O_NONBLOCK)
        .open("/dev/tty")
}

/// Whether this process may read: the kernel stops one in the background that tries.
///
/// # References
///
/// tcgetpgrp(3); setpgid(2), "foreground process group"
pub(crate) fn is_foreground(terminal: &File) -> bool {
    tcgetpgrp(terminal.as_fd()).is_ok_and(|foreground| foreground == getpgrp())
}

/// Whether this process may write: one in the background may where the terminal was
/// not set to stop it.
///
/// # References
///
/// termios(3), `TOSTOP`
pub(crate) fn may_be_written(terminal: &File) -> bool {
    let stops =
        || tcgetattr(terminal.as_fd()).map(|now| now.local_flags.contains(LocalFlags::TOSTOP));
    is_foreground(terminal) || stops().is_ok_and(|stops| !stops)
}

/// Throws away what was typed and not yet read. To be called in the foreground only.
///
/// # References
///
/// tcflush(3), `TCIFLUSH`
pub(crate) fn forget_input(terminal: &File) -> io::Result<()> {
    Ok(tcflush(terminal.as_fd(), FlushArg::TCIFLUSH)?)
}
