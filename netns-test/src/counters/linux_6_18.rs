//! The tables against the files of a kernel that has all of it.

use std::collections::BTreeMap;

use super::Counters;
use super::read::parse;

const SNMP: &str = include_str!("linux_6_18/snmp");
const NETSTAT: &str = include_str!("linux_6_18/netstat");
const SNMP6: &str = include_str!("linux_6_18/snmp6");
const DEV: &str = include_str!("linux_6_18/dev");

/// The text with a number of its own in the place of every number.
fn numbered(text: &str, next: &mut u64) -> String {
    let is_number = |word: &str| word.parse::<i64>().is_ok();
    let mut number = |word: &str| {
        *next += 1;
        if is_number(word) {
            next.to_string()
        } else {
            word.to_owned()
        }
    };
    let line = |line: &str| {
        line.split(' ')
            .map(&mut number)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.replace('\t', " ")
        .lines()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The fields of one struct, as `Debug` shows them.
fn fields(shown: &impl std::fmt::Debug) -> BTreeMap<String, u64> {
    let shown = format!("{shown:?}");
    let (_, inside) = shown.split_once(" { ").expect("a struct");
    let field = |field: &str| {
        let (name, value) = field.split_once(": ").expect("a name and a value");
        (name.replace('_', ""), value.parse().expect("a number"))
    };
    inside
        .trim_end_matches(" }")
        .split(", ")
        .map(field)
        .collect()
}

#[test]
fn every_name_is_a_field_and_every_field_a_name() {
    let mut next = 1000;
    let files = [SNMP, NETSTAT, SNMP6, DEV].map(|text| numbered(text, &mut next));
    let counters = parse(files.each_ref().map(|text| Some(text.as_bytes()))).unwrap();
    let Counters {
        ip,
        icmp,
        icmp_msg: _,
        tcp,
        udp,
        udp_lite,
        ip6,
        icmp6,
        icmp6_msg: _,
        udp6,
        udp_lite6,
        tcp_ext,
        ip_ext,
        mptcp_ext,
        devices,
        listed,
        listed_devices,
    } = &counters;
    let mut groups = BTreeMap::from([
        ("Ip", fields(ip)),
        ("Icmp", fields(icmp)),
        ("Tcp", fields(tcp)),
        ("Udp", fields(udp)),
        ("UdpLite", fields(udp_lite)),
        ("Ip6", fields(ip6)),
        ("Icmp6", fields(icmp6)),
        ("Udp6", fields(udp6)),
        ("UdpLite6", fields(udp_lite6)),
        ("TcpExt", fields(tcp_ext)),
        ("IpExt", fields(ip_ext)),
        ("MPTcpExt", fields(mptcp_ext)),
    ]);
    // The one that IPv6 does not list.
    let absent = groups.get_mut("UdpLite6").unwrap().remove("ignoredmulti");
    assert_eq!(absent, Some(0));
    let named = |group: &super::Group| -> BTreeMap<String, u64> {
        let name = |(name, value): (&str, u64)| (name.replace('_', "").to_lowercase(), value);
        group.iter().map(name).collect()
    };
    assert_eq!(listed.len(), groups.len());
    for (group, values) in listed {
        assert_eq!(groups[group.as_str()], named(values), "{group}");
    }
    assert_eq!(fields(&devices["lo"]), named(&listed_devices["lo"]));
}

#[test]
fn gauges_stay_and_counters_are_subtracted() {
    let at = |mut from: u64| {
        let files = [SNMP, NETSTAT, SNMP6, DEV].map(|text| numbered(text, &mut from));
        parse(files.each_ref().map(|text| Some(text.as_bytes()))).unwrap()
    };
    let (before, after) = (at(1000), at(1007));
    let all = &after - &before;
    assert!(all.moved().count() > 300);
    for moved in all.moved() {
        assert_eq!(moved.by, 7, "{moved}");
    }
    assert_eq!(all.tcp.curr_estab, after.tcp.curr_estab);
    assert_eq!(all.ip.default_ttl, after.ip.default_ttl);
    assert_eq!(all.mptcp_ext.mp_curr_estab, after.mptcp_ext.mp_curr_estab);
    assert_eq!(all.tcp.retrans_segs, 7);
    assert_eq!(all.devices["lo"].rx_bytes, 7);
    assert_eq!((&before - &after).tcp.retrans_segs, 7_u64.wrapping_neg());
    let back = &before - &after;
    assert_eq!(
        back.moved().next().unwrap().to_string(),
        "Icmp InAddrMaskReps -7"
    );
    let same = [
        after.clone() - before.clone(),
        after.clone() - &before,
        &after - before,
    ];
    for same in same {
        assert_eq!(same, all);
    }
}
