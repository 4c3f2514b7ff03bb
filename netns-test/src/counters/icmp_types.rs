//! ICMP messages by their type.

use std::collections::BTreeMap;

use super::listed::Group;

/// How many messages of ICMP or `ICMPv6` there were, by the number of their type.
/// Types that never came up are absent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct IcmpTypes {
    /// `InType…`
    pub received: BTreeMap<u8, u64>,
    /// `OutType…`
    pub sent: BTreeMap<u8, u64>,
}

impl IcmpTypes {
    pub(super) fn of(group: &Group) -> Self {
        let with = |prefix: &str| {
            let typed = |(name, value): (&str, u64)| {
                Some((name.strip_prefix(prefix)?.parse().ok()?, value))
            };
            group.iter().filter_map(typed).collect()
        };
        Self {
            received: with("InType"),
            sent: with("OutType"),
        }
    }
}
