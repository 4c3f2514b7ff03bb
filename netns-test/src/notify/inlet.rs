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
use super::order::Order;
use super::table::Change;
use crate::address::Address;
use crate::link::Link;
use crate::netlink::message::messages;
use crate::netlink::{Malformed, Object};
use crate::route::Route;
use crate::rtnetlink::DATAGRAM;
use crate::sys::netlink::{Group, Received, Share, Socket};

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

/// How many sockets share the messages at most.
const SHARES: u32 = 16;

/// How many datagrams are taken off one socket before the next has its turn.
const TURN: u32 = 256;

/// Members of the kernel's multicast groups: several where the room that one is
/// granted is small.
pub(super) struct Inlet {
    sockets: Vec<Socket>,
    /// Held while messages move from the sockets to the queue, so that they stay in order.
    moving: Mutex<Moving>,
}

struct Moving {
    buffer: Vec<u8>,
    queue: Sender<Work>,
    /// What came over several sockets is put in order.
    order: Option<Order>,
}

impl Inlet {
    /// For the calling thread's namespace. The kernel keeps `room` bytes of
    /// messages that were not received yet, if it permits.
    pub(super) fn new(room: usize, queue: Sender<Work>) -> io::Result<Self> {
        let first = Socket::open()?;
        let granted = first.make_room(room)?.max(1);
        let wanted = u32::try_from(room.div_ceil(granted)).unwrap_or(SHARES);
        let of = wanted.next_power_of_two().min(SHARES);
        // Where there are no filters, one socket has to do.
        let shared = (of > 1).then(|| share(room, of).ok()).flatten();
        let order = shared.is_some().then(Order::default);
        let sockets = if let Some(shared) = shared {
            shared
        } else {
            first.join(&GROUPS)?;
            vec![first]
        };
        Ok(Self {
            sockets,
            moving: Mutex::new(Moving {
                buffer: vec![0; DATAGRAM],
                queue,
                order,
            }),
        })
    }

    /// Moves all messages that are there to the queue.
    pub(super) fn drain(&self) {
        let mut moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let Moving {
            buffer,
            queue,
            order,
        } = &mut *moving;
        loop {
            let mut round = Round::default();
            for socket in &self.sockets {
                round.receive(socket, buffer);
            }
            let changes = match order {
                None => round.changes,
                Some(order) if round.is_dry => order.rest(),
                Some(order) => order.sort(round.changes),
            };
            let changes = Some(changes).filter(|changes| !changes.is_empty());
            let lost = round.is_lossy.then_some(Work::Lost);
            for work in changes.map(Work::Changes).into_iter().chain(lost) {
                if queue.send(work).is_err() {
                    return;
                }
            }
            if round.is_dry {
                return;
            }
        }
    }
}

/// As many sockets, each for its share.
fn share(room: usize, of: u32) -> io::Result<Vec<Socket>> {
    let sockets = (0..of).map(|number| {
        let socket = Socket::open()?;
        socket.make_room(room)?;
        socket.take_only(Share { number, of })?;
        Ok(socket)
    });
    let sockets = sockets.collect::<io::Result<Vec<_>>>()?;
    for socket in &sockets {
        socket.join(&GROUPS)?;
    }
    Ok(sockets)
}

/// What was taken off all sockets, one after the other.
struct Round {
    changes: Vec<Change>,
    is_lossy: bool,
    /// There was nothing.
    is_dry: bool,
}

impl Default for Round {
    fn default() -> Self {
        Self {
            changes: Vec::new(),
            is_lossy: false,
            is_dry: true,
        }
    }
}

impl Round {
    fn receive(&mut self, socket: &Socket, buffer: &mut [u8]) {
        for _ in 0..TURN {
            let received = socket.try_receive(buffer).transpose();
            let Some(received) = received else {
                return;
            };
            self.is_dry = false;
            match received.map(|received| match received {
                Received::Bytes(bytes) => changes(&buffer[..bytes]),
                Received::Foreign => Ok(Vec::new()),
                Received::Truncated => Err(Malformed),
            }) {
                Ok(Ok(changes)) => self.changes.extend(changes),
                // `ENOBUFS`, and nothing else is to be expected.
                Ok(Err(Malformed)) | Err(_) => self.is_lossy = true,
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
    let sockets = inlet.sockets.iter().map(AsFd::as_fd);
    let all = sockets.chain([ended.as_fd()]);
    let mut ready: Vec<_> = all.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    let _ = poll(&mut ready, PollTimeout::NONE);
    let mut ready: Vec<_> = ready
        .iter()
        .map(|ready| ready.any().unwrap_or(false))
        .collect();
    let end = ready.pop().unwrap_or(true);
    let messages = ready.contains(&true);
    if messages {
        inlet.drain();
    }
    !end
}
