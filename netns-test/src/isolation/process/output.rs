//! The output of a test's process, on its way into libtest's capture.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;

/// How much is read at a time.
const CHUNK: usize = 4096;

/// Where a test's process writes to.
#[derive(Debug)]
pub(super) enum Output {
    /// One pipe for both streams: two would lose the order.
    Captured { write: OwnedFd, read: Forward },
    /// This process's own stdout and stderr.
    Direct,
}

impl Output {
    pub(super) fn new(captured: bool) -> io::Result<Self> {
        if !captured {
            return Ok(Self::Direct);
        }
        let (read, write) = pipe2(OFlag::O_CLOEXEC)?;
        fcntl(&read, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self::Captured {
            write,
            read: Forward {
                from: read.into(),
                held: Vec::new(),
                chunk: vec![0; CHUNK],
                open: true,
            },
        })
    }

    /// Gives up this process's own write end.
    pub(super) fn into_reader(self) -> Option<Forward> {
        match self {
            Self::Captured { read, .. } => Some(read),
            Self::Direct => None,
        }
    }
}

/// Prints what comes out of a pipe on the calling thread, whose output
/// libtest captures.
#[derive(Debug)]
pub(super) struct Forward {
    from: std::fs::File,
    /// The beginning of a character whose end has not come yet.
    held: Vec<u8>,
    chunk: Vec<u8>,
    open: bool,
}

impl Forward {
    /// Prints what is there, and waits for nothing.
    pub(super) fn forward(&mut self) -> io::Result<()> {
        while self.open {
            match self.from.read(&mut self.chunk) {
                Ok(0) => self.open = false,
                Ok(length) => self.print(length),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Prints what is there, and what was held back: no more will come.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.forward()?;
        let rest = std::mem::take(&mut self.held);
        print!("{}", String::from_utf8_lossy(&rest));
        Ok(())
    }

    /// Whether anybody can still write.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Prints the first bytes of the chunk, up to the last whole character.
    fn print(&mut self, length: usize) {
        self.held.extend_from_slice(&self.chunk[..length]);
        let whole = self.held.len() - unfinished(&self.held);
        let rest = self.held.split_off(whole);
        print!("{}", String::from_utf8_lossy(&self.held));
        self.held = rest;
    }
}

impl AsFd for Forward {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.from.as_fd()
    }
}

/// How many bytes at the end begin a UTF-8 character that is not complete.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    for (back, byte) in tail.iter().rev().enumerate() {
        let needs = match byte {
            0x80..=0xBF => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        let has = back + 1;
        return if has < needs { has } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::unfinished;

    #[test]
    fn a_cut_character_is_held_back() {
        let text = "aé€😀".as_bytes();
        let ends = [1, 3, 6, 10];
        for cut in 1..=text.len() {
            let end = ends.iter().rev().find(|end| **end <= cut).unwrap_or(&0);
            assert_eq!(unfinished(&text[..cut]), cut - end, "cut at {cut}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_not_held_back() {
        assert_eq!(unfinished(b"\xFF"), 0);
        assert_eq!(unfinished(b"\x80\x80\x80\x80"), 0);
        assert_eq!(unfinished(b""), 0);
    }
}
