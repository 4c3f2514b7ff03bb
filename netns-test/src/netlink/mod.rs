//! How netlink messages look, and what the numbers of rtnetlink mean: bytes in,
//! fields out, on every system. `rtnetlink` talks to the kernel.
//!
//! Nothing here trusts a length that it reads: what does not fit is [`Malformed`].
//!
//! # References
//!
//! netlink(7), rtnetlink(7); `include/uapi/linux/netlink.h` and `rtnetlink.h`

mod attribute;
pub(crate) mod message;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

pub(crate) use attribute::{Attribute, attributes};

/// Bytes that are no message, or not one of the kind that they say they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed netlink message")
    }
}

impl std::error::Error for Malformed {}

/// A kind of thing that rtnetlink lists, and tells the coming and going of.
pub(crate) trait Object: Sized {
    /// `RTM_GET…`, which asks for a list.
    const GET: u16;
    /// `RTM_NEW…`, which describes one; `RTM_DEL…` is the next number.
    const NEW: u16;
    /// Size of what follows the message's header before the attributes.
    const HEADER: usize;

    /// Reads the body of a message. `None` if it is about something else that
    /// the kernel sends under the same number.
    ///
    /// # Errors
    ///
    /// The body is shorter than it has to be, or says so of a part of itself.
    fn read(body: &[u8]) -> Result<Option<Self>, Malformed>;
}

/// Address families (`AF_…`).
pub(crate) mod family {
    pub(crate) const UNSPEC: u8 = 0;
    pub(crate) const INET: u8 = 2;
    pub(crate) const INET6: u8 = 10;
}

/// The bytes of a number at `at`.
pub(crate) fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Malformed> {
    let end = at.checked_add(N).ok_or(Malformed)?;
    let slice = bytes.get(at..end).ok_or(Malformed)?;
    slice.try_into().map_err(|_| Malformed)
}

/// What follows the header of an object.
pub(crate) fn after(header: usize, body: &[u8]) -> Result<&[u8], Malformed> {
    body.get(header..).ok_or(Malformed)
}

/// The next multiple of four, to which netlink aligns everything.
fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}
