//! A name in the file system that keeps a namespace alive.

use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::linux::fs::MetadataExt;
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};
use std::{mem, panic, thread};

use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;

use crate::error::{Error, ErrorKind};
use crate::netns::{NetNs, file};
use crate::sys::{mount, namespace};

/// A namespace that is pinned: a file, over which the namespace is mounted,
/// keeps it alive without a process in it. Made by [`NetNs::pin`].
///
/// Dropped, it is unpinned, as well as that can be done; [`Pinned::unpin`]
/// tells what went wrong, and [`Pinned::keep`] leaves the pin where it is.
///
/// A mount is seen in one mount namespace, and in those to which that one's
/// mounts propagate. It is taken off in the mount namespace in which it was
/// made, whichever thread does it.
#[derive(Debug)]
pub struct Pinned {
    place: Place,
    /// The mount namespace in which it is pinned.
    mounts: OwnedFd,
    /// Whether there is nothing for `drop` to do any more.
    settled: bool,
}

/// A file with something mounted over it.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    text: CString,
    /// Device and inode number of what is mounted.
    mounted: (u64, u64),
    /// Device and inode number of what it is mounted over.
    file: (u64, u64),
}

impl NetNs {
    /// Pins the namespace at `path`, where nothing may be yet: makes an empty
    /// file and mounts the namespace over it, as `ip netns add` does. The
    /// directory has to be there.
    ///
    /// The pin belongs to the caller's mount namespace. In the body of a test
    /// that is one of its own, unless the test has `views = false`: then nobody
    /// outside of the test sees more than the empty file, and the pin does not
    /// outlive the test.
    ///
    /// ```no_run
    /// use netns_test::NetNs;
    ///
    /// let pinned = NetNs::new()?.pin("/tmp/lab")?;
    /// let again = NetNs::open_pinned(pinned.path())?;
    /// pinned.unpin()?;
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::AlreadyExists`]: there is such a file.
    /// - [`ErrorKind::NotFound`]: there is no such directory.
    /// - [`ErrorKind::InvalidName`]: the path is empty, too long, or has a NUL in it.
    /// - [`ErrorKind::ReadOnly`], [`ErrorKind::NotPermitted`]: the process may
    ///   not make the file, or the mount.
    ///
    /// Nothing is left then.
    ///
    /// # References
    ///
    /// namespaces(7), "Namespace lifetime"; `netns_add` in ip/ipnetns.c of iproute2
    pub fn pin(&self, path: impl AsRef<Path>) -> Result<Pinned, Error> {
        let given = path.as_ref();
        let operation = || format!("pin {} at `{}`", self.id(), given.display());
        let failed = |error| file::failed(operation(), error);
        let namespace = self.checked()?;
        let invalid = |_| failed(io::Error::from_raw_os_error(libc::EINVAL));
        let path = path::absolute(given).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => invalid(error),
            _ => failed(error),
        })?;
        let text =
            CString::new(path.as_os_str().as_bytes()).map_err(|error| invalid(error.into()))?;
        let mounts = fs::File::open(MOUNTS)
            .map_err(|error| Error::system(format!("open `{MOUNTS}`"), error))?;
        let source = format!("/proc/thread-self/fd/{}\0", namespace.as_raw_fd());
        let source = CStr::from_bytes_with_nul(source.as_bytes())
            .map_err(|error| failed(io::Error::other(error)))?;

        let flags = OFlag::O_RDONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let made =
            open(text.as_c_str(), flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
        let mounted = namespace::identify(made.as_fd()).and_then(|file| {
            mount::bind(source, &text)?;
            Ok(file)
        });
        let file = mounted.map_err(|error| {
            let _ = fs::remove_file(&path);
            match error.raw_os_error() {
                Some(libc::EPERM) => Error::new(ErrorKind::NotPermitted, operation())
                    .with_source(error)
                    .with_hint("a mount takes `CAP_SYS_ADMIN` over the mount namespace"),
                _ => Error::system(operation(), error),
            }
        })?;
        Ok(Pinned {
            place: Place {
                path,
                text,
                mounted: self.id().numbers(),
                file,
            },
            mounts: mounts.into(),
            settled: false,
        })
    }
}

const MOUNTS: &str = "/proc/thread-self/ns/mnt";

impl Pinned {
    /// Where it is pinned: an absolute path.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Leaves the pin where it is: `ip netns delete`, or umount(8) and rm(1),
    /// take it away, and else the end of the mount namespace.
    pub fn keep(mut self) -> PathBuf {
        self.settled = true;
        mem::take(&mut self.place.path)
    }

    /// Takes the pin away: the mount, and the file. The namespace goes when
    /// nothing else refers to it.
    ///
    /// What is at the path by now, if it is not this pin any more, is left alone.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`]: somebody else took it away.
    /// - [`ErrorKind::NotPermitted`]: it is pinned in a mount namespace that the
    ///   caller is not in and may not enter.
    ///
    /// # References
    ///
    /// umount(2), `MNT_DETACH`
    pub fn unpin(mut self) -> Result<(), Error> {
        self.take_away()
    }

    fn take_away(&mut self) -> Result<(), Error> {
        self.settled = true;
        let operation = || format!("unpin `{}`", self.path().display());
        let there = namespace::identify(self.mounts.as_fd());
        let there = there.map_err(|error| Error::system(operation(), error))?;
        let is_here = fs::metadata(MOUNTS).is_ok_and(|here| numbers(&here) == there);
        if is_here {
            return self.place.clear(&operation);
        }
        // On a thread that nobody uses again, so that nothing has to be restored.
        thread::scope(|scope| {
            let clear = || {
                mount::enter_mounts(self.mounts.as_fd()).map_err(|error| {
                    let inode = there.1;
                    Error::new(ErrorKind::NotPermitted, operation())
                        .with_source(error)
                        .with_hint(format!(
                            "it is pinned in the mount namespace mnt:[{inode}], which this thread \
                             may not enter: unpin it on a thread that is in there"
                        ))
                })?;
                self.place.clear(&operation)
            };
            thread::Builder::new()
                .name("netns-test unpin".into())
                .spawn_scoped(scope, clear)
                .map_err(|error| {
                    Error::new(ErrorKind::Process, "start a thread").with_source(error)
                })?
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }
}

impl Place {
    /// Takes away what was pinned here, as the calling thread's mount namespace
    /// shows the path, and nothing else.
    fn clear(&self, operation: &dyn Fn() -> String) -> Result<(), Error> {
        let found = self
            .found()
            .map_err(|error| file::failed(operation(), error))?;
        if found == self.mounted {
            mount::detach(&self.text).map_err(|error| file::failed(operation(), error))?;
        } else if found != self.file {
            let operation = format!("{}: another file is there now", operation());
            let error = io::Error::from_raw_os_error(libc::ENOENT);
            return Err(Error::new(ErrorKind::NotFound, operation).with_source(error));
        }
        match self.found() {
            Ok(found) if found == self.file => {
                fs::remove_file(&self.path).map_err(|error| file::failed(operation(), error))
            }
            _ => Ok(()),
        }
    }

    fn found(&self) -> io::Result<(u64, u64)> {
        fs::symlink_metadata(&self.path).map(|file| numbers(&file))
    }
}

fn numbers(file: &fs::Metadata) -> (u64, u64) {
    (file.st_dev(), file.st_ino())
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.settled {
            let _ = self.take_away();
        }
    }
}
