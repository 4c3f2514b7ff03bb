//! What a handle reads of a namespace is what `ip` says, on both roads.

#![cfg(target_os = "linux")]

use std::fmt::Debug;
use std::net::{IpAddr, UdpSocket};
use std::process::Command;

use netns_test::route::{Kind, Protocol, Route, Table};
use netns_test::{Address, Link, NeighbourState, NetNs, OperationalState, Scope, netns_test};
use serde_json::Value;

/// Runs `ip` with these words, which it must understand.
fn ip(words: &str) -> String {
    let output = Command::new("ip").args(words.split(' ')).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {words}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What `ip` says, as objects.
fn ip_json(words: &str) -> Vec<Value> {
    let text = ip(&format!("-d -j {words}"));
    serde_json::from_str(if text.trim().is_empty() { "[]" } else { &text }).unwrap()
}

/// A pair of links with addresses of both families, of which the first end is up.
fn make_a_pair() {
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 mtu 1400 up");
    ip("link set veth1 up");
    ip("address add 10.0.0.1/24 broadcast + dev veth0");
    ip("address add 10.0.0.7/24 dev veth0");
    ip("address add 10.9.0.1 peer 10.9.0.2 dev veth1");
    ip("address add fd00::1/64 dev veth0 nodad");
    ip("address add fd00::2/64 dev veth1 preferred_lft 0 nodad");
}

/// The indices of the pair.
fn ends(ns: &NetNs) -> (u32, u32) {
    let links = ns.links().unwrap();
    let named = |name| links.iter().find(|link| link.name() == name).unwrap();
    (named("veth0").index(), named("veth1").index())
}

#[netns_test]
fn a_new_namespace_has_loopback(ns: &NetNs) {
    let links = ns.links().unwrap();
    let [lo] = links.as_slice() else {
        panic!("{links:?}")
    };
    assert_eq!((lo.index(), lo.name(), lo.kind()), (1, "lo", None));
    assert!(lo.is_up() && lo.is_running() && lo.has_carrier() && lo.is_loopback());
    assert_eq!(lo.state(), OperationalState::Unknown);
    let line = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN \
                link/loopback 00:00:00:00:00:00";
    assert_eq!(lo.to_string(), line);
    let addresses = ns.addresses().unwrap();
    let shown: Vec<_> = addresses.iter().map(Address::to_string).collect();
    let local = "inet 127.0.0.1/8 scope host dev if1";
    assert_eq!(shown[0], local);
    assert!(
        shown[1].starts_with("inet6 ::1/128 scope host"),
        "{shown:?}"
    );
    assert_eq!(shown.len(), 2);
    let routes = ns.routes().unwrap();
    assert!(
        routes
            .iter()
            .all(|route| route.protocol() == Protocol::Kernel)
    );
    let shown: Vec<_> = routes.iter().map(Route::to_string).collect();
    let local = "local 127.0.0.0/8 dev if1 table local proto kernel scope host src 127.0.0.1";
    assert!(shown.contains(&local.to_owned()), "{shown:#?}");
}

/// Members of an object, and what `ip` says of them.
#[track_caller]
fn assert_same<T: Debug + PartialEq>(ours: &[T], of_ip: &[T]) {
    assert_eq!(ours, of_ip, "left: ours, right: of `ip`");
}

#[netns_test]
fn links_are_those_of_ip(ns: &NetNs) {
    make_a_pair();
    ip("link add bridge0 type bridge");
    ip("link set veth1 master bridge0");
    UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .send_to(b"counted", "127.0.0.1:9")
        .unwrap();
    let name_of = |index: u32, all: &[Link]| {
        let found = all.iter().find(|link| link.index() == index);
        found.unwrap().name().to_owned()
    };
    let links = ns.links().unwrap();
    let ours: Vec<_> = links
        .iter()
        .map(|link| {
            let flags = link.to_string();
            let flags = flags.split(['<', '>']).nth(1).unwrap().to_owned();
            let master = link.master().map(|index| name_of(index, &links));
            let peer = link.link_index().map(|index| name_of(index, &links));
            assert_eq!(link.peer().is_some(), link.kind() == Some("veth"));
            let address = link.hardware_address().unwrap().to_string();
            let kind = link.kind().map(str::to_owned);
            let numbers = (u64::from(link.index()), u64::from(link.mtu()));
            let state = link.state().to_string();
            (
                link.name().to_owned(),
                numbers,
                kind,
                flags,
                state,
                address,
                (master, peer),
            )
        })
        .collect();
    let of_ip: Vec<_> = ip_json("link")
        .iter()
        .map(|link| {
            let text = |key: &str| link[key].as_str().map(str::to_owned);
            let flags = link["flags"].as_array().unwrap();
            // Says that the other end is down, which no bit of the flags does.
            let flags = flags
                .iter()
                .map(|flag| flag.as_str().unwrap())
                .filter(|flag| *flag != "M-DOWN");
            let numbers = (
                link["ifindex"].as_u64().unwrap(),
                link["mtu"].as_u64().unwrap(),
            );
            let kind = link["linkinfo"]["info_kind"].as_str().map(str::to_owned);
            (
                text("ifname").unwrap(),
                numbers,
                kind,
                flags.collect::<Vec<_>>().join(","),
                text("operstate").unwrap(),
                text("address").unwrap(),
                (text("master"), text("link")),
            )
        })
        .collect();
    assert_same(&ours, &of_ip);
    assert!(ns.links().unwrap()[0].statistics().rx_packets > 0);
    let of_ip = &ip_json("-s link show lo")[0]["stats64"];
    let lo = *ns.links().unwrap()[0].statistics();
    let ours = [
        lo.rx_packets,
        lo.rx_bytes,
        lo.tx_packets,
        lo.tx_errors,
        lo.rx_dropped,
    ];
    let of_ip = [
        &of_ip["rx"]["packets"],
        &of_ip["rx"]["bytes"],
        &of_ip["tx"]["packets"],
        &of_ip["tx"]["errors"],
        &of_ip["rx"]["dropped"],
    ];
    assert_same(&ours, &of_ip.map(|number| number.as_u64().unwrap()));
}

#[netns_test]
fn a_peer_may_be_in_another_namespace(ns: &NetNs) {
    make_a_pair();
    let (veth0, veth1) = ends(ns);
    let other = NetNs::new().unwrap();
    let thread = other
        .run(|| Command::new("sleep").arg("1000").spawn())
        .unwrap();
    let mut child = thread.unwrap();
    ip(&format!("link set veth1 netns {}", child.id()));
    let links = ns.links().unwrap();
    assert_eq!(
        (links[1].peer(), links[1].link_nsid()),
        (Some(veth1), Some(0))
    );
    let line = links[1].to_string();
    assert!(line.contains(&format!("veth0@if{veth1}: ")), "{line}");
    assert!(line.ends_with(" link-netnsid 0 veth"), "{line}");
    // Read from here, and the caller does not move.
    let far = other.links().unwrap();
    assert_eq!((far[1].name(), far[1].peer()), ("veth1", Some(veth0)));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[netns_test]
fn addresses_are_those_of_ip(ns: &NetNs) {
    make_a_pair();
    let addresses = ns.addresses().unwrap();
    let ours: Vec<_> = addresses
        .iter()
        .map(|address| {
            let peer = address.peer().map(|peer| peer.to_string());
            let broadcast = address.broadcast().map(|address| address.to_string());
            (
                u64::from(address.link()),
                address.ip().to_string(),
                u64::from(address.prefix_length()),
                (peer, broadcast),
                address.scope().to_string(),
                [
                    !address.is_permanent(),
                    address.is_secondary(),
                    address.is_tentative(),
                    address.is_deprecated(),
                ],
            )
        })
        .collect();
    let of_ip: Vec<_> = ip_json("address")
        .iter()
        .flat_map(|link| {
            let index = link["ifindex"].as_u64().unwrap();
            let all = link["addr_info"].as_array().unwrap().iter();
            all.map(move |address| {
                let text = |key: &str| address[key].as_str().map(str::to_owned);
                let is = |key: &str| address[key].as_bool().unwrap_or(false);
                (
                    index,
                    text("local").unwrap(),
                    address["prefixlen"].as_u64().unwrap(),
                    (text("address"), text("broadcast")),
                    text("scope").unwrap(),
                    ["dynamic", "secondary", "tentative", "deprecated"].map(is),
                )
            })
        })
        .collect();
    assert_same(&ours, &of_ip);
    let (veth0, veth1) = ends(ns);
    let shown: Vec<_> = addresses.iter().map(Address::to_string).collect();
    for line in [
        format!("inet 10.0.0.1/24 brd 10.0.0.255 scope global dev if{veth0}"),
        format!("inet 10.0.0.7/24 scope global secondary dev if{veth0}"),
        format!("inet 10.9.0.1 peer 10.9.0.2/32 scope global dev if{veth1}"),
        format!("inet6 fd00::1/64 scope global nodad dev if{veth0}"),
        format!("inet6 fd00::2/64 scope global deprecated nodad dev if{veth1}"),
    ] {
        assert!(shown.contains(&line), "{line}: {shown:#?}");
    }
}

#[netns_test]
fn a_new_address_is_tentative_until_it_is_not(ns: &NetNs) {
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 up");
    ip("link set veth1 up");
    ip("address add fd00::1/64 dev veth0");
    let find = || {
        let addresses = ns.addresses().unwrap();
        let wanted: IpAddr = "fd00::1".parse().unwrap();
        addresses
            .into_iter()
            .find(|address| address.ip() == wanted)
            .unwrap()
    };
    let address = find();
    assert!(
        address.is_tentative() && !address.is_dad_failed(),
        "{address}"
    );
    netns_test_tests::state::wait_until("no duplicate was found", || !find().is_tentative());
}

#[netns_test]
fn routes_are_those_of_ip(ns: &NetNs) {
    make_a_pair();
    for route in [
        "default via 10.0.0.254 proto static metric 100",
        "192.0.2.0/24 via 10.0.0.254 src 10.0.0.7 proto dhcp table 1000",
        "198.51.100.0/24 nexthop via 10.0.0.2 weight 2 nexthop via 10.9.0.2 dev veth1",
        "203.0.113.7 dev veth0 scope link tos 0x10",
        "unreachable 203.0.113.0/24",
        "blackhole 2001:db8::/32 metric 7",
        "default via fd00::9 dev veth0",
        "10.7.0.0/16 via inet6 fe80::1 dev veth0",
    ] {
        let family = if route.contains("2001") || route.contains("fd00") {
            "-6"
        } else {
            "-4"
        };
        ip(&format!("{family} route add {route}"));
    }
    let links = ns.links().unwrap();
    let name = |index: u32| {
        links
            .iter()
            .find(|link| link.index() == index)
            .unwrap()
            .name()
    };
    let show = |route: &Route| {
        let hops: Vec<_> = route
            .next_hops()
            .iter()
            .map(|hop| {
                let gateway = hop.gateway().map(|gateway| gateway.to_string());
                (hop.link().map(|link| name(link).to_owned()), gateway)
            })
            .collect();
        let line = route.to_string();
        let line = line
            .strip_prefix(&format!("{} ", route.kind()))
            .unwrap_or(&line);
        let destination = line.split(' ').next().unwrap().to_owned();
        let table = route.table().to_string();
        let source = route.source().map(|source| source.to_string());
        let protocol = route.protocol().to_string();
        let numbers = (u64::from(route.metric()), route.kind().to_string());
        (destination, table, protocol, source, numbers, hops)
    };
    let mut ours: Vec<_> = ns.routes().unwrap().iter().map(show).collect();
    ours.sort();
    let mut of_ip = Vec::new();
    for route in ["-4", "-6"]
        .iter()
        .flat_map(|family| ip_json(&format!("{family} route show table all")))
    {
        let text = |of: &Value, key: &str| of[key].as_str().map(str::to_owned);
        let kind = text(&route, "type").unwrap();
        let hop = |of: &Value| {
            let via = of["via"]["host"].as_str().map(str::to_owned);
            (text(of, "dev"), text(of, "gateway").or(via))
        };
        let hops = match route["nexthops"].as_array() {
            Some(hops) => hops.iter().map(hop).collect(),
            None if ["blackhole", "unreachable"].contains(&kind.as_str()) => Vec::new(),
            None => vec![hop(&route)],
        };
        of_ip.push((
            text(&route, "dst").unwrap(),
            text(&route, "table").unwrap_or_else(|| "main".to_owned()),
            text(&route, "protocol").unwrap(),
            text(&route, "prefsrc"),
            (route["metric"].as_u64().unwrap_or(0), kind),
            hops,
        ));
    }
    of_ip.sort();
    assert_same(&ours, &of_ip);
    let (veth0, veth1) = ends(ns);
    let routes = ns.routes().unwrap();
    let shown: Vec<_> = routes.iter().map(Route::to_string).collect();
    for line in [
        format!("default via 10.0.0.254 dev if{veth0} proto static metric 100"),
        format!("192.0.2.0/24 via 10.0.0.254 dev if{veth0} table 1000 proto dhcp src 10.0.0.7"),
        format!(
            "198.51.100.0/24 proto boot nexthop via 10.0.0.2 dev if{veth0} weight 2 \
             nexthop via 10.9.0.2 dev if{veth1} weight 1"
        ),
        format!("203.0.113.7 tos 0x10 dev if{veth0} proto boot scope link"),
        "unreachable 203.0.113.0/24 proto boot".to_owned(),
        "blackhole 2001:db8::/32 proto boot metric 7".to_owned(),
    ] {
        assert!(shown.contains(&line), "{line}: {shown:#?}");
    }
    let default = routes.iter().find(|route| route.is_default()).unwrap();
    assert_eq!(
        (default.table(), default.kind()),
        (Table::MAIN, Kind::Unicast)
    );
    assert_eq!(default.scope(), Scope::Universe);
    assert_eq!(default.link(), Some(veth0));
    assert_eq!(default.gateway(), Some("10.0.0.254".parse().unwrap()));
}

#[netns_test]
fn neighbours_are_those_of_ip(ns: &NetNs) {
    make_a_pair();
    assert_eq!(
        ns.neighbours()
            .unwrap()
            .iter()
            .filter(|n| n.ip().is_ipv4())
            .count(),
        0
    );
    ip("neighbour add 10.0.0.2 lladdr 02:00:5e:10:00:01 dev veth0 nud permanent");
    ip("neighbour add fd00::3 lladdr 02:00:5e:10:00:02 dev veth0 nud stale router");
    let ours: Vec<_> = ns.neighbours().unwrap();
    let found: Vec<_> = ours
        .iter()
        .filter(|neighbour| neighbour.state() != NeighbourState::NoArp)
        .map(ToString::to_string)
        .collect();
    let (veth0, _) = ends(ns);
    assert_eq!(
        found,
        [
            format!("10.0.0.2 dev if{veth0} lladdr 02:00:5e:10:00:01 PERMANENT"),
            format!("fd00::3 dev if{veth0} lladdr 02:00:5e:10:00:02 router STALE"),
        ]
    );
    // The kernel adds some for its own multicast, when it comes to that.
    let (ours, of_ip) = loop {
        let before = neighbours(ns);
        let of_ip = neighbours_of_ip();
        if neighbours(ns) == before {
            break (before, of_ip);
        }
    };
    assert_same(&ours, &of_ip);
}

/// Their addresses and states, in order.
fn neighbours(ns: &NetNs) -> Vec<(String, String)> {
    let all = ns.neighbours().unwrap();
    let mut listed: Vec<_> = all
        .iter()
        .map(|neighbour| (neighbour.ip().to_string(), neighbour.state().to_string()))
        .collect();
    listed.sort();
    listed
}

fn neighbours_of_ip() -> Vec<(String, String)> {
    let all = ip_json("neighbour show nud all");
    let mut listed: Vec<_> = all
        .iter()
        .map(|neighbour| {
            let state = neighbour["state"][0].as_str().unwrap().to_owned();
            (neighbour["dst"].as_str().unwrap().to_owned(), state)
        })
        .collect();
    listed.sort();
    listed
}
