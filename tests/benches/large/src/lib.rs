//! What makes a test binary large: a web server, its client, QUIC, DNS and
//! netlink, none of which runs.
//!
//! Real crates, not a static array of that size: pages that nobody touches
//! cost nothing, whereas code has relocations, which each exec applies and
//! each fork copies the page tables of.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::runtime::TokioRuntimeProvider as Runtime;
use quinn::rustls::pki_types::PrivatePkcs8KeyDer;
use rtnetlink::LinkDummy;

/// Reaches the code of every crate here. Test binaries refer to it, so that
/// the linker keeps it all.
///
/// # Errors
///
/// Whatever fails first.
pub fn reach_everything() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:80").await?;
        let hello = axum::routing::get(|| async { "hello" });
        tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/", hello)).await });
        reqwest::get("http://127.0.0.1/").await?.text().await?;

        let roots = std::sync::Arc::new(quinn::rustls::RootCertStore::empty());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
        let identity = rcgen::generate_simple_self_signed(["quic.example".to_owned()])?;
        let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
        let server = quinn::ServerConfig::with_single_cert(vec![identity.cert.into()], key.into())?;
        let server = quinn::Endpoint::server(server, address)?;
        tokio::spawn(async move { server.accept().await?.await.ok() });
        let mut quic = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
        quic.set_default_client_config(quinn::ClientConfig::with_root_certificates(roots)?);
        quic.connect(address, "quic.example")?.await?;

        let config = ResolverConfig::from_parts(None, vec![], vec![]);
        let resolver = TokioResolver::builder_with_config(config, Runtime::default()).build()?;
        resolver.lookup_ip("dns.example").await?;
        hickory_server::Server::new(hickory_server::zone_handler::Catalog::new())
            .block_until_done()
            .await?;

        let (connection, netlink, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        netlink
            .link()
            .add(LinkDummy::new("dummy0").build())
            .execute()
            .await?;
        Ok(())
    })
}
