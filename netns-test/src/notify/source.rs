//! Where the thread of callbacks gets its work from, and how it asks what there is.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::inlet::{Inlet, Reader, Work};
use super::notice::{Item, Protocol};
use super::table::{Change, Extent};
use crate::rtnetlink::Dumps;
use crate::sys::socket::Udp;

/// How long until a list is asked for again that could not be had.
const PAUSE: Duration = Duration::from_millis(10);

/// What there is to do, in order.
pub(super) struct Source {
    inlet: Arc<Inlet>,
    reader: Reader,
    queue: Receiver<Work>,
    /// Taken off the queue already.
    backlog: VecDeque<Work>,
    dumps: Dumps,
}

impl Source {
    /// In the calling thread's namespace.
    pub(super) fn new(
        room: usize,
        sender: Sender<Work>,
        queue: Receiver<Work>,
    ) -> io::Result<Self> {
        let inlet = Arc::new(Inlet::new(room, sender)?);
        Ok(Self {
            reader: Reader::start(Arc::clone(&inlet))?,
            inlet,
            queue,
            backlog: VecDeque::new(),
            dumps: Dumps::new()?,
        })
    }

    /// Waits for the next work; `None` if there was none for a while, and only if `is_hurried`.
    pub(super) fn next(&mut self, is_hurried: bool) -> Option<Work> {
        if let Some(work) = self.backlog.pop_front() {
            Some(work)
        } else if is_hurried {
            self.queue.recv_timeout(PAUSE).ok()
        } else {
            // The inlet has a sender, so that it does not end.
            self.queue.recv().ok()
        }
    }

    /// Takes all that the kernel has said up to now, before commands that wait.
    /// The flag says that it has lost some.
    pub(super) fn heard(&mut self) -> (Vec<Change>, bool) {
        self.inlet.drain();
        self.fetch();
        let (mut heard, mut is_lossy) = (Vec::new(), false);
        for work in std::mem::take(&mut self.backlog) {
            match work {
                Work::Changes(changes) => heard.extend(changes),
                Work::Lost => is_lossy = true,
                Work::Command(_) => self.backlog.push_back(work),
            }
        }
        (heard, is_lossy)
    }

    /// Whether the kernel has said nothing that was not taken.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.inlet.drain();
        self.fetch();
        let is_command = |work: &Work| matches!(work, Work::Command(_));
        self.backlog.iter().all(is_command)
    }

    /// Whether nobody has asked for anything that was not done.
    pub(super) fn is_unasked(&mut self) -> bool {
        self.fetch();
        let is_command = |work: &Work| matches!(work, Work::Command(_));
        !self.backlog.iter().any(is_command)
    }

    fn fetch(&mut self) {
        self.backlog.extend(self.queue.try_iter());
    }

    /// What there is now.
    pub(super) fn list(&mut self, extent: Extent) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        if extent == Extent::All {
            items.extend(self.dumps.dump()?.into_iter().map(Item::Interface));
            items.extend(self.dumps.dump()?.into_iter().map(Item::Address));
        }
        items.extend(self.dumps.dump()?.into_iter().map(Item::Route));
        Ok(items)
    }

    /// The protocols of the calling thread's namespace, of which rtnetlink says nothing.
    pub(super) fn protocols() -> io::Result<Vec<Protocol>> {
        let mut protocols = vec![Protocol::Inet];
        if Udp::new()?.speaks_ipv6() {
            protocols.push(Protocol::Inet6);
        }
        Ok(protocols)
    }

    /// Ends the reader and closes the sockets. What is left of the work comes back.
    pub(super) fn stop(mut self) -> impl Iterator<Item = Work> {
        self.reader.stop();
        self.backlog.extend(self.queue.try_iter());
        self.backlog.into_iter()
    }
}
