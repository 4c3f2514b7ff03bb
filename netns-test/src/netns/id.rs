//! What tells one namespace from another.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// What tells one living network namespace from another: device and inode
/// number of its file, as `ls -L -i /proc/self/ns/net` shows them.
///
/// The kernel may give the number of a namespace that is gone to a new one;
/// [`NetNs::cookie`](crate::NetNs::cookie) is never used twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NetNsId {
    device: u64,
    inode: u64,
}

impl NetNsId {
    /// Device and inode number.
    pub(crate) fn numbers(self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The inverse of [`NetNsId::numbers`].
    pub(crate) fn from_numbers(device: u64, inode: u64) -> Self {
        Self { device, inode }
    }
}

impl fmt::Display for NetNsId {
    /// As the kernel writes it: `net:[4026532281]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "net:[{}]", self.inode)
    }
}

/// The number of a network namespace that this crate made, among all those that
/// this process ever makes; illumos calls it `netid_t`. It shows as a decimal
/// number.
///
/// Unlike a [`NetNsId`], it is never used again, and means nothing to other processes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NetId(NonZeroU64);

impl NetId {
    /// A number that nothing has yet.
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        Self(NonZeroU64::new(number).expect("2^64 namespaces were made"))
    }
}

impl fmt::Display for NetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
