//! Abstract Unix sockets of the same name.
//!
//! Their names live in the network namespace and not in the file system, so
//! `#[netns_test]` isolates them as it does ports. (A socket with a *path* is a
//! file: give each test a temporary directory.) Everything is std and tokio.

#![cfg(target_os = "linux")]

use std::io::{self, ErrorKind, Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::thread;

use netns_test::netns_test;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A name that a real service would use: it can't be unique.
const NAME: &[u8] = b"com.example.service";

fn address() -> SocketAddr {
    SocketAddr::from_abstract_name(NAME).expect("a short name is valid")
}

/// One end on a thread that the test starts: a thread begins in the
/// namespace of the one that started it.
fn greet(greeting: &str) -> io::Result<()> {
    let listener = UnixListener::bind_addr(&address())?;
    thread::scope(|scope| {
        let client = scope.spawn(|| -> io::Result<String> {
            let mut stream = UnixStream::connect_addr(&address())?;
            let mut received = String::new();
            stream.read_to_string(&mut received)?;
            Ok(received)
        });
        let (mut stream, _) = listener.accept()?;
        stream.write_all(greeting.as_bytes())?;
        drop(stream);
        assert_eq!(client.join().expect("the client panicked")?, greeting);
        Ok(())
    })
}

#[netns_test]
fn a_stream() -> io::Result<()> {
    greet("hello from the first")
}

#[netns_test]
fn another_stream_of_that_name() -> io::Result<()> {
    greet("hello from the second")
}

#[netns_test]
fn a_datagram() -> io::Result<()> {
    let server = UnixDatagram::bind_addr(&address())?;
    UnixDatagram::unbound()?.send_to_addr(b"one message", &address())?;
    let mut buffer = [0; 64];
    let length = server.recv(&mut buffer)?;
    assert_eq!(&buffer[..length], b"one message");
    Ok(())
}

/// tokio writes an abstract name with a leading NUL.
#[netns_test]
async fn with_tokio() -> io::Result<()> {
    let name = [b"\0", NAME].concat();
    let name = std::str::from_utf8(&name).expect("the name is ASCII");
    let listener = tokio::net::UnixListener::bind(name)?;
    let (accepted, connected) =
        tokio::join!(listener.accept(), tokio::net::UnixStream::connect(name));
    let ((mut near, _), mut far) = (accepted?, connected?);

    near.write_all(b"ping").await?;
    let mut buffer = [0; 4];
    far.read_exact(&mut buffer).await?;
    assert_eq!(&buffer, b"ping");
    Ok(())
}

/// The name belongs to its namespace even against the same user: twice in one
/// test is once too often, and a test that did not bind it finds nobody there.
#[netns_test]
fn the_name_is_taken_only_here() -> io::Result<()> {
    let error = UnixStream::connect_addr(&address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

    let _first = UnixListener::bind_addr(&address())?;
    let error = UnixListener::bind_addr(&address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    Ok(())
}
