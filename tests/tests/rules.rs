//! The routing rules of a namespace, as `ip rule` lists them.
#![cfg(target_os = "linux")]

use std::net::Ipv4Addr;
use std::process::Command;

use netns_test::route::Table;
use netns_test::{NetNs, Rule, RuleAction, netns_test};

fn ip(arguments: &str) -> String {
    let output = Command::new("ip").args(arguments.split(' ')).output();
    let output = output.expect("iproute2 is installed");
    assert!(output.status.success(), "ip {arguments}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The lines of ip-rule(8), with one space between two words.
fn as_ip_lists_them() -> Vec<String> {
    let both = ip("rule") + &ip("-6 rule");
    let lines = both.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.join(" ")
    });
    lines.collect()
}

/// rtnetlink, `RTM_GETRULE`: a namespace begins with rules for the tables local,
/// main and default, the last one for IPv4 only.
#[netns_test]
fn the_first_rules(ns: &NetNs) {
    let rules = ns.rules().unwrap();
    let shown: Vec<_> = rules
        .iter()
        .map(|rule| (rule.is_ipv6(), rule.priority(), rule.action()))
        .collect();
    let lookup = |table| RuleAction::Lookup(table);
    assert_eq!(
        shown,
        [
            (false, 0, lookup(Table::LOCAL)),
            (false, 32766, lookup(Table::MAIN)),
            (false, 32767, lookup(Table::DEFAULT)),
            (true, 0, lookup(Table::LOCAL)),
            (true, 32766, lookup(Table::MAIN)),
        ]
    );
    assert!(rules.iter().all(Rule::is_initial), "{rules:?}");
}

/// rtnetlink, `RTM_GETRULE`: each is listed with all that it asks of a packet.
#[netns_test]
fn rules_of_all_kinds(ns: &NetNs) {
    for rule in [
        "from 10.0.0.0/8 to 10.1.0.1 table 100 priority 1",
        "not from 10.0.0.1 fwmark 0x1 table 101 priority 2",
        "fwmark 0x10/0xf0 goto 5 priority 3",
        "iif lo prohibit priority 4",
        "oif lo tos 0x1c unreachable priority 5",
        "blackhole priority 6",
        "table main suppress_prefixlength 0 priority 7",
        "table 100000 priority 8",
    ] {
        ip(&format!("rule add {rule}"));
    }
    ip("-6 rule add from 2001:db8::/32 table 100 priority 9");
    let rules = ns.rules().unwrap();
    let shown: Vec<_> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(shown, as_ip_lists_them());

    let with = |priority| {
        rules
            .iter()
            .find(|rule| rule.priority() == priority)
            .unwrap()
    };
    assert_eq!(
        with(1).source(),
        Some((Ipv4Addr::new(10, 0, 0, 0).into(), 8))
    );
    assert_eq!(
        with(1).destination(),
        Some((Ipv4Addr::new(10, 1, 0, 1).into(), 32))
    );
    assert_eq!(
        (with(2).is_inverted(), with(2).mark()),
        (true, Some((1, u32::MAX)))
    );
    assert_eq!(
        (with(3).mark(), with(3).action()),
        (Some((0x10, 0xf0)), RuleAction::Goto(5))
    );
    assert_eq!(
        (with(4).input(), with(4).action()),
        (Some("lo"), RuleAction::Prohibit)
    );
    assert_eq!((with(5).output(), with(5).tos()), (Some("lo"), 0x1c));
    assert_eq!(with(6).action(), RuleAction::Blackhole);
    assert_eq!(with(7).suppressed_prefix_length(), Some(0));
    assert_eq!(with(8).action(), RuleAction::Lookup(Table::new(100_000)));
    assert!(with(9).is_ipv6());
    assert!((1..=9).all(|priority| !with(priority).is_initial()));
}

/// rtnetlink: the namespace of the handle is asked, wherever the caller is.
#[netns_test]
fn of_another_namespace(ns: &NetNs) {
    let other = NetNs::new().unwrap();
    ip("rule add blackhole priority 6");
    assert_eq!(other.rules().unwrap().len() + 1, ns.rules().unwrap().len());
    let again = other.run(|| ns.rules()).unwrap().unwrap();
    assert_eq!(again, ns.rules().unwrap());
}
