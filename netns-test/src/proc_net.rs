//! Files of `/proc/net` as the calling thread's namespace has them.

use std::fs;
use std::io;

use crate::error::Error;

/// What the kernel says of the calling thread's namespace: `/proc/net` would be
/// the main thread's. `None` if this kernel, or this namespace, has no such file,
/// as without IPv6.
///
/// # References
///
/// proc(5), `/proc/thread-self`; `proc_net(5)`
pub(crate) fn read(file: &str) -> Result<Option<Vec<u8>>, Error> {
    let path = format!("/proc/thread-self/net/{file}");
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        // Without `/proc` all of them would seem to be missing.
        Err(error) if error.kind() == io::ErrorKind::NotFound && has_proc() => Ok(None),
        Err(error) => Err(Error::system(format!("read `{path}`"), error)),
    }
}

fn has_proc() -> bool {
    fs::exists("/proc/thread-self/net").unwrap_or(false)
}

/// A line that is not as this crate knows it.
pub(crate) fn not_understood(file: &str, line: &str) -> Error {
    let operation = format!(
        "understand the line `{}` of `/proc/net/{file}`",
        line.trim()
    );
    Error::system(operation, io::ErrorKind::InvalidData.into())
}
