//! `NetNs::open_pinned`, and all that is no network namespace.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use netns_test::{Error, ErrorKind, NetNs, netns_test};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::{leaves_nothing, with_empty};

fn refused(path: impl AsRef<Path>) -> Error {
    NetNs::open_pinned(path).unwrap_err()
}

/// Cilium netns, 8: the file of a network namespace is opened, whatever leads to it.
#[netns_test]
fn opens_the_file_of_a_namespace(ns: &NetNs) {
    assert_eq!(&NetNs::open_pinned("/proc/thread-self/ns/net").unwrap(), ns);
    with_empty("/tmp", |tmp| {
        let link = tmp.join("link");
        symlink("/proc/thread-self/ns/net", &link).unwrap();
        assert_eq!(&NetNs::open_pinned(link).unwrap(), ns);
    });
}

/// Cilium netns, 8: what CNI checks is checked: a path that is not there.
#[netns_test(isolation = "process")]
fn an_absent_path_is_not_found() {
    with_empty("/tmp", |tmp| {
        symlink("nowhere", tmp.join("dangling")).unwrap();
        File::create(tmp.join("file")).unwrap();
        leaves_nothing(|| {
            for path in ["absent", "absent/absent", "dangling", "file/absent"] {
                let error = refused(tmp.join(path));
                assert_eq!(error.kind(), ErrorKind::NotFound, "{path}: {error}");
                assert!(error.to_string().contains(path), "{error}");
                let errno = if path.starts_with("file") {
                    libc::ENOTDIR
                } else {
                    libc::ENOENT
                };
                assert_eq!(error.raw_os_error(), Some(errno), "{error:?}");
            }
            assert_eq!(refused("").kind(), ErrorKind::NotFound);
        });
    });
}

/// Cilium netns, 8: what CNI checks is checked: a file that is no namespace's.
#[netns_test(isolation = "process")]
fn another_file_is_no_namespace() {
    with_empty("/tmp", |tmp| {
        fs::create_dir(tmp.join("directory")).unwrap();
        fs::write(tmp.join("file"), "net:[1]").unwrap();
        // Nothing may be read of it.
        nix::sys::stat::fchmodat(
            nix::fcntl::AT_FDCWD,
            &tmp.join("file"),
            Mode::empty(),
            nix::sys::stat::FchmodatFlags::FollowSymlink,
        )
        .unwrap();
        mkfifo(&tmp.join("pipe"), Mode::S_IRWXU).unwrap();
        let _listener = UnixListener::bind(tmp.join("socket")).unwrap();
        let seen = [
            (tmp.join("directory"), "a directory"),
            (tmp.join("file"), "a regular file"),
            (tmp.join("pipe"), "a pipe"),
            (tmp.join("socket"), "a socket"),
            ("/dev/null".into(), "a character device"),
            ("/proc/thread-self/stat".into(), "a regular file"),
            ("/proc/thread-self/ns".into(), "a directory"),
        ];
        leaves_nothing(|| {
            for (path, kind) in &seen {
                let error = refused(path);
                assert_eq!(error.kind(), ErrorKind::NotNamespace, "{path:?}: {error}");
                assert!(error.to_string().contains(kind), "{path:?}: {error}");
                assert!(
                    error.to_string().contains(path.to_str().unwrap()),
                    "{error}"
                );
                assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
            }
        });
    });
}

/// Cilium netns, 8: and one that CNI does not check: a namespace of another kind.
#[netns_test(isolation = "process")]
fn another_kind_of_namespace_is_named() {
    leaves_nothing(|| {
        for (file, kind) in [
            ("cgroup", "a cgroup namespace"),
            ("ipc", "an IPC namespace"),
            ("mnt", "a mount namespace"),
            ("pid", "a PID namespace"),
            ("user", "a user namespace"),
            ("uts", "a UTS namespace"),
        ] {
            let error = refused(format!("/proc/thread-self/ns/{file}"));
            assert_eq!(error.kind(), ErrorKind::OtherNamespace, "{error}");
            assert!(error.to_string().contains(kind), "{error}");
            assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
        }
    });
}

/// Bad input: a path that is too long, in one name or as a whole, or that has a NUL in it.
#[netns_test(isolation = "process")]
fn a_path_that_cannot_be_is_invalid() {
    let whole = format!("/tmp{}", "/directory".repeat(500));
    leaves_nothing(|| {
        for path in [&format!("/tmp/{}", "n".repeat(256)), &whole] {
            let error = refused(path);
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{error}");
            assert_eq!(error.raw_os_error(), Some(libc::ENAMETOOLONG), "{error:?}");
        }
        let error = refused("/proc/thread-self/ns/net\0");
        assert_eq!(error.kind(), ErrorKind::InvalidName, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
    });
}
