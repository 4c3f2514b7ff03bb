//! Messages: their header, and the answers that are not about an object.

use super::{Malformed, Object, aligned, field};

/// Size of `struct nlmsghdr`.
const HEADER: usize = 16;

const ERROR: u16 = 2;
const DONE: u16 = 3;
const OVERRUN: u16 = 4;

const REQUEST: u16 = 0x1;
const DUMP_INTERRUPTED: u16 = 0x10;
const REPLACE: u16 = 0x100;
/// `NLM_F_ROOT | NLM_F_MATCH`
const DUMP: u16 = 0x300;
/// One message of a datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) sequence: u32,
    pub(crate) body: &'a [u8],
}

/// What a message is, as an answer to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reply {
    /// About an object: to be read.
    Object,
    /// The end of a list; an errno if the list could not be made to its end.
    Done(i32),
    /// An errno, 0 for an acknowledgement.
    Error(i32),
    /// The kernel lost messages.
    Overrun,
    /// To be ignored.
    Nothing,
}

/// The messages of a datagram. The iterator ends after the first error.
pub(crate) fn messages(datagram: &[u8]) -> impl Iterator<Item = Result<Message<'_>, Malformed>> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let split = split(rest);
        rest = split.map_or(&[], |(_, rest)| rest);
        Some(split.map(|(message, _)| message))
    })
}

fn split(bytes: &[u8]) -> Result<(Message<'_>, &[u8]), Malformed> {
    let length = u32::from_ne_bytes(field(bytes, 0)?);
    let length = usize::try_from(length).map_err(|_| Malformed)?;
    let message = Message {
        kind: u16::from_ne_bytes(field(bytes, 4)?),
        flags: u16::from_ne_bytes(field(bytes, 6)?),
        sequence: u32::from_ne_bytes(field(bytes, 8)?),
        body: bytes.get(HEADER..length).ok_or(Malformed)?,
    };
    // The last one need not be padded.
    Ok((message, bytes.get(aligned(length)..).unwrap_or(&[])))
}

impl Message<'_> {
    /// Whether what is listed has changed meanwhile, so that the list may lack
    /// something that was there all the time.
    pub(crate) fn is_of_interrupted_dump(&self) -> bool {
        self.flags & DUMP_INTERRUPTED != 0
    }

    /// Whether what it is about stands in the place of another.
    pub(crate) fn is_replacement(&self) -> bool {
        self.flags & REPLACE != 0
    }

    pub(crate) fn reply(&self) -> Result<Reply, Malformed> {
        Ok(match self.kind {
            ERROR => {
                let errno = i32::from_ne_bytes(field(self.body, 0)?);
                Reply::Error(errno.saturating_neg())
            }
            // Old kernels send no number.
            DONE => Reply::Done(
                field(self.body, 0).map_or(0, |errno| i32::from_ne_bytes(errno).saturating_neg()),
            ),
            OVERRUN => Reply::Overrun,
            16.. => Reply::Object,
            _ => Reply::Nothing,
        })
    }
}

/// A request for the list of all objects of a kind.
pub(crate) fn request<T: Object>(sequence: u32) -> Vec<u8> {
    let size = HEADER + T::HEADER;
    let length = u32::try_from(size).expect("some twenty bytes");
    let mut bytes = Vec::with_capacity(size);
    bytes.extend(length.to_ne_bytes());
    bytes.extend(T::GET.to_ne_bytes());
    bytes.extend((REQUEST | DUMP).to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    // The port is filled in by the kernel; no family means all of them.
    bytes.resize(size, 0);
    bytes
}
