//! Operations that are tried to see whether this machine grants them.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{AddressFamily, socket};
use nix::sys::socket::{MsgFlags, SockFlag, SockProtocol, SockType, recv, send};
use nix::sys::stat::Mode;
use std::os::fd::AsFd;

/// How long the kernel may take to answer; it may load a module meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes a device of `/dev/net/tun` in the calling thread's network namespace,
/// which goes with the descriptor.
///
/// # References
///
/// Documentation/networking/tuntap.rst in the kernel
pub(crate) fn tun(name: &CStr) -> io::Result<OwnedFd> {
    const TUNSETIFF: libc::Ioctl = 0x4004_54ca;
    let file = open(
        c"/dev/net/tun",
        OFlag::O_RDWR | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?;
    // SAFETY: all-zero bytes are a valid `ifreq`: integers, bytes and a null pointer.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.to_bytes()) {
        *to = libc::c_char::from_ne_bytes([*from]);
    }
    let flags = libc::IFF_TUN | libc::IFF_NO_PI;
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(flags).expect("0x1001");
    // SAFETY: the operation reads and writes one `ifreq`, which outlives the call.
    match unsafe { libc::ioctl(file.as_raw_fd(), TUNSETIFF, &raw mut request) } {
        0 => Ok(file),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A socket of raw ICMP packets.
///
/// # References
///
/// raw(7)
pub(crate) fn raw_socket() -> io::Result<()> {
    let protocol = SockProtocol::Icmp;
    socket(
        AddressFamily::Inet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        protocol,
    )?;
    Ok(())
}

/// A socket that sends and receives ICMP echoes, for users without a capability.
///
/// # References
///
/// icmp(7), "Ping sockets" and `ping_group_range`
pub(crate) fn ping_socket() -> io::Result<()> {
    let protocol = SockProtocol::Icmp;
    socket(
        AddressFamily::Inet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        protocol,
    )?;
    Ok(())
}

/// A socket that sees every frame.
///
/// # References
///
/// packet(7)
pub(crate) fn packet_socket() -> io::Result<()> {
    socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        None,
    )?;
    Ok(())
}

/// Which part of the kernel a netlink request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Family {
    /// rtnetlink(7)
    Route,
    /// nfnetlink: the packet filter.
    Netfilter,
}

/// Sends a request and takes the first answer, which has to be `NLMSG_ERROR`:
/// an acknowledgement if its number is 0.
///
/// # References
///
/// netlink(7)
pub(crate) fn acknowledged(family: Family, request: &[u8]) -> io::Result<()> {
    let protocol = match family {
        Family::Route => SockProtocol::NetlinkRoute,
        Family::Netfilter => SockProtocol::NetlinkNetFilter,
    };
    let socket = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        protocol,
    )?;
    send(socket.as_raw_fd(), request, MsgFlags::empty())?;
    let patience = PollTimeout::try_from(PATIENCE).unwrap_or(PollTimeout::MAX);
    let readable = PollFd::new(socket.as_fd(), PollFlags::POLLIN);
    if poll(&mut [readable], patience)? == 0 {
        return Err(Errno::ETIMEDOUT.into());
    }
    let mut answer = [0; 4096];
    let length = recv(socket.as_raw_fd(), &mut answer, MsgFlags::empty())?;
    let number = answer[..length].get(16..20).ok_or(Errno::EBADMSG)?;
    match i32::from_ne_bytes(number.try_into().expect("4 bytes")) {
        0 => Ok(()),
        negative => Err(io::Error::from_raw_os_error(-negative)),
    }
}
