//! A test in a process of its own: it asks the test process to wait for it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;

use nix::unistd::getpid;

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

/// Asks, and waits for the answer, or until nobody is left who could give one.
pub(super) fn pause(why: &str) {
    let Some(Remote {
        channel,
        tag,
        flush,
    }) = REMOTE.get()
    else {
        return;
    };
    // Whoever reads of the pause is to know what came before it.
    flush();
    let end = (0..=why.len().min(LONGEST - 1)).rfind(|end| why.is_char_boundary(*end));
    let mut bytes = vec![*tag];
    bytes.extend_from_slice(&why.as_bytes()[..end.unwrap_or(0)]);
    // Without it the other side does not see that this process ends.
    let own = process::pidfd_open(getpid()).ok();
    let descriptors: Vec<_> = own.iter().map(AsFd::as_fd).collect();
    if channel::send(channel.as_fd(), &bytes, &descriptors).is_ok() {
        let _ = channel::receive(channel.as_fd());
    }
}

/// What the question says: why, and the process that waits for the answer.
pub(crate) fn asked(message: Message) -> (String, Option<OwnedFd>) {
    let why = message.bytes.get(1..).unwrap_or_default();
    let why = String::from_utf8_lossy(why).into_owned();
    (why, message.descriptors.into_iter().next())
}

/// The answer.
pub(crate) fn go_on(channel: BorrowedFd<'_>) {
    // An error means that the other process has ended.
    let _ = channel::send(channel, b"go on", &[]);
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
                pause("a reason");
                pause(&long);
            }
        });
        for reason in ["a reason", &long] {
            let message = channel::receive(mine.as_fd()).unwrap().unwrap();
            assert_eq!(message.bytes[0], 13);
            let (why, process) = asked(message);
            assert!(!why.is_empty() && reason.starts_with(&why), "{why}");
            assert!(process.is_some());
            assert!(!asks.is_finished());
            go_on(mine.as_fd());
        }
        asks.join().unwrap();
        drop(mine);
        // Nobody is there any more.
        pause("another reason");
    }
}
