//! The links of a namespace: those that are there, and those that were.

use crate::capture::tap::link_type_of;
use crate::link::Link;
use crate::netlink::Object;
use crate::netlink::message::{messages, request};
use crate::sys::netlink::{Received, Socket};
use crate::sys::packet::Frame;

/// What is known of the links of one namespace, by index.
#[derive(Debug, Default)]
pub(super) struct Links(Vec<Known>);

/// One link.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) index: u32,
    /// Its last name; empty if nobody told any.
    pub(super) name: String,
    pub(super) kind: Option<String>,
    /// `LINKTYPE_…`
    pub(super) link_type: u16,
    /// How many frames it was seen with.
    pub(super) frames: u64,
}

impl Links {
    /// All of them, in the order of their indices.
    pub(super) fn all(&self) -> Vec<Known> {
        let mut all = self.0.clone();
        all.sort_by_key(|link| link.index);
        all
    }

    /// Notes the link of a frame.
    pub(super) fn note(&mut self, frame: &Frame) {
        let link_type = link_type_of(frame.hardware);
        let link = self.entry(frame.link);
        link.link_type = link_type;
        link.frames += 1;
    }

    /// Reads what the kernel has told since.
    pub(super) fn hear(&mut self, socket: &Socket, buffer: &mut [u8]) {
        loop {
            match socket.try_receive(buffer) {
                Ok(Some(Received::Bytes(length))) => {
                    self.take(buffer.get(..length).unwrap_or(&[]));
                }
                Ok(Some(_)) => {}
                // More than there was room for: what is still there is asked for at the end.
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Asks the kernel for a list. It has answered when the request is sent, as far as
    /// there is room; the rest follows as it is read.
    pub(super) fn ask(&mut self, socket: &Socket, buffer: &mut [u8]) {
        if socket.send(&request::<Link>(1)).is_ok() {
            self.hear(socket, buffer);
        }
    }

    fn take(&mut self, datagram: &[u8]) {
        for message in messages(datagram).map_while(Result::ok) {
            let is_about_a_link = [Link::NEW, Link::NEW + 1].contains(&message.kind);
            let link = is_about_a_link.then(|| Link::read(message.body));
            if let Some(Ok(Some(link))) = link {
                let known = self.entry(link.index());
                link.name().clone_into(&mut known.name);
                known.kind = link.kind().map(str::to_owned);
                known.link_type = link_type_of(link.hardware_type());
            }
        }
    }

    fn entry(&mut self, index: u32) -> &mut Known {
        let place = self.0.iter().position(|link| link.index == index);
        let place = place.unwrap_or_else(|| {
            self.0.push(Known {
                index,
                name: String::new(),
                kind: None,
                link_type: 0,
                frames: 0,
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}
