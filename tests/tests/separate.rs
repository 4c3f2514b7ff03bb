//! What `network_namespaces(7)` calls isolated is so. Each body finds a fresh
//! namespace and then changes what it can; several run it at once, so that a
//! change that leaked would be found by another.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use netns_test::{NetNs, netns_test};
use rtnetlink::{Handle, LinkUnspec, LinkVeth, RouteMessageBuilder};

type TestResult = Result<(), Box<dyn Error>>;

/// Each body as several tests.
macro_rules! several_times {
    ($($body:ident)*) => {$(
        mod $body {
            use super::*;
            several_times!(@ $body: a b c d);
        }
    )*};
    (@ $body:ident: $($name:ident)*) => {$(
        #[netns_test]
        async fn $name(ns: &NetNs) -> TestResult {
            super::$body(ns).await
        }
    )*};
}

several_times!(links routes neighbours sysctls firewall nothing_outside);

fn netlink() -> Result<Handle, Box<dyn Error>> {
    let (connection, handle, _) = rtnetlink::new_connection()?;
    tokio::spawn(connection);
    Ok(handle)
}

async fn add_veth(handle: &Handle) -> Result<u32, Box<dyn Error>> {
    let pair = LinkVeth::new("veth0", "veth1").build();
    handle.link().add(pair).execute().await?;
    let mut named = handle.link().get().match_name("veth0").execute();
    let index = named.try_next().await?.ok_or("no veth0")?.header.index;
    let up = LinkUnspec::new_with_index(index).up().build();
    handle.link().set(up).execute().await?;
    Ok(index)
}

fn lines(file: &str) -> std::io::Result<usize> {
    Ok(fs::read_to_string(file)?.lines().count())
}

/// `network_namespaces(7)`, network devices.
async fn links(ns: &NetNs) -> TestResult {
    let names = |ns: &NetNs| -> Result<Vec<String>, netns_test::Error> {
        Ok(ns
            .links()?
            .iter()
            .map(|link| link.name().to_owned())
            .collect())
    };
    assert_eq!(names(ns)?, ["lo"]);
    add_veth(&netlink()?).await?;
    let mut now = names(ns)?;
    now.sort();
    assert_eq!(now, ["lo", "veth0", "veth1"]);
    for file in [
        "/proc/net/dev",
        "/proc/self/net/dev",
        "/proc/thread-self/net/dev",
    ] {
        assert_eq!(lines(file)?, 2 + 3, "{file}");
    }
    for directory in ["/sys/class/net", "/sys/devices/virtual/net"] {
        let mut found: Vec<_> = fs::read_dir(directory)?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name == "lo" || name.starts_with("veth"))
            .collect();
        found.sort();
        assert_eq!(found, ["lo", "veth0", "veth1"], "{directory}");
    }
    assert!(Path::new("/sys/class/net/veth0/mtu").exists());
    Ok(())
}

/// `network_namespaces(7)`, IP routing tables.
async fn routes(_: &NetNs) -> TestResult {
    assert_eq!(lines("/proc/net/route")?, 1, "a heading and no route");
    let handle = netlink()?;
    let index = add_veth(&handle).await?;
    let route = RouteMessageBuilder::<Ipv4Addr>::new()
        .destination_prefix(Ipv4Addr::new(198, 51, 100, 0), 24)
        .output_interface(index)
        .build();
    handle.route().add(route).execute().await?;
    assert_eq!(lines("/proc/net/route")?, 2);
    assert_eq!(lines("/proc/self/net/route")?, 2);
    Ok(())
}

/// `network_namespaces(7)`, IPv4 protocol stack: whom it knows on a link.
async fn neighbours(_: &NetNs) -> TestResult {
    assert_eq!(lines("/proc/net/arp")?, 1, "a heading and no neighbour");
    let handle = netlink()?;
    let index = add_veth(&handle).await?;
    let neighbour = Ipv4Addr::new(192, 0, 2, 7).into();
    let request = handle.neighbours().add(index, neighbour);
    request
        .link_layer_address(&[2, 0, 0, 0, 0, 7])
        .execute()
        .await?;
    assert_eq!(lines("/proc/net/arp")?, 2);
    Ok(())
}

/// `network_namespaces(7)`, various files below `/proc/sys/net`.
async fn sysctls(_: &NetNs) -> TestResult {
    for (key, fresh, changed) in [
        ("net/ipv4/ip_forward", "0\n", "1\n"),
        ("net/ipv4/ip_unprivileged_port_start", "1024\n", "80\n"),
        ("net/ipv6/conf/all/forwarding", "0\n", "1\n"),
    ] {
        let file = format!("/proc/sys/{key}");
        assert_eq!(fs::read_to_string(&file)?, fresh, "{key}");
        fs::write(&file, changed)?;
        assert_eq!(fs::read_to_string(&file)?, changed, "{key}");
    }
    Ok(())
}

/// `network_namespaces(7)`, firewall rules. Needs the program `nft`; without it there is nothing to see.
async fn firewall(_: &NetNs) -> TestResult {
    let nft = |arguments: &[&str]| Command::new("nft").args(arguments).output();
    let tables = match nft(&["list", "tables"]) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("not looked at: there is no `nft`");
            return Ok(());
        }
        tables => tables?,
    };
    assert!(tables.status.success(), "{tables:?}");
    assert!(tables.stdout.is_empty(), "{tables:?}");
    let added = nft(&["add", "table", "inet", "leaked"])?;
    assert!(added.status.success(), "{added:?}");
    let tables = String::from_utf8(nft(&["list", "tables"])?.stdout)?;
    assert_eq!(tables.trim(), "table inet leaked");
    Ok(())
}

/// Network namespaces, 1: outside there is nothing that can be reached.
async fn nothing_outside(_: &NetNs) -> TestResult {
    let begun = Instant::now();
    for address in ["192.0.2.1:80", "[2001:db8::1]:80"] {
        let address: SocketAddr = address.parse()?;
        let refused = TcpStream::connect(address).expect_err("nothing is outside");
        assert_eq!(refused.kind(), ErrorKind::NetworkUnreachable, "{address}");
        let socket = UdpSocket::bind(if address.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        })?;
        let refused = socket
            .send_to(b"", address)
            .expect_err("nothing is outside");
        assert_eq!(refused.kind(), ErrorKind::NetworkUnreachable, "{address}");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "at once, not after a time-out"
    );
    Ok(())
}
