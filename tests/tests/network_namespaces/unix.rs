//! Unix sockets.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::process;

use netns_test::{NetNs, netns_test};

use crate::TestResult;

/// `network_namespaces(7)`, the abstract namespace of Unix sockets; Network namespaces, 7: a
/// name in it belongs to one network namespace.
#[netns_test]
fn an_abstract_name_is_isolated() -> TestResult {
    let other = NetNs::new()?;
    let name = SocketAddr::from_abstract_name("netns-test")?;
    let server = UnixListener::bind_addr(&name)?;
    let refused = other.run(|| UnixStream::connect_addr(&name))?.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let _the_same_name = other.run(|| UnixListener::bind_addr(&name))??;
    UnixStream::connect_addr(&name)?;
    server.accept()?;
    Ok(())
}

/// Network namespaces, 7: a Unix socket with a path belongs to the file system, and is
/// reached from every network namespace.
#[netns_test]
fn a_path_is_not(ns: &NetNs) -> TestResult {
    let name = format!("netns-test-unix-{}-{}", process::id(), ns.cookie());
    let path = env::temp_dir().join(name);
    let server = UnixListener::bind(&path)?;
    let other = NetNs::new()?;
    let reached = other.run(|| UnixStream::connect(&path));
    let taken = other.run(|| UnixListener::bind(&path).map(drop));
    fs::remove_file(&path)?;
    reached??;
    server.accept()?;
    assert_eq!(taken?.unwrap_err().kind(), ErrorKind::AddrInUse);
    Ok(())
}
