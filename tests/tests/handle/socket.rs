//! `NetNs::socket`: a socket of another namespace than the thread's.

use std::fs::File;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::cookie;

use crate::leaves_nothing;

#[netns_test]
fn stays_where_it_was_made() {
    let ns = NetNs::new().unwrap();
    let server = ns.socket(|| TcpListener::bind("127.0.0.1:80")).unwrap();
    assert_eq!(cookie::of(&server), ns.cookie());
    // The port is free here, and taken there.
    let _here = TcpListener::bind("127.0.0.1:80").unwrap();
    let taken = ns.socket(|| TcpListener::bind("127.0.0.1:80")).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::System, "{taken}");
    assert_eq!(taken.raw_os_error(), Some(libc::EADDRINUSE), "{taken:?}");
    let client = ns.socket(|| TcpStream::connect("127.0.0.1:80")).unwrap();
    assert_eq!(server.accept().unwrap().1, client.local_addr().unwrap());
}

/// A namespace lives as long as a socket in it.
#[netns_test]
fn keeps_the_namespace_alive() {
    let ns = NetNs::new().unwrap();
    let here = ns.cookie();
    let socket = ns.socket(|| UdpSocket::bind("127.0.0.1:53")).unwrap();
    ns.close().unwrap();
    socket.send_to(b"blue", "127.0.0.1:53").unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 4);
    assert_eq!(cookie::of(&socket), here);
}

/// A socket of any family belongs to a namespace.
#[netns_test]
fn may_be_a_unix_socket() {
    let ns = NetNs::new().unwrap();
    let socket = ns.socket(UnixDatagram::unbound).unwrap();
    assert_eq!(cookie::of(&socket), ns.cookie());
}

/// What was made elsewhere, or is no socket, is not handed out.
#[netns_test(isolation = "process")]
fn is_checked() {
    let ns = NetNs::new().unwrap();
    let here = UdpSocket::bind("127.0.0.1:0").unwrap();
    leaves_nothing(|| {
        let error = ns.socket(|| here.try_clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OtherNamespace, "{error}");
        let error = ns.socket(|| File::open("/proc/self/exe")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::System, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::ENOTSOCK), "{error:?}");
        let refuse = || Err::<UdpSocket, _>(io::Error::other("its own"));
        let error = ns.socket(refuse).unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(source.to_string(), "its own");
    });
}
