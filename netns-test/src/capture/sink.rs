//! Where a new tap goes: to a recording of this process, or, in the process of
//! one test, to the process that waits for it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use crate::capture::own;
use crate::capture::recording::Recording;
use crate::capture::tap::{Place, Sockets, Tap};
use crate::capture::{COUNT, of_namespace};
use crate::netns::{NetNs, NetNsId};
use crate::sys::channel::{self, Message};
use crate::sys::namespace;
use crate::sys::netlink::Socket;

/// Where a tap goes.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    Here(Arc<Recording>),
    /// To the other end of this channel, behind such a first byte.
    There(&'static Channel),
}

#[derive(Debug)]
pub(crate) struct Channel {
    to: OwnedFd,
    tag: u8,
}

static CHANNEL: OnceLock<Channel> = OnceLock::new();

/// Has the taps of this process sent through `to`, each message behind `tag`.
pub(crate) fn send_through(to: OwnedFd, tag: u8) {
    let _ = CHANNEL.set(Channel { to, tag });
}

/// The sink of a process that belongs to one test.
pub(super) fn of_this_process() -> Option<Sink> {
    CHANNEL.get().map(Sink::There)
}

/// The sink of the namespace that the calling thread is in, if that is tapped: what
/// the test makes from there is the test's as well.
pub(crate) fn here() -> Option<Sink> {
    if let Some(sink) = of_this_process() {
        return Some(sink);
    }
    if COUNT.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let fd = namespace::open_current_net().ok()?;
    let (device, inode) = namespace::identify(fd.as_fd()).ok()?;
    of_namespace(NetNsId::from_numbers(device, inode)).map(Sink::Here)
}

impl Sink {
    /// Taps `ns`, which the calling thread is in and which is `what`.
    pub(crate) fn tap(&self, ns: &NetNs, what: &str) {
        let tap = Tap::open(Place {
            id: ns.id(),
            what: what.into(),
        });
        match self {
            Self::Here(recording) => recording.add(tap),
            // If nobody is there to take it, nobody waits for the test either.
            Self::There(channel) => drop(tap.send(channel)),
        }
    }
}

impl Tap {
    /// Sends the tap to another process; this one keeps nothing of it.
    fn send(self, channel: &Channel) -> io::Result<()> {
        let (device, inode) = self.place.id.numbers();
        let errno = match &self.sockets {
            Ok(_) => 0,
            Err(error) => error.raw_os_error().unwrap_or(libc::EIO),
        };
        let mut bytes = vec![channel.tag];
        bytes.extend(device.to_le_bytes());
        bytes.extend(inode.to_le_bytes());
        bytes.extend(self.since.to_le_bytes());
        bytes.extend(errno.to_le_bytes());
        bytes.extend(self.place.what.as_bytes());
        match &self.sockets {
            Ok(sockets) => {
                own::give_away(sockets);
                let fds = [sockets.frames.as_fd(), sockets.links.as_fd()];
                channel::send(channel.to.as_fd(), &bytes, &fds)
            }
            Err(_) => channel::send(channel.to.as_fd(), &bytes, &[]),
        }
    }

    /// The tap in a message, behind its first byte; `None` if there is none in it.
    pub(crate) fn receive(message: Message) -> Option<Self> {
        let (device, rest) = message.bytes.get(1..)?.split_first_chunk()?;
        let (inode, rest) = rest.split_first_chunk()?;
        let (since, rest) = rest.split_first_chunk()?;
        let (errno, what) = rest.split_first_chunk()?;
        let (device, inode) = (u64::from_le_bytes(*device), u64::from_le_bytes(*inode));
        let place = Place {
            id: NetNsId::from_numbers(device, inode),
            what: String::from_utf8_lossy(what).into_owned(),
        };
        let sockets = match <[OwnedFd; 2]>::try_from(message.descriptors) {
            Ok([frames, links]) => Ok(Sockets {
                frames,
                links: Socket::of_descriptor(links),
            }),
            Err(_) => Err(io::Error::from_raw_os_error(i32::from_le_bytes(*errno))),
        };
        Some(Self::of(place, u64::from_le_bytes(*since), sockets))
    }
}
