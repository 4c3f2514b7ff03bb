//! What the child of the probe reports, and how it goes through the pipe.

use nix::errno::Errno;

/// What the child tries, in this order; a route that works ends the trying.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Step {
    /// `pipe2`, in the parent.
    Pipe,
    /// `fork`, in the parent.
    Fork,
    /// `unshare(CLONE_NEWNET)` as the process is.
    DirectNet,
    /// The thread is in another network namespace than before.
    DirectMoved,
    /// `lo` comes up in it and 127.0.0.1 can be reached.
    DirectLoopback,
    /// `unshare(CLONE_NEWUSER)`
    User,
    Setgroups,
    UidMap,
    GidMap,
    /// `unshare(CLONE_NEWNET)` in the new user namespace.
    Net,
    Moved,
    /// A UDP socket.
    Socket,
    /// `lo` comes up in it and 127.0.0.1 can be reached.
    Loopback,
    /// This program can be started again, for a test's own process.
    Restart,
    /// `unshare(0)`, which the kernel always grants.
    TellNothing,
    /// `unshare(CLONE_NEWUSER)` made invalid; see [`tell`](super::tell).
    TellUser,
    /// `unshare(CLONE_NEWNET)` made invalid; see [`tell`](super::tell).
    TellNet,
    /// Not refused but counted: the threads of the child.
    Threads,
    /// Not refused but read: the child's security label.
    Label,
    Netlink,
    /// Opening a `net` sysctl for writing.
    Sysctl,
    /// `unshare(CLONE_NEWNS)` and a private mount tree.
    Mounts,
    /// Bending `/proc/self/net`, which only a thread of a larger process needs.
    ProcNet,
    Sysfs,
    /// The child has tried all.
    Done,
}

impl Step {
    const ALL: [Self; 25] = [
        Self::Pipe,
        Self::Fork,
        Self::DirectNet,
        Self::DirectMoved,
        Self::DirectLoopback,
        Self::User,
        Self::Setgroups,
        Self::UidMap,
        Self::GidMap,
        Self::Net,
        Self::Moved,
        Self::Socket,
        Self::Loopback,
        Self::Restart,
        Self::TellNothing,
        Self::TellUser,
        Self::TellNet,
        Self::Threads,
        Self::Label,
        Self::Netlink,
        Self::Sysctl,
        Self::Mounts,
        Self::ProcNet,
        Self::Sysfs,
        Self::Done,
    ];
}

/// What [`Step::Moved`] reports where a call "succeeded" and changed nothing.
pub(crate) const NOT_MOVED: Errno = Errno::EALREADY;
/// What [`Step::Moved`] reports where neither `/proc` nor cookies can prove a move.
pub(crate) const UNPROVABLE: Errno = Errno::ENODATA;

/// One line of the child's report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Record {
    pub(crate) step: Step,
    pub(crate) news: News,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum News {
    Begun,
    Ended(Result<(), Errno>),
    Counted(i32),
    Text(Text),
}

/// A short text in place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Text {
    pub(super) bytes: [u8; Text::CAPACITY],
    pub(super) length: u8,
}

impl Text {
    pub(super) const CAPACITY: usize = 56;

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        let mut bytes = [0; Self::CAPACITY];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).expect("a short text");
        Self { bytes, length }
    }

    pub(crate) fn to_text(self) -> String {
        String::from_utf8_lossy(&self.bytes[..self.length.into()])
            .trim_end_matches(['\0', '\n'])
            .to_owned()
    }
}

/// A record as it goes through the pipe: step, kind, length of the text,
/// padding, number, text. Far below `PIPE_BUF`, so a write is never torn, and
/// a whole report fits into the pipe, so the child never waits.
pub(super) type Wire = [u8; 8 + Text::CAPACITY];

impl Record {
    pub(super) fn encode(self) -> Wire {
        let mut wire = [0; size_of::<Wire>()];
        let (kind, number, text) = match self.news {
            News::Begun => (0, 0, None),
            News::Ended(Ok(())) => (1, 0, None),
            News::Ended(Err(errno)) => (1, errno as i32, None),
            News::Counted(count) => (2, count, None),
            News::Text(text) => (3, 0, Some(text)),
        };
        wire[0] = self.step as u8;
        wire[1] = kind;
        wire[4..8].copy_from_slice(&number.to_ne_bytes());
        if let Some(text) = text {
            wire[2] = text.length;
            wire[8..].copy_from_slice(&text.bytes);
        }
        wire
    }

    pub(super) fn decode(wire: &Wire) -> Option<Self> {
        let (head, text) = wire.split_first_chunk::<8>()?;
        let [step, kind, length, _, number @ ..] = *head;
        let number = i32::from_ne_bytes(number);
        let news = match (kind, number) {
            (0, _) => News::Begun,
            (1, 0) => News::Ended(Ok(())),
            (1, errno) => News::Ended(Err(Errno::from_raw(errno))),
            (2, count) => News::Counted(count),
            _ => News::Text(Text {
                bytes: text.try_into().ok()?,
                length,
            }),
        };
        let step = *Step::ALL.get(usize::from(step))?;
        Some(Self { step, news })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_at_their_numbers() {
        for (at, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step as usize, at);
        }
        assert_eq!(Step::ALL.last(), Some(&Step::Done));
    }

    #[test]
    fn a_record_survives_the_pipe() {
        for news in [
            News::Begun,
            News::Ended(Ok(())),
            News::Ended(Err(Errno::EACCES)),
            News::Counted(2),
            News::Text(Text::of("docker-default (enforce)")),
        ] {
            let record = Record {
                step: Step::User,
                news,
            };
            assert_eq!(Record::decode(&record.encode()), Some(record));
        }
    }
}
