//! No address outside of the namespace can be reached: its only interface is
//! `lo`, hence there is no route. The kernel says so at once: a test that calls
//! a real service by mistake fails in microseconds and not after a time-out, on
//! a laptop, in CI and on a train alike.
//!
//! What is left is the file system: a Unix socket with a path, such as that of
//! a name service daemon, is a file and can be connected to.
//!
//! The addresses here are of the ranges reserved for documentation.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};

use netns_test::netns_test;

#[netns_test]
fn tcp_has_no_route() {
    for address in ["192.0.2.1:80", "[2001:db8::1]:80"] {
        let error = TcpStream::connect(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NetworkUnreachable, "{address}");
    }
}

#[netns_test]
fn udp_has_no_route() -> io::Result<()> {
    for (local, address) in [
        ("0.0.0.0:0", "192.0.2.1:53"),
        ("[::]:0", "[2001:db8::1]:53"),
    ] {
        let error = UdpSocket::bind(local)?.send_to(b"?", address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NetworkUnreachable, "{address}");
    }
    Ok(())
}

#[netns_test]
async fn tokio_says_the_same() {
    let error = tokio::net::TcpStream::connect("192.0.2.1:80")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NetworkUnreachable);
}

/// Files tell of this network as well, in whatever thread or process they are read.
#[netns_test]
fn the_routing_table_is_empty() -> io::Result<()> {
    let table = fs::read_to_string("/proc/net/route")?;
    assert_eq!(table.lines().count(), 1, "more than its heading: {table}");
    Ok(())
}

/// So it is safe to listen on all addresses, with no firewall and no password:
/// only this test can connect.
#[netns_test]
fn all_addresses_are_our_own() -> io::Result<()> {
    let server = TcpListener::bind("0.0.0.0:443")?;
    let client = TcpStream::connect("127.0.0.1:443")?;
    let (_, peer) = server.accept()?;
    assert_eq!(peer, client.local_addr()?);
    Ok(())
}
