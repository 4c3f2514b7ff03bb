//! `NetNs::pin` and what becomes of it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::proof;
use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::{leaves_nothing, mounts, with_empty};

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}

#[netns_test]
fn keeps_a_namespace_alive() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        let (id, cookie) = (ns.id(), ns.cookie());
        let pinned = ns.pin(tmp.join("lab")).unwrap();
        assert_eq!(pinned.path(), tmp.join("lab"));
        ns.close().unwrap();
        let again = NetNs::open_pinned(pinned.path()).unwrap();
        // The inode number could be a newer one's, the cookie could not.
        assert_eq!((again.id(), again.cookie()), (id, cookie));
    });
}

#[netns_test(isolation = "process")]
fn is_unpinned_when_it_is_dropped() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        let before = mounts();
        leaves_nothing(|| {
            let pinned = ns.pin(tmp.join("lab")).unwrap();
            assert_eq!(mounts(), before + 1);
            drop(pinned);
            assert!(is_empty(tmp));
        });
    });
}

#[netns_test(isolation = "process")]
fn is_unpinned_and_says_so() {
    with_empty("/tmp", |tmp| {
        leaves_nothing(|| {
            NetNs::new()
                .unwrap()
                .pin(tmp.join("lab"))
                .unwrap()
                .unpin()
                .unwrap();
            assert!(is_empty(tmp));
        });
    });
}

#[netns_test]
fn keep_leaves_it() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        let path = ns.pin(tmp.join("lab")).unwrap().keep();
        assert_eq!(path, tmp.join("lab"));
        assert_eq!(NetNs::open_pinned(&path).unwrap(), ns);
        umount2(&path, MntFlags::MNT_DETACH).unwrap();
        fs::remove_file(path).unwrap();
    });
}

/// Whoever is looking at the namespace through the pin does not hold it.
#[netns_test]
fn is_unpinned_while_it_is_in_use() {
    with_empty("/tmp", |tmp| {
        let pinned = NetNs::new().unwrap().pin(tmp.join("lab")).unwrap();
        let open = File::open(pinned.path()).unwrap();
        pinned.unpin().unwrap();
        assert!(is_empty(tmp));
        let ns = NetNs::from(std::os::fd::OwnedFd::from(open));
        assert_eq!(ns.run(proof::here).unwrap(), ns.id().to_string());
    });
}

/// A relative path is what it was when the pin was made.
#[netns_test(isolation = "process")]
fn a_relative_path_does_not_follow_the_directory() {
    with_empty("/tmp", |tmp| {
        // This thread's own, since it has its own mounts.
        std::env::set_current_dir(tmp).unwrap();
        let pinned = NetNs::new().unwrap().pin("lab").unwrap();
        assert_eq!(pinned.path(), tmp.join("lab"));
        std::env::set_current_dir("/").unwrap();
        pinned.unpin().unwrap();
        assert!(is_empty(tmp));
    });
}

/// Dropped on a thread with other mounts, it is unpinned where it was pinned.
#[netns_test(isolation = "process")]
fn is_unpinned_from_another_mount_namespace() {
    let here = mounts();
    with_empty("/tmp", |tmp| {
        leaves_nothing(|| {
            for explicitly in [false, true] {
                let pinned = NetNs::new().unwrap().pin(tmp.join("lab")).unwrap();
                let elsewhere = || {
                    with_empty("/tmp", |other| {
                        // The same path, and not the pin.
                        File::create(other.join("lab")).unwrap();
                        if explicitly {
                            pinned.unpin().unwrap();
                        } else {
                            drop(pinned);
                        }
                        assert!(other.join("lab").exists());
                    });
                };
                thread::scope(|scope| scope.spawn(elsewhere).join()).unwrap();
                assert!(is_empty(tmp));
            }
        });
    });
    assert_eq!(mounts(), here);
}

/// What somebody else put in its place is left alone.
#[netns_test]
fn what_is_no_longer_the_pin_is_left_alone() {
    with_empty("/tmp", |tmp| {
        let path = tmp.join("lab");
        let pinned = NetNs::new().unwrap().pin(&path).unwrap();
        umount2(&path, MntFlags::MNT_DETACH).unwrap();
        fs::remove_file(&path).unwrap();
        let error = pinned.unpin().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT), "{error:?}");

        let pinned = NetNs::new().unwrap().pin(&path).unwrap();
        umount2(&path, MntFlags::MNT_DETACH).unwrap();
        fs::rename(&path, tmp.join("moved")).unwrap();
        fs::write(&path, "mine").unwrap();
        assert_eq!(pinned.unpin().unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    });
}

/// A pin whose mount alone was taken away: the file goes.
#[netns_test]
fn the_file_goes_without_its_mount() {
    with_empty("/tmp", |tmp| {
        let pinned = NetNs::new().unwrap().pin(tmp.join("lab")).unwrap();
        umount2(pinned.path(), MntFlags::MNT_DETACH).unwrap();
        pinned.unpin().unwrap();
        assert!(is_empty(tmp));
    });
}

/// Bad input: what is there is not written over.
#[netns_test(isolation = "process")]
fn an_existing_file_is_not_pinned_over() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        fs::write(tmp.join("file"), "mine").unwrap();
        fs::create_dir(tmp.join("directory")).unwrap();
        std::os::unix::fs::symlink("nowhere", tmp.join("dangling")).unwrap();
        let pinned = ns.pin(tmp.join("lab")).unwrap();
        leaves_nothing(|| {
            for name in ["file", "directory", "dangling", "lab"] {
                let error = ns.pin(tmp.join(name)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{name}: {error}");
                assert_eq!(error.raw_os_error(), Some(libc::EEXIST), "{error:?}");
            }
        });
        assert_eq!(fs::read_to_string(tmp.join("file")).unwrap(), "mine");
        assert_eq!(NetNs::open_pinned(pinned.path()).unwrap(), ns);
        pinned.unpin().unwrap();
        assert_eq!(fs::read_dir(tmp).unwrap().count(), 3);
    });
}

/// Bad input: paths where no file can be made.
#[netns_test(isolation = "process")]
fn a_path_that_cannot_be_is_refused() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        let long = "n".repeat(256);
        let cases = [
            ("absent/lab", ErrorKind::NotFound),
            ("lab/", ErrorKind::InvalidName),
            ("l\0ab", ErrorKind::InvalidName),
            (&long, ErrorKind::InvalidName),
        ];
        leaves_nothing(|| {
            for (name, kind) in cases {
                let error = ns.pin(format!("{}/{name}", tmp.display())).unwrap_err();
                assert_eq!(error.kind(), kind, "{name:?}: {error}");
            }
            assert_eq!(ns.pin("").unwrap_err().kind(), ErrorKind::InvalidName);
            assert!(is_empty(tmp));
        });
    });
}

/// Bad input: a file system that takes no file.
#[netns_test]
fn a_read_only_file_system_is_refused() {
    with_empty("/tmp", |tmp| {
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
        let flags = flags | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(None::<&str>, tmp, None::<&str>, flags, None::<&str>).unwrap();
        let error = NetNs::new().unwrap().pin(tmp.join("lab")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::EROFS), "{error:?}");
    });
}

/// Bad input: a mount that is refused leaves no file.
#[netns_test]
fn nothing_is_half_done() {
    with_empty("/tmp", |tmp| {
        let ns = NetNs::new().unwrap();
        let refused = || {
            netns_test_tests::capability::give_up_all();
            ns.pin(tmp.join("lab")).unwrap_err()
        };
        let error = thread::scope(|scope| scope.spawn(refused).join()).unwrap();
        assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::EPERM), "{error:?}");
        assert!(error.hint().unwrap().contains("CAP_SYS_ADMIN"), "{error:?}");
        assert!(is_empty(tmp));
    });
}

/// A thread that may not go where the pin is says so.
#[netns_test]
fn a_mount_namespace_out_of_reach_is_said() {
    with_empty("/tmp", |tmp| {
        let pinned = NetNs::new().unwrap().pin(tmp.join("lab")).unwrap();
        let refused = || {
            with_empty("/tmp", |_| {
                netns_test_tests::capability::give_up_all();
                pinned.unpin().unwrap_err()
            })
        };
        let error = thread::scope(|scope| scope.spawn(refused).join()).unwrap();
        assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error}");
        assert!(error.hint().unwrap().contains("mnt:["), "{error:?}");
        let left = fs::symlink_metadata(tmp.join("lab")).map(|_| ());
        assert_eq!(left.map_err(|error: io::Error| error.kind()), Ok(()));
    });
}
