//! Netlink sockets, for rtnetlink and nfnetlink.

mod share;

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, getsockopt,
    recvmsg, send, setsockopt, socket, sockopt,
};

pub(crate) use share::Share;

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
        Self::of(SockProtocol::NetlinkRoute)
    }

    /// One that talks to netfilter instead.
    ///
    /// # References
    ///
    /// `NETLINK_NETFILTER` in netlink(7)
    pub(crate) fn of_netfilter() -> io::Result<Self> {
        Self::of(SockProtocol::NetlinkNetFilter)
    }

    fn of(protocol: SockProtocol) -> io::Result<Self> {
        Ok(Self(socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            protocol,
        )?))
    }

    /// Makes it a member of groups, once.
    pub(crate) fn join(&self, groups: &[Group]) -> io::Result<()> {
        let bits = groups.iter().map(|group| 1 << (group.0 - 1));
        let mask = bits.fold(0, std::ops::BitOr::bitor);
        Ok(bind(self.0.as_raw_fd(), &NetlinkAddr::new(0, mask))?)
    }

    /// Leaves all messages but those of `share` to other sockets.
    pub(crate) fn take_only(&self, share: Share) -> io::Result<()> {
        share.attach(self.as_fd())
    }

    /// One that was [opened](Socket::open) elsewhere.
    #[cfg(feature = "capture")]
    pub(crate) fn of_descriptor(socket: OwnedFd) -> Self {
        Self(socket)
    }

    /// Makes room for so many bytes of messages that nobody has received yet, or
    /// for as many as `net.core.rmem_max` allows to those who may not go
    /// beyond: for how many.
    pub(crate) fn make_room(&self, bytes: usize) -> io::Result<usize> {
        // The kernel doubles it, for what it needs itself.
        let bytes = bytes.min(i32::MAX as usize / 2);
        setsockopt(&self.0, sockopt::RcvBufForce, &bytes)
            .or_else(|_| setsockopt(&self.0, sockopt::RcvBuf, &bytes))?;
        Ok(getsockopt(&self.0, sockopt::RcvBuf)? / 2)
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
