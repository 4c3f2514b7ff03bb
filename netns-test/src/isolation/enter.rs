//! From a new, dark namespace to one that a test can use.

use std::io;

use crate::error::{Error, ErrorKind};
use crate::isolation::view::{self, Missing, Scope, Views};
use crate::netns::NetNs;
use crate::sys::{namespace, socket};

/// Which namespace a thread was in before it entered another one.
///
/// One of the two is always there: `/proc` may be missing, and so may
/// cookies, before Linux 5.14.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    id: Option<(u64, u64)>,
    cookie: Option<u64>,
}

impl Home {
    /// The calling thread's namespace now.
    pub(crate) fn here() -> Self {
        use std::os::fd::AsFd;
        Self {
            id: namespace::open_current_net()
                .and_then(|fd| namespace::identify(fd.as_fd()))
                .ok(),
            cookie: namespace::current_net_cookie().ok(),
        }
    }

    /// Makes sure that the calling thread is elsewhere by now.
    pub(crate) fn left(self) -> Result<(), Error> {
        let now = Self::here();
        let same = |then: Option<bool>| then.unwrap_or(false);
        let known = self.id.zip(now.id).map(|(then, now)| then == now);
        let known_cookie = self.cookie.zip(now.cookie).map(|(then, now)| then == now);
        if known.is_none() && known_cookie.is_none() {
            return Err(Error::new(
                ErrorKind::NotIsolated,
                "prove that the thread left its network namespace: \
                 neither `/proc/thread-self/ns/net` nor `SO_NETNS_COOKIE` can be read",
            ));
        }
        if same(known) || same(known_cookie) {
            return Err(Error::new(
                ErrorKind::NotIsolated,
                "leave the network namespace of the process: \
                 the kernel reported success, but the thread is still in it",
            ));
        }
        Ok(())
    }
}

/// Sets `lo` up and makes sure that 127.0.0.1 and, where the kernel has IPv6,
/// `::1` can be reached.
pub(crate) fn bring_loopback_up() -> Result<(), Error> {
    socket::loopback_up().map_err(|error| Error::system("set `lo` up", error))?;
    socket::reach_loopback4()
        .map_err(|error| Error::system("reach 127.0.0.1 after setting `lo` up", error))?;
    match socket::reach_loopback6() {
        Err(error) if !is_without_ipv6(&error) => {
            Err(Error::system("reach ::1 after setting `lo` up", error))
        }
        _ => Ok(()),
    }
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

/// Finishes what entering began: views, and the handle for the body.
pub(crate) fn furnish(home: Home, views: Views, scope: Scope) -> Result<NetNs, Error> {
    home.left()?;
    if views != Views::Off {
        let missing = view::show(scope);
        match (views, missing.into_iter().next()) {
            (Views::Demanded, Some(first)) => return Err(demanded(first)),
            (_, Some(_)) | (_, None) => {}
        }
    }
    NetNs::of_this_thread()
}

fn demanded(missing: Missing) -> Error {
    Error::system(
        format!("show the test its own {}: {}", missing.view, missing.step),
        missing.error,
    )
    .with_hint("leave `views = true` out to run without the views that this machine refuses")
}
