//! Netlink sockets, for rtnetlink and nfnetlink.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recvmsg, send,
    setsockopt, socket, sockopt,
};

/// A socket that talks to the kernel about the network namespace in which it was
/// made, wherever the threads that use it are.
///
/// # References
///
/// netlink(7), rtnetlink(7)
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

/// The number of a multicast group (`RTNLGRP_…`), from 1 to 31.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group(pub(crate) u32);

/// What a receive call brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Received {
    /// So many bytes, from the kernel.
    Bytes(usize),
    /// More than there was room for; the rest is lost.
    Truncated,
    /// From someone else, who may be anyone.
    Foreign,
}

impl Socket {
    /// In the calling thread's network namespace.
    pub(crate) fn open() -> io::Result<Self> {
        Self::of_groups(&[])
    }

    /// One that talks to netfilter instead.
    ///
    /// # References
    ///
    /// `NETLINK_NETFILTER` in netlink(7)
    pub(crate) fn of_netfilter() -> io::Result<Self> {
        Self::of(SockProtocol::NetlinkNetFilter, &[])
    }

    /// [`Socket::open`], a member of these groups from its beginning.
    pub(crate) fn of_groups(groups: &[Group]) -> io::Result<Self> {
        Self::of(SockProtocol::NetlinkRoute, groups)
    }

    fn of(protocol: SockProtocol, groups: &[Group]) -> io::Result<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            protocol,
        )?;
        let mask = groups
            .iter()
            .fold(0, |mask, group| mask | 1 << (group.0 - 1));
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, mask))?;
        Ok(Self(socket))
    }

    /// Makes room for so many bytes of messages that nobody has received yet, or
    /// for as many as `net.core.rmem_max` allows to those who may not go beyond.
    pub(crate) fn make_room(&self, bytes: usize) -> io::Result<()> {
        // The kernel doubles it.
        let bytes = bytes.min(i32::MAX as usize / 2);
        setsockopt(&self.0, sockopt::RcvBufForce, &bytes)
            .or_else(|_| setsockopt(&self.0, sockopt::RcvBuf, &bytes))?;
        Ok(())
    }

    /// Sends a request to the kernel.
    pub(crate) fn send(&self, request: &[u8]) -> io::Result<()> {
        send(self.0.as_raw_fd(), request, MsgFlags::empty())?;
        Ok(())
    }

    /// Waits for the next datagram.
    ///
    /// # Errors
    ///
    /// `ENOBUFS` once if the kernel had to drop messages for want of room.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        self.receive_with(buffer, MsgFlags::empty())
    }

    /// The next datagram, if there is one.
    ///
    /// # Errors
    ///
    /// As of [`Socket::receive`].
    pub(crate) fn try_receive(&self, buffer: &mut [u8]) -> io::Result<Option<Received>> {
        match self.receive_with(buffer, MsgFlags::MSG_DONTWAIT) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            received => received.map(Some),
        }
    }

    fn receive_with(&self, buffer: &mut [u8], flags: MsgFlags) -> io::Result<Received> {
        let mut room = [IoSliceMut::new(buffer)];
        let received = loop {
            match recvmsg::<NetlinkAddr>(self.0.as_raw_fd(), &mut room, None, flags) {
                Err(Errno::EINTR) => {}
                received => break received?,
            }
        };
        Ok(if received.address.is_none_or(|from| from.pid() != 0) {
            Received::Foreign
        } else if received.flags.contains(MsgFlags::MSG_TRUNC) {
            Received::Truncated
        } else {
            Received::Bytes(received.bytes)
        })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
