//! Settings of a namespace: what is below `/proc/sys/net`.

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind as Io, Write};

use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;

impl NetNs {
    /// A setting of this namespace, without white space around it. The caller may be
    /// in any namespace and does not move.
    ///
    /// A `key` is written as sysctl(8) takes it: `net.ipv4.ip_forward` or
    /// `net/ipv4/ip_forward`. Where the name of an interface has a dot in it, its
    /// first separator decides: `net.ipv4.conf.eth0/1.forwarding` and
    /// `net/ipv4/conf/eth0.1/forwarding` are the same.
    ///
    /// Not all of a machine's settings belong to a namespace. One that all
    /// share is either absent inside of a new one, as `net.core.netdev_max_backlog`
    /// is, or can only be read, as `net.core.rmem_max`.
    ///
    /// ```no_run
    /// # let ns = netns_test::NetNs::new()?;
    /// assert_eq!(ns.sysctl("net.ipv4.ip_forward")?, "0");
    /// ns.set_sysctl("net.ipv4.ip_forward", 1)?;
    /// assert_eq!(ns.sysctl("net.ipv4.ip_forward")?, "1");
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidName`]: no key has this form, it is outside of `net`, or
    ///   it is a directory of keys.
    /// - [`ErrorKind::NotFound`]: this namespace has no such key.
    /// - [`ErrorKind::NotPermitted`]: it can't be read, at least by this user.
    /// - [`ErrorKind::Unsupported`]: there is no `/proc/sys/net`.
    /// - Others: no thread could be started, or the namespace could not be entered.
    ///
    /// # References
    ///
    /// sysctl(8), sysctl.d(5); `Documentation/networking/ip-sysctl.rst`
    pub fn sysctl(&self, key: &str) -> Result<String, Error> {
        let path = path(key)?;
        let read = self.run(|| fs::read(path))?;
        let value = read.map_err(|error| explained(format!("read sysctl `{key}`"), error))?;
        Ok(String::from_utf8_lossy(&value).trim().to_owned())
    }

    /// Changes a setting of this namespace; see [`NetNs::sysctl`] for the keys.
    ///
    /// # Errors
    ///
    /// Those of [`NetNs::sysctl`], and:
    ///
    /// - [`ErrorKind::NotPermitted`]: the key can only be read, at least from inside
    ///   of a namespace.
    /// - [`ErrorKind::ReadOnly`]: `/proc/sys` is mounted read-only, as in many containers.
    /// - [`ErrorKind::System`]: the kernel does not take this value, mostly with
    ///   `EINVAL`. Where it takes one number and was given several, it has
    ///   changed the setting to the first, and this is an error nevertheless.
    ///
    /// # References
    ///
    /// sysctl(8)
    pub fn set_sysctl(&self, key: &str, value: impl Display) -> Result<(), Error> {
        let path = path(key)?;
        let value = value.to_string();
        let written = self.run(|| write(&path, &value))?;
        written.map_err(|error| {
            let value = value.escape_debug();
            explained(format!("set sysctl `{key}` to `{value}`"), error)
        })
    }
}

fn write(path: &str, value: &str) -> io::Result<()> {
    // The kernel would take what comes before them, and say that it took all.
    if value.contains(['\0', '\n']) {
        return Err(io::Error::from_raw_os_error(EINVAL));
    }
    // In one write, since the kernel takes each for a value. The new line, as
    // sysctl(8) writes it, makes one of an empty value.
    let line = format!("{value}\n");
    let mut file = OpenOptions::new().write(true).open(path)?;
    let taken = file.write(line.as_bytes())?;
    if taken < value.len() {
        return Err(io::Error::from_raw_os_error(EINVAL));
    }
    Ok(())
}

/// On every Linux, and this file compiles elsewhere as well.
const EINVAL: i32 = 22;

/// `PATH_MAX`, less what comes before the key and after it.
const LONGEST: usize = 4096 - "/proc/sys/".len() - 1;

/// Where the kernel has the value.
fn path(key: &str) -> Result<String, Error> {
    let invalid = |hint| {
        let key: String = key.escape_debug().take(200).collect();
        Error::new(ErrorKind::InvalidName, format!("find sysctl `{key}`")).with_hint(hint)
    };
    let dots_first = key
        .find(['.', '/'])
        .is_some_and(|at| key[at..].starts_with('.'));
    let swap = |character| match character {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    let path: String = if dots_first {
        key.chars().map(swap).collect()
    } else {
        key.to_owned()
    };
    let mut parts = path.split('/');
    let is_no_name =
        |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\0');
    if parts.clone().any(is_no_name) {
        return Err(invalid(
            "a key is like `net.ipv4.ip_forward` or `net/ipv4/ip_forward`",
        ));
    }
    if parts.next() != Some("net") || parts.next().is_none() {
        return Err(invalid(
            "the settings of a network namespace begin with `net.`",
        ));
    }
    if path.len() > LONGEST {
        return Err(invalid("a key has at most some hundred characters"));
    }
    Ok(format!("/proc/sys/{path}"))
}

/// What the kernel's answer means.
fn explained(operation: String, error: io::Error) -> Error {
    let (kind, hint) = match error.kind() {
        Io::NotFound if !fs::exists("/proc/sys/net").unwrap_or(false) => (
            ErrorKind::Unsupported,
            "`/proc` is not mounted, or this kernel is built without sysctls",
        ),
        Io::NotFound | Io::NotADirectory => (
            ErrorKind::NotFound,
            "a module that has it may not be loaded, or it belongs to the whole machine \
             and is absent inside of a namespace",
        ),
        Io::IsADirectory => (ErrorKind::InvalidName, "it is a directory of keys"),
        Io::PermissionDenied => (
            ErrorKind::NotPermitted,
            "this key may be for reading or for writing only, inside of a namespace",
        ),
        Io::ReadOnlyFilesystem => (
            ErrorKind::ReadOnly,
            "in a container: `docker run --security-opt systempaths=unconfined`, \
             or `--privileged`; as root: `mount -o remount,rw /proc/sys`",
        ),
        _ => return Error::system(operation, error),
    };
    Error::new(kind, operation)
        .with_source(error)
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_separator_decides() {
        for (key, file) in [
            ("net.ipv4.ip_forward", "net/ipv4/ip_forward"),
            ("net/ipv4/ip_forward", "net/ipv4/ip_forward"),
            (
                "net.ipv4.conf.eth0/1.forwarding",
                "net/ipv4/conf/eth0.1/forwarding",
            ),
            (
                "net/ipv4/conf/eth0.1/forwarding",
                "net/ipv4/conf/eth0.1/forwarding",
            ),
        ] {
            assert_eq!(path(key).unwrap(), format!("/proc/sys/{file}"), "{key}");
        }
    }

    #[test]
    fn what_is_no_key() {
        for key in [
            "",
            ".",
            "/",
            "net",
            "net.",
            "net/",
            "net..ipv4",
            "net//ipv4",
            "net/../kernel/hostname",
            "net.//.kernel.hostname",
            "net/./core",
            "net/ipv4/",
            "/net/ipv4/ip_forward",
            "/proc/sys/net/ipv4/ip_forward",
            "net.ipv4.ip\0forward",
            "kernel.hostname",
            "network.ipv4",
            ".net.ipv4",
            " net.ipv4.ip_forward",
        ] {
            let error = path(key).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{key:?}");
            assert!(
                error.hint().is_some_and(|hint| hint.contains("net.")),
                "{key:?}"
            );
            assert!(!error.to_string().contains('\0'), "{key:?}");
        }
    }
}
