//! What the framework itself counts in each namespace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::kstat::Snapshot;
use crate::netns::NetNs;

pub(super) const MODULE: &str = "netns-test";
pub(super) const NAME: &str = "framework";

/// How often something was done, and what it took.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    count: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Tally {
    pub(crate) fn add(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

/// The framework's own counters of one namespace.
#[derive(Debug, Default)]
pub(crate) struct Framework {
    pub(crate) hooks_added: AtomicU64,
    pub(crate) hooks_removed: AtomicU64,
    pub(crate) events: AtomicU64,
    pub(crate) create: Tally,
    pub(crate) shutdown: Tally,
    pub(crate) destroy: Tally,
}

/// What is counted in `ns`, for the module that adds to it.
pub(crate) fn framework(ns: &NetNs) -> Arc<Framework> {
    ns.life().part()
}

impl Framework {
    pub(super) fn snapshot(&self) -> Snapshot {
        let tallies = [&self.create, &self.shutdown, &self.destroy];
        let [created, shut_down, destroyed] = tallies.map(Tally::count);
        let [to_create, to_shut_down, to_destroy] =
            tallies.map(|tally| tally.nanoseconds.load(Ordering::Relaxed));
        let values = [
            ("hooks_added", self.hooks_added.load(Ordering::Relaxed)),
            ("hooks_removed", self.hooks_removed.load(Ordering::Relaxed)),
            ("events", self.events.load(Ordering::Relaxed)),
            ("instances_created", created),
            ("instances_shut_down", shut_down),
            ("instances_destroyed", destroyed),
            ("create_nanoseconds", to_create),
            ("shutdown_nanoseconds", to_shut_down),
            ("destroy_nanoseconds", to_destroy),
        ];
        Snapshot {
            module: MODULE.to_owned(),
            name: NAME.to_owned(),
            class: "net".to_owned(),
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }
}
