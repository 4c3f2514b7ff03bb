//! What the file system shows of the namespace.

use std::fs;
use std::io;

use crate::netns::NetNs;
use crate::sys::mount;

pub(super) fn proc_net() -> io::Result<()> {
    let text = fs::read_to_string("/proc/self/net/dev")?;
    let names = text
        .lines()
        .skip(2)
        .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()));
    compare(names.collect())
}

pub(super) fn sysfs() -> io::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir("/sys/class/net")? {
        let entry = entry?;
        // There are files as well, such as `bonding_masters`.
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    compare(names)
}

/// What a view shows that is not this namespace's has no number of the kernel's.
fn compare(mut shown: Vec<String>) -> io::Result<()> {
    let links = NetNs::current().and_then(|ns| ns.links());
    let links = links.map_err(io::Error::other)?;
    let mut there: Vec<_> = links.iter().map(|link| link.name().to_owned()).collect();
    there.sort();
    shown.sort();
    if shown == there {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// In a mount namespace that is made for it, so that nothing gets out.
pub(super) fn mounts() -> io::Result<()> {
    mount::unshare_mounts()?;
    mount::mount_tmpfs(c"/etc", c"size=64k")?;
    mount::detach(c"/etc")
}
