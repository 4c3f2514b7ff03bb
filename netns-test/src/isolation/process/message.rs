//! What the two sides of process isolation say to each other.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::capture::Tap;
use crate::error::{Error, ErrorKind};
use crate::isolation::enter::Home;
use crate::isolation::view::Views;
use crate::pause::Asked;
use crate::record::Record;
use crate::sys::channel::{self, LONGEST, Message};
use crate::watch::Watch;

/// What a server says when it can take requests.
pub(super) const READY: &[u8] = b"ready";

/// Run this test: its name, its body relative to the body that the server
/// knows, and where its outcome and its output go.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) name: String,
    pub(super) distance: u64,
    pub(super) views: Views,
    pub(super) watch: Watch,
    /// The namespace that the test must not be in.
    pub(super) home: Home,
    pub(super) result: OwnedFd,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

impl Request {
    /// Sends a request without giving the descriptors away.
    pub(super) fn send(
        to: BorrowedFd<'_>,
        name: &str,
        distance: u64,
        views: Views,
        watch: &Watch,
        home: Home,
        descriptors: [BorrowedFd<'_>; 3],
    ) -> io::Result<()> {
        let mut bytes = distance.to_le_bytes().to_vec();
        bytes.push(match views {
            Views::Off => 0,
            Views::Granted => 1,
            Views::Demanded => 2,
        });
        bytes.extend_from_slice(&home.to_wire());
        let watch = watch.to_wire();
        let length = u16::try_from(watch.len())
            .ok()
            .filter(|length| usize::from(*length) < LONGEST / 2)
            .ok_or(io::ErrorKind::InvalidInput)?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&watch);
        // A name that does not fit is cut; it is for the thread, and for people.
        let room = LONGEST - bytes.len();
        let end = (0..=name.len().min(room)).rfind(|end| name.is_char_boundary(*end));
        bytes.extend_from_slice(&name.as_bytes()[..end.unwrap_or(0)]);
        channel::send(to, &bytes, &descriptors)
    }

    /// Reads a request; `None` if it is none, which a sender of the same
    /// version cannot bring about.
    pub(super) fn parse(message: Message) -> Option<Self> {
        let (distance, rest) = message.bytes.split_first_chunk::<8>()?;
        let (views, rest) = rest.split_first()?;
        let (home, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (watch, name) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        let [result, stdout, stderr] = message.descriptors.try_into().ok()?;
        Some(Self {
            name: String::from_utf8(name.to_vec()).ok()?,
            distance: u64::from_le_bytes(*distance),
            views: match views {
                0 => Views::Off,
                1 => Views::Granted,
                _ => Views::Demanded,
            },
            watch: Watch::from_wire(watch)?,
            home: Home::from_wire(*home),
            result,
            stdout,
            stderr,
        })
    }
}

/// How a test ended, as its own process tells it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The body returned, and its value's report is this status.
    Returned(u8),
    /// The body panicked; the text of the payload, if it was text.
    Panicked(Option<String>),
    /// The test fails, however its body ended; why has been printed.
    Condemned,
    /// The body took too long; what it was at has been printed.
    TimedOut,
    /// The body did not run.
    NotEntered(Error),
}

/// A message about one test.
#[derive(Debug)]
pub(super) enum Report {
    /// From a process that was started for the test alone: libtest knew the name.
    Started,
    /// From the test's process: it has a limit. Its number, and a descriptor to end it by.
    Limited(i32, OwnedFd),
    /// From the test's process: what is to be said although the test passes.
    Warning(String),
    /// From the test's process: what its record has.
    Record(Vec<u8>),
    /// From the test's process: the end.
    Outcome(Outcome),
    /// From the test's process: it has entered or made a namespace.
    Tap(Tap),
    /// From the test's process: it fails, and waits until it may end.
    Paused(Asked),
    /// From the server: the test's process ended, with this `waitpid` status.
    Status(i32),
}

/// The first byte of a message with a [`Tap`].
pub(super) const TAP: u8 = tag::TAP;

/// The first byte of the question whether the test may go on.
pub(super) const PAUSED: u8 = tag::PAUSED;

/// The first byte of each message about a test.
mod tag {
    /// A piece of the text that belongs to the outcome that follows.
    pub(super) const TEXT: u8 = 0;
    pub(super) const RETURNED: u8 = 1;
    pub(super) const PANICKED: u8 = 2;
    pub(super) const PANICKED_WITHOUT_TEXT: u8 = 3;
    pub(super) const NOT_ENTERED: u8 = 4;
    pub(super) const STATUS: u8 = 5;
    pub(super) const STARTED: u8 = 6;
    pub(super) const CONDEMNED: u8 = 7;
    /// The network namespace of the test, which its process may not outlive.
    pub(super) const NETWORK: u8 = 8;
    pub(super) const TAP: u8 = 9;
    pub(super) const TIMED_OUT: u8 = 10;
    pub(super) const LIMITED: u8 = 11;
    pub(super) const WARNING: u8 = 12;
    pub(super) const PAUSED: u8 = 13;
    pub(super) const RECORD: u8 = 14;
}

/// Sends an outcome: its text in pieces, then what it is.
pub(super) fn send_outcome(to: BorrowedFd<'_>, outcome: &Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Returned(status) => channel::send(to, &[tag::RETURNED, *status], &[]),
        Outcome::Panicked(None) => channel::send(to, &[tag::PANICKED_WITHOUT_TEXT], &[]),
        Outcome::Panicked(Some(text)) => {
            send_text(to, text.as_bytes())?;
            channel::send(to, &[tag::PANICKED], &[])
        }
        Outcome::Condemned => channel::send(to, &[tag::CONDEMNED], &[]),
        Outcome::TimedOut => channel::send(to, &[tag::TIMED_OUT], &[]),
        Outcome::NotEntered(error) => {
            send_text(to, &error.to_wire())?;
            channel::send(to, &[tag::NOT_ENTERED], &[])
        }
    }
}

fn send_text(to: BorrowedFd<'_>, text: &[u8]) -> io::Result<()> {
    text.chunks(LONGEST - 1).try_for_each(|piece| {
        let mut bytes = vec![tag::TEXT];
        bytes.extend_from_slice(piece);
        channel::send(to, &bytes, &[])
    })
}

/// Says that the test that was asked for is about to begin.
pub(super) fn send_started(to: BorrowedFd<'_>) -> io::Result<()> {
    channel::send(to, &[tag::STARTED], &[])
}

/// Says that the body will have a limit, and how to end this process, `own`, if that fails.
pub(super) fn send_limited(to: BorrowedFd<'_>, own: &OwnedFd) -> io::Result<()> {
    let mut bytes = vec![tag::LIMITED];
    bytes.extend_from_slice(&std::process::id().to_le_bytes());
    channel::send(to, &bytes, &[own.as_fd()])
}

/// Sends what is to be said although the test passes.
pub(super) fn send_warning(to: BorrowedFd<'_>, text: &str) -> io::Result<()> {
    send_text(to, text.as_bytes())?;
    channel::send(to, &[tag::WARNING], &[])
}

/// Sends what the record has, if it is wanted.
pub(super) fn send_record(to: BorrowedFd<'_>, record: &Record) -> io::Result<()> {
    let Some(bytes) = record.to_wire() else {
        return Ok(());
    };
    send_text(to, &bytes)?;
    channel::send(to, &[tag::RECORD], &[])
}

/// Hands over the namespace that the body is about to run in, and its mounts if somebody
/// may want to see them.
pub(super) fn send_network(
    to: BorrowedFd<'_>,
    network: BorrowedFd<'_>,
    mounts: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let descriptors: Vec<_> = std::iter::once(network).chain(mounts).collect();
    channel::send(to, &[tag::NETWORK], &descriptors)
}

/// Sends the wait status of a test's process.
pub(super) fn send_status(to: BorrowedFd<'_>, status: i32) -> io::Result<()> {
    let mut bytes = vec![tag::STATUS];
    bytes.extend_from_slice(&status.to_le_bytes());
    channel::send(to, &bytes, &[])
}

/// Puts the messages about one test together.
#[derive(Debug)]
pub(super) struct Reports {
    from: OwnedFd,
    text: Vec<u8>,
    network: Option<Network>,
}

/// Where a body was about to run.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) net: OwnedFd,
    pub(super) mounts: Option<OwnedFd>,
    /// The test was paused, which it is once.
    pub(super) was_paused: bool,
}

impl Reports {
    pub(super) fn new(from: OwnedFd) -> Self {
        Self {
            from,
            text: Vec::new(),
            network: None,
        }
    }

    /// The namespace of the test, if its body was about to run.
    pub(super) fn into_network(self) -> Option<Network> {
        self.network
    }

    /// The same, while more may come.
    pub(super) fn network(&mut self) -> Option<&mut Network> {
        self.network.as_mut()
    }

    /// Takes what is there: a report, or `None` when nobody is left to send one.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is no whole report yet.
    pub(super) fn next(&mut self) -> io::Result<Option<Report>> {
        while let Some(message) = channel::receive_now(self.from.as_fd())? {
            let Some((kind, rest)) = message.bytes.split_first() else {
                continue;
            };
            if *kind == TAP {
                match Tap::receive(message) {
                    Some(tap) => return Ok(Some(Report::Tap(tap))),
                    None => continue,
                }
            }
            if *kind == tag::TEXT {
                self.text.extend_from_slice(rest);
                continue;
            }
            if *kind == tag::NETWORK {
                let mut descriptors = message.descriptors.into_iter();
                self.network = descriptors.next().map(|net| Network {
                    net,
                    mounts: descriptors.next(),
                    was_paused: false,
                });
                continue;
            }
            if *kind == PAUSED {
                return Ok(Some(Report::Paused(message.into())));
            }
            let text = std::mem::take(&mut self.text);
            return Ok(Some(match (*kind, rest) {
                (tag::STARTED, _) => Report::Started,
                (tag::RETURNED, [status]) => Report::Outcome(Outcome::Returned(*status)),
                (tag::PANICKED, _) => Report::Outcome(Outcome::Panicked(Some(
                    String::from_utf8_lossy(&text).into_owned(),
                ))),
                (tag::PANICKED_WITHOUT_TEXT, _) => Report::Outcome(Outcome::Panicked(None)),
                (tag::CONDEMNED, _) => Report::Outcome(Outcome::Condemned),
                (tag::TIMED_OUT, _) => Report::Outcome(Outcome::TimedOut),
                (tag::WARNING, _) => Report::Warning(String::from_utf8_lossy(&text).into_owned()),
                (tag::RECORD, _) => Report::Record(text),
                (tag::LIMITED, &[a, b, c, d]) => {
                    let Some(own) = message.descriptors.into_iter().next() else {
                        continue;
                    };
                    Report::Limited(i32::from_le_bytes([a, b, c, d]), own)
                }
                (tag::STATUS, &[a, b, c, d]) => Report::Status(i32::from_le_bytes([a, b, c, d])),
                (tag::NOT_ENTERED, _) => {
                    Report::Outcome(Outcome::NotEntered(Error::from_wire(&text)))
                }
                _ => Report::Outcome(Outcome::NotEntered(Error::new(
                    ErrorKind::Process,
                    "understand the test's process: it speaks another protocol",
                ))),
            }));
        }
        Ok(None)
    }
}

impl AsFd for Reports {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.from.as_fd()
    }
}
