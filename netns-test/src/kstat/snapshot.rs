//! Counters as they were at one time.

/// What [`NetNs::kstats`](crate::NetNs::kstats) says of one
/// [`Kstat`](crate::kstat::Kstat): the values that it had then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) class: String,
    pub(super) values: Vec<(String, u64)>,
}

impl Snapshot {
    /// Who counts.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// What is counted; no other of this module in this namespace has the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What sort of thing it is.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The value of a field, if there is one of this name.
    pub fn get(&self, field: &str) -> Option<u64> {
        let found = self.values.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| *value)
    }

    /// All fields and their values, in the order in which they were named.
    pub fn values(&self) -> impl Iterator<Item = (&str, u64)> {
        let values = self.values.iter();
        values.map(|(name, value)| (name.as_str(), *value))
    }
}
