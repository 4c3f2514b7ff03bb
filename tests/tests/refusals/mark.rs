//! A trace that a body leaves in another process.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// A file that only a body makes.
pub(crate) struct Mark(PathBuf);

impl Mark {
    pub(crate) fn new() -> Self {
        let id = format!("{}-{:?}", process::id(), std::thread::current().id());
        let mark = Self(env::temp_dir().join(format!("netns-test-mark-{id}")));
        fs::remove_file(mark.path()).ok();
        mark
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn is_left(&self) -> bool {
        self.0.exists()
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}
