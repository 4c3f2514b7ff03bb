//! Many cases of one test, by rstest: each case is a test, and each test has
//! a namespace of its own. So the cases run at once, on one port.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use netns_test::netns_test;
use rstest::{fixture, rstest};

/// A listener made by a fixture is inside too: rstest builds the arguments
/// in the body of the test.
#[fixture]
fn gopher() -> TcpListener {
    TcpListener::bind("[::]:70").expect("port 70 is free in a fresh namespace")
}

#[rstest]
#[case::ipv4("127.0.0.1:70")]
#[case::ipv4_other_loopback("127.255.0.1:70")]
#[case::ipv6("[::1]:70")]
#[netns_test]
fn a_listener_for_both_families(
    gopher: TcpListener,
    #[case] address: SocketAddr,
) -> io::Result<()> {
    let mut client = TcpStream::connect(address)?;
    let (mut server, _) = gopher.accept()?;
    server.write_all(b"iWelcome\r\n.\r\n")?;
    drop(server);
    let mut menu = String::new();
    client.read_to_string(&mut menu)?;
    assert_eq!(menu, "iWelcome\r\n.\r\n");
    Ok(())
}

/// Every pair of values is a test: four servers on port 25 at the same time.
/// rstest takes a bare `async fn` if it is told which attribute runs it.
#[rstest]
#[test_attr(netns_test)]
async fn every_combination(
    #[values("127.0.0.1:25", "[::1]:25")] address: SocketAddr,
    #[values(1, 5000)] length: usize,
) -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind(address).await?;
    let (accepted, connected) =
        tokio::join!(listener.accept(), tokio::net::TcpStream::connect(address));
    let ((mut near, _), mut far) = (accepted?, connected?);

    near.write_all(&vec![b'x'; length]).await?;
    drop(near);
    let mut received = Vec::new();
    far.read_to_end(&mut received).await?;
    assert_eq!(received.len(), length);
    Ok(())
}
