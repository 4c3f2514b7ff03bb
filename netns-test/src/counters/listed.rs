//! What the kernel lists, under its own names.

use std::collections::BTreeMap;

/// Groups such as `Tcp`, or devices, by their names.
pub(super) type Listed = BTreeMap<String, Group>;

/// Values by their names. A gauge is kept as the bits of an `i64`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Group(BTreeMap<String, u64>);

impl Group {
    pub(super) fn get(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    pub(super) fn gauge(&self, name: &str) -> Option<i64> {
        self.get(name)
            .map(|value| i64::from_ne_bytes(value.to_ne_bytes()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Adds a value as the kernel writes it; `None` if it is not a number.
    pub(super) fn add(&mut self, name: &str, value: &str) -> Option<()> {
        let unsigned = value.parse().ok();
        let signed = || Some(u64::from_ne_bytes(value.parse::<i64>().ok()?.to_ne_bytes()));
        self.0.insert(name.to_owned(), unsigned.or_else(signed)?);
        Some(())
    }

    /// Each value less the one that `before` has for it, modulo 2⁶⁴, or itself
    /// if it is a gauge.
    pub(super) fn minus(&self, before: Option<&Self>, is_gauge: impl Fn(&str) -> bool) -> Self {
        let less = |(name, value): (&String, &u64)| {
            let base = before.and_then(|before| before.get(name)).unwrap_or(0);
            let base = if is_gauge(name) { 0 } else { base };
            (name.clone(), value.wrapping_sub(base))
        };
        Self(self.0.iter().map(less).collect())
    }
}
