//! L0: one function, one kernel operation. The only module with `unsafe`.

#![expect(unsafe_code, reason = "system calls that no safe wrapper covers")]

pub(crate) mod capability;
pub(crate) mod channel;
pub(crate) mod clock;
pub(crate) mod code;
pub(crate) mod coverage;
pub(crate) mod descriptor;
pub(crate) mod exec;
pub(crate) mod exit;
pub(crate) mod filter;
pub(crate) mod fork;
pub(crate) mod inside;
pub(crate) mod memfd;
pub(crate) mod mount;
pub(crate) mod namespace;
pub(crate) mod netlink;
pub(crate) mod nsfs;
pub(crate) mod nsid;
#[cfg(feature = "capture")]
pub(crate) mod packet;
pub(crate) mod probe;
pub(crate) mod process;
pub(crate) mod resume;
pub(crate) mod socket;
pub(crate) mod terminal;
#[cfg(feature = "cli")]
pub(crate) mod trial;
pub(crate) mod user;
