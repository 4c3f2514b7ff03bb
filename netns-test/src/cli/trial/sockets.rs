//! What sockets and sysctls can do.

use std::fs;
use std::io;
use std::net::{TcpListener, UdpSocket};

use nix::unistd::getegid;

use crate::sys::trial;

pub(super) fn ipv6() -> io::Result<()> {
    UdpSocket::bind("[::1]:0").map(drop)
}

pub(super) fn low_port() -> io::Result<()> {
    TcpListener::bind("127.0.0.1:80").map(drop)
}

pub(super) fn sysctl() -> io::Result<()> {
    let file = "/proc/sys/net/ipv4/ip_forward";
    fs::write(file, "1\n")?;
    match fs::read_to_string(file)?.trim() {
        "1" => Ok(()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// A new namespace lets no group have them until it is told to.
pub(super) fn ping() -> io::Result<()> {
    let group = getegid();
    fs::write(
        "/proc/sys/net/ipv4/ping_group_range",
        format!("{group} {group}\n"),
    )?;
    trial::ping_socket()
}

pub(super) fn raw() -> io::Result<()> {
    trial::raw_socket()
}

pub(super) fn packet() -> io::Result<()> {
    trial::packet_socket()
}
