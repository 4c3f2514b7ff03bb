//! A name server and a stub resolver, both of hickory, on port 53 over UDP and TCP.
//!
//! The resolver needs no port, and no patched `resolv.conf`: the address is
//! enough, as for any name server. Every test has the same zone at the same
//! address with an answer of its own, so that a packet that strayed from one
//! test to another would show.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::client::{Client, ClientHandle};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::proto::rr::{DNSClass, Name, RData, RecordType};
use hickory_resolver::proto::serialize::txt::Parser;
use hickory_server::Server;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use netns_test::netns_test;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

type TestResult = Result<(), Box<dyn Error>>;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A server for `example.test.` with these records. It answers while it is held.
async fn serve(ip: IpAddr, records: &str) -> Result<Server<Catalog>, Box<dyn Error>> {
    let zone = format!("@ 3600 IN SOA ns hostmaster 1 7200 3600 1209600 300\n{records}\n");
    let (origin, records) =
        Parser::new(zone, None, Some(Name::from_str("example.test.")?)).parse()?;
    let zone = InMemoryZoneHandler::<TokioRuntimeProvider>::new(
        origin.clone(),
        records,
        ZoneType::Primary,
        AxfrPolicy::Deny,
    )?;
    let mut catalog = Catalog::new();
    catalog.upsert(origin.into(), vec![Arc::new(zone)]);

    let mut server = Server::new(catalog);
    server.register_socket(UdpSocket::bind((ip, 53)).await?);
    server.register_listener(
        TcpListener::bind((ip, 53)).await?,
        Duration::from_secs(5),
        32,
    );
    Ok(server)
}

fn resolver(name_server: NameServerConfig) -> Result<TokioResolver, NetError> {
    let config = ResolverConfig::from_parts(None, vec![], vec![name_server]);
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build()
}

#[netns_test]
async fn address_over_udp() -> TestResult {
    let _server = serve(V4, "www 60 IN A 192.0.2.1").await?;
    let found = resolver(NameServerConfig::udp(V4))?
        .lookup_ip("www.example.test.")
        .await?;
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        [Ipv4Addr::new(192, 0, 2, 1)]
    );
    Ok(())
}

#[netns_test]
async fn address_over_tcp() -> TestResult {
    let _server = serve(V4, "www 60 IN A 192.0.2.2").await?;
    let found = resolver(NameServerConfig::tcp(V4))?
        .lookup_ip("www.example.test.")
        .await?;
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        [Ipv4Addr::new(192, 0, 2, 2)]
    );
    Ok(())
}

#[netns_test]
async fn address_over_ipv6() -> TestResult {
    let _server = serve(V6, "www 60 IN AAAA 2001:db8::3").await?;
    for transport in [NameServerConfig::udp(V6), NameServerConfig::tcp(V6)] {
        let found = resolver(transport)?
            .ipv6_lookup("www.example.test.")
            .await?;
        let expected = RData::AAAA("2001:db8::3".parse()?);
        assert_eq!(found.answers()[0].data, expected);
    }
    Ok(())
}

#[netns_test]
async fn an_alias_is_followed() -> TestResult {
    let _server = serve(V4, "www 60 IN CNAME web\nweb 60 IN A 192.0.2.4").await?;
    let found = resolver(NameServerConfig::udp_and_tcp(V4))?
        .lookup_ip("www.example.test.")
        .await?;
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        [Ipv4Addr::new(192, 0, 2, 4)]
    );
    Ok(())
}

/// In the other tests, `www` exists.
#[netns_test]
async fn no_such_name() -> TestResult {
    let _server = serve(V4, "mail 60 IN A 192.0.2.5").await?;
    let resolver = resolver(NameServerConfig::udp_and_tcp(V4))?;

    let unknown = resolver.ipv4_lookup("www.example.test.").await.unwrap_err();
    assert!(unknown.is_nx_domain(), "{unknown}");

    let no_ipv6 = resolver
        .ipv6_lookup("mail.example.test.")
        .await
        .unwrap_err();
    assert!(
        no_ipv6.is_no_records_found() && !no_ipv6.is_nx_domain(),
        "{no_ipv6}"
    );
    Ok(())
}

/// An answer that does not fit a datagram comes cut off, and the resolver asks
/// again over TCP: on the same port of the same address, which a test that has
/// to take two free ports can hardly arrange.
#[netns_test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() -> TestResult {
    let texts: Vec<_> = (0..20).map(|n| format!("{n:0>200}")).collect();
    let records: Vec<_> = texts
        .iter()
        .map(|text| format!("big 60 IN TXT {text}"))
        .collect();
    let _server = serve(V4, &records.join("\n")).await?;

    // What the resolver gets to see at first.
    let exchange =
        UdpClientStream::builder(SocketAddr::new(V4, 53), TokioRuntimeProvider::default()).build();
    let (mut client, background) = Client::<TokioRuntimeProvider>::from_sender(exchange);
    tokio::spawn(background);
    let name = Name::from_str("big.example.test.")?;
    let response = client.query(name, DNSClass::IN, RecordType::TXT).await?;
    assert!(response.truncation);
    assert!(response.answers.len() < texts.len());

    // What it does about it, and that TCP is how.
    let found = resolver(NameServerConfig::udp_and_tcp(V4))?
        .txt_lookup("big.example.test.")
        .await?;
    let mut answers: Vec<_> = found
        .answers()
        .iter()
        .map(|record| record.data.to_string())
        .collect();
    answers.sort_unstable();
    assert_eq!(answers, texts);

    let udp_alone = resolver(NameServerConfig::udp(V4))?
        .txt_lookup("big.example.test.")
        .await;
    assert!(udp_alone.is_err(), "{udp_alone:?}");
    Ok(())
}

#[netns_test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_questions_at_once() -> TestResult {
    let records: Vec<_> = (0..64)
        .map(|n| format!("host{n} 60 IN A 10.0.0.{n}"))
        .collect();
    let _server = serve(V4, &records.join("\n")).await?;
    let resolver = resolver(NameServerConfig::udp_and_tcp(V4))?;

    let mut lookups = JoinSet::new();
    for n in 0..64 {
        let resolver = resolver.clone();
        lookups.spawn(async move {
            let found = resolver.ipv4_lookup(format!("host{n}.example.test.")).await;
            (n, found)
        });
    }
    while let Some(answer) = lookups.join_next().await {
        let (n, found) = answer?;
        let expected = RData::A(Ipv4Addr::new(10, 0, 0, n).into());
        assert_eq!(found?.answers()[0].data, expected);
    }
    Ok(())
}

/// Port 53 of a fresh namespace is closed, whatever the other tests do and
/// whether or not the machine runs a resolver on `lo`.
#[netns_test]
async fn no_server_in_a_fresh_namespace() -> TestResult {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket.connect("127.0.0.1:53").await?;
    socket.send(b"anyone?").await?;
    // The kernel's "port unreachable" comes back as an error of the socket.
    let error = socket.recv(&mut [0; 512]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    Ok(())
}
