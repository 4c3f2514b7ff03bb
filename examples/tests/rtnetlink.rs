//! Links, addresses and routes by the rtnetlink crate: configuration that
//! takes `CAP_NET_ADMIN`, for an ordinary user, and without a trace on the machine.
//!
//! All of the tests make links of the same names and give them whatever
//! addresses they like. The kernel removes the lot when the test is over.

#![cfg(target_os = "linux")]

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use futures_util::{StreamExt, TryStreamExt};
use netns_test::{NetNs, netns_test};
use rtnetlink::packet_core::NetlinkPayload;
use rtnetlink::packet_route::RouteNetlinkMessage;
use rtnetlink::packet_route::address::{AddressAttribute, AddressHeaderFlags};
use rtnetlink::packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use rtnetlink::{Handle, LinkUnspec, LinkVeth, MulticastGroup, RouteMessageBuilder};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

type TestResult = Result<(), Box<dyn Error>>;

/// The netlink socket belongs to the namespace in which it is opened, for as
/// long as it lives.
fn connect() -> Result<Handle, Box<dyn Error>> {
    let (connection, handle, _) = rtnetlink::new_connection()?;
    tokio::spawn(connection);
    Ok(handle)
}

/// Makes a pair of links and sets both up, as one without the other has no carrier.
async fn add_veth_pair(handle: &Handle) -> Result<(u32, u32), rtnetlink::Error> {
    let pair = LinkVeth::new("veth0", "veth1").build();
    handle.link().add(pair).execute().await?;
    let ends = (index(handle, "veth0").await?, index(handle, "veth1").await?);
    for index in [ends.0, ends.1] {
        let up = LinkUnspec::new_with_index(index).up().build();
        handle.link().set(up).execute().await?;
    }
    Ok(ends)
}

async fn link(handle: &Handle, name: &str) -> Result<LinkMessage, rtnetlink::Error> {
    let mut links = handle.link().get().match_name(name).execute();
    links
        .try_next()
        .await?
        .ok_or(rtnetlink::Error::RequestFailed)
}

async fn index(handle: &Handle, name: &str) -> Result<u32, rtnetlink::Error> {
    Ok(link(handle, name).await?.header.index)
}

async fn add_address(
    handle: &Handle,
    index: u32,
    address: impl Into<IpAddr>,
    prefix_length: u8,
) -> Result<(), rtnetlink::Error> {
    let mut request = handle.address().add(index, address.into(), prefix_length);
    // Else the kernel looks for duplicates first, and for more than a second an
    // IPv6 address could not be bound. For IPv4 the flag means nothing.
    request.message_mut().header.flags = AddressHeaderFlags::Nodad;
    request.execute().await
}

/// The addresses of a link, without those that the kernel gives to it.
async fn addresses(handle: &Handle, index: u32) -> Result<Vec<(IpAddr, u8)>, rtnetlink::Error> {
    let request = handle.address().get().set_link_index_filter(index);
    let messages: Vec<_> = request.execute().try_collect().await?;
    let all = messages.iter().filter_map(|message| {
        let address = message
            .attributes
            .iter()
            .find_map(|attribute| match attribute {
                AddressAttribute::Address(address) => Some(*address),
                _ => None,
            })?;
        Some((address, message.header.prefix_len))
    });
    Ok(all
        .filter(|(address, _)| !matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local()))
        .collect())
}

#[netns_test]
async fn a_pair_with_addresses_on_both_ends(ns: &NetNs) -> TestResult {
    let handle = connect()?;
    let (near, far) = add_veth_pair(&handle).await?;
    let links = ns.links()?;
    for name in ["veth0", "veth1"] {
        assert!(links.iter().any(|link| link.name() == name), "{links:?}");
        let flags = link(&handle, name).await?.header.flags;
        assert!(flags.contains(LinkFlags::Up), "{name}: {flags:?}");
    }

    let v4 = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];
    let v6: [Ipv6Addr; 2] = ["fd00::1".parse()?, "fd00::2".parse()?];
    for (end, v4, v6) in [(near, v4[0], v6[0]), (far, v4[1], v6[1])] {
        add_address(&handle, end, v4, 24).await?;
        add_address(&handle, end, v6, 64).await?;
        assert_eq!(
            addresses(&handle, end).await?,
            [(v4.into(), 24), (v6.into(), 64)]
        );
        // They are addresses of this machine from now on, with all of their ports.
        TcpListener::bind((v4, 80)).await?;
        TcpListener::bind((v6, 80)).await?;
    }
    Ok(())
}

/// The names and the addresses of the test above, from tasks on several threads.
#[netns_test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_pair_on_many_threads() -> TestResult {
    let handle = connect()?;
    let (near, _) = add_veth_pair(&handle).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for host in 1..=16 {
        let handle = handle.clone();
        tasks.spawn(
            async move { add_address(&handle, near, Ipv4Addr::new(10, 0, 0, host), 24).await },
        );
    }
    for added in tasks.join_all().await {
        added?;
    }
    assert_eq!(addresses(&handle, near).await?.len(), 16);
    Ok(())
}

/// With an address of its own, a test can play any server of the Internet.
#[netns_test]
async fn a_server_at_a_public_address() -> TestResult {
    let handle = connect()?;
    let (near, _) = add_veth_pair(&handle).await?;
    add_address(&handle, near, Ipv4Addr::new(192, 0, 2, 1), 24).await?;

    let listener = TcpListener::bind("192.0.2.1:443").await?;
    let (accepted, connected) =
        tokio::join!(listener.accept(), TcpStream::connect("192.0.2.1:443"));
    let (_, peer) = accepted?;
    assert_eq!(peer, connected?.local_addr()?);
    Ok(())
}

/// Routing decisions can be tested without sending a packet: `connect` on
/// a UDP socket only chooses the route, and by it the source address.
#[netns_test]
async fn routes_choose_the_source_address() -> TestResult {
    let handle = connect()?;
    let (near, far) = add_veth_pair(&handle).await?;
    add_address(&handle, near, Ipv4Addr::new(10, 0, 1, 1), 24).await?;
    add_address(&handle, far, Ipv4Addr::new(10, 0, 2, 1), 24).await?;

    let default = RouteMessageBuilder::<Ipv4Addr>::new()
        .gateway(Ipv4Addr::new(10, 0, 1, 254))
        .build();
    handle.route().add(default).execute().await?;
    let special = RouteMessageBuilder::<Ipv4Addr>::new()
        .destination_prefix(Ipv4Addr::new(203, 0, 113, 0), 24)
        .gateway(Ipv4Addr::new(10, 0, 2, 254))
        .build();
    handle.route().add(special).execute().await?;

    for (destination, source) in [
        ("198.51.100.1:53", "10.0.1.1"),
        ("203.0.113.1:53", "10.0.2.1"),
    ] {
        let socket = UdpSocket::bind("0.0.0.0:0").await?;
        socket.connect(destination).await?;
        assert_eq!(
            socket.local_addr()?.ip(),
            source.parse::<IpAddr>()?,
            "{destination}"
        );
    }
    Ok(())
}

/// What `ip monitor link` would show: the other tests make and lose links all
/// the time, and none of that arrives here.
#[netns_test]
async fn a_monitor_sees_the_links_of_its_test_only() -> TestResult {
    let (connection, handle, mut events) =
        rtnetlink::new_multicast_connection(&[MulticastGroup::Link])?;
    tokio::spawn(connection);
    let monitored = LinkVeth::new("monitored0", "monitored1").build();
    handle.link().add(monitored).execute().await?;
    let index = index(&handle, "monitored0").await?;
    handle.link().del(index).execute().await?;

    // The kernel reports the removal of either end, last of all.
    let mut removed = 0;
    while removed < 2 {
        let (message, _) = events.next().await.ok_or("the connection was closed")?;
        let (link, is_removal) = match message.payload {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => (link, false),
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::DelLink(link)) => (link, true),
            other => panic!("not about a link: {other:?}"),
        };
        let name = link
            .attributes
            .iter()
            .find_map(|attribute| match attribute {
                LinkAttribute::IfName(name) => Some(name.as_str()),
                _ => None,
            });
        assert!(
            matches!(name, Some("monitored0" | "monitored1")),
            "{name:?}"
        );
        removed += u32::from(is_removal);
    }
    Ok(())
}
