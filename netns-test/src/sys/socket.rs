//! Sockets that configure and check loopback. Nothing here allocates.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
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

/// One UDP socket for IPv4 and IPv6, where the kernel has both.
#[derive(Debug)]
pub(crate) struct Udp {
    socket: OwnedFd,
    both: bool,
}

impl Udp {
    /// In the calling thread's network namespace.
    pub(crate) fn new() -> io::Result<Self> {
        match udp(AddressFamily::Inet6) {
            Ok(socket) => Ok(Self { socket, both: true }),
            Err(_) => Ok(Self {
                socket: udp4()?,
                both: false,
            }),
        }
    }

    /// Whether the kernel has IPv6.
    pub(crate) fn speaks_ipv6(&self) -> bool {
        self.both
    }

    /// Checks that there is a route to `::1`. To be called before
    /// [`Udp::reach_loopback4`], since a socket that has spoken IPv4 speaks no IPv6.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT` if the kernel has no IPv6.
    pub(crate) fn reach_loopback6(&self) -> io::Result<()> {
        if !self.both {
            return Err(Errno::EAFNOSUPPORT.into());
        }
        reach(&self.socket, &in6(Ipv6Addr::LOCALHOST))
    }

    /// Checks that there is a route to 127.0.0.1.
    pub(crate) fn reach_loopback4(&self) -> io::Result<()> {
        if self.both {
            reach(&self.socket, &in6(Ipv4Addr::LOCALHOST.to_ipv6_mapped()))
        } else {
            reach_loopback4(&self.socket)
        }
    }
}

impl AsFd for Udp {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn in6(address: Ipv6Addr) -> SockaddrIn6 {
    SocketAddrV6::new(address, DISCARD, 0, 0).into()
}

/// Sets `lo` up in the calling thread's network namespace, fine if it is up
/// already. Returns the socket that it used.
///
/// # References
///
/// netdevice(7), `SIOCSIFFLAGS`. The kernel gives `lo` its addresses and
/// routes while it comes up (`inetdev_event`, `addrconf_notify`), so they are
/// there when the call returns. gVisor has no such call, and `lo` is up there.
pub(crate) fn loopback_up() -> io::Result<Udp> {
    let udp = Udp::new()?;
    let up = libc::c_short::try_from(libc::IFF_UP).expect("IFF_UP is 1");
    let mut request = about_loopback();
    request.ifr_ifru.ifru_flags = up;
    interface_flags(&udp.socket, libc::SIOCSIFFLAGS, &mut request).or_else(|error| {
        let mut present = about_loopback();
        interface_flags(&udp.socket, libc::SIOCGIFFLAGS, &mut present)?;
        // SAFETY: the kernel filled this member in just now; it is an integer, valid for any bytes.
        let flags = unsafe { present.ifr_ifru.ifru_flags };
        if flags & up == 0 { Err(error) } else { Ok(()) }
    })?;
    Ok(udp)
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

/// The port of the discard service (RFC 863); any but 0 would do.
const DISCARD: u16 = 9;

/// Looks a route up: connecting a UDP socket sends nothing.
fn reach(socket: &OwnedFd, address: &dyn SockaddrLike) -> io::Result<()> {
    Ok(connect(socket.as_raw_fd(), address)?)
}
