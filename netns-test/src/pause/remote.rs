//! A test in a process of its own: it asks the test process to wait for it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;

use nix::fcntl::OFlag;
use nix::unistd::{getpid, pipe2};

use crate::report::pause as words;
use crate::sys::channel::{self, LONGEST, Message};
use crate::sys::process;

/// The way to the test process.
#[derive(Debug)]
struct Remote {
    channel: OwnedFd,
    /// The first byte of the question.
    tag: u8,
    /// Writes out what the test has printed.
    flush: fn(),
}

static REMOTE: OnceLock<Remote> = OnceLock::new();

/// Has the test process asked through `channel`, from now on.
pub(crate) fn ask_through(channel: OwnedFd, tag: u8, flush: fn()) {
    let _ = REMOTE.set(Remote {
        channel,
        tag,
        flush,
    });
}

pub(super) fn is_remote() -> bool {
    REMOTE.get().is_some()
}

/// Asks, and waits until the test may go on, or until nobody is left who could say so.
pub(super) fn pause(name: &str, why: &str) {
    let Some(remote) = REMOTE.get() else { return };
    // Whoever reads of the pause is to know what came before it.
    (remote.flush)();
    match remote.ask(why) {
        // A read end whose other end is held by the test process alone.
        Ok(mut answer) => {
            let _ = answer.read(&mut [0]);
        }
        Err(error) => words::impossible(name, &error),
    }
}

impl Remote {
    /// What ends when the test may go on.
    fn ask(&self, why: &str) -> io::Result<File> {
        let (answer, held) = pipe2(OFlag::O_CLOEXEC)?;
        let end = (0..=why.len().min(LONGEST - 1)).rfind(|end| why.is_char_boundary(*end));
        let mut bytes = vec![self.tag];
        bytes.extend_from_slice(&why.as_bytes()[..end.unwrap_or(0)]);
        // Without it the other side does not see that this process ends.
        let own = process::pidfd_open(getpid()).ok();
        let descriptors: Vec<_> = std::iter::once(held.as_fd())
            .chain(own.as_ref().map(AsFd::as_fd))
            .collect();
        channel::send(self.channel.as_fd(), &bytes, &descriptors)?;
        Ok(answer.into())
    }
}

/// A test that waits in its own process, and goes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) why: String,
    /// The process, if it can be watched.
    pub(crate) process: Option<OwnedFd>,
    /// Not by a message: one that nobody is left to read would hide what the fork server says
    /// of the test's end (`unix_release_sock` in `net/unix/af_unix.c`).
    _held: Option<OwnedFd>,
}

impl From<Message> for Asked {
    fn from(message: Message) -> Self {
        let why = message.bytes.get(1..).unwrap_or_default();
        let mut descriptors = message.descriptors.into_iter();
        Self {
            why: String::from_utf8_lossy(why).into_owned(),
            _held: descriptors.next(),
            process: descriptors.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_question_waits_for_its_answer() {
        let (mine, theirs) = channel::pair().unwrap();
        assert!(!is_remote());
        ask_through(theirs, 13, || ());
        assert!(is_remote());
        let long = "ä".repeat(LONGEST);
        let asks = thread::spawn({
            let long = long.clone();
            move || {
                pause("a", "a reason");
                pause("a", &long);
            }
        });
        for reason in ["a reason", &long] {
            let message = channel::receive(mine.as_fd()).unwrap().unwrap();
            assert_eq!(message.bytes[0], 13);
            let asked = Asked::from(message);
            assert!(!asked.why.is_empty() && reason.starts_with(&asked.why));
            assert!(asked.process.is_some());
            assert!(!asks.is_finished());
            drop(asked);
        }
        asks.join().unwrap();
        drop(mine);
        // Nobody is there any more.
        pause("a", "another reason");
    }
}
