//! What happened between two snapshots.

use std::fmt;
use std::ops::Sub;

use super::listed::Listed;
use super::{Counters, is_gauge};

/// A counter that is not zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Moved<'a> {
    /// The kernel's name of the group, such as `TcpExt`, or the name of a device.
    pub group: &'a str,
    /// The kernel's name of the counter, or a column of `/proc/net/dev` such as `rx_packets`.
    pub name: &'a str,
    /// How far it is from zero, modulo 2⁶⁴.
    pub by: u64,
}

impl fmt::Display for Moved<'_> {
    /// As in `TcpExt TCPTimeouts +3`. What went back, since a device was made
    /// anew, has a minus.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, name, by } = self;
        let by = i64::from_ne_bytes(by.to_ne_bytes());
        write!(f, "{group} {name} {by:+}")
    }
}

impl Counters {
    /// All counters that are not zero: of a difference, all that moved. Those
    /// of protocols first, then those of devices; gauges are not among them.
    pub fn moved(&self) -> impl Iterator<Item = Moved<'_>> {
        let protocols = nonzero(&self.listed).filter(|moved| !is_gauge(moved.group, moved.name));
        protocols.chain(nonzero(&self.listed_devices))
    }

    /// `self` less `before`; what `-` does.
    fn since(&self, before: &Self) -> Self {
        Self::of(
            minus(&self.listed, &before.listed, is_gauge),
            minus(&self.listed_devices, &before.listed_devices, |_, _| false),
        )
    }
}

fn nonzero(listed: &Listed) -> impl Iterator<Item = Moved<'_>> {
    listed.iter().flat_map(|(group, values)| {
        let values = values.iter().filter(|(_, by)| *by != 0);
        values.map(move |(name, by)| Moved { group, name, by })
    })
}

fn minus(after: &Listed, before: &Listed, is_gauge: impl Fn(&str, &str) -> bool) -> Listed {
    let group = |(name, values): (&String, &super::Group)| {
        let values = values.minus(before.get(name), |counter| is_gauge(name, counter));
        (name.clone(), values)
    };
    after.iter().map(group).collect()
}

/// What happened between the two: counters are subtracted, modulo 2⁶⁴; gauges
/// and settings (the fields of type `i64`) stay what they are in the newer one.
///
/// A device that is new is there with all that it counted, and one that is gone is
/// not; where one was made anew under its old name, its counters went back.
impl Sub<&Counters> for &Counters {
    type Output = Counters;

    fn sub(self, before: &Counters) -> Counters {
        self.since(before)
    }
}

impl Sub for Counters {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        self.since(&before)
    }
}

impl Sub<&Self> for Counters {
    type Output = Self;

    fn sub(self, before: &Self) -> Self {
        self.since(before)
    }
}

impl Sub<Counters> for &Counters {
    type Output = Counters;

    fn sub(self, before: Counters) -> Counters {
        self.since(&before)
    }
}
