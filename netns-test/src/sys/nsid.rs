//! The numbers that a network namespace has for others: two requests of rtnetlink.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

/// `NETNSA_NSID_NOT_ASSIGNED`: the peer has none; in a request, the lowest free one.
const NOT_ASSIGNED: i32 = -1;
/// Attributes of `include/uapi/linux/net_namespace.h`.
const NETNSA_NSID: u16 = 1;
const NETNSA_FD: u16 = 3;
/// Lengths of `struct nlmsghdr`, of `struct rtgenmsg` with its padding, and of an
/// attribute's head.
const HEADER: usize = 16;
const FAMILY: usize = 4;
const ATTRIBUTE: usize = 4;

/// The number that the calling thread's network namespace has for `peer`, if it has one.
///
/// # References
///
/// `RTM_GETNSID`, `rtnl_net_getid` in `net/core/net_namespace.c`
pub(crate) fn of(peer: BorrowedFd<'_>) -> io::Result<Option<u32>> {
    let answer = ask(libc::RTM_GETNSID, 0, &[(NETNSA_FD, number(peer))])?;
    let attributes = answer.get(HEADER + FAMILY..).unwrap_or_default();
    let nsid = attribute(attributes, NETNSA_NSID).ok_or(io::ErrorKind::InvalidData)?;
    // The only one below zero is `NOT_ASSIGNED`.
    Ok(u32::try_from(nsid).ok())
}

/// Gives `peer` a number in the calling thread's network namespace: this one, or the
/// lowest that is free.
///
/// # Errors
///
/// `EEXIST` if it has one, or this one is another's; `EPERM` without
/// `CAP_NET_ADMIN` in the calling thread's network namespace.
///
/// # References
///
/// `RTM_NEWNSID`, `rtnl_net_newid` in `net/core/net_namespace.c`
pub(crate) fn assign(peer: BorrowedFd<'_>, nsid: Option<u32>) -> io::Result<()> {
    let nsid = nsid.map_or(Ok(NOT_ASSIGNED), i32::try_from);
    let nsid = nsid.map_err(|_| Errno::EINVAL)?;
    let attributes = [(NETNSA_NSID, nsid), (NETNSA_FD, number(peer))];
    let acknowledge = libc::NLM_F_ACK.try_into().expect("4");
    ask(libc::RTM_NEWNSID, acknowledge, &attributes).map(drop)
}

fn number(fd: BorrowedFd<'_>) -> i32 {
    fd.as_raw_fd()
}

/// Sends one request, and returns the one message that answers it; an error if
/// that is what it says.
fn ask(kind: u16, flags: u16, attributes: &[(u16, i32)]) -> io::Result<Vec<u8>> {
    let socket = rtnetlink()?;
    let request = request(kind, flags, attributes);
    send(socket.as_raw_fd(), &request, MsgFlags::empty())?;
    let mut answer = vec![0; 4096];
    let length = loop {
        match recv(socket.as_raw_fd(), &mut answer, MsgFlags::empty()) {
            Err(Errno::EINTR) => {}
            other => break other?,
        }
    };
    answer.truncate(length);
    let head = answer.get(..HEADER).ok_or(io::ErrorKind::UnexpectedEof)?;
    if i32::from(half(&head[4..])) == libc::NLMSG_ERROR {
        let errno = answer.get(HEADER..HEADER + 4);
        let errno = word(errno.ok_or(io::ErrorKind::UnexpectedEof)?);
        if errno != 0 {
            return Err(io::Error::from_raw_os_error(-errno));
        }
    }
    Ok(answer)
}

fn rtnetlink() -> io::Result<OwnedFd> {
    Ok(socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkRoute,
    )?)
}

fn request(kind: u16, flags: u16, attributes: &[(u16, i32)]) -> Vec<u8> {
    let length = HEADER + FAMILY + attributes.len() * (ATTRIBUTE + size_of::<i32>());
    let flags = flags | u16::try_from(libc::NLM_F_REQUEST).expect("1");
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u32::try_from(length).expect("it is short").to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    // Sequence and port: there is one request, and the kernel knows who asks.
    bytes.extend([0; 8]);
    bytes.extend([0; FAMILY]);
    for (name, value) in attributes {
        bytes.extend(8_u16.to_ne_bytes());
        bytes.extend(name.to_ne_bytes());
        bytes.extend(value.to_ne_bytes());
    }
    bytes
}

/// The number in the attribute of this name.
fn attribute(mut bytes: &[u8], name: u16) -> Option<i32> {
    while let Some((head, rest)) = bytes.split_at_checked(ATTRIBUTE) {
        let value = rest.get(..usize::from(half(head)).checked_sub(ATTRIBUTE)?)?;
        if half(&head[2..]) == name && value.len() == size_of::<i32>() {
            return Some(word(value));
        }
        bytes = rest.get(value.len().next_multiple_of(4)..)?;
    }
    None
}

fn half(bytes: &[u8]) -> u16 {
    u16::from_ne_bytes([bytes[0], bytes[1]])
}

fn word(bytes: &[u8]) -> i32 {
    i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_or_not() {
        let padded = [6_u16.to_ne_bytes(), 9_u16.to_ne_bytes(), [1, 2], [0, 0]].concat();
        let nsid = [8_u16.to_ne_bytes(), NETNSA_NSID.to_ne_bytes()].concat();
        let nsid = [nsid, (-1_i32).to_ne_bytes().to_vec()].concat();
        let both = [padded, nsid.clone()].concat();
        assert_eq!(attribute(&both, NETNSA_NSID), Some(-1));
        assert_eq!(attribute(&both, NETNSA_FD), None);
        for length in 0..nsid.len() {
            assert_eq!(attribute(&nsid[..length], NETNSA_NSID), None);
        }
        assert_eq!(attribute(&[0; 8], NETNSA_NSID), None, "no endless loop");
    }
}
