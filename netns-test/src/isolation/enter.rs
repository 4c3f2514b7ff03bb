//! What has to be true of a namespace before a body runs in it.

use std::os::fd::AsFd;
use std::sync::OnceLock;

use crate::error::{Error, ErrorKind};
use crate::isolation::view::{self, Missing, Scope, Views};
use crate::netns::{NetNs, NetNsId};
use crate::report::note;
use crate::sys::namespace;
use crate::sys::socket;

/// The network namespace that this process calls its own.
///
/// One of the two is always there: `/proc` may be missing, and so may
/// cookies, before Linux 5.14.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    id: Option<NetNsId>,
    cookie: Option<u64>,
}

impl Home {
    /// The namespace of the thread that asks first, which must not have left it.
    pub(crate) fn of_this_process() -> Self {
        static HOME: OnceLock<Home> = OnceLock::new();
        *HOME.get_or_init(|| {
            let here = socket::udp4()
                .ok()
                .map(|udp| NetNs::of_this_thread(udp.as_fd()));
            match here {
                Some(Ok(ns)) => Self {
                    id: Some(ns.id()),
                    cookie: ns.known_cookie(),
                },
                _ => Self {
                    id: None,
                    cookie: namespace::current_net_cookie().ok(),
                },
            }
        })
    }

    /// The identity as bytes, for another process; a zero stands for what is not known.
    pub(crate) fn to_wire(self) -> [u8; 24] {
        let (device, inode) = self.id.map_or((0, 0), NetNsId::numbers);
        let mut bytes = [0; 24];
        for (to, number) in bytes
            .chunks_exact_mut(8)
            .zip([device, inode, self.cookie.unwrap_or(0)])
        {
            to.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// The inverse of [`Home::to_wire`].
    pub(crate) fn from_wire(bytes: [u8; 24]) -> Self {
        let number = |index: usize| {
            let field = bytes[index * 8..][..8].try_into().expect("8 bytes");
            u64::from_le_bytes(field)
        };
        let known = |number: u64| Some(number).filter(|number| *number != 0);
        Self {
            id: known(number(1)).map(|inode| NetNsId::from_numbers(number(0), inode)),
            cookie: known(number(2)),
        }
    }

    /// Makes sure that `ns` is another one.
    fn differs_from(self, ns: &NetNs) -> Result<(), Error> {
        let same_id = self.id.map(|id| id == ns.id());
        let same_cookie = self.cookie.zip(ns.known_cookie()).map(|(a, b)| a == b);
        match (same_id, same_cookie) {
            (None, None) => Err(Error::new(
                ErrorKind::NotIsolated,
                "prove that the test left the network namespace of its process: \
                 neither `/proc/thread-self/ns/net` nor `SO_NETNS_COOKIE` can be read",
            )),
            (Some(true), _) | (_, Some(true)) => Err(Error::new(
                ErrorKind::NotIsolated,
                "leave the network namespace of the process: \
                 the kernel reported success, but the test is still in it",
            )),
            _ => Ok(()),
        }
    }
}

/// What stands ready around a body: its namespace, and the views that could not be had.
#[derive(Debug)]
pub(crate) struct Surroundings {
    ns: NetNs,
    missing: Vec<Missing>,
}

impl Surroundings {
    /// Furnishes `ns`, which the calling thread has just entered: checks that
    /// it is not `home`, and mounts the views.
    pub(crate) fn furnish(
        ns: NetNs,
        home: Home,
        views: Views,
        scope: Scope,
    ) -> Result<Self, Error> {
        home.differs_from(&ns)?;
        let missing = match views {
            Views::Off => Vec::new(),
            Views::Granted | Views::Demanded => view::show(scope),
        };
        Ok(Self { ns, missing })
    }

    /// Hands the namespace over, if the missing views are none that `views`
    /// demands. Notes those that it merely wishes for on stderr, which a test
    /// shows when it fails.
    pub(crate) fn accept(self, views: Views) -> Result<NetNs, Error> {
        for missing in self.missing {
            match views {
                Views::Off => {}
                Views::Granted => note::print(&missing),
                Views::Demanded => return Err(missing.demanded()),
            }
        }
        Ok(self.ns)
    }
}
