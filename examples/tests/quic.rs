//! QUIC echo servers of quinn on UDP port 443, each with a certificate that
//! its test makes up and its client trusts.
//!
//! A QUIC server shares one UDP socket among all of its connections. Two
//! servers on one port are an error at best, and with `SO_REUSEPORT` they get
//! each other's packets; in a namespace each, neither can happen.

use std::convert::Infallible;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use netns_test::netns_test;
use quinn::rustls::RootCertStore;
use quinn::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use quinn::{ClientConfig, Connection, ConnectionError, Endpoint, Incoming, ServerConfig, VarInt};
use tokio::task::JoinSet;

type TestError = Box<dyn Error + Send + Sync>;
type TestResult = Result<(), TestError>;

/// Starts an echo server on port 443 and connects to it.
async fn connect(ip: impl Into<IpAddr>) -> Result<(Endpoint, Connection), TestError> {
    let address = SocketAddr::new(ip.into(), 443);
    let (server, certificate) = server(address)?;
    tokio::spawn(echo(server));

    let client = client(address, certificate)?;
    let connection = client.connect(address, "quic.example")?.await?;
    Ok((client, connection))
}

fn server(address: SocketAddr) -> Result<(Endpoint, CertificateDer<'static>), TestError> {
    let identity = rcgen::generate_simple_self_signed(["quic.example".to_owned()])?;
    let certificate = CertificateDer::from(identity.cert);
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let config = ServerConfig::with_single_cert(vec![certificate.clone()], key.into())?;
    Ok((Endpoint::server(config, address)?, certificate))
}

/// A client that trusts this one certificate, so that it would refuse the
/// server of any other test.
fn client(server: SocketAddr, trusted: CertificateDer<'static>) -> Result<Endpoint, TestError> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted)?;
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::LOCALHOST, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::LOCALHOST, 0).into(),
    };
    let mut endpoint = Endpoint::client(any)?;
    endpoint.set_default_client_config(ClientConfig::with_root_certificates(Arc::new(roots))?);
    Ok(endpoint)
}

/// Sends back what comes in on each stream of each connection.
async fn echo(server: Endpoint) {
    while let Some(incoming) = server.accept().await {
        tokio::spawn(echo_streams(incoming));
    }
}

async fn echo_streams(incoming: Incoming) -> Result<Infallible, ConnectionError> {
    let connection = incoming.await?;
    loop {
        let (mut writer, mut reader) = connection.accept_bi().await?;
        tokio::spawn(async move {
            tokio::io::copy(&mut reader, &mut writer).await?;
            writer.finish()?;
            Ok::<_, TestError>(())
        });
    }
}

/// Sends `message` on a stream of its own and returns what comes back.
async fn round_trip(connection: &Connection, message: &[u8]) -> Result<Vec<u8>, TestError> {
    let (mut writer, mut reader) = connection.open_bi().await?;
    let write = async {
        writer.write_all(message).await?;
        writer.finish()?;
        Ok::<_, TestError>(())
    };
    // Both at once: the echo of a message larger than a stream's window has to
    // be read while the rest is being written.
    let (written, echo) = tokio::join!(write, reader.read_to_end(message.len()));
    written?;
    Ok(echo?)
}

#[netns_test]
async fn echo_over_ipv4() -> TestResult {
    let (_client, connection) = connect(Ipv4Addr::LOCALHOST).await?;
    assert_eq!(connection.remote_address(), "127.0.0.1:443".parse()?);
    assert_eq!(round_trip(&connection, b"over v4").await?, b"over v4");
    Ok(())
}

#[netns_test]
async fn echo_over_ipv6() -> TestResult {
    let (_client, connection) = connect(Ipv6Addr::LOCALHOST).await?;
    assert_eq!(connection.remote_address(), "[::1]:443".parse()?);
    assert_eq!(round_trip(&connection, b"over v6").await?, b"over v6");
    Ok(())
}

#[netns_test]
async fn a_megabyte() -> TestResult {
    let (_client, connection) = connect(Ipv4Addr::LOCALHOST).await?;
    let message: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 20).collect();
    assert!(round_trip(&connection, &message).await? == message);
    Ok(())
}

/// tokio's own words, for the runtime that `#[netns_test]` builds.
#[netns_test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_of_one_connection() -> TestResult {
    let (_client, connection) = connect(Ipv4Addr::LOCALHOST).await?;
    let mut streams = JoinSet::new();
    for n in 0..32 {
        let connection = connection.clone();
        streams.spawn(async move {
            let message = format!("stream {n} ").repeat(n + 1).into_bytes();
            let echo = round_trip(&connection, &message).await?;
            Ok::<_, TestError>(echo == message)
        });
    }
    let echoed = streams.join_all().await;
    assert!(echoed.into_iter().all(|echoed| echoed.unwrap()));
    Ok(())
}

/// QUIC closes with a number and a reason, and the other end gets to see both.
#[netns_test]
async fn the_close_reason_arrives() -> TestResult {
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, 443));
    let (server, certificate) = server(address)?;
    let client = client(address, certificate)?;

    let accepted = async { server.accept().await.expect("the endpoint is open").await };
    let (near, far) = tokio::join!(client.connect(address, "quic.example")?, accepted);
    near?.close(VarInt::from_u32(42), b"enough");

    let ConnectionError::ApplicationClosed(close) = far?.closed().await else {
        panic!("closed otherwise");
    };
    assert_eq!(close.error_code, VarInt::from_u32(42));
    assert_eq!(&close.reason[..], b"enough");
    Ok(())
}

/// TLS is as strict as anywhere: a certificate that is not the server's is refused.
#[netns_test]
async fn another_certificate_is_refused() -> TestResult {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
    let (server, _) = server(address)?;
    tokio::spawn(echo(server));

    let other = rcgen::generate_simple_self_signed(["quic.example".to_owned()])?;
    let client = client(address, other.cert.into())?;
    let refused = client.connect(address, "quic.example")?.await;
    assert!(
        matches!(refused, Err(ConnectionError::TransportError(_))),
        "{refused:?}"
    );
    Ok(())
}
