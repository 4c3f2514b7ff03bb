//! Files as Wireshark, tcpdump and many others read them: a section, its
//! interfaces, then blocks in any order.
//!
//! # References
//!
//! draft-ietf-opsawg-pcapng; the registry of link types of tcpdump.org

use std::io::{self, Write};

/// `LINKTYPE_…`
pub(super) mod link_type {
    pub(crate) const ETHERNET: u16 = 1;
    pub(crate) const RAW: u16 = 101;
    /// `LINKTYPE_LINUX_SLL2`
    pub(crate) const COOKED: u16 = 276;
}

/// Types of blocks.
mod block {
    pub(super) const SECTION: u32 = 0x0a0d_0d0a;
    pub(super) const INTERFACE: u32 = 1;
    pub(super) const STATISTICS: u32 = 5;
    pub(super) const PACKET: u32 = 6;
}

/// Writes the blocks of one section.
#[derive(Debug)]
pub(super) struct Writer<W> {
    to: W,
}

/// An interface, before its first packet.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) link_type: u16,
    pub(super) name: String,
    pub(super) description: String,
}

/// One packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// The number of its interface, in the order in which they were written, from 0.
    pub(super) interface: u32,
    /// Nanoseconds since 1970.
    pub(super) time: u64,
    pub(super) original: usize,
    /// Where it went, and to whom.
    pub(super) flags: u32,
    pub(super) bytes: &'a [u8],
}

/// What was counted at an interface.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    pub(super) interface: u32,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) received: u64,
    /// What the operating system dropped, if that is known of this interface.
    pub(super) dropped: Option<u64>,
    pub(super) comment: Option<String>,
}

impl<W: Write> Writer<W> {
    /// Begins the section: `comments` are about all of it.
    pub(super) fn begin(to: W, comments: &[String], system: &str) -> io::Result<Self> {
        const HARDWARE: u16 = 2;
        const SYSTEM: u16 = 3;
        const PROGRAM: u16 = 4;
        let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
        body.extend(1_u16.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        // The length of the section, which nobody needs.
        body.extend(u64::MAX.to_le_bytes());
        let mut options = Options::default();
        for comment in comments {
            options.comment(comment);
        }
        options.add(HARDWARE, std::env::consts::ARCH.as_bytes());
        options.add(SYSTEM, system.as_bytes());
        let program = concat!("netns-test ", env!("CARGO_PKG_VERSION"));
        options.add(PROGRAM, program.as_bytes());
        let mut writer = Self { to };
        writer.block(block::SECTION, &[&body, &options.end()])?;
        Ok(writer)
    }

    pub(super) fn interface(&mut self, interface: &Interface) -> io::Result<()> {
        const NAME: u16 = 2;
        const DESCRIPTION: u16 = 3;
        const RESOLUTION: u16 = 9;
        let mut body = interface.link_type.to_le_bytes().to_vec();
        // Two bytes that are reserved, and no limit to the length of packets.
        body.extend([0; 6]);
        let mut options = Options::default();
        options.add(NAME, interface.name.as_bytes());
        options.add(DESCRIPTION, interface.description.as_bytes());
        // 10^-9 seconds
        options.add(RESOLUTION, &[9]);
        self.block(block::INTERFACE, &[&body, &options.end()])
    }

    pub(super) fn packet(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        const FLAGS: u16 = 2;
        let mut body = packet.interface.to_le_bytes().to_vec();
        body.extend(halves(packet.time));
        body.extend(length(packet.bytes.len()).to_le_bytes());
        body.extend(length(packet.original).to_le_bytes());
        let mut options = Options::default();
        options.add(FLAGS, &packet.flags.to_le_bytes());
        let padding = &[0; 4][..padding(packet.bytes.len())];
        self.block(
            block::PACKET,
            &[&body, packet.bytes, padding, &options.end()],
        )
    }

    pub(super) fn statistics(&mut self, statistics: &Statistics) -> io::Result<()> {
        const START: u16 = 2;
        const END: u16 = 3;
        const RECEIVED: u16 = 4;
        const DROPPED_BY_SYSTEM: u16 = 7;
        let mut body = statistics.interface.to_le_bytes().to_vec();
        body.extend(halves(statistics.end));
        let mut options = Options::default();
        if let Some(comment) = &statistics.comment {
            options.comment(comment);
        }
        options.add(START, &halves(statistics.start));
        options.add(END, &halves(statistics.end));
        options.add(RECEIVED, &statistics.received.to_le_bytes());
        if let Some(dropped) = statistics.dropped {
            options.add(DROPPED_BY_SYSTEM, &dropped.to_le_bytes());
        }
        self.block(block::STATISTICS, &[&body, &options.end()])
    }

    /// Hands out what it wrote to.
    pub(super) fn into_inner(self) -> W {
        self.to
    }

    fn block(&mut self, kind: u32, pieces: &[&[u8]]) -> io::Result<()> {
        let body: usize = pieces.iter().map(|piece| piece.len()).sum();
        // Type, and the length at both ends.
        let total = length(12 + body).to_le_bytes();
        self.to.write_all(&kind.to_le_bytes())?;
        self.to.write_all(&total)?;
        for piece in pieces {
            self.to.write_all(piece)?;
        }
        self.to.write_all(&total)
    }
}

/// The end of a block: number, length, value, padded.
#[derive(Debug, Default)]
struct Options(Vec<u8>);

impl Options {
    fn comment(&mut self, text: &str) {
        const COMMENT: u16 = 1;
        self.add(COMMENT, text.as_bytes());
    }

    fn add(&mut self, number: u16, value: &[u8]) {
        // A text that is too long for a comment has its beginning there.
        let value = &value[..value.len().min(u16::MAX.into())];
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.0.extend(number.to_le_bytes());
        self.0.extend(length.to_le_bytes());
        self.0.extend(value);
        self.0.extend(&[0; 4][..padding(value.len())]);
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 4]);
        self.0
    }
}

/// Up to the next multiple of four.
fn padding(length: usize) -> usize {
    length.next_multiple_of(4) - length
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A time: the upper half first, each of them little-endian.
fn halves(time: u64) -> [u8; 8] {
    time.rotate_left(32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a file apart into types and bodies of its blocks.
    fn blocks(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let (mut at, mut blocks) = (0, Vec::new());
        while at < file.len() {
            let total = number(at + 4) as usize;
            assert_eq!(total % 4, 0);
            assert_eq!(number(at + total - 4) as usize, total);
            blocks.push((number(at), file[at + 8..at + total - 4].to_vec()));
            at += total;
        }
        blocks
    }

    #[test]
    fn a_file_is_blocks_that_are_whole() {
        let mut writer = Writer::begin(Vec::new(), &["a".into(), "bcdef".into()], "Linux").unwrap();
        let interface = Interface {
            link_type: link_type::ETHERNET,
            name: "lo".into(),
            description: "here".into(),
        };
        writer.interface(&interface).unwrap();
        for bytes in [b"".as_slice(), b"a", b"abcd", b"abcde"] {
            let packet = Packet {
                interface: 0,
                time: 0x0123_4567_89ab_cdef,
                original: 1000,
                flags: 2,
                bytes,
            };
            writer.packet(&packet).unwrap();
        }
        let statistics = Statistics {
            dropped: Some(7),
            ..Statistics::default()
        };
        writer.statistics(&statistics).unwrap();
        let blocks = blocks(&writer.into_inner());
        let kinds: Vec<_> = blocks.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [0x0a0d_0d0a, 1, 6, 6, 6, 6, 5]);
        let packet = &blocks[3].1;
        assert_eq!(packet[4..8], 0x0123_4567_u32.to_le_bytes());
        assert_eq!(packet[8..12], 0x89ab_cdef_u32.to_le_bytes());
        assert_eq!(packet[12..16], 1_u32.to_le_bytes());
        assert_eq!(packet[16..20], 1000_u32.to_le_bytes());
        assert_eq!(packet[20..24], *b"a\0\0\0");
        assert_eq!(packet[24..], [2, 0, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn an_option_that_is_too_long_is_cut() {
        let mut options = Options::default();
        options.comment(&"x".repeat(100_000));
        let bytes = options.end();
        assert_eq!(bytes[..4], [1, 0, 0xff, 0xff]);
        assert_eq!(bytes.len(), 4 + 65536 + 4);
    }
}
