//! Attributes: what a message has to say, by number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Malformed, aligned, field};

/// The bits of the number that say something else.
const NUMBER: u16 = 0x3fff;

/// One attribute.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Attribute<'a> {
    pub(crate) kind: u16,
    pub(crate) bytes: &'a [u8],
}

/// The attributes in `bytes`. The iterator ends after the first error.
pub(crate) fn attributes(bytes: &[u8]) -> impl Iterator<Item = Result<Attribute<'_>, Malformed>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let split = split(rest);
        rest = split.map_or(&[], |(_, rest)| rest);
        Some(split.map(|(attribute, _)| attribute))
    })
}

fn split(bytes: &[u8]) -> Result<(Attribute<'_>, &[u8]), Malformed> {
    let length = usize::from(u16::from_ne_bytes(field(bytes, 0)?));
    let attribute = Attribute {
        kind: u16::from_ne_bytes(field(bytes, 2)?) & NUMBER,
        bytes: bytes.get(4..length).ok_or(Malformed)?,
    };
    Ok((attribute, bytes.get(aligned(length)..).unwrap_or(&[])))
}

impl Attribute<'_> {
    pub(crate) fn u8(&self) -> Result<u8, Malformed> {
        field(self.bytes, 0).map(u8::from_ne_bytes)
    }

    pub(crate) fn u32(&self) -> Result<u32, Malformed> {
        field(self.bytes, 0).map(u32::from_ne_bytes)
    }

    pub(crate) fn i32(&self) -> Result<i32, Malformed> {
        field(self.bytes, 0).map(i32::from_ne_bytes)
    }

    /// A text, which ends with a NUL.
    pub(crate) fn text(&self) -> String {
        let text = self.bytes.split(|byte| *byte == 0).next();
        String::from_utf8_lossy(text.unwrap_or_default()).into_owned()
    }

    /// An address, whose family its length tells.
    pub(crate) fn address(&self) -> Result<IpAddr, Malformed> {
        match self.bytes.len() {
            4 => field::<4>(self.bytes, 0).map(|octets| Ipv4Addr::from(octets).into()),
            16 => field::<16>(self.bytes, 0).map(|octets| Ipv6Addr::from(octets).into()),
            _ => Err(Malformed),
        }
    }
}
