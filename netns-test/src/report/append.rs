//! Adding a line to a file to which other processes add theirs.
//!
//! The file is opened anew for each line: nothing is open while a body runs, which may
//! count descriptors or close all. Each line goes to the end by `O_APPEND`, in one write(2)
//! as a rule, under a lock of flock(2), so that it also can be seen whether a line before
//! it was broken off. No file can make a test wait for long: neither a lock that is held
//! for ever, nor a pipe that nobody reads.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How long a lock, or a pipe that is full, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was tried, as in "failed to open", and the answer.
pub(super) type Failed = (&'static str, io::Error);

/// What is in the file when it is this caller's turn.
pub(super) struct There {
    path: Box<Path>,
    metadata: Metadata,
}

impl There {
    /// How long the file is.
    pub(super) fn length(&self) -> u64 {
        self.metadata.len()
    }

    /// Whether it ends with this text; not if it may not be read.
    pub(super) fn ends_with(&self, text: &str) -> bool {
        let read = || -> io::Result<bool> {
            let Some(start) = self.length().checked_sub(text.len() as u64) else {
                return Ok(false);
            };
            let mut end = vec![0; text.len()];
            let file = File::open(&self.path)?;
            file.read_exact_at(&mut end, start)?;
            Ok(end == text.as_bytes())
        };
        read().unwrap_or(false)
    }

    /// Whether a line was broken off: by a full disk, say.
    fn is_broken_off(&self) -> bool {
        // Where it may not be read, nobody knows, and an empty line would be the price.
        self.metadata.is_file()
            && self.length() > 0
            && File::open(&self.path).is_ok()
            && !self.ends_with("\n")
    }
}

/// Appends what `text` makes of what is there, if anything.
pub(super) fn append(path: &Path, text: impl FnOnce(&There) -> String) -> Result<(), Failed> {
    // Without `O_NONBLOCK`, opening a FIFO waits until somebody reads it.
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| ("open", error))?;
    match lock(file) {
        Ok(file) => append_to(path, &file, text),
        // Without the lock `O_APPEND` still keeps lines apart; only one that is broken off
        // may have the next glued to it.
        Err(file) => append_to(path, &file, text),
    }
}

fn lock(mut file: File) -> Result<Flock<File>, File> {
    let since = Instant::now();
    let mut pause = Duration::from_micros(100);
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(locked) => return Ok(locked),
            Err((back, Errno::EAGAIN | Errno::EINTR)) if since.elapsed() < PATIENCE => file = back,
            Err((back, _)) => return Err(back),
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

fn append_to(path: &Path, file: &File, text: impl FnOnce(&There) -> String) -> Result<(), Failed> {
    let metadata = file.metadata().map_err(|error| ("look at", error))?;
    let there = There {
        path: path.into(),
        metadata,
    };
    let mut text = text(&there);
    if text.is_empty() {
        return Ok(());
    }
    if there.is_broken_off() {
        text.insert(0, '\n');
    }
    let mut written = 0;
    write(file, text.as_bytes(), &mut written).map_err(|error| {
        if written > 0 {
            take_back(file, &there, written);
        }
        ("write to", error)
    })
}

fn write(mut file: &File, text: &[u8], written: &mut usize) -> io::Result<()> {
    let since = Instant::now();
    while *written < text.len() {
        match file.write(&text[*written..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => *written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let left = PATIENCE.saturating_sub(since.elapsed());
                if left.is_zero() {
                    return Err(ErrorKind::TimedOut.into());
                }
                let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
                // What it says is said by the next write as well.
                let _ = poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLOUT)], left);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Removes a line that was broken off, if nothing stands behind it. Where that fails,
/// the next line begins with a line break.
fn take_back(file: &File, there: &There, written: usize) {
    let is_last = |now: Metadata| now.is_file() && now.len() == there.length() + written as u64;
    if file.metadata().is_ok_and(is_last) {
        let _ = file.set_len(there.length());
    }
}

#[cfg(test)]
mod tests;
