//! Lines of `tcp`, `udp`, `raw` and the like.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Address, Protocol, SocketEntry, State};

/// How this machine lays a number out in memory: the kernel writes addresses,
/// which are octets in their order, as numbers of the machine.
pub(super) type Order = fn(u32) -> [u8; 4];

/// The socket of a line, if it is understood.
pub(super) fn socket(line: &str, protocol: Protocol, order: Order) -> Option<SocketEntry> {
    // sl local remote st tx:rx tr:when retransmits uid timeout inode …
    let mut words = line.split_whitespace().skip(1);
    let local = address(words.next()?, order)?;
    let peer = address(words.next()?, order)?;
    let state = State::of(u8::from_str_radix(words.next()?, 16).ok()?);
    let (send, receive) = words.next()?.split_once(':')?;
    let mut words = words.skip(2);
    let uid = words.next()?.parse().ok()?;
    let inode = words.nth(1)?.parse().ok()?;
    let is_nowhere = peer.ip().is_unspecified() && peer.port() == 0;
    Some(SocketEntry {
        protocol,
        local: Address::Inet(local),
        peer: (!is_nowhere).then_some(Address::Inet(peer)),
        state,
        receive_queue: Some(u64::from_str_radix(receive, 16).ok()?),
        send_queue: Some(u64::from_str_radix(send, 16).ok()?),
        uid: Some(uid),
        inode: Some(inode).filter(|inode| *inode != 0),
    })
}

/// Such as `0100007F:0050`.
fn address(word: &str, order: Order) -> Option<SocketAddr> {
    let (ip, port) = word.split_once(':')?;
    let octets: Vec<u8> = (0..ip.len())
        .step_by(8)
        .map(|at| u32::from_str_radix(ip.get(at..at + 8)?, 16).ok())
        .map(|number| number.map(order))
        .collect::<Option<Vec<_>>>()?
        .concat();
    let ip = match <[u8; 4]>::try_from(octets.as_slice()) {
        Ok(v4) => IpAddr::V4(Ipv4Addr::from(v4)),
        Err(_) => IpAddr::from(<[u8; 16]>::try_from(octets.as_slice()).ok()?),
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTENS: &str = "   0: 0100007F:0050 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 1092 1 0000000071fc64b2 100 0 0 10 0";
    const CONNECTED: &str = "  12: 0000000000000000FFFF00000100007F:1F90 B80D0120000000000000000001000000:C001 01 0000000A:00000005 01:00000014 00000000     0        0 5678 2 0000000000000000 20 4 30 10 -1";
    const WAITS: &str = "   1: 0100007F:1F90 0100007F:C001 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000";

    fn inet(text: &str) -> Address {
        Address::Inet(text.parse().unwrap())
    }

    #[test]
    fn one_that_listens() {
        let socket = socket(LISTENS, Protocol::Tcp, u32::to_le_bytes).unwrap();
        assert_eq!(socket.local, inet("127.0.0.1:80"));
        assert_eq!((socket.peer, socket.state), (None, State::Listen));
        assert_eq!(
            (socket.receive_queue, socket.send_queue),
            (Some(3), Some(0))
        );
        assert_eq!((socket.uid, socket.inode), (Some(1000), Some(1092)));
    }

    #[test]
    fn one_of_ipv6() {
        let socket = socket(CONNECTED, Protocol::Tcp, u32::to_le_bytes).unwrap();
        assert_eq!(socket.local, inet("[::ffff:127.0.0.1]:8080"));
        assert_eq!(socket.peer, Some(inet("[2001:db8::1]:49153")));
        assert_eq!(socket.state, State::Established);
        assert_eq!(
            (socket.receive_queue, socket.send_queue),
            (Some(5), Some(10))
        );
    }

    #[test]
    fn one_that_nobody_has() {
        let socket = socket(WAITS, Protocol::Tcp, u32::to_le_bytes).unwrap();
        assert_eq!((socket.state, socket.inode), (State::TimeWait, None));
    }

    /// A machine with the other order of bytes writes the same octets so.
    #[test]
    fn addresses_of_a_big_endian_machine() {
        let line = LISTENS.replace("0100007F", "7F000001");
        let listens = socket(&line, Protocol::Tcp, u32::to_be_bytes).unwrap();
        assert_eq!(listens.local, inet("127.0.0.1:80"));
        let line = CONNECTED.replace("B80D0120", "20010DB8");
        let line = line.replace("0000000001000000:C001", "0000000000000001:C001");
        let connected = socket(&line, Protocol::Tcp, u32::to_be_bytes).unwrap();
        assert_eq!(connected.peer, Some(inet("[2001:db8::1]:49153")));
    }

    #[test]
    fn what_is_no_socket() {
        let all = LISTENS.split_whitespace().count();
        for words in 0..10 {
            let line: Vec<_> = LISTENS.split_whitespace().take(words).collect();
            let understood = socket(&line.join(" "), Protocol::Tcp, u32::to_le_bytes);
            assert_eq!(understood, None, "{words} of {all} words");
        }
        for (good, bad) in [
            ("0100007F:0050", "0100007F"),
            ("0100007F:", "010000:"),
            ("0100007F:", "0100007F0100007F:"),
            ("0100007F:", "0100007é:"),
            ("0050", "10050"),
            (" 0A ", " XX "),
            ("00000000:00000003", "00000003"),
            ("1092", "inode"),
        ] {
            let line = LISTENS.replacen(good, bad, 1);
            let understood = socket(&line, Protocol::Tcp, u32::to_le_bytes);
            assert_eq!(understood, None, "{line}");
        }
    }
}
