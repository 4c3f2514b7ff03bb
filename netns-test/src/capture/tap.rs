//! Two sockets in a namespace: one sees its frames, the other hears of its links.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::capture::links::Links;
use crate::capture::own;
use crate::capture::pcapng::link_type;
use crate::capture::ring::{Head, Ring};
use crate::netns::NetNsId;
use crate::sys::netlink::{Group, Socket};
use crate::sys::packet::{self, Frame};

/// The longest frame that is read whole: the kernel makes frames of up to 64 KiB
/// of what is to be sent, or of what came, unless `gso_max_size` was raised.
pub(super) const LONGEST: usize = 256 << 10;

/// What a tap is told from others by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) id: NetNsId,
    /// Which of the test's namespaces it is, in words.
    pub(crate) what: String,
}

/// A tap in one namespace, wherever it is used; or why there is none.
#[derive(Debug)]
pub(crate) struct Tap {
    pub(super) place: Place,
    /// From when on it sees frames, in nanoseconds since 1970.
    pub(super) since: u64,
    pub(super) sockets: io::Result<Sockets>,
    /// By which the service knows it.
    pub(super) number: u64,
    /// How many frames the kernel has dropped.
    pub(super) dropped: u64,
    pub(super) links: Links,
}

/// What a tap consists of.
#[derive(Debug)]
pub(crate) struct Sockets {
    // The first to be closed, since the other one takes long: who looks for leaks meanwhile
    // finds neither.
    pub(crate) links: Socket,
    pub(crate) frames: OwnedFd,
}

impl Sockets {
    /// In the calling thread's namespace, whose frames are seen from now on.
    fn open() -> io::Result<Self> {
        const LINKS: Group = Group(1);
        let links = Socket::open()?;
        links.join(&[LINKS])?;
        let frames = packet::open()?;
        Ok(Self { links, frames })
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        own::forget(self);
    }
}

impl Tap {
    /// Taps the calling thread's namespace.
    pub(super) fn open(place: Place) -> Self {
        Self::of(place, now(), Sockets::open())
    }

    pub(crate) fn of(place: Place, since: u64, sockets: io::Result<Sockets>) -> Self {
        if let Ok(sockets) = &sockets {
            own::note(place.id, sockets);
        }
        Self {
            place,
            since,
            sockets,
            number: 0,
            dropped: 0,
            links: Links::default(),
        }
    }

    /// Moves frames from the kernel's queue to the ring, `most` at most; whether
    /// the queue is empty.
    pub(super) fn drain(&mut self, number: usize, ring: &mut Ring, most: usize) -> bool {
        let Ok(sockets) = &self.sockets else {
            return true;
        };
        for _ in 0..most {
            let into = ring.spare(LONGEST);
            match packet::receive(sockets.frames.as_fd(), into, LONGEST) {
                Ok(Some(frame)) => {
                    self.links.note(&frame);
                    let head = finish(number, &frame, into);
                    ring.take_in(head);
                }
                // A link went down, which is no end.
                Err(error) if error.raw_os_error() == Some(libc::ENETDOWN) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(None) | Err(_) => return true,
            }
        }
        false
    }

    /// Reads what the kernel tells of links.
    pub(super) fn hear(&mut self, buffer: &mut [u8]) {
        if let Ok(sockets) = &self.sockets {
            self.links.hear(&sockets.links, buffer);
        }
    }

    /// Asks what links there are, and how many frames were dropped.
    pub(super) fn conclude(&mut self, buffer: &mut [u8]) {
        self.hear(buffer);
        if let Ok(sockets) = &self.sockets {
            self.links.ask(&sockets.links, buffer);
            if let Ok(seen) = packet::statistics(sockets.frames.as_fd()) {
                self.dropped += u64::from(seen.dropped);
            }
        }
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(0))
}

/// `ARPHRD_…`
mod hardware {
    pub(super) const ETHERNET: u16 = 1;
    pub(super) const RAW_IP: u16 = 519;
    pub(super) const TUNNEL: u16 = 768;
    pub(super) const TUNNEL6: u16 = 769;
    pub(super) const LOOPBACK: u16 = 772;
    pub(super) const SIT: u16 = 776;
    pub(super) const NONE: u16 = 0xfffe;
}

/// How frames of a link are written.
pub(super) fn link_type_of(hardware: u16) -> u16 {
    match hardware {
        hardware::ETHERNET | hardware::LOOPBACK => link_type::ETHERNET,
        hardware::NONE
        | hardware::RAW_IP
        | hardware::SIT
        | hardware::TUNNEL
        | hardware::TUNNEL6 => link_type::RAW,
        _ => link_type::COOKED,
    }
}

/// Puts into the frame at the end of `bytes` what the kernel has kept out of it.
fn finish(tap: usize, frame: &Frame, bytes: &mut Vec<u8>) -> Head {
    /// Two addresses, behind which the tag of a VLAN stands.
    const ADDRESSES: usize = 12;
    let mut head = Head {
        time: frame.time,
        tap,
        link: frame.link,
        link_type: link_type_of(frame.hardware),
        direction: frame.direction,
        original: frame.original,
    };
    let start = bytes.len() - frame.length;
    match (head.link_type, frame.vlan) {
        (link_type::ETHERNET, Some([kind, tag])) if frame.length >= ADDRESSES => {
            let tag = [kind.to_be_bytes(), tag.to_be_bytes()].concat();
            let place = start + ADDRESSES;
            bytes.splice(place..place, tag);
            head.original += 4;
        }
        (link_type::COOKED, _) => {
            let header = cooked(frame);
            let network = frame.network.min(frame.length);
            bytes.splice(start..start + network, header);
            head.original = frame.original.saturating_sub(network) + header.len();
        }
        _ => {}
    }
    head
}

/// What stands before the network layer where the link's own header is unknown:
/// `LINKTYPE_LINUX_SLL2`.
fn cooked(frame: &Frame) -> [u8; 20] {
    let mut header = [0; 20];
    header[..2].copy_from_slice(&frame.protocol.to_be_bytes());
    header[4..8].copy_from_slice(&frame.link.to_be_bytes());
    header[8..10].copy_from_slice(&frame.hardware.to_be_bytes());
    header[10] = frame.direction;
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(frame: Frame, bytes: &[u8]) -> (Head, Vec<u8>) {
        let frame = Frame {
            length: bytes.len(),
            original: bytes.len(),
            ..frame
        };
        let mut all = [b"before", bytes].concat();
        let head = finish(3, &frame, &mut all);
        assert!(all.starts_with(b"before"));
        (head, all.split_off("before".len()))
    }

    #[test]
    fn the_tag_of_a_vlan_is_put_back() {
        let frame = Frame {
            hardware: hardware::ETHERNET,
            vlan: Some([0x8100, 5]),
            ..Frame::default()
        };
        let (head, bytes) = pushed(frame, b"ddddddssssss\x08\x00rest");
        assert_eq!(bytes, b"ddddddssssss\x81\x00\x00\x05\x08\x00rest");
        assert_eq!((head.tap, head.original), (3, bytes.len()));
        let (_, bytes) = pushed(frame, b"short");
        assert_eq!(bytes, b"short");
    }

    #[test]
    fn an_unknown_link_has_a_header_that_is_known() {
        let frame = Frame {
            hardware: 778,
            protocol: 0x0800,
            link: 9,
            direction: 4,
            network: 4,
            ..Frame::default()
        };
        let (head, bytes) = pushed(frame, b"gre!ip");
        assert_eq!(head.link_type, link_type::COOKED);
        assert_eq!(bytes[..2], [8, 0]);
        assert_eq!(bytes[4..11], [0, 0, 0, 9, 3, 10, 4]);
        assert_eq!(bytes[20..], *b"ip");
        assert_eq!(head.original, bytes.len());
    }

    #[test]
    fn a_tunnel_has_no_header() {
        let frame = Frame {
            hardware: hardware::NONE,
            ..Frame::default()
        };
        let (head, bytes) = pushed(frame, b"E...");
        assert_eq!(
            (head.link_type, bytes.as_slice()),
            (link_type::RAW, b"E...".as_slice())
        );
    }
}
