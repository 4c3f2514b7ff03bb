//! A directory to chroot(2) into, in which this binary runs.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use netns_test_tests::confine::{Step, user_namespace};
use nix::unistd::geteuid;

/// The directory; what is mounted there is mounted in the child alone.
pub(crate) struct Tree {
    root: PathBuf,
    /// What to bind, and where.
    binds: Vec<(PathBuf, PathBuf)>,
}

impl Tree {
    /// All of `/` is bound to the directory itself, which so becomes a mount point.
    pub(crate) fn empty() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let at = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = env::temp_dir().join(format!("netns-test-tree-{}-{at}", process::id()));
        fs::create_dir(&root).expect("a temporary directory");
        let binds = vec![("/".into(), root.clone())];
        Self { root, binds }
    }

    /// A plain directory that has all directories of `/` bound below it.
    pub(crate) fn of_directories() -> Self {
        let mut tree = Self::empty();
        tree.binds.clear();
        for entry in fs::read_dir("/").unwrap() {
            let from = entry.unwrap().path();
            let to = tree.root.join(from.strip_prefix("/").unwrap());
            if let Ok(target) = fs::read_link(&from) {
                symlink(target, to).unwrap();
            } else if from.is_dir() {
                fs::create_dir(&to).unwrap();
                tree.binds.push((from, to));
            }
        }
        tree
    }

    /// The steps from outside to inside; an ordinary user takes them as the
    /// root of a user namespace, and is one no more after exec.
    pub(crate) fn enter(&self) -> Vec<Step> {
        let binds = self
            .binds
            .iter()
            .map(|(from, to)| Step::Bind(text(from), text(to)));
        let user = (!geteuid().is_root()).then(user_namespace);
        user.into_iter()
            .chain([Step::MountNamespace])
            .chain(binds)
            .chain([Step::Chroot(text(&self.root))])
            .collect()
    }
}

fn text(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

impl Drop for Tree {
    /// Never recursive: only what this has made, and that is empty.
    fn drop(&mut self) {
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            fs::remove_dir(entry.path())
                .or_else(|_| fs::remove_file(entry.path()))
                .ok();
        }
        fs::remove_dir(&self.root).ok();
    }
}
