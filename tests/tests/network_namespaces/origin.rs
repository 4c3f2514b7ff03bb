//! A socket stays where it was made.

use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;

use netns_test::{NetNs, netns_test};
use netns_test_tests::origin::{cookie_of, namespace_of};
use nix::sched::{CloneFlags, setns};
use nix::sys::stat::fstat;

use crate::TestResult;

fn inode(namespace: &OwnedFd) -> String {
    format!("net:[{}]", fstat(namespace).unwrap().st_ino)
}

/// Network namespaces, 6: a socket stays in the namespace in which it was made, wherever the
/// thread goes that uses it. `SO_NETNS_COOKIE` and `SIOCGSKNS` tell which that is.
#[netns_test]
fn a_socket_stays(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    let there = other.run(|| TcpListener::bind("127.0.0.1:80"))??;
    let here = TcpListener::bind("127.0.0.1:80")?;
    assert_eq!(
        (cookie_of(&here)?, cookie_of(&there)?),
        (ns.cookie(), other.cookie())
    );
    assert_ne!(ns.cookie(), other.cookie());
    assert_eq!(inode(&namespace_of(&here)?), ns.id().to_string());
    assert_eq!(inode(&namespace_of(&there)?), other.id().to_string());
    other.run(|| assert_eq!(cookie_of(&here).unwrap(), ns.cookie()))?;
    // It hears who is where it was made.
    other.run(|| std::net::TcpStream::connect("127.0.0.1:80"))??;
    there.accept()?;
    here.set_nonblocking(true)?;
    here.accept().expect_err("nobody called here");
    Ok(())
}

/// Network namespaces, 6: an open socket keeps its namespace alive when all else is
/// gone, and it can be opened again from there.
#[netns_test]
fn a_socket_keeps_its_namespace() -> TestResult {
    let other = NetNs::new()?;
    let (cookie, id) = (other.cookie(), other.id().to_string());
    other.set_sysctl("net.ipv4.ip_forward", 1)?;
    let socket = other.run(|| UdpSocket::bind("127.0.0.1:53"))??;
    other.close()?;
    assert_eq!(cookie_of(&socket)?, cookie);
    let again = namespace_of(&socket)?;
    assert_eq!(inode(&again), id);
    let inside = || {
        setns(&again, CloneFlags::CLONE_NEWNET).unwrap();
        UdpSocket::bind("127.0.0.1:53").expect_err("it is there, and has the port");
        std::fs::read_to_string("/proc/sys/net/ipv4/ip_forward").unwrap()
    };
    let forward = std::thread::scope(|scope| scope.spawn(inside).join().unwrap());
    assert_eq!(forward, "1\n");
    Ok(())
}
