//! What a namespace counts, and what moved between two snapshots.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};

use netns_test::counters::Counters;
use netns_test::{NetNs, netns_test};
use netns_test_tests::ip::ip;
use netns_test_tests::state::{Count, wait_until};

type TestResult = Result<(), Box<dyn Error>>;

fn moved(counters: &Counters, group: &str) -> Vec<String> {
    let group = counters.moved().filter(|moved| moved.group == group);
    group
        .map(|moved| format!("{} {}", moved.name, moved.by))
        .collect()
}

/// A connection, a few bytes each way, and its end.
fn talk(address: &str) -> std::io::Result<()> {
    let server = TcpListener::bind(address)?;
    let mut client = TcpStream::connect(address)?;
    let (mut accepted, _) = server.accept()?;
    client.write_all(b"ping")?;
    accepted.read_exact(&mut [0; 4])?;
    accepted.write_all(b"pong")?;
    client.read_exact(&mut [0; 4])
}

/// The value of every name of `/proc/net`, taken apart by other code: by the group
/// as the first word, or by the name as it is for `snmp6`.
fn as_the_kernel_lists_them() -> BTreeMap<(String, String), i128> {
    let mut all = BTreeMap::new();
    for file in ["snmp", "netstat"] {
        let text = fs::read_to_string(format!("/proc/thread-self/net/{file}")).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
        for pair in lines.chunks(2) {
            for (name, value) in pair[0].iter().zip(&pair[1]).skip(1) {
                let group = pair[0][0].trim_end_matches(':').to_owned();
                all.insert((group, (*name).to_owned()), value.parse().unwrap());
            }
        }
    }
    let text = fs::read_to_string("/proc/thread-self/net/snmp6").unwrap_or_default();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        let groups = ["UdpLite6", "Udp6", "Icmp6", "Ip6"];
        let group = groups
            .into_iter()
            .find(|group| name.starts_with(group))
            .unwrap_or("");
        let key = (group.to_owned(), name[group.len()..].to_owned());
        all.insert(key, words.next().unwrap().parse().unwrap());
    }
    all
}

/// Whatever this kernel is: all that it lists can be had, and is what it says.
#[netns_test]
fn every_name_of_this_kernel_is_reachable(ns: &NetNs) -> TestResult {
    talk("127.0.0.1:80")?;
    talk("[::1]:80")?;
    let (listed, counters) = loop {
        let (before, counters) = (as_the_kernel_lists_them(), ns.counters()?);
        if before == as_the_kernel_lists_them() {
            break (before, counters);
        }
    };
    assert!(listed.len() > 250, "{listed:?}");
    for ((group, name), value) in &listed {
        let counter = counters.get(group, name).map(i128::from);
        let gauge = counters.gauge(group, name).map(i128::from);
        assert!(counter.is_none() || gauge.is_none(), "{group} {name}: both");
        assert_eq!(counter.or(gauge), Some(*value), "{group} {name}");
    }
    assert_eq!(
        i128::from(counters.tcp.in_segs),
        listed[&("Tcp".into(), "InSegs".into())]
    );
    assert!(counters.tcp.in_segs > 0);
    assert_eq!((counters.tcp.max_conn, counters.tcp.rto_algorithm), (-1, 1));
    assert_eq!(counters.get("TcpExt", "NoSuch"), None);
    assert_eq!(counters.get("NoSuch", "InSegs"), None);
    assert_eq!(counters.gauge("Tcp", "InSegs"), None);
    Ok(())
}

#[netns_test]
fn a_connection_is_counted(ns: &NetNs) -> TestResult {
    let before = ns.counters()?;
    talk("127.0.0.1:80")?;
    talk("[::1]:80")?;
    wait_until("all that was sent has arrived", || {
        let tcp = ns.counters().unwrap().tcp;
        tcp.in_segs == tcp.out_segs
    });
    let after = ns.counters()?;
    assert_eq!((&after - &before).tcp.retrans_segs, 0);
    let all = after - before;
    assert_eq!((all.tcp.active_opens, all.tcp.passive_opens), (2, 2));
    assert_eq!(all.ip.in_receives + all.ip6.in_receives, all.tcp.in_segs);
    assert_eq!(all.get("Tcp", "ActiveOpens"), Some(2));
    assert_eq!(all.devices["lo"].rx_packets, all.tcp.in_segs);
    assert_eq!(all.get_device("lo", "tx_packets"), Some(all.tcp.in_segs));
    Ok(())
}

/// A gauge says what is now; `-` leaves it.
#[netns_test]
fn a_gauge_is_not_subtracted(ns: &NetNs) -> TestResult {
    let server = TcpListener::bind("127.0.0.1:80")?;
    let client = TcpStream::connect("127.0.0.1:80")?;
    let accepted = server.accept()?;
    let before = ns.counters()?;
    let all = ns.counters()? - &before;
    assert_eq!((before.tcp.curr_estab, all.tcp.curr_estab), (2, 2));
    assert_eq!(all.gauge("Tcp", "CurrEstab"), Some(2));
    assert_eq!(all.ip.default_ttl, 64);
    assert_eq!(all.moved().collect::<Vec<_>>(), [], "gauges do not move");
    drop((client, accepted));
    Ok(())
}

/// To look moves nothing.
#[netns_test]
fn reading_moves_nothing(ns: &NetNs) -> TestResult {
    let before = ns.counters()?;
    for _ in 0..10 {
        ns.counters()?;
    }
    let all = ns.counters()? - before;
    assert_eq!(all.moved().collect::<Vec<_>>(), []);
    Ok(())
}

#[netns_test]
fn what_moved_is_listed(ns: &NetNs) -> TestResult {
    let before = ns.counters()?;
    let socket = UdpSocket::bind("127.0.0.1:53")?;
    socket.send_to(b"query", "127.0.0.1:53")?;
    socket.recv(&mut [0; 8])?;
    let all = ns.counters()? - before;
    assert_eq!(moved(&all, "Udp"), ["InDatagrams 1", "OutDatagrams 1"]);
    assert_eq!(moved(&all, "Tcp"), [""; 0]);
    // Loopback counts without the head of Ethernet.
    let bytes = 20 + 8 + 5;
    let on_lo = [
        format!("rx_bytes {bytes}"),
        "rx_packets 1".into(),
        format!("tx_bytes {bytes}"),
        "tx_packets 1".into(),
    ];
    assert_eq!(moved(&all, "lo"), on_lo);
    let shown: Vec<_> = all.moved().map(|moved| moved.to_string()).collect();
    assert!(shown.contains(&"Udp InDatagrams +1".into()), "{shown:?}");
    Ok(())
}

#[netns_test]
fn messages_are_counted_by_their_type(ns: &NetNs) -> TestResult {
    let before = ns.counters()?;
    for address in ["127.0.0.1:9", "[::1]:9"] {
        let any = if address.starts_with('[') {
            "[::1]:0"
        } else {
            "127.0.0.1:0"
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(address)?;
        socket.send(b"nobody hears it")?;
        socket.recv(&mut [0; 8]).expect_err("port unreachable");
    }
    let all = ns.counters()? - before;
    let one = |kind: u8| BTreeMap::from([(kind, 1)]);
    assert_eq!(
        (&all.icmp_msg.sent, &all.icmp_msg.received),
        (&one(3), &one(3))
    );
    assert_eq!(
        (&all.icmp6_msg.sent, &all.icmp6_msg.received),
        (&one(1), &one(1))
    );
    assert_eq!(
        (all.icmp.out_dest_unreachs, all.icmp6.out_dest_unreachs),
        (1, 1)
    );
    assert_eq!((all.udp.no_ports, all.udp6.no_ports), (1, 1));
    Ok(())
}

#[netns_test]
fn devices_come_and_go(ns: &NetNs) -> TestResult {
    let names = |counters: &Counters| counters.devices.keys().cloned().collect::<Vec<_>>();
    let before = ns.counters()?;
    ip("link add veth-a type veth peer name veth-b");
    ip("address add 10.0.0.1/24 dev veth-a");
    ip("link set veth-a up");
    ip("link set veth-b up");
    ip("neighbour add 10.0.0.2 lladdr 02:00:00:00:00:02 dev veth-a");
    let socket = UdpSocket::bind("10.0.0.1:0")?;
    // The kernel lets nothing out until it has heard that the other end is up.
    wait_until("a datagram went out", || {
        socket.send_to(&[0; 64], "10.0.0.2:9").unwrap();
        ns.counters().unwrap().devices["veth-a"].tx_bytes >= 64 + 8 + 20 + 14
    });
    let with = ns.counters()?;
    let came = &with - &before;
    assert_eq!(names(&came), ["lo", "veth-a", "veth-b"]);
    assert_eq!(
        came.devices["veth-a"], with.devices["veth-a"],
        "all that it ever counted"
    );
    ip("link delete veth-a");
    let went = ns.counters()? - &with;
    assert_eq!(names(&went), ["lo"]);
    Ok(())
}

/// The caller is in the test's namespace, and stays there.
#[netns_test]
fn of_another_namespace(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    let (here, there) = (ns.counters()?, other.counters()?);
    other.run(|| talk("127.0.0.1:80"))??;
    assert_eq!((other.counters()? - there).tcp.active_opens, 1);
    assert_eq!((ns.counters()? - here).moved().count(), 0);
    Ok(())
}

#[netns_test(isolation = "process")]
fn nothing_is_left(ns: &NetNs) -> TestResult {
    ns.counters()?;
    let before = Count::settled_without_files();
    for _ in 0..20 {
        ns.counters()?;
    }
    assert_eq!(Count::settled_without_files(), before);
    Ok(())
}
