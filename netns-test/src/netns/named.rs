//! Names of network namespaces, as `ip netns` has them.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::netns::{NetNs, file};

/// `NETNS_RUN_DIR` of iproute2.
const DIRECTORY: &str = "/var/run/netns";
/// `NAME_MAX`
const LONGEST: usize = 255;

impl NetNs {
    /// The network namespace that `ip netns` calls `name`: the one that is
    /// pinned at `/var/run/netns/NAME`, in the caller's mount namespace.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidName`] for an empty name, `.`, `..`, and one that is
    /// longer than 255 bytes or has a `/` or a NUL in it; else as [`NetNs::open_pinned`].
    ///
    /// # References
    ///
    /// ip-netns(8)
    pub fn named(name: &str) -> Result<Self, Error> {
        // `invalid_name` in ip/ipnetns.c
        let why = match name {
            "" => Some("it is empty"),
            "." | ".." => Some("it is a directory's"),
            _ if name.contains('/') => Some("it has a `/` in it"),
            _ if name.contains('\0') => Some("it has a NUL in it"),
            _ if name.len() > LONGEST => Some("it is longer than 255 bytes"),
            _ => None,
        };
        if let Some(why) = why {
            let name = name.escape_debug();
            let operation = format!("take `{name}` for the name of a network namespace: {why}");
            let error = io::Error::from_raw_os_error(libc::EINVAL);
            return Err(Error::new(ErrorKind::InvalidName, operation).with_source(error));
        }
        let path = Path::new(DIRECTORY).join(name);
        let what = format!("network namespace `{name}`, which is `{}`", path.display());
        Self::of_descriptor(file::open_net(&path, &what)?)
    }

    /// The names that [`NetNs::named`] knows, sorted: all files in
    /// `/var/run/netns`, as `ip netns list` has them, whatever they are; none
    /// where there is no such directory. What is not UTF-8 in a name is
    /// replaced by U+FFFD.
    ///
    /// # Errors
    ///
    /// The directory can't be read.
    ///
    /// # References
    ///
    /// ip-netns(8)
    pub fn list() -> Result<Vec<String>, Error> {
        let failed = |error| file::failed(format!("list `{DIRECTORY}`"), error);
        let entries = match fs::read_dir(DIRECTORY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        names.sort_unstable();
        Ok(names)
    }
}
