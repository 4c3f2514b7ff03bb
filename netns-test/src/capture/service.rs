//! The thread that takes frames out of the sockets of all recordings of this
//! process, before the kernel has no room for more.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use once_cell::sync::OnceCell;

use crate::capture::recording::Recording;
use crate::capture::tap::Sockets;
use crate::rtnetlink::DATAGRAM;
use crate::sys::packet;

/// How long frames are left to gather, where there is room for them. Most tests are
/// over by then, and what a passed test has sent need not be looked at.
const NAP: Duration = Duration::from_millis(1);
/// What `lo` carries in that time, several times over.
const ROOMY: usize = 4 << 20;

#[derive(Debug)]
struct Service {
    epoll: Epoll,
    watched: Mutex<Watched>,
    /// Has the kernel note times also between two recordings.
    _time: Option<OwnedFd>,
}

#[derive(Debug, Default)]
struct Watched {
    last: u64,
    /// Whether there was a tap with little room.
    is_narrow: bool,
    recordings: BTreeMap<u64, Weak<Recording>>,
}

static SERVICE: OnceCell<Service> = OnceCell::new();

/// Starts the thread, unless it runs. It stays where the caller is, which is home.
pub(super) fn start() -> io::Result<()> {
    SERVICE.get_or_try_init(|| {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        thread::Builder::new()
            .name("netns-test capture".into())
            .spawn(|| SERVICE.wait().run())?;
        Ok::<_, io::Error>(Service {
            epoll,
            watched: Mutex::default(),
            _time: packet::keep_time().ok(),
        })
    })?;
    Ok(())
}

/// Has what comes out of `sockets` taken by `recording`; the number under which
/// that is [forgotten](forget).
pub(super) fn watch(sockets: &Sockets, recording: &Arc<Recording>) -> io::Result<u64> {
    let service = SERVICE.get().ok_or(io::ErrorKind::NotConnected)?;
    let number = {
        let mut watched = service.watched();
        watched.last += 1;
        watched.is_narrow |= packet::room(sockets.frames.as_fd())? < ROOMY;
        let number = watched.last;
        watched.recordings.insert(number, Arc::downgrade(recording));
        number
    };
    for fd in both(sockets) {
        let event = EpollEvent::new(EpollFlags::EPOLLIN, number);
        if let Err(errno) = service.epoll.add(fd, event) {
            forget(number, sockets);
            return Err(errno.into());
        }
    }
    Ok(number)
}

/// Ends what [`watch`] began. Before they are closed, since another process may have
/// them open as well.
pub(super) fn forget(number: u64, sockets: &Sockets) {
    let Some(service) = SERVICE.get() else { return };
    for fd in both(sockets) {
        // What is not there can't be taken away.
        let _ = service.epoll.delete(fd);
    }
    service.watched().recordings.remove(&number);
}

fn both(sockets: &Sockets) -> [BorrowedFd<'_>; 2] {
    [sockets.frames.as_fd(), sockets.links.as_fd()]
}

impl Service {
    fn run(&self) {
        let mut buffer = vec![0; DATAGRAM];
        let mut events = [EpollEvent::empty(); 64];
        loop {
            let count = match self.epoll.wait(&mut events, EpollTimeout::NONE) {
                Ok(count) => count,
                Err(Errno::EINTR) => continue,
                Err(_) => return,
            };
            let ready: BTreeSet<u64> = events[..count].iter().map(EpollEvent::data).collect();
            if !self.watched().is_narrow {
                thread::sleep(NAP);
            }
            let mut recordings = self.recordings(&ready);
            while !recordings.is_empty() {
                recordings.retain(|recording| recording.drain(&mut buffer));
            }
        }
    }

    fn recordings(&self, numbers: &BTreeSet<u64>) -> Vec<Arc<Recording>> {
        let watched = self.watched();
        let found = numbers
            .iter()
            .filter_map(|number| watched.recordings.get(number));
        found.filter_map(Weak::upgrade).collect()
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
