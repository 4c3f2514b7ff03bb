//! Lines of `unix`, `packet` and `netlink`: sockets without Internet addresses.

use std::path::PathBuf;
use std::str;

use super::{Address, Protocol, SocketEntry, State};

/// Adds the sockets of a file, or returns the line that is not understood.
type Parse = for<'a> fn(&'a [u8], &mut Vec<SocketEntry>) -> Result<(), &'a [u8]>;

/// The files, and who understands them.
pub(super) const FILES: [(&str, Parse); 3] =
    [("unix", unix), ("packet", packet), ("netlink", netlink)];

/// `SO_ACCEPTCON` among the flags: it listens.
const LISTENS: u32 = 1 << 16;
/// `SS_CONNECTED` in `include/uapi/linux/net.h`.
const CONNECTED: u8 = 3;

fn unix<'a>(bytes: &'a [u8], sockets: &mut Vec<SocketEntry>) -> Result<(), &'a [u8]> {
    for line in lines(bytes) {
        match one_of_unix(line) {
            Some(socket) => sockets.push(socket),
            // A path may have a new line in it, and the kernel writes it as it is.
            None => match sockets.last_mut().map(|last| &mut last.local) {
                Some(Address::Path(path)) => *path = continued(path, line),
                Some(Address::Abstract(name)) => {
                    name.push(b'\n');
                    name.extend(line);
                }
                _ => return Err(line),
            },
        }
    }
    Ok(())
}

fn one_of_unix(line: &[u8]) -> Option<SocketEntry> {
    // Num: RefCount Protocol Flags Type St Inode Path
    let (head, name) = head(line, 7)?;
    let text = str::from_utf8(head).ok()?;
    let mut words = text.split_whitespace();
    words.next()?.strip_suffix(':')?;
    let mut words = words.skip(2);
    let flags = u32::from_str_radix(words.next()?, 16).ok()?;
    let protocol = match u16::from_str_radix(words.next()?, 16).ok()? {
        1 => Protocol::UnixStream,
        2 => Protocol::UnixDatagram,
        5 => Protocol::UnixSeqpacket,
        _ => return None,
    };
    let state = match u8::from_str_radix(words.next()?, 16).ok()? {
        _ if flags & LISTENS != 0 => State::Listen,
        CONNECTED => State::Established,
        _ => State::Close,
    };
    let inode = words.next()?.parse().ok()?;
    Some(SocketEntry {
        protocol,
        local: match name {
            None | Some([]) => Address::Unnamed,
            Some([b'@', name @ ..]) => Address::Abstract(name.to_vec()),
            Some(name) => Address::Path(path(name)),
        },
        peer: None,
        state,
        receive_queue: None,
        send_queue: None,
        uid: None,
        inode: Some(inode).filter(|inode| *inode != 0),
    })
}

fn packet<'a>(bytes: &'a [u8], sockets: &mut Vec<SocketEntry>) -> Result<(), &'a [u8]> {
    for line in lines(bytes) {
        sockets.push(one_of_packet(line).ok_or(line)?);
    }
    Ok(())
}

fn one_of_packet(line: &[u8]) -> Option<SocketEntry> {
    // sk RefCnt Type Proto Iface R Rmem User Inode
    let words: Vec<_> = str::from_utf8(line).ok()?.split_whitespace().collect();
    let [_, _, _, protocol, interface, _, received, uid, inode, ..] = words[..] else {
        return None;
    };
    Some(SocketEntry {
        protocol: Protocol::Packet,
        local: Address::Packet {
            interface: interface.parse().ok()?,
            protocol: u16::from_str_radix(protocol, 16).ok()?,
        },
        peer: None,
        state: State::Close,
        receive_queue: Some(received.parse().ok()?),
        send_queue: None,
        uid: Some(uid.parse().ok()?),
        inode: Some(inode.parse().ok()?),
    })
}

fn netlink<'a>(bytes: &'a [u8], sockets: &mut Vec<SocketEntry>) -> Result<(), &'a [u8]> {
    for line in lines(bytes) {
        let socket = one_of_netlink(line).ok_or(line)?;
        if socket.local != Address::Netlink(0) {
            sockets.push(socket);
        }
    }
    Ok(())
}

fn one_of_netlink(line: &[u8]) -> Option<SocketEntry> {
    // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
    let words: Vec<_> = str::from_utf8(line).ok()?.split_whitespace().collect();
    let [_, family, port, _, received, sent, _, _, _, inode, ..] = words[..] else {
        return None;
    };
    Some(SocketEntry {
        protocol: Protocol::Netlink(family.parse().ok()?),
        local: Address::Netlink(port.parse().ok()?),
        peer: None,
        state: State::Close,
        receive_queue: Some(received.parse().ok()?),
        send_queue: Some(sent.parse().ok()?),
        uid: None,
        inode: Some(inode.parse().ok()?),
    })
}

/// The lines below the heading.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').skip(1)
}

/// The first words of a line, and what comes after the one space behind them.
fn head(line: &[u8], words: usize) -> Option<(&[u8], Option<&[u8]>)> {
    let mut at = 0;
    for _ in 0..words {
        let is_space = |byte: &u8| *byte == b' ';
        at += line[at..].iter().position(|byte| !is_space(byte))?;
        at += line[at..]
            .iter()
            .position(is_space)
            .unwrap_or(line.len() - at);
    }
    Some((&line[..at], line.get(at + 1..)))
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    name.into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn continued(begun: &std::path::Path, line: &[u8]) -> PathBuf {
    let mut whole = begun.as_os_str().to_owned();
    whole.push("\n");
    whole.push(path(line));
    whole.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(parse: Parse, text: &[u8]) -> Vec<SocketEntry> {
        let mut sockets = Vec::new();
        parse(text, &mut sockets).unwrap();
        sockets
    }

    #[test]
    fn of_unix() {
        let text = b"Num       RefCount Protocol Flags    Type St Inode Path\n\
            00000000922b8b2b: 00000003 00000000 00000000 0001 03  1089\n\
            00000000922b8b2c: 00000002 00000000 00010000 0005 01 71089 @netns-test\n\
            00000000922b8b2d: 00000002 00000000 00000000 0002 01 1090 /run/a  b\xff\nc \n\
            00000000922b8b2e: 00000002 00000000 00000000 0002 01 1091 @a@\n\nb\n";
        let sockets = parsed(unix, text);
        let listed: Vec<_> = sockets
            .iter()
            .map(|socket| (socket.protocol, socket.state, socket.inode))
            .collect();
        let expected = [
            (Protocol::UnixStream, State::Established, Some(1089)),
            (Protocol::UnixSeqpacket, State::Listen, Some(71089)),
            (Protocol::UnixDatagram, State::Close, Some(1090)),
            (Protocol::UnixDatagram, State::Close, Some(1091)),
        ];
        assert_eq!(listed, expected);
        let names: Vec<_> = sockets.into_iter().map(|socket| socket.local).collect();
        let expected = [
            Address::Unnamed,
            Address::Abstract(b"netns-test".into()),
            Address::Path(path(b"/run/a  b\xff\nc ")),
            Address::Abstract(b"a@\n\nb".into()),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn of_packets() {
        let text = b"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n\
            00000000aaaaaaaa 3      3    0003   2     1 768    1000   4711  \n";
        let sockets = parsed(packet, text);
        assert_eq!(sockets.len(), 1);
        let local = Address::Packet {
            interface: 2,
            protocol: 3,
        };
        assert_eq!(sockets[0].local, local);
        assert_eq!(sockets[0].receive_queue, Some(768));
        assert_eq!((sockets[0].uid, sockets[0].inode), (Some(1000), Some(4711)));
    }

    #[test]
    fn of_netlink() {
        let text = b"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n\
            00000000da8225da 0   0          00000000 0        0        0     2        0        4       \n\
            00000000da8225db 16  4294963121 00000001 512      0        0     2        0        5       \n";
        let sockets = parsed(netlink, text);
        assert_eq!(sockets.len(), 1, "without the kernel's own: {sockets:?}");
        assert_eq!(sockets[0].protocol, Protocol::Netlink(16));
        assert_eq!(sockets[0].local, Address::Netlink(4_294_963_121));
        assert_eq!(sockets[0].inode, Some(5));
    }

    #[test]
    fn what_is_no_socket() {
        for (parse, line) in [
            (
                unix as Parse,
                "922b8b2b 00000003 00000000 00000000 0001 03 1089",
            ),
            (unix, "922b8b2b: 00000003 00000000 00000000 0009 03 1089"),
            (unix, "922b8b2b: 00000003 00000000 00000000 0001"),
            (packet, "aaaaaaaa 3 3 0003 2 1 768 1000"),
            (packet, "aaaaaaaa 3 3 XXXX 2 1 768 1000 4711"),
            (netlink, "da8225db 16 4294963121 00000001 512 0 0 2 0"),
            (netlink, "da8225db 16 pid 00000001 512 0 0 2 0 5"),
        ] {
            let text = format!("heading\n{line}\n");
            let refused = parse(text.as_bytes(), &mut Vec::new());
            assert_eq!(refused, Err(line.as_bytes()));
        }
    }
}
