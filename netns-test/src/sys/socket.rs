//! Sockets that configure and check loopback. Nothing here allocates.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrIn6, SockaddrLike, connect, socket,
};

/// A UDP socket in the calling thread's network namespace.
pub(crate) fn udp4() -> io::Result<OwnedFd> {
    udp(AddressFamily::Inet)
}

fn udp(family: AddressFamily) -> io::Result<OwnedFd> {
    Ok(socket(
        family,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        None,
    )?)
}

/// Sets `lo` up in the calling thread's network namespace, fine if it is up
/// already. Returns the UDP socket that it used.
///
/// # References
///
/// netdevice(7), `SIOCSIFFLAGS`. The kernel gives `lo` its addresses and
/// routes while it comes up (`inetdev_event`, `addrconf_notify`), so they are
/// there when the call returns. gVisor has no such call, and `lo` is up there.
pub(crate) fn loopback_up() -> io::Result<OwnedFd> {
    let socket = udp4()?;
    let up = libc::c_short::try_from(libc::IFF_UP).expect("IFF_UP is 1");
    let mut request = about_loopback();
    request.ifr_ifru.ifru_flags = up;
    interface_flags(&socket, libc::SIOCSIFFLAGS, &mut request).or_else(|error| {
        let mut present = about_loopback();
        interface_flags(&socket, libc::SIOCGIFFLAGS, &mut present)?;
        // SAFETY: the kernel filled this member in just now; it is an integer, valid for any bytes.
        let flags = unsafe { present.ifr_ifru.ifru_flags };
        if flags & up == 0 { Err(error) } else { Ok(()) }
    })?;
    Ok(socket)
}

/// A request about the interface `lo`.
fn about_loopback() -> libc::ifreq {
    // SAFETY: all-zero bytes are a valid `ifreq`: integers, bytes and a null pointer.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = libc::c_char::from_ne_bytes([*from]);
    }
    request
}

fn interface_flags(
    socket: &OwnedFd,
    operation: libc::Ioctl,
    request: &mut libc::ifreq,
) -> io::Result<()> {
    // SAFETY: both operations that this module passes read and write one `ifreq`, which outlives the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), operation, request) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Checks that there is a route to 127.0.0.1 for a UDP socket: connecting it
/// sends nothing.
pub(crate) fn reach_loopback4(socket: &OwnedFd) -> io::Result<()> {
    reach(socket, &SockaddrIn::new(127, 0, 0, 1, DISCARD))
}

/// Checks that there is a route to `::1`: connecting a UDP socket sends nothing.
pub(crate) fn reach_loopback6() -> io::Result<()> {
    let address = std::net::SocketAddrV6::new(std::net::Ipv6Addr::LOCALHOST, DISCARD, 0, 0);
    reach(&udp(AddressFamily::Inet6)?, &SockaddrIn6::from(address))
}

/// The port of the discard service (RFC 863); any but 0 would do.
const DISCARD: u16 = 9;

/// Looks a route up: connecting a UDP socket sends nothing.
fn reach(socket: &OwnedFd, address: &dyn SockaddrLike) -> io::Result<()> {
    Ok(connect(socket.as_raw_fd(), address)?)
}
