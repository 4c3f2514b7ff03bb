//! From a new, dark namespace to one that can be used.

use std::io;
use std::os::fd::AsFd;

use crate::error::Error;
use crate::netns::NetNs;
use crate::sys::namespace::{self, Patience};
use crate::sys::socket;

/// Moves the calling thread into a new namespace that is ready for use. Where
/// there are too many, `patience` says how long to wait for others to go.
pub(crate) fn new_here(mut patience: Patience) -> Result<NetNs, Error> {
    namespace::unshare_net_within(&mut patience)
        .map_err(|error| Error::system("unshare(CLONE_NEWNET)", error))?;
    make_usable()
}

/// Sets `lo` up in the calling thread's namespace and makes sure that
/// 127.0.0.1 and, where the kernel has IPv6, `::1` can be reached.
pub(crate) fn make_usable() -> Result<NetNs, Error> {
    let udp = socket::loopback_up().map_err(|error| Error::system("set `lo` up", error))?;
    match udp.reach_loopback6() {
        Err(error) if !is_without_ipv6(&error) => {
            return Err(Error::system("reach ::1 after setting `lo` up", error));
        }
        _ => {}
    }
    udp.reach_loopback4()
        .map_err(|error| Error::system("reach 127.0.0.1 after setting `lo` up", error))?;
    NetNs::of_this_thread(udp.as_fd())
}

/// The kernel has no IPv6 (`EAFNOSUPPORT`), or a new namespace starts with it
/// disabled (`net.ipv6.conf.all.disable_ipv6` with
/// `net.core.devconf_inherit_init_net`): then `::1` has no address and no route.
fn is_without_ipv6(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL | libc::ENETUNREACH)
    )
}
