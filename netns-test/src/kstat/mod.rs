//! Named counters of one network namespace: the kstats of Solaris and illumos.
//!
//! A [`Kstat`] belongs to one namespace that this crate made, and
//! [`NetNs::kstats`] lists it there and nowhere else. It lives at most until the
//! namespace's instances have been [shut down](crate::instance::Instance::shutdown).
//!
//! ```no_run
//! use netns_test::NetNs;
//! use netns_test::kstat::Kstat;
//!
//! let ns = NetNs::new()?;
//! let netid = ns.netid().expect("this crate made it");
//! let dns = Kstat::create(netid, "dns", "queries", "net", &["answered", "refused"])?;
//! dns.add("answered", 1);
//!
//! let listed = ns.kstats();
//! let queries = listed.iter().find(|kstat| kstat.name() == "queries").unwrap();
//! assert_eq!(queries.get("answered"), Some(1));
//! # Ok::<(), netns_test::Error>(())
//! ```
//!
//! # The framework's own
//!
//! Each namespace has one of module `netns-test`, name `framework`, class `net`:
//!
//! | field | |
//! |---|---|
//! | `hooks_added`, `hooks_removed` | instances and notifiers that came to the namespace, and that left it |
//! | `events` | what has happened there that notifiers were told of |
//! | `instances_created`, `instances_shut_down`, `instances_destroyed` | how often these callbacks ran |
//! | `create_nanoseconds`, `shutdown_nanoseconds`, `destroy_nanoseconds` | what they took together |
//!
//! It vanishes with the namespace; what came of a registration in all namespaces
//! is in its [`Statistics`](crate::instance::Statistics).
//!
//! # References
//!
//! `net_kstat_create(9F)`, `kstat(9S)`

mod framework;
mod snapshot;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind};
use crate::netns::life::Stage;
use crate::netns::{NetId, NetNs};

pub(crate) use framework::{Framework, Tally, framework};
pub use snapshot::Snapshot;

/// Counters of one namespace, by name; [`NetNs::kstats`] lists them until they
/// are deleted, dropped, or the namespace has been shut down. They count on after that, for nobody.
#[derive(Debug)]
#[must_use = "it is deleted when it is dropped"]
pub struct Kstat {
    entry: Arc<Entry>,
    listed_in: Arc<Kstats>,
}

/// All that is counted in one namespace.
#[derive(Debug, Default)]
struct Kstats {
    listed: Mutex<Listed>,
}

#[derive(Debug, Default)]
struct Listed {
    /// Nothing is counted any more.
    closed: bool,
    entries: Vec<Arc<Entry>>,
}

#[derive(Debug)]
struct Entry {
    module: String,
    name: String,
    class: String,
    fields: Vec<(String, AtomicU64)>,
}

impl Kstat {
    /// Makes counters in the namespace `netid`, all zero: one for each of `fields`.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](ErrorKind::NotFound), `ESRCH`: there is no such namespace (any more).
    /// - [`ShutDown`](ErrorKind::ShutDown), `ESHUTDOWN`: its end has begun.
    /// - [`AlreadyExists`](ErrorKind::AlreadyExists): it has one of this module and name.
    /// - [`InvalidName`](ErrorKind::InvalidName): a field is named twice.
    ///
    /// # References
    ///
    /// `net_kstat_create(9F)`
    pub fn create(
        netid: NetId,
        module: &str,
        name: &str,
        class: &str,
        fields: &[&str],
    ) -> Result<Self, Error> {
        let operation = || format!("create kstat `{module}:{name}` in network namespace {netid}");
        let twice = (1..fields.len()).find(|last| fields[..*last].contains(&fields[*last]));
        if let Some(index) = twice {
            let field = fields[index];
            return Err(Error::new(
                ErrorKind::InvalidName,
                format!("{}: it has two fields `{field}`", operation()),
            ));
        }
        let ns = netid.open()?;
        let kstats = ns.life().part::<Kstats>();
        let mut listed = kstats.lock();
        // Under the lock: what is listed now is there to be deleted at the end.
        if listed.closed || ns.life().stage() >= Stage::ShuttingDown {
            let shut_down = io::Error::from_raw_os_error(libc::ESHUTDOWN);
            return Err(Error::new(ErrorKind::ShutDown, operation()).with_source(shut_down));
        }
        let is_same = |entry: &Arc<Entry>| entry.module == module && entry.name == name;
        let is_own = (module, name) == (framework::MODULE, framework::NAME);
        if is_own || listed.entries.iter().any(is_same) {
            return Err(Error::new(ErrorKind::AlreadyExists, operation()));
        }
        let fields = fields
            .iter()
            .map(|field| ((*field).to_owned(), AtomicU64::new(0)));
        let entry = Arc::new(Entry {
            module: module.to_owned(),
            name: name.to_owned(),
            class: class.to_owned(),
            fields: fields.collect(),
        });
        listed.entries.push(Arc::clone(&entry));
        drop(listed);
        Ok(Self {
            entry,
            listed_in: kstats,
        })
    }

    /// Adds `n` to a counter, which wraps around at the end of its range.
    ///
    /// # Panics
    ///
    /// There is no such field.
    pub fn add(&self, field: &str, n: u64) {
        self.counter(field).fetch_add(n, Ordering::Relaxed);
    }

    /// Sets a counter.
    ///
    /// # Panics
    ///
    /// There is no such field.
    pub fn set(&self, field: &str, value: u64) {
        self.counter(field).store(value, Ordering::Relaxed);
    }

    /// Reads a counter.
    ///
    /// # Panics
    ///
    /// There is no such field.
    pub fn get(&self, field: &str) -> u64 {
        self.counter(field).load(Ordering::Relaxed)
    }

    /// Takes the counters off the list of their namespace. Nothing happens if
    /// they are on none, nor if the namespace is gone.
    ///
    /// # References
    ///
    /// `net_kstat_delete(9F)`
    pub fn delete(&self) {
        let mut listed = self.listed_in.lock();
        listed
            .entries
            .retain(|entry| !Arc::ptr_eq(entry, &self.entry));
    }

    fn counter(&self, field: &str) -> &AtomicU64 {
        let Entry {
            module,
            name,
            fields,
            ..
        } = &*self.entry;
        let found = fields.iter().find(|(name, _)| name == field);
        let Some((_, counter)) = found else {
            panic!("kstat `{module}:{name}` has no field `{field}`");
        };
        counter
    }
}

impl Drop for Kstat {
    fn drop(&mut self) {
        self.delete();
    }
}

impl Kstats {
    /// Deletes all, and takes no new ones.
    fn close(&self) {
        let mut listed = self.lock();
        listed.closed = true;
        listed.entries.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Listed> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Deletes what is counted in `ns`, which has been shut down.
pub(crate) fn close(ns: &NetNs) {
    ns.life().part::<Kstats>().close();
}

impl NetNs {
    /// The counters of this namespace as they are now: the framework's, then
    /// the others, oldest first. None if it was not this crate that made the
    /// namespace, or if it has been shut down.
    pub fn kstats(&self) -> Vec<Snapshot> {
        if self.netid().is_none() {
            return Vec::new();
        }
        let kstats = self.life().part::<Kstats>();
        let listed = kstats.lock();
        if listed.closed {
            return Vec::new();
        }
        let others = listed.entries.iter().map(|entry| {
            let fields = entry.fields.iter();
            let values =
                fields.map(|(name, counter)| (name.clone(), counter.load(Ordering::Relaxed)));
            Snapshot {
                module: entry.module.clone(),
                name: entry.name.clone(),
                class: entry.class.clone(),
                values: values.collect(),
            }
        });
        [framework(self).snapshot()]
            .into_iter()
            .chain(others)
            .collect()
    }
}
