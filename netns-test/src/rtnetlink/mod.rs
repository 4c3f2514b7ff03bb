//! Asks the kernel what there is in a namespace.
//!
//! # References
//!
//! rtnetlink(7)

use std::io;
use std::os::fd::AsFd;

use crate::error::Error;
use crate::netlink::message::{Reply, messages, request};
use crate::netlink::{Malformed, Object};
use crate::netns::NetNs;
use crate::sys::namespace;
use crate::sys::netlink::{Received, Socket};

/// What the kernel puts into one datagram of a list is at most half of this.
pub(crate) const DATAGRAM: usize = 64 << 10;

/// How often to ask again while things change under the list.
const ATTEMPTS: u32 = 100;

/// All objects of a kind in `ns`; the calling thread may be anywhere.
pub(crate) fn dump<T: Object + Send>(ns: &NetNs, what: &'static str) -> Result<Vec<T>, Error> {
    inside(ns, || Dumps::new()?.dump())?
        .map_err(|error| Error::system(format!("list the {what} of {}", ns.id()), error))
}

/// Runs `f` in `ns`: at once if the calling thread is there.
fn inside<T: Send>(ns: &NetNs, f: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let here = namespace::open_current_net().and_then(|fd| namespace::identify(fd.as_fd()));
    match here {
        Ok(here) if here == ns.id().numbers() => Ok(f()),
        _ => ns.run(f),
    }
}

/// A socket that is asked for lists.
#[derive(Debug)]
pub(crate) struct Dumps {
    socket: Socket,
    buffer: Vec<u8>,
    sequence: u32,
}

/// Why there is no list.
enum Failure {
    /// It changed while it was listed.
    Interrupted,
    System(io::Error),
}

impl Dumps {
    /// In the calling thread's namespace.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self::by(Socket::open()?))
    }

    /// Those of another subsystem than rtnetlink.
    pub(crate) fn by(socket: Socket) -> Self {
        Self {
            socket,
            buffer: vec![0; DATAGRAM],
            sequence: 0,
        }
    }

    /// All objects of a kind, in the kernel's order.
    ///
    /// # Errors
    ///
    /// `EINTR` if things go on changing.
    pub(crate) fn dump<T: Object>(&mut self) -> io::Result<Vec<T>> {
        for _ in 0..ATTEMPTS {
            match self.try_dump() {
                Ok(found) => return Ok(found),
                Err(Failure::Interrupted) => {}
                Err(Failure::System(error)) => return Err(error),
            }
        }
        Err(io::Error::from_raw_os_error(libc::EINTR))
    }

    fn try_dump<T: Object>(&mut self) -> Result<Vec<T>, Failure> {
        self.sequence = self.sequence.wrapping_add(1);
        self.socket.send(&request::<T>(self.sequence))?;
        let mut found = Vec::new();
        let mut is_whole = true;
        loop {
            let bytes = match self.socket.receive(&mut self.buffer)? {
                Received::Bytes(bytes) => &self.buffer[..bytes],
                Received::Foreign => continue,
                Received::Truncated => Err(Malformed)?,
            };
            for message in messages(bytes) {
                let message = message?;
                // Of a list that was given up.
                if message.sequence != self.sequence {
                    continue;
                }
                is_whole &= !message.is_of_interrupted_dump();
                match message.reply()? {
                    Reply::Object if message.kind == T::NEW => found.extend(T::read(message.body)?),
                    Reply::Object | Reply::Nothing => {}
                    Reply::Done(0) if is_whole => return Ok(found),
                    Reply::Done(0) | Reply::Overrun => return Err(Failure::Interrupted),
                    Reply::Done(errno) | Reply::Error(errno) => Err(refusal(errno))?,
                }
            }
        }
    }
}

fn refusal(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Self {
        Self::System(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}
