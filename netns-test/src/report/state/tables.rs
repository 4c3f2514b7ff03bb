//! Counters, sysctls, and the firewall of a network.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{few, lines_of};
use crate::counters::{Counters, Moved};
use crate::state::firewall::{Chain, Firewall, Table};
use crate::state::settings::Changed;

/// Those that moved since the namespace was made, by their groups.
pub(super) fn counters(counters: &Counters) -> Vec<String> {
    // What links count stands with them.
    let is_of_link = |moved: &Moved<'_>| counters.devices.contains_key(moved.group);
    by_group(counters.moved().filter(|moved| !is_of_link(moved)))
}

pub(super) fn by_group<'a>(counters: impl Iterator<Item = Moved<'a>>) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for moved in counters.filter(|moved| !is_said_by_others(moved.group, moved.name)) {
        let group = groups.entry(moved.group).or_default();
        group.push(format!("{} {}", moved.name, moved.by));
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
        few(chains, "; ")
    };
    format!("table {} {}: {chains}", table.family(), table.name)
}

fn chain(chain: &Chain) -> String {
    let mut text = format!("chain {}", chain.name);
    if let Some(hook) = chain.hook() {
        let _ = write!(text, " at {hook}");
    }
    if chain.drops() {
        text.push_str(", policy drop");
    }
    let _ = match chain.rules {
        0 => write!(text, ", no rules"),
        1 => write!(text, ", 1 rule"),
        many => write!(text, ", {many} rules"),
    };
    text
}
