//! Which user namespace owns a network namespace.

use std::fmt;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::linux::fs::MetadataExt;

use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;
use crate::sys::{namespace, nsfs};

/// A user namespace: the one that owns a network namespace says who may enter
/// and configure it.
///
/// # References
///
/// `user_namespaces(7)`, "Interaction of user namespaces and other types of namespaces"
#[derive(Debug)]
pub struct UserNs {
    fd: OwnedFd,
    id: UserNsId,
}

/// What tells one living user namespace from another: device and inode number
/// of its file, as `ls -L -i /proc/self/ns/user` shows them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UserNsId {
    device: u64,
    inode: u64,
}

impl NetNs {
    /// The user namespace that owns this network namespace: the one in which
    /// its maker was.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotPermitted`], with `EPERM`: it is neither this process's
    /// user namespace nor a descendant of that, so that it can't be seen, and
    /// the network namespace can't be entered.
    ///
    /// # References
    ///
    /// `NS_GET_USERNS(2const)`
    pub fn owner(&self) -> Result<UserNs, Error> {
        let fd = nsfs::open_owner(self.checked()?).map_err(|error| {
            let operation = format!("find the user namespace that owns {}", self.id());
            match error.raw_os_error() {
                Some(libc::EPERM) => Error::new(ErrorKind::NotPermitted, operation)
                    .with_source(error)
                    .with_hint(invisible()),
                Some(libc::ENOTTY) => Error::new(ErrorKind::Unsupported, operation)
                    .with_source(error)
                    .with_hint("`NS_GET_USERNS` needs Linux 4.9 or newer"),
                _ => Error::system(operation, error),
            }
        })?;
        let (device, inode) = namespace::identify(fd.as_fd())
            .map_err(|error| Error::system("read the identity of a user namespace", error))?;
        let id = UserNsId { device, inode };
        Ok(UserNs { fd, id })
    }

    /// Why the kernel lets this thread neither enter nor leave for this namespace.
    pub(super) fn not_permitted_hint(&self) -> String {
        match self.owner() {
            Err(_) => invisible(),
            Ok(owner) if Some(owner.id) == UserNsId::current() => {
                let id = owner.id;
                format!("this thread has no `CAP_SYS_ADMIN` in {id}, its own user namespace")
            }
            Ok(owner) => format!(
                "the namespace is owned by another user namespace, {}, and this thread, in {}, \
                 has not `CAP_SYS_ADMIN` in both",
                owner.id, Here,
            ),
        }
    }
}

fn invisible() -> String {
    format!("the namespace is owned by a user namespace outside of this thread's, which is {Here}")
}

/// The calling thread's user namespace, as far as it is known.
struct Here;

impl fmt::Display for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UserNsId::current() {
            Some(id) => id.fmt(f),
            None => f.write_str("not known"),
        }
    }
}

impl UserNs {
    /// Which user namespace this is, among those that live now.
    pub fn id(&self) -> UserNsId {
        self.id
    }

    /// The user who made it, as the caller's user namespace numbers users;
    /// 65534 stands for one without a number there.
    ///
    /// # Errors
    ///
    /// Linux before 4.11 does not tell.
    ///
    /// # References
    ///
    /// `NS_GET_OWNER_UID(2const)`
    pub fn owner_uid(&self) -> Result<u32, Error> {
        nsfs::owner_uid(self.fd.as_fd())
            .map_err(|error| Error::system(format!("read the owner of {}", self.id), error))
    }
}

impl UserNsId {
    /// The calling thread's.
    fn current() -> Option<Self> {
        let file = fs::metadata("/proc/thread-self/ns/user").ok()?;
        Some(Self {
            device: file.st_dev(),
            inode: file.st_ino(),
        })
    }
}

impl fmt::Display for UserNsId {
    /// As the kernel writes it: `user:[4026531837]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user:[{}]", self.inode)
    }
}

impl PartialEq for UserNs {
    /// Whether both are the same user namespace.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for UserNs {}

impl AsFd for UserNs {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl AsRawFd for UserNs {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

impl From<UserNs> for OwnedFd {
    fn from(user: UserNs) -> Self {
        user.fd
    }
}
