//! Traffic of all kinds.

use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddrV6, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::thread;

use netns_test::{NetNs, OperationalState, netns_test};
use netns_test_tests::state::wait_until;

use crate::endings::send;
use crate::tun;

fn ip(arguments: &str) {
    let status = Command::new("ip").args(arguments.split(' ')).status();
    assert!(status.unwrap().success(), "ip {arguments}");
}

/// Nothing before, nothing after: these and no more.
#[netns_test]
fn first_and_last() {
    send("the first");
    for number in 0..100 {
        let socket = UdpSocket::bind("127.0.0.1:4002").unwrap();
        socket
            .send_to(format!("{number}").as_bytes(), "127.0.0.1:4001")
            .unwrap();
    }
    let socket = UdpSocket::bind("[::1]:4000").unwrap();
    socket.send_to(b"the last", "[::1]:4001").unwrap();
    panic!("on purpose");
}

#[netns_test]
fn tcp() {
    let server = TcpListener::bind("127.0.0.1:80").unwrap();
    let client = thread::spawn(|| {
        let mut stream = TcpStream::connect("127.0.0.1:80").unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let (mut stream, _) = server.accept().unwrap();
    let mut request = [0; 18];
    stream.read_exact(&mut request).unwrap();
    stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap();
    drop(stream);
    assert!(client.join().unwrap().ends_with("hello"));
    panic!("on purpose");
}

/// Nobody listens there, so ICMP says so; and a query that nobody answers.
#[netns_test]
fn other_protocols() {
    let socket = UdpSocket::bind("127.0.0.1:4000").unwrap();
    socket.send_to(b"nobody", "127.0.0.1:9").unwrap();
    let query = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x1c\0\x01";
    socket.send_to(query, "127.0.0.1:53").unwrap();
    panic!("on purpose");
}

/// A link that appears in the body, and one that is gone again at its end.
#[netns_test]
fn later_links(ns: &NetNs) {
    send("on lo");
    ip("link add later0 type veth peer name later1");
    ip("addr add 10.0.0.1/24 dev later0");
    ip("link set later0 up");
    ip("link set later1 up");
    wait_until("later0 has a carrier", || {
        let links = ns.links().unwrap();
        let later0 = links.iter().find(|link| link.name() == "later0");
        later0.is_some_and(|link| link.state() == OperationalState::Up)
    });
    let socket = UdpSocket::bind("10.0.0.1:4000").unwrap();
    // Nobody answers on the other end.
    socket.send_to(b"who has", "10.0.0.2:4001").unwrap();
    ip("link add gone0 type bridge");
    ip("link set gone0 up");
    socket.send_to(b"on lo again", "10.0.0.1:4001").unwrap();
    ip("link del gone0");
    panic!("on purpose");
}

/// Two more namespaces, one of them made from within the other.
#[netns_test]
fn more_namespaces() {
    let second = NetNs::new().unwrap();
    second.run(|| send("in the second")).unwrap();
    let third = second.run(|| NetNs::new().unwrap()).unwrap();
    third.run(|| send("in the third")).unwrap();
    send("in the first");
    panic!("on purpose");
}

/// A device without a link layer, and an IPv6 frame on it.
#[netns_test]
fn tunnel() {
    let _tun = tun::open("tun0").unwrap();
    ip("link set tun0 up");
    ip("-6 addr add fd00::1/64 dev tun0 nodad");
    let socket = UdpSocket::bind("[fd00::1]:4000").unwrap();
    let to = SocketAddrV6::new(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2), 4001, 0, 0);
    socket.send_to(b"out", to).unwrap();
    panic!("on purpose");
}

/// So many MiB as `FIXTURE_MEBIBYTES` says, by datagrams of which the last says so.
#[netns_test]
fn much() {
    let mebibytes = std::env::var("FIXTURE_MEBIBYTES").unwrap().parse().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:4000").unwrap();
    let filler = vec![b'x'; 32 << 10];
    for _ in 0..mebibytes {
        for _ in 0..32 {
            socket.send_to(&filler, "127.0.0.1:4001").unwrap();
        }
    }
    send_from(&socket, "the very last");
    panic!("on purpose");
}

fn send_from(socket: &UdpSocket, text: &str) {
    socket.send_to(text.as_bytes(), "127.0.0.1:4001").unwrap();
}
