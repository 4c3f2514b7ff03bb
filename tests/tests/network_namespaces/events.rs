//! What rtnetlink tells a namespace about links and about other namespaces.

use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, setsockopt,
    socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};

/// `RTNLGRP_LINK` and `RTNLGRP_NSID`, as bits.
const GROUPS: u32 = 1 | 1 << (28 - 1);

/// One message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event {
    /// A namespace got this number.
    NewNsid(i32),
    /// It went.
    DelNsid(i32),
    /// A link came, or changed.
    NewLink(String),
    /// It went.
    DelLink(String),
}

/// Hears of links and numbers in the namespace of the thread that made it.
pub(crate) struct Events {
    socket: OwnedFd,
    waiting: Vec<Event>,
}

impl Events {
    pub(crate) fn here() -> Self {
        let flags = SockFlag::SOCK_CLOEXEC;
        let route = SockProtocol::NetlinkRoute;
        let socket = socket(AddressFamily::Netlink, SockType::Raw, flags, route).unwrap();
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, GROUPS)).unwrap();
        setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::seconds(10)).unwrap();
        Self {
            socket,
            waiting: Vec::new(),
        }
    }

    /// All events up to `last`, that one as well.
    pub(crate) fn up_to(&mut self, last: &Event) -> Vec<Event> {
        loop {
            if let Some(at) = self.waiting.iter().position(|event| event == last) {
                return self.waiting.drain(..=at).collect();
            }
            let mut bytes = vec![0; 1 << 16];
            match recv(self.socket.as_raw_fd(), &mut bytes, MsgFlags::empty()) {
                Ok(length) => self.waiting.extend(messages(&bytes[..length])),
                Err(Errno::EINTR) => {}
                Err(error) => panic!("no {last:?} after {:?}: {error}", self.waiting),
            }
        }
    }
}

/// The messages of one datagram that are known here.
fn messages(mut bytes: &[u8]) -> Vec<Event> {
    const HEADER: usize = 16;
    let mut events = Vec::new();
    while bytes.len() >= HEADER {
        let length = usize::try_from(u32::from_ne_bytes(bytes[..4].try_into().unwrap())).unwrap();
        let kind = u16::from_ne_bytes(bytes[4..6].try_into().unwrap());
        events.extend(event(kind, &bytes[HEADER..length]));
        bytes = &bytes[length.next_multiple_of(4).min(bytes.len())..];
    }
    events
}

fn event(kind: u16, body: &[u8]) -> Option<Event> {
    // Lengths of `rtgenmsg`, padded, and of `ifinfomsg`; names of the attributes.
    let (generic, link) = (4, 16);
    let (nsid, name) = (1, 3);
    let number = || {
        Some(i32::from_ne_bytes(
            attribute(&body[generic..], nsid)?.try_into().ok()?,
        ))
    };
    let named = || {
        let bytes = attribute(&body[link..], name)?;
        let name = bytes.strip_suffix(b"\0").unwrap_or(bytes);
        Some(String::from_utf8_lossy(name).into_owned())
    };
    match kind {
        libc::RTM_NEWNSID => number().map(Event::NewNsid),
        libc::RTM_DELNSID => number().map(Event::DelNsid),
        libc::RTM_NEWLINK => named().map(Event::NewLink),
        libc::RTM_DELLINK => named().map(Event::DelLink),
        _ => None,
    }
}

fn attribute(mut bytes: &[u8], name: u16) -> Option<&[u8]> {
    while bytes.len() >= 4 {
        let length = usize::from(u16::from_ne_bytes([bytes[0], bytes[1]]));
        if u16::from_ne_bytes([bytes[2], bytes[3]]) == name {
            return bytes.get(4..length);
        }
        bytes = bytes.get(length.next_multiple_of(4).max(4)..)?;
    }
    None
}
