//! What stands for captures in a build without the feature: there are none.

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::os::fd::OwnedFd;

use crate::netns::{NetNs, NetNsId};
use crate::sys::channel::Message;
use crate::watch::Watch;

/// None is made.
#[derive(Debug)]
pub(crate) enum Tap {}

/// None is found.
#[derive(Debug)]
pub(crate) enum Sink {}

impl Tap {
    pub(crate) fn receive(_: Message) -> Option<Self> {
        None
    }
}

impl Sink {
    pub(crate) fn tap(&self, _: &NetNs, _: &str) {
        match *self {}
    }
}

pub(crate) fn start(_: &'static str, _: &Watch) {}

pub(crate) fn begin(_: &str, _: &Watch, _: &NetNs) {}

pub(crate) fn add(_: &str, _: Tap) {}

pub(crate) fn discard(_: &str) {}

pub(crate) fn is_tap(_: u64) -> bool {
    false
}

pub(crate) fn taps_in(_: NetNsId) -> Vec<u64> {
    Vec::new()
}

pub(crate) fn note_told(_: impl IntoIterator<Item = u64>) {}

pub(crate) fn descriptors() -> BTreeSet<c_int> {
    BTreeSet::new()
}

pub(crate) fn here() -> Option<Sink> {
    None
}

pub(crate) fn send_through(_: OwnedFd, _: u8) {}
