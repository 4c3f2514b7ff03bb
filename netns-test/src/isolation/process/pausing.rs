//! A test in a process of its own that is paused: this process waits for it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use crate::isolation::process::message::{Network, Reports};
use crate::pause::{self, Asked, Place};
use crate::report::pause as words;

impl Network {
    /// How to get there.
    pub(super) fn place(&self) -> io::Result<Place> {
        Place::of_descriptors(self.net.as_fd(), self.mounts.as_ref().map(AsFd::as_fd))
    }
}

impl Reports {
    /// Waits until somebody lets the test `name` go on, which has asked for that.
    pub(super) fn pause(&mut self, name: &str, asked: &Asked) {
        self.pause_at(name, &asked.why, asked.process.as_ref().map(AsFd::as_fd));
    }

    /// Waits until somebody lets the test `name` go on, or its process ends.
    pub(super) fn pause_at(&mut self, name: &str, why: &str, process: Option<BorrowedFd<'_>>) {
        let Some(network) = self.network() else {
            return;
        };
        network.was_paused = true;
        match network.place() {
            Ok(place) => pause::pause(name, why, &place, process),
            Err(error) => words::impossible(name, &error),
        }
    }
}
