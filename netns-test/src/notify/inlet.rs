//! The kernel's messages, taken off the socket as fast as they come: what lies
//! there too long is lost.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::hub::Command;
use super::notice::Item;
use super::table::Change;
use crate::address::Address;
use crate::link::Link;
use crate::netlink::message::messages;
use crate::netlink::{Malformed, Object};
use crate::route::Route;
use crate::rtnetlink::DATAGRAM;
use crate::sys::netlink::{Group, Received, Socket};

/// `RTNLGRP_…`: links, addresses and routes of both families.
const GROUPS: [Group; 5] = [Group(1), Group(5), Group(7), Group(9), Group(11)];

/// For the thread on which callbacks run.
pub(super) enum Work {
    /// Of the kernel.
    Changes(Vec<Change>),
    /// The kernel has dropped messages, or one makes no sense.
    Lost,
    Command(Command),
}

/// A member of the kernel's multicast groups.
pub(super) struct Inlet {
    socket: Socket,
    /// Held while messages move from the socket to the queue, so that they stay in order.
    moving: Mutex<(Vec<u8>, Sender<Work>)>,
}

impl Inlet {
    /// For the calling thread's namespace. The kernel keeps `room` bytes of
    /// messages that were not received yet, if it permits.
    pub(super) fn new(room: usize, queue: Sender<Work>) -> io::Result<Self> {
        let socket = Socket::of_groups(&GROUPS)?;
        socket.make_room(room)?;
        Ok(Self {
            socket,
            moving: Mutex::new((vec![0; DATAGRAM], queue)),
        })
    }

    /// Moves all messages that are there to the queue.
    pub(super) fn drain(&self) {
        let mut moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let (buffer, queue) = &mut *moving;
        loop {
            let work = match self.socket.try_receive(buffer) {
                Ok(None) => return,
                Ok(Some(Received::Foreign)) => continue,
                Ok(Some(Received::Bytes(bytes))) => match changes(&buffer[..bytes]) {
                    Ok(changes) if changes.is_empty() => continue,
                    Ok(changes) => Work::Changes(changes),
                    Err(Malformed) => Work::Lost,
                },
                // `ENOBUFS`, and nothing else is to be expected.
                Ok(Some(Received::Truncated)) | Err(_) => Work::Lost,
            };
            if queue.send(work).is_err() {
                return;
            }
        }
    }
}

/// What a datagram says.
fn changes(datagram: &[u8]) -> Result<Vec<Change>, Malformed> {
    let mut changes = Vec::new();
    for message in messages(datagram) {
        let message = message?;
        let item = match message.kind & !1 {
            Link::NEW => Link::read(message.body)?.map(Item::Interface),
            Address::NEW => Address::read(message.body)?.map(Item::Address),
            Route::NEW => Route::read(message.body)?.map(Item::Route),
            _ => None,
        };
        changes.extend(item.map(|item| match message.kind & 1 {
            0 => Change::New {
                item,
                replaces: message.is_replacement(),
            },
            _ => Change::Gone(item),
        }));
    }
    Ok(changes)
}

/// The thread that drains.
pub(super) struct Reader {
    thread: JoinHandle<()>,
    /// Closed when it shall end.
    end: UnixStream,
}

impl Reader {
    pub(super) fn start(inlet: Arc<Inlet>) -> io::Result<Self> {
        let (end, ended) = UnixStream::pair()?;
        let thread = thread::Builder::new()
            .name("netns-test notify reader".into())
            .spawn(move || while wait(&inlet, &ended) {})?;
        Ok(Self { thread, end })
    }

    pub(super) fn stop(self) {
        drop(self.end);
        // It can't panic; and if it did, there would be nobody to tell.
        let _ = self.thread.join();
    }
}

/// Waits for messages and moves them; `false` at the end.
fn wait(inlet: &Inlet, ended: &UnixStream) -> bool {
    let mut ready = [
        PollFd::new(inlet.socket.as_fd(), PollFlags::POLLIN),
        PollFd::new(ended.as_fd(), PollFlags::POLLIN),
    ];
    let _ = poll(&mut ready, PollTimeout::NONE);
    let [messages, end] = ready.map(|ready| ready.any().unwrap_or(false));
    if messages {
        inlet.drain();
    }
    !end
}
