//! Tests that must fail, in networks that differ: `tests/state` compares what is
//! said of them with the texts beside it.

use std::error::Error;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::panic;
use std::process::{self, Child, Command, ExitCode};

use netns_test::{NetNs, netns_test};

/// Runs a line of the shell in the network of the test.
fn sh(line: &str) {
    let status = Command::new("sh").args(["-ec", line]).status();
    assert!(status.expect("a shell").success(), "{line}");
}

#[netns_test]
fn bare() {
    panic!("on purpose");
}

#[netns_test]
fn returns_an_error() -> Result<(), Box<dyn Error>> {
    let _server = TcpListener::bind("127.0.0.1:80")?;
    Err("the returned error")?;
    Ok(())
}

#[netns_test]
fn returns_a_status() -> ExitCode {
    ExitCode::from(3)
}

#[netns_test]
#[should_panic(expected = "at all")]
fn does_not_panic() {}

#[netns_test]
#[should_panic(expected = "the right text")]
fn panics_with_another_text() {
    let _server = TcpListener::bind("127.0.0.1:80").unwrap();
    panic!("the wrong text");
}

#[netns_test]
async fn asynchronous() {
    let server = tokio::net::TcpListener::bind("[::1]:80").await.unwrap();
    let _client = tokio::net::TcpStream::connect("[::1]:80").await.unwrap();
    let _accepted = server.accept().await.unwrap();
    panic!("after an await");
}

#[netns_test(flavor = "multi_thread", worker_threads = 2)]
async fn on_many_threads() {
    let _server = tokio::net::TcpListener::bind("127.0.0.1:80").await.unwrap();
    panic!("after an await");
}

#[netns_test]
fn holds_sockets() {
    let server = TcpListener::bind("127.0.0.1:8080").unwrap();
    let mut client = TcpStream::connect("127.0.0.1:8080").unwrap();
    let (_accepted, _) = server.accept().unwrap();
    client.write_all(b"not read").unwrap();
    let _second = TcpStream::connect("127.0.0.1:8080").unwrap();
    let query = UdpSocket::bind("127.0.0.1:53").unwrap();
    query.send_to(b"query", "127.0.0.1:53").unwrap();
    panic!("on purpose");
}

#[netns_test]
fn holds_many_sockets() {
    let servers: Vec<_> = (0..100)
        .map(|at| TcpListener::bind((Ipv4Addr::LOCALHOST, 1000 + at)).unwrap())
        .collect();
    panic!("{} on purpose", servers.len());
}

/// A child that ends with the test.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The child has it, and this process has not.
#[netns_test]
fn a_child_holds_a_socket() {
    let server = UdpSocket::bind("127.0.0.1:53").unwrap();
    let child = Command::new("sleep")
        .arg("1000")
        .stdin(OwnedFd::from(server))
        .spawn();
    let _child = Ending(child.unwrap());
    panic!("on purpose");
}

#[netns_test]
fn is_changed() {
    sh("ip link add left type veth peer name right
        echo 100 > /proc/sys/net/ipv6/conf/left/dad_transmits
        ip link set left up
        ip link set right up mtu 1400
        ip address add 10.0.0.1/24 dev left
        ip address add 2001:db8::1/64 dev left
        ip route add 10.1.0.0/16 via 10.0.0.2
        ip route add blackhole 10.2.0.0/16
        ip rule add from 10.0.0.1 table 100 priority 1000
        ip -6 rule add fwmark 1 table 200 priority 1001
        ip neighbour add 10.0.0.2 lladdr 02:00:00:00:00:01 dev left
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 7 > /proc/sys/net/ipv4/ip_default_ttl
        for end in left right; do
            until ip link show $end | grep -q 'state UP'; do sleep 0.01; done
        done");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"to nobody", "127.0.0.1:9").unwrap();
    panic!("on purpose");
}

#[netns_test]
fn has_a_firewall() {
    sh("nft add table inet filter
        nft 'add chain inet filter input { type filter hook input priority 0; policy drop; }'
        nft add rule inet filter input iif lo accept
        nft add rule inet filter input tcp dport 80 accept
        nft add chain inet filter other
        nft add table ip empty");
    panic!("on purpose");
}

/// What passes in the end says nothing, and what is caught on the way is not shown.
#[netns_test]
fn passes_after_panics() {
    for _ in 0..100 {
        panic::catch_unwind(|| panic!("caught")).unwrap_err();
    }
}

#[netns_test]
fn fails_after_panics() {
    for _ in 0..100 {
        panic::catch_unwind(|| panic!("caught")).unwrap_err();
    }
    let _server = TcpListener::bind("127.0.0.1:80").unwrap();
    panic!("on purpose");
}

/// An address is left behind; the server is not.
fn prepares_to_die() -> TcpListener {
    sh("ip address add 10.0.0.1/24 dev lo");
    TcpListener::bind("10.0.0.1:80").unwrap()
}

#[netns_test(isolation = "process")]
fn aborts() {
    let _server = prepares_to_die();
    process::abort();
}

#[netns_test(isolation = "process")]
fn exits() {
    let _server = prepares_to_die();
    process::exit(0);
}

#[netns_test(isolation = "process")]
fn is_killed() {
    let _server = prepares_to_die();
    sh("kill -9 $PPID");
}

/// For this process only.
#[netns_test(isolation = "process")]
fn replaces_the_hook() {
    panic::set_hook(Box::new(|_| {}));
    let _server = TcpListener::bind("127.0.0.1:80").unwrap();
    panic!("nobody says so");
}

/// The network of the test is shown, wherever the body is.
#[netns_test]
fn in_another_namespace() {
    let _server = TcpListener::bind("127.0.0.1:80").unwrap();
    let other = NetNs::new().unwrap();
    let _inside = other.enter().unwrap();
    panic!("on purpose");
}

/// The first of all, on one test thread: what it leaves is alive when the others fail.
#[netns_test]
fn a_network_is_left() {
    let other = NetNs::new().unwrap();
    std::mem::forget(other);
}

/// Two networks, one of them made from within the other.
#[netns_test]
fn makes_networks() {
    let server = NetNs::new().unwrap();
    let _socket = server.socket(|| TcpListener::bind("127.0.0.1:80")).unwrap();
    let client = server.run(|| NetNs::new().unwrap()).unwrap();
    let refused = client.run(|| TcpStream::connect("127.0.0.1:80")).unwrap();
    refused.unwrap();
}

/// What panics is not the body's thread, but one that it waits for.
#[netns_test]
fn fails_inside() {
    let other = NetNs::new().unwrap();
    let inside = || {
        let _server = TcpListener::bind("127.0.0.1:80").unwrap();
        panic!("in there");
    };
    other.run(inside).unwrap();
}

/// The same in a future; and the second network is no more.
#[netns_test]
fn fails_in_async() {
    let other = NetNs::new().unwrap();
    drop(NetNs::new().unwrap());
    let inside = async {
        let _server = tokio::net::TcpListener::bind("127.0.0.1:80").await.unwrap();
        panic!("in there");
    };
    other.block_on(inside).unwrap();
}

#[netns_test]
fn makes_many_networks() {
    let many: Vec<_> = (0..6).map(|_| NetNs::new().unwrap()).collect();
    panic!("{} on purpose", many.len());
}

#[netns_test(timeout = "500ms")]
fn stuck_inside() {
    let other = NetNs::new().unwrap();
    let accept = || TcpListener::bind("127.0.0.1:80").unwrap().accept();
    other.run(accept).unwrap().unwrap();
}
