//! What this process knows of a namespace beyond what the kernel does: whether
//! it made it, how far its life is, and what other modules keep about it.
//!
//! All handles to one namespace share one [`Shared`], found by identity: an open
//! descriptor keeps the namespace alive, so that nothing else gets its inode
//! number meanwhile.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::{fmt, io};

use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;
use crate::netns::id::{NetId, NetNsId};

/// What all handles to one namespace share.
pub(super) struct Shared {
    pub(super) fd: OwnedFd,
    pub(super) id: NetNsId,
    /// Set once `fd` is known to be a network namespace's.
    pub(super) checked: OnceLock<()>,
    /// Looked up when it is asked for, since that takes a socket inside.
    pub(super) cookie: OnceLock<u64>,
    /// How many handles users have.
    pub(super) handles: AtomicUsize,
    life: Life,
}

/// How far the life of a namespace is, and what belongs to it.
#[derive(Default)]
pub(crate) struct Life {
    stage: Mutex<Stage>,
    netid: OnceLock<NetId>,
    parts: Mutex<Vec<(TypeId, Part)>>,
}

type Part = Arc<dyn Any + Send + Sync>;

/// How far the life of a namespace is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Stage {
    /// Not made by this crate, or not ready: no hook knows it.
    #[default]
    Foreign,
    /// Its hooks are run, and nobody else can find it.
    Starting,
    /// Published.
    Alive,
    /// Its end has begun: nothing new is attached to it.
    ShuttingDown,
    /// All that there is to run at its end has run.
    Over,
}

impl Life {
    pub(crate) fn stage(&self) -> Stage {
        *lock(&self.stage)
    }

    pub(crate) fn set_stage(&self, stage: Stage) {
        *lock(&self.stage) = stage;
    }

    /// The number that the namespace got when this crate made it.
    pub(crate) fn netid(&self) -> Option<NetId> {
        self.netid.get().copied()
    }

    /// Gives the namespace its number.
    pub(crate) fn number(&self) -> NetId {
        *self.netid.get_or_init(NetId::next)
    }

    /// What a module keeps about this namespace: one value for each type, made
    /// when it is first asked for.
    pub(crate) fn part<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut parts = lock(&self.parts);
        let kind = TypeId::of::<T>();
        let known = parts.iter().position(|(other, _)| *other == kind);
        let index = known.unwrap_or_else(|| {
            parts.push((kind, Arc::new(T::default())));
            parts.len() - 1
        });
        let part = Arc::clone(&parts[index].1);
        drop(parts);
        part.downcast().expect("it was found by its type")
    }
}

/// All namespaces to which this process has handles.
static KNOWN: Mutex<BTreeMap<NetNsId, Weak<Shared>>> = Mutex::new(BTreeMap::new());

/// The namespaces that this crate made and that are alive, oldest first.
static ALIVE: Mutex<Vec<Arc<Shared>>> = Mutex::new(Vec::new());

impl Shared {
    /// What is known of the namespace `id`; `fd` is closed if another
    /// descriptor for it is open already.
    pub(super) fn of(fd: OwnedFd, id: NetNsId) -> Arc<Self> {
        let mut known = lock(&KNOWN);
        if let Some(shared) = known.get(&id).and_then(Weak::upgrade) {
            // Outside of the lock: if the others are gone by then, this was the last one.
            drop(known);
            return shared;
        }
        // Now and then, so that what is gone costs nothing.
        if known.len().is_power_of_two() {
            known.retain(|_, shared| shared.strong_count() > 0);
        }
        let shared = Arc::new(Self {
            fd,
            id,
            checked: OnceLock::new(),
            cookie: OnceLock::new(),
            handles: AtomicUsize::new(0),
            life: Life::default(),
        });
        known.insert(id, Arc::downgrade(&shared));
        shared
    }

    pub(super) fn life(&self) -> &Life {
        &self.life
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetNs")
            .field("id", &format_args!("{}", self.id))
            .field("cookie", &self.cookie.get())
            .finish_non_exhaustive()
    }
}

/// The namespaces that this crate made and that are alive, oldest first.
pub(crate) fn alive() -> Vec<NetNs> {
    let alive = lock(&ALIVE);
    alive.iter().map(NetNs::sharing).collect()
}

impl NetId {
    /// Another handle to the namespace of this number. It keeps the namespace from being
    /// freed, and not from ending.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](ErrorKind::NotFound), `ESRCH`: the namespace is gone.
    /// - [`ShutDown`](ErrorKind::ShutDown), `ESHUTDOWN`: its end has begun.
    ///
    /// # References
    ///
    /// `net_zoneidtonetid(9F)`; `net_getnetstackbynetid` in `uts/common/io/neti_stack.c` of illumos
    pub fn open(self) -> Result<NetNs, Error> {
        let refuse = |kind, errno| {
            Err(Error::new(kind, format!("open network namespace {self}"))
                .with_source(io::Error::from_raw_os_error(errno)))
        };
        let alive = lock(&ALIVE);
        let found = alive.iter().find(|other| other.life.netid() == Some(self));
        match found {
            None => refuse(ErrorKind::NotFound, libc::ESRCH),
            Some(shared) if shared.life.stage() != Stage::Alive => {
                refuse(ErrorKind::ShutDown, libc::ESHUTDOWN)
            }
            Some(shared) => Ok(NetNs::counted(shared)),
        }
    }
}

/// The first of the namespaces that this crate made and that are alive of which this is true.
pub(super) fn find(is_it: impl Fn(&Shared) -> bool) -> Option<NetNs> {
    let alive = lock(&ALIVE);
    alive
        .iter()
        .find(|shared| is_it(shared))
        .map(NetNs::sharing)
}

/// Shows `ns` to everyone who asks for the namespaces that are alive.
pub(crate) fn publish(ns: &NetNs) {
    ns.life().set_stage(Stage::Alive);
    lock(&ALIVE).push(Arc::clone(&ns.shared));
}

/// Takes `ns` out of the namespaces that are alive.
pub(crate) fn unpublish(ns: &NetNs) {
    let mut alive = lock(&ALIVE);
    let found = alive
        .iter()
        .position(|other| Arc::ptr_eq(other, &ns.shared));
    let shared = found.map(|index| alive.remove(index));
    drop(alive);
    drop(shared);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
