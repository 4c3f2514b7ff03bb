//! The resources of the page's list that no other file of tests has.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream, UdpSocket};

use netns_test::{NetNs, netns_test};
use netns_test_tests::ip::{ip, try_ip};

use crate::TestResult;

/// `network_namespaces(7)`, network devices: a device, and its name, belong to one namespace.
#[netns_test]
fn devices(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    ip("link add near type veth peer name far");
    other.run(|| {
        assert!(!try_ip("link show near").status.success());
        ip("link add near type bridge");
    })?;
    let names = |ns: &NetNs| {
        ns.counters()
            .unwrap()
            .devices
            .into_keys()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names(ns), names(&other)),
        (
            vec!["far".into(), "lo".into(), "near".into()],
            vec!["lo".into(), "near".into()]
        )
    );
    Ok(())
}

/// `network_namespaces(7)`, IPv4 protocol stack: addresses and counters are a namespace's own.
#[netns_test]
fn ipv4_stack(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    ip("address add 192.0.2.1/32 dev lo");
    UdpSocket::bind("192.0.2.1:53")?;
    let refused = other.run(|| UdpSocket::bind("192.0.2.1:53"))?.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AddrNotAvailable);
    let (here, there) = (ns.counters()?, other.counters()?);
    UdpSocket::bind("127.0.0.1:0")?.send_to(b"one", "192.0.2.1:9")?;
    assert_eq!((ns.counters()? - here).udp.out_datagrams, 1);
    assert_eq!((other.counters()? - there).moved().count(), 0);
    Ok(())
}

/// `network_namespaces(7)`, IPv6 protocol stack: one can be without IPv6 while another has it.
#[netns_test]
fn ipv6_stack(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    ns.set_sysctl("net.ipv6.conf.all.disable_ipv6", 1)?;
    let refused = UdpSocket::bind("[::1]:53").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AddrNotAvailable);
    let before = other.counters()?;
    other.run(|| UdpSocket::bind("[::1]:53")?.send_to(b"one", "[::1]:53"))??;
    assert_eq!((other.counters()? - before).udp6.out_datagrams, 1);
    assert_eq!(ns.counters()?.udp6.out_datagrams, 0);
    Ok(())
}

/// `network_namespaces(7)`, IP routing tables: a route leads somewhere in one namespace only.
#[netns_test]
fn routing_tables() -> TestResult {
    let other = NetNs::new()?;
    ip("route add local 198.51.100.0/24 dev lo");
    ip("rule add from 192.0.2.1 table 77");
    let _server = TcpListener::bind("198.51.100.7:80")?;
    TcpStream::connect("198.51.100.7:80")?;
    let refused = other
        .run(|| TcpStream::connect("198.51.100.7:80"))?
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NetworkUnreachable);
    let rules = other.run(|| try_ip("rule show"))?;
    assert!(!String::from_utf8(rules.stdout)?.contains("77"));
    Ok(())
}

/// `network_namespaces(7)`, firewall rules: what one namespace refuses another lets through.
/// `nft` is on every machine that CI runs on.
#[netns_test]
fn firewall_rules() -> TestResult {
    use std::process::Command;

    let other = NetNs::new()?;
    let nft = |words: &str| Command::new("nft").args(words.split(' ')).output();
    for words in [
        "add table inet filter",
        "add chain inet filter input { type filter hook input priority 0 ; }",
        "add rule inet filter input tcp dport 80 reject with tcp reset",
    ] {
        match nft(words) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("not looked at: there is no `nft`");
                return Ok(());
            }
            done => assert!(done?.status.success(), "{words}"),
        }
    }
    let talk = || {
        let _server = TcpListener::bind("127.0.0.1:80")?;
        TcpStream::connect("127.0.0.1:80").map(drop)
    };
    assert_eq!(talk().unwrap_err().kind(), ErrorKind::ConnectionRefused);
    other.run(talk)??;
    Ok(())
}

/// `network_namespaces(7)`, port numbers: each namespace has all of them.
#[netns_test]
fn ports() -> TestResult {
    let other = NetNs::new()?;
    let here = TcpListener::bind("127.0.0.1:80")?;
    let there = other.run(|| TcpListener::bind("127.0.0.1:80"))??;
    TcpListener::bind("127.0.0.1:80").expect_err("it is taken here");
    let client = other.run(|| TcpStream::connect("127.0.0.1:80"))??;
    assert_eq!(there.accept()?.1, client.local_addr()?);
    here.set_nonblocking(true)?;
    assert_eq!(here.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    Ok(())
}

/// `network_namespaces(7)`, the directory `/proc/net`: it links to `self/net`, and shows what
/// belongs to the process's namespace.
#[netns_test(isolation = "process")]
fn proc_net() -> TestResult {
    assert_eq!(std::fs::read_link("/proc/net")?.to_str(), Some("self/net"));
    let other = NetNs::new()?;
    let _socket = UdpSocket::bind("127.0.0.1:53")?;
    let lines = |command: &str| {
        let output = std::process::Command::new("cat")
            .arg(command)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    assert_eq!(lines("/proc/net/udp"), 2);
    assert_eq!(other.run(|| lines("/proc/net/udp"))?, 1);
    Ok(())
}

/// `network_namespaces(7)`, the directory `/sys/class/net`: a sysfs shows the devices of the
/// namespace in which it was mounted.
#[netns_test(isolation = "process")]
fn sys_class_net() -> TestResult {
    let other = NetNs::new()?;
    ip("link add near type veth peer name far");
    let script = "mount -t sysfs sysfs /sys && ls /sys/class/net";
    let listed = || {
        let unshare = ["--mount", "sh", "-c", script];
        let output = std::process::Command::new("unshare")
            .args(unshare)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let names = String::from_utf8(output.stdout).unwrap();
        names
            .lines()
            .filter(|name| *name != "bonding_masters")
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(), ["far", "lo", "near"]);
    assert_eq!(other.run(listed)?, ["lo"]);
    Ok(())
}
