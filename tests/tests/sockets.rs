//! The sockets of a namespace are listed with what they are bound to, where they
//! stand and what waits in them.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::{env, ffi, process};

use netns_test::sockets::{Address, Protocol, SocketEntry, State};
use netns_test::{NetNs, netns_test};
use netns_test_tests::ip::ip;
use netns_test_tests::state::{Count, wait_until};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, NetlinkAddr, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, connect,
    socket,
};

type TestResult = Result<(), Box<dyn Error>>;

fn inode(socket: &impl AsFd) -> u64 {
    nix::sys::stat::fstat(socket.as_fd()).unwrap().st_ino
}

fn inet(address: &str) -> Address {
    Address::Inet(address.parse().unwrap())
}

/// The one that has this inode.
#[track_caller]
fn listed(ns: &NetNs, socket: &impl AsFd) -> SocketEntry {
    let inode = inode(socket);
    let sockets = ns.sockets().unwrap();
    let mut same = sockets.iter().filter(|socket| socket.inode == Some(inode));
    let found = same
        .next()
        .unwrap_or_else(|| panic!("{inode} in {sockets:?}"));
    assert_eq!(same.next(), None);
    found.clone()
}

#[netns_test]
fn a_new_namespace_has_none() -> TestResult {
    assert_eq!(NetNs::new()?.sockets()?, []);
    Ok(())
}

fn tcp(ns: &NetNs, address: &str) -> TestResult {
    let server = TcpListener::bind(address)?;
    let entry = listed(ns, &server);
    assert_eq!(
        (entry.protocol, entry.state),
        (Protocol::Tcp, State::Listen)
    );
    assert_eq!((entry.local, entry.peer), (inet(address), None));
    assert_eq!(entry.uid, Some(nix::unistd::geteuid().as_raw()));
    assert_eq!((entry.receive_queue, entry.send_queue), (Some(0), Some(0)));

    let mut client = TcpStream::connect(address)?;
    wait_until("it waits for accept(2)", || {
        listed(ns, &server).receive_queue == Some(1)
    });
    let (accepted, _) = server.accept()?;
    client.write_all(b"12345")?;
    wait_until("five bytes are there", || {
        listed(ns, &accepted).receive_queue == Some(5)
    });
    let entry = listed(ns, &client);
    assert_eq!(entry.state, State::Established);
    assert_eq!(entry.local, Address::Inet(client.local_addr()?));
    assert_eq!(entry.peer, Some(inet(address)));

    drop(server);
    // With all read, closing is no reset.
    std::io::copy(&mut std::io::Read::take(&accepted, 5), &mut std::io::sink())?;
    client.shutdown(std::net::Shutdown::Write)?;
    wait_until("the other end knows", || {
        let states = (listed(ns, &client).state, listed(ns, &accepted).state);
        states == (State::FinWait2, State::CloseWait)
    });
    drop((accepted, client));
    wait_until("nobody has it any more", || {
        let sockets = ns.sockets().unwrap();
        let states: Vec<_> = sockets
            .iter()
            .map(|socket| (socket.state, socket.inode))
            .collect();
        states == [(State::TimeWait, None)]
    });
    Ok(())
}

#[netns_test]
fn tcp_over_ipv4(ns: &NetNs) -> TestResult {
    tcp(ns, "127.0.0.1:80")
}

#[netns_test]
fn tcp_over_ipv6(ns: &NetNs) -> TestResult {
    tcp(ns, "[::1]:80")
}

/// The only one of its namespace, and connected to nobody yet.
#[netns_test]
fn tcp_that_waits_for_an_answer(ns: &NetNs) -> TestResult {
    ip("link add near type veth peer name far");
    ip("link set far up");
    ip("link set near up");
    ip("address add 10.0.0.1/24 dev near");
    ip("address add fc00::1/64 dev near nodad");
    for (family, peer) in [
        (AddressFamily::Inet, "10.0.0.2:80"),
        (AddressFamily::Inet6, "[fc00::2]:80"),
    ] {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let client = socket(family, SockType::Stream, flags, None)?;
        let to = SockaddrStorage::from(peer.parse::<std::net::SocketAddr>()?);
        assert_eq!(connect(client.as_raw_fd(), &to), Err(Errno::EINPROGRESS));
        let entry = listed(ns, &client);
        assert_eq!(
            (entry.state, entry.peer),
            (State::SynSent, Some(inet(peer)))
        );
        assert_eq!(ns.sockets()?.len(), 1);
    }
    Ok(())
}

#[netns_test]
fn udp(ns: &NetNs) -> TestResult {
    for address in ["127.0.0.1:53", "[::1]:53"] {
        let server = UdpSocket::bind(address)?;
        let entry = listed(ns, &server);
        assert_eq!((entry.protocol, entry.state), (Protocol::Udp, State::Close));
        assert_eq!((entry.local, entry.peer), (inet(address), None));
        let client = UdpSocket::bind(if address.starts_with('[') {
            "[::1]:0"
        } else {
            "127.0.0.1:0"
        })?;
        client.connect(address)?;
        client.send(b"query")?;
        let entry = listed(ns, &client);
        assert_eq!(
            (entry.state, entry.peer),
            (State::Established, Some(inet(address)))
        );
        // The kernel counts its own overhead as well.
        wait_until("five bytes are there", || {
            listed(ns, &server).receive_queue >= Some(5)
        });
    }
    Ok(())
}

#[netns_test]
fn raw(ns: &NetNs) -> TestResult {
    let flags = SockFlag::SOCK_CLOEXEC;
    let raw = socket(
        AddressFamily::Inet,
        SockType::Raw,
        flags,
        SockProtocol::Icmp,
    )?;
    let entry = listed(ns, &raw);
    assert_eq!((entry.protocol, entry.state), (Protocol::Raw, State::Close));
    assert_eq!(entry.local, inet("0.0.0.0:1"), "1 is ICMP");
    Ok(())
}

#[netns_test]
fn unix(ns: &NetNs) -> TestResult {
    let name = SocketAddr::from_abstract_name(b"netns-test\xff")?;
    let server = UnixListener::bind_addr(&name)?;
    let entry = listed(ns, &server);
    assert_eq!(
        (entry.protocol, entry.state),
        (Protocol::UnixStream, State::Listen)
    );
    assert_eq!(entry.local, Address::Abstract(b"netns-test\xff".into()));
    assert_eq!((entry.uid, entry.receive_queue), (None, None));
    let client = UnixStream::connect_addr(&name)?;
    let entry = listed(ns, &client);
    assert_eq!(
        (entry.state, entry.local),
        (State::Established, Address::Unnamed)
    );
    let datagrams = UnixDatagram::unbound()?;
    let entry = listed(ns, &datagrams);
    assert_eq!(
        (entry.protocol, entry.state),
        (Protocol::UnixDatagram, State::Close)
    );
    Ok(())
}

/// A path is bytes, with white space, new lines and what is no UTF-8 in it.
#[netns_test]
fn unix_with_a_path(ns: &NetNs) -> TestResult {
    let name = format!("netns-test-{}-{}", process::id(), ns.cookie());
    let directory = env::temp_dir().join(name);
    fs::create_dir(&directory)?;
    let path: PathBuf = directory.join(ffi::OsStr::from_bytes(b" a  b\n\xff\n"));
    let datagrams = UnixDatagram::bind(&path)?;
    let entry = listed(ns, &datagrams);
    fs::remove_dir_all(directory)?;
    assert_eq!(entry.local, Address::Path(path));
    Ok(())
}

#[netns_test]
fn packet(ns: &NetNs) -> TestResult {
    let flags = SockFlag::SOCK_CLOEXEC;
    let all = socket(
        AddressFamily::Packet,
        SockType::Raw,
        flags,
        SockProtocol::EthAll,
    )?;
    let entry = listed(ns, &all);
    assert_eq!(entry.protocol, Protocol::Packet);
    let anywhere = Address::Packet {
        interface: 0,
        protocol: 3,
    };
    assert_eq!(entry.local, anywhere);
    UdpSocket::bind("127.0.0.1:53")?.send_to(b"query", "127.0.0.1:53")?;
    wait_until("it is seen", || listed(ns, &all).receive_queue > Some(0));
    Ok(())
}

#[netns_test]
fn netlink(ns: &NetNs) -> TestResult {
    let flags = SockFlag::SOCK_CLOEXEC;
    let route = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        flags,
        SockProtocol::NetlinkRoute,
    )?;
    bind(route.as_raw_fd(), &NetlinkAddr::new(4711, 0))?;
    connect(route.as_raw_fd(), &NetlinkAddr::new(0, 0))?;
    let entry = listed(ns, &route);
    assert_eq!(entry.protocol, Protocol::Netlink(0));
    assert_eq!(entry.local, Address::Netlink(4711));
    Ok(())
}

/// Each namespace lists its own, wherever the caller is.
#[netns_test]
fn of_another_namespace(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    let here = TcpListener::bind("127.0.0.1:80")?;
    let there = other.run(|| TcpListener::bind("127.0.0.1:81"))??;
    listed(ns, &here);
    assert_eq!(listed(&other, &there).local, inet("127.0.0.1:81"));
    assert_eq!((ns.sockets()?.len(), other.sockets()?.len()), (1, 1));
    Ok(())
}

/// More than the kernel writes at once.
#[netns_test]
fn many(ns: &NetNs) -> TestResult {
    let sockets: Vec<_> = (0..300)
        .map(|_| UdpSocket::bind("127.0.0.1:0"))
        .collect::<Result<_, _>>()?;
    let mut expected: Vec<_> = sockets.iter().map(inode).map(Some).collect();
    let mut found: Vec<_> = ns.sockets()?.iter().map(|socket| socket.inode).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    Ok(())
}

#[netns_test(isolation = "process")]
fn nothing_is_left(ns: &NetNs) -> TestResult {
    ns.sockets()?;
    let before = Count::settled_without_files();
    for _ in 0..20 {
        ns.sockets()?;
    }
    assert_eq!(Count::settled_without_files(), before);
    Ok(())
}
