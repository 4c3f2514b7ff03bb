//! Tests that try to leave their namespace: `tests/watched/egress.rs` runs them. The
//! addresses are those that RFC 5737 and RFC 3849 keep for documentation.

use std::net::{TcpListener, TcpStream, UdpSocket};

use netns_test::netns_test;

#[netns_test(egress = "deny")]
fn tcp4() {
    TcpStream::connect("192.0.2.1:80").unwrap_err();
}

#[netns_test(egress = "deny")]
fn tcp6() {
    TcpStream::connect("[2001:db8::1]:80").unwrap_err();
}

#[netns_test(egress = "deny")]
fn udp4_sent() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.send_to(b"a", "192.0.2.1:53").unwrap_err();
}

#[netns_test(egress = "deny")]
fn udp6_sent() {
    let socket = UdpSocket::bind("[::]:0").unwrap();
    socket.send_to(b"a", "[2001:db8::1]:53").unwrap_err();
}

#[netns_test(egress = "deny")]
fn udp4_connected() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").unwrap_err();
}

#[netns_test(egress = "deny")]
fn udp6_connected() {
    let socket = UdpSocket::bind("[::]:0").unwrap();
    socket.connect("[2001:db8::1]:9").unwrap_err();
}

#[netns_test(egress = "deny")]
fn both() {
    TcpStream::connect("192.0.2.1:80").unwrap_err();
    TcpStream::connect("192.0.2.1:80").unwrap_err();
    TcpStream::connect("[2001:db8::1]:80").unwrap_err();
}

/// A query as a resolver sends it whose `/etc/resolv.conf` names a server in the Internet.
#[netns_test(egress = "deny")]
fn asks_a_name_server() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("8.8.8.8:53").unwrap_err();
}

#[netns_test(egress = "deny")]
#[should_panic(expected = "NetworkUnreachable")]
fn where_a_panic_is_expected() {
    TcpStream::connect("192.0.2.1:80").unwrap();
}

#[netns_test]
fn mentioned_since_it_fails() {
    TcpStream::connect("192.0.2.1:80").unwrap();
}

#[netns_test]
fn passes_though_it_tries() {
    TcpStream::connect("192.0.2.1:80").unwrap_err();
}

#[netns_test]
fn fails_without_a_try() {
    panic!("for another reason");
}

#[netns_test(egress = "deny")]
fn passes_without_a_try() {
    let server = TcpListener::bind("127.0.0.1:80").unwrap();
    TcpStream::connect("127.0.0.1:80").unwrap();
    let six = TcpListener::bind("[::1]:80").unwrap();
    TcpStream::connect("[::1]:80").unwrap();
    drop((server, six));
    TcpStream::connect("127.0.0.1:80").unwrap_err();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.1:9").unwrap();
}
