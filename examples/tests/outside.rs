//! Nothing outside of the namespace can be reached, by any means: it has no
//! interface but `lo`, hence no route. The kernel says so at once: a test that
//! calls a real service by mistake fails in microseconds and not after a
//! time-out, on a laptop, in CI and on a train alike.
//!
//! The addresses are of the ranges that are reserved for documentation.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};

use netns_test::{NetNs, netns_test};

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

/// The other way round: what listens here on all addresses, listens on `lo`.
#[netns_test]
fn nothing_outside_can_connect(ns: &NetNs) -> Result<(), Box<dyn std::error::Error>> {
    let _server = TcpListener::bind("0.0.0.0:443")?;
    let links = ns.links()?;
    let names: Vec<_> = links.iter().map(netns_test::Link::name).collect();
    assert_eq!(names, ["lo"]);
    Ok(())
}
