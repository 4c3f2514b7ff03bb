//! Packet sockets between processes, which carry descriptors as well.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixAddr,
    recvmsg, sendmsg, socketpair,
};

/// The longest message that is sent. A receiver reserves as much, so a page.
pub(crate) const LONGEST: usize = 4096;
/// The most descriptors that one message carries.
const DESCRIPTORS: usize = 3;

/// One message: its bytes and the descriptors that came with it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    pub(crate) descriptors: Vec<OwnedFd>,
}

/// Two connected sockets that keep the bounds of messages.
///
/// # References
///
/// unix(7), `SOCK_SEQPACKET`
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// Sends one message. An `EPIPE` is an error, not a signal.
pub(crate) fn send(
    channel: BorrowedFd<'_>,
    bytes: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let raw: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control = if raw.is_empty() { &[] } else { &rights[..] };
    loop {
        match sendmsg::<UnixAddr>(
            channel.as_raw_fd(),
            &[IoSlice::new(bytes)],
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Err(Errno::EINTR) => {}
            sent => return Ok(sent.map(drop)?),
        }
    }
}

/// Waits for one message; `None` when the other end is closed.
pub(crate) fn receive(channel: BorrowedFd<'_>) -> io::Result<Option<Message>> {
    receive_with(channel, MsgFlags::empty())
}

/// Takes a message that is there already.
///
/// # Errors
///
/// `WouldBlock` if there is none.
pub(crate) fn receive_now(channel: BorrowedFd<'_>) -> io::Result<Option<Message>> {
    receive_with(channel, MsgFlags::MSG_DONTWAIT)
}

fn receive_with(channel: BorrowedFd<'_>, flags: MsgFlags) -> io::Result<Option<Message>> {
    let mut bytes = vec![0; LONGEST];
    let mut control = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    loop {
        let mut into = [IoSliceMut::new(&mut bytes)];
        let received = match recvmsg::<UnixAddr>(
            channel.as_raw_fd(),
            &mut into,
            Some(&mut control),
            flags | MsgFlags::MSG_CMSG_CLOEXEC,
        ) {
            Err(Errno::EINTR) => continue,
            Err(Errno::ECONNRESET) => return Ok(None),
            received => received?,
        };
        let length = received.bytes;
        let mut descriptors = Vec::new();
        for message in received.cmsgs()? {
            if let ControlMessageOwned::ScmRights(raw) = message {
                for fd in raw {
                    // SAFETY: the kernel has just installed this descriptor for us.
                    descriptors.push(unsafe { OwnedFd::from_raw_fd(fd) });
                }
            }
        }
        if length == 0 {
            return Ok(None);
        }
        bytes.truncate(length);
        return Ok(Some(Message { bytes, descriptors }));
    }
}
