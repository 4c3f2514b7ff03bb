//! What number one namespace has for another.

use std::io;
use std::os::fd::AsFd;

use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;
use crate::sys::nsid;

impl NetNs {
    /// The number by which this namespace knows `other`; `None` if it has none
    /// for it. rtnetlink calls it nsid: `link-netnsid` in what ip-link(8) prints.
    ///
    /// Each namespace numbers others for itself, from 0. The kernel gives a number
    /// when it first needs one, as for the far end of a veth pair, or by
    /// [`NetNs::assign_nsid`]. It goes when `other` goes. This is neither the
    /// [`id`](NetNs::id) nor the [`cookie`](NetNs::cookie), which do not depend on
    /// who asks.
    ///
    /// # Errors
    ///
    /// No thread could be started, the namespace could not be entered, or the
    /// kernel refused.
    ///
    /// # References
    ///
    /// rtnetlink(7), `RTM_GETNSID`; ip-netns(8), `list-id`
    pub fn nsid(&self, other: &Self) -> Result<Option<u32>, Error> {
        self.run(|| nsid::of(other.as_fd()))?.map_err(|error| {
            let (here, there) = (self.id(), other.id());
            Error::system(format!("read the nsid of {there} in {here}"), error)
        })
    }

    /// Has this namespace know `other` by `nsid`, or by the lowest number that is free,
    /// and returns which it is. There is no way to take it back.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::AlreadyExists`]: it has a number for `other`, or the number
    ///   is another's.
    /// - [`ErrorKind::NotPermitted`]: this process has no `CAP_NET_ADMIN` there.
    /// - [`ErrorKind::System`], `EINVAL`: the number is above 2³¹−1.
    /// - Others: no thread could be started, or the namespace could not be entered.
    ///
    /// # References
    ///
    /// rtnetlink(7), `RTM_NEWNSID`; ip-netns(8), `set`
    pub fn assign_nsid(&self, other: &Self, nsid: Option<u32>) -> Result<u32, Error> {
        let assigned = self.run(|| {
            nsid::assign(other.as_fd(), nsid)?;
            nsid::of(other.as_fd())
        })?;
        match assigned {
            Ok(Some(number)) => Ok(number),
            // It had one a moment ago, and nobody can take it back.
            Ok(None) => Err(self.not_assigned(other, io::ErrorKind::InvalidData.into())),
            Err(error) => Err(self.not_assigned(other, error)),
        }
    }

    fn not_assigned(&self, other: &Self, error: io::Error) -> Error {
        let kind = match error.kind() {
            io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            io::ErrorKind::PermissionDenied => ErrorKind::NotPermitted,
            _ => ErrorKind::System,
        };
        let (here, there) = (self.id(), other.id());
        Error::new(kind, format!("give {there} an nsid in {here}")).with_source(error)
    }
}
