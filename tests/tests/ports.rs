//! 64 tests at once have the same ports and the same abstract socket.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use netns_test::netns_test;

/// Says something to whoever listens, and hears it back.
fn talk(mut client: impl Read + Write, mut server: impl Read + Write) -> io::Result<()> {
    /// Different in each test of a process, so that a mix-up shows.
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let word = NEXT.fetch_add(1, Ordering::Relaxed) ^ std::process::id();
    client.write_all(&word.to_le_bytes())?;
    let mut heard = [0; 4];
    server.read_exact(&mut heard)?;
    assert_eq!(u32::from_le_bytes(heard), word);
    Ok(())
}

/// `network_namespaces(7)`, port numbers and the abstract namespace of Unix sockets; Network
/// namespaces, 13: tests that run at once all have 127.0.0.1:80.
fn body() -> io::Result<()> {
    let name = SocketAddr::from_abstract_name("netns-test")?;
    let unix = UnixListener::bind_addr(&name)?;
    let v4 = TcpListener::bind("127.0.0.1:80")?;
    let v6 = TcpListener::bind("[::1]:80")?;
    // Long enough for the next tests to want the same.
    thread::sleep(Duration::from_millis(20));
    talk(TcpStream::connect("127.0.0.1:80")?, v4.accept()?.0)?;
    talk(TcpStream::connect("[::1]:80")?, v6.accept()?.0)?;
    talk(UnixStream::connect_addr(&name)?, unix.accept()?.0)
}

macro_rules! tests {
    ($($module:ident)*) => {$(
        mod $module {
            use super::*;
            tests!(@ a b c d e f g h);
        }
    )*};
    (@ $($name:ident)*) => {$(
        #[netns_test]
        fn $name() -> io::Result<()> {
            body()
        }
    )*};
}

tests!(a b c d e f g h);
