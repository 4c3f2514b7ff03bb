//! What ends a pause: Enter, a signal, or the end of the process that is paused.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::report::pause::End;
use crate::sys::resume::Resume;
use crate::sys::terminal;

/// Waits for whichever comes first. `terminal` is given by who may read it.
pub(super) fn until(
    mut terminal: Option<&File>,
    resume: Option<&Resume>,
    process: Option<BorrowedFd<'_>>,
) -> End {
    loop {
        let watched = [terminal.map(AsFd::as_fd), resume.map(AsFd::as_fd), process];
        if terminal.is_none() && resume.is_none() {
            return End::Unheard;
        }
        let Ok([typed, resumed, ended]) = wait_for(watched) else {
            return End::Unheard;
        };
        if resumed {
            return End::Signal;
        }
        if ended {
            return End::Gone;
        }
        if let Some(readable) = terminal.filter(|_| typed) {
            match read(readable) {
                Some(true) => return End::Enter,
                Some(false) => {}
                None => terminal = None,
            }
        }
    }
}

/// Which of them are ready, when one is.
fn wait_for(watched: [Option<BorrowedFd<'_>>; 3]) -> io::Result<[bool; 3]> {
    let present = watched.iter().flatten();
    let mut fds: Vec<_> = present
        .map(|fd| PollFd::new(*fd, PollFlags::POLLIN))
        .collect();
    loop {
        match poll(&mut fds, PollTimeout::NONE) {
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
            Ok(_) => break,
        }
    }
    let mut polled = fds.iter();
    Ok(watched.map(|fd| {
        let polled = fd.and_then(|_| polled.next());
        polled.is_some_and(|fd| fd.any().unwrap_or(true))
    }))
}

/// Whether Enter was among what was typed; `None` if it can't come any more: the terminal
/// was hung up, its input ended, or it went to another process, so that reading would stop this one.
fn read(mut terminal: &File) -> Option<bool> {
    if !terminal::is_foreground(terminal) {
        return None;
    }
    let mut typed = [0; 256];
    match terminal.read(&mut typed) {
        Ok(0) => None,
        Ok(length) => Some(
            typed[..length]
                .iter()
                .any(|key| matches!(key, b'\n' | b'\r')),
        ),
        Err(error) => matches!(
            error.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
        )
        .then_some(false),
    }
}
