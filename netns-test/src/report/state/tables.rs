//! Counters, sysctls, and the firewall of a network.

use std::collections::BTreeMap;

use super::lines_of;
use crate::counters::Counters;
use crate::state::firewall::{Chain, Firewall, Table};
use crate::state::settings::Changed;

/// Those that moved since the namespace was made, by their groups.
pub(super) fn counters(counters: &Counters) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for moved in counters.moved() {
        // What links count stands with them.
        let is_of_link = counters.devices.contains_key(moved.group);
        if !is_of_link && !is_said_by_others(moved.group, moved.name) {
            let group = groups.entry(moved.group).or_default();
            group.push(format!("{} {}", moved.name, moved.by));
        }
    }
    let lines = groups.into_iter().flat_map(|(name, mut words)| {
        words[0] = format!("{name} {}", words[0]);
        lines_of(words)
    });
    lines.collect()
}

/// Every packet that is counted elsewhere moves these.
fn is_said_by_others(group: &str, name: &str) -> bool {
    match group {
        "IpExt" | "Ip6" => matches!(
            name,
            "InOctets" | "OutOctets" | "InNoECTPkts" | "OutTransmits"
        ),
        "Ip" => name == "OutTransmits",
        "IcmpMsg" => true,
        "Icmp6" => name.starts_with("InType") || name.starts_with("OutType"),
        _ => false,
    }
}

pub(super) fn sysctls(changed: &[Changed]) -> Vec<String> {
    let line = |Changed {
                    key,
                    value,
                    initial,
                }: &Changed| {
        let quoted = |value: &str| match value {
            "" => "nothing".to_owned(),
            value => value.escape_debug().to_string(),
        };
        let (value, initial) = (quoted(value), quoted(initial));
        format!("{key} = {value} (in a new namespace {initial})")
    };
    changed.iter().map(line).collect()
}

pub(super) fn firewall(firewall: &Firewall) -> Vec<String> {
    let legacy = firewall.legacy.iter();
    let legacy = legacy.map(|table| format!("table {table} of iptables-legacy(8)"));
    firewall.tables.iter().map(table).chain(legacy).collect()
}

fn table(table: &Table) -> String {
    let chains: Vec<_> = table.chains.iter().map(chain).collect();
    let chains = if chains.is_empty() {
        "no chains".into()
    } else {
        chains.join("; ")
    };
    format!("table {} {}: {chains}", table.family(), table.name)
}

fn chain(chain: &Chain) -> String {
    let mut text = format!("chain {}", chain.name);
    if let Some(hook) = chain.hook() {
        text.push_str(&format!(" at {hook}"));
    }
    if chain.drops() {
        text.push_str(", policy drop");
    }
    match chain.rules {
        0 => text.push_str(", no rules"),
        1 => text.push_str(", 1 rule"),
        many => text.push_str(&format!(", {many} rules")),
    }
    text
}
