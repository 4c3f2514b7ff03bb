use proptest::prelude::*;

use super::describe;
use crate::capture::pcapng::link_type::{COOKED, ETHERNET, RAW};

/// A frame of pieces of hexadecimal digits.
fn frame(pieces: &[&str]) -> Vec<u8> {
    let digits: Vec<_> = pieces.concat().bytes().filter(|b| *b != b' ').collect();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

const TO_IPV4: &str = "000000000000 000000000000 0800";
const TO_IPV6: &str = "000000000000 000000000000 86dd";
/// 127.0.0.1 to 127.0.0.2, 8 bytes of payload of the protocol that follows.
const IPV4: [&str; 3] = ["4500 001c 0001 0000 40", "0000", "7f000001 7f000002"];
const TCP: [&str; 2] = [
    "4500 0032 0001 4000 4006 0000 7f000001 7f000002",
    "9c40 0050 00000001 00000002 5018 0200 0000 0000 68656c6c6f 68656c6c6f",
];
const IPV6: [&str; 2] = [
    "60000000",
    "fe800000000000000000000000000001 ff020000000000000000000000000001",
];
const QUERY: &str = "0001 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 001c 0001";

fn ipv4(protocol: &str, payload: &str) -> Vec<u8> {
    frame(&[TO_IPV4, IPV4[0], protocol, IPV4[1], IPV4[2], payload])
}

fn ipv6(length: &str, next: &str, payload: &str) -> Vec<u8> {
    frame(&[TO_IPV6, IPV6[0], length, next, "ff", IPV6[1], payload])
}

fn described(frame: &[u8], expected: &str) {
    assert_eq!(describe(ETHERNET, frame), expected);
}

const CONVERSATION: &str = "127.0.0.1:40000 > 127.0.0.2:80 TCP [P.] seq 1 ack 2 win 512 len 10";

#[test]
fn tcp_whatever_it_comes_in() {
    described(&frame(&[TO_IPV4, TCP[0], TCP[1]]), CONVERSATION);
    let tagged = frame(&["000000000000 000000000000 8100 0005 0800", TCP[0], TCP[1]]);
    described(&tagged, &format!("vlan 5 {CONVERSATION}"));
    assert_eq!(describe(RAW, &frame(&TCP)), CONVERSATION);
    let cooked = "0800 0000 00000001 0001 04 00 0000000000000000";
    let cooked = frame(&[cooked, TCP[0], TCP[1]]);
    assert_eq!(describe(COOKED, &cooked), CONVERSATION);
}

#[test]
fn udp_and_what_is_neither() {
    let udp = "9c40 1f90 0008 0000";
    described(
        &ipv4("11", udp),
        "127.0.0.1:40000 > 127.0.0.2:8080 UDP len 0",
    );
    described(
        &ipv6("0008", "11", udp),
        "[fe80::1]:40000 > [ff02::1]:8080 UDP len 0",
    );
    let other = ipv4("84", "0000000000000000");
    described(&other, "127.0.0.1 > 127.0.0.2: protocol 132, length 8");
    let fragment = ipv6("0010", "2c", "1100 0008 00000001 0000000000000000");
    described(&fragment, "fe80::1 > ff02::1: fragment at 8, length 16");
}

#[test]
fn icmp() {
    let echo = ipv4("01", "0800 0000 0007 0001");
    described(&echo, "127.0.0.1 > 127.0.0.2 ICMP echo request id 7 seq 1");
    let unreachable = ipv4("01", "0303 0000 0000 0000");
    described(&unreachable, "127.0.0.1 > 127.0.0.2 ICMP port unreachable");
    let about = |kind: &str| {
        let target = "fe800000000000000000000000000002";
        ipv6("0018", "3a", &format!("{kind}00 0000 00000000 {target}"))
    };
    described(
        &about("87"),
        "fe80::1 > ff02::1 ICMPv6 neighbour solicitation for fe80::2",
    );
    described(
        &about("88"),
        "fe80::1 > ff02::1 ICMPv6 neighbour advertisement of fe80::2",
    );
    let report = ipv6("0010", "00", "3a00 0502 0000 0100 8f00 0000 0000 0000");
    described(
        &report,
        "fe80::1 > ff02::1 ICMPv6 multicast listener report",
    );
}

#[test]
fn dns() {
    let message = |message: &str| {
        let ip = "4500 003a 0001 0000 4011 0000 7f000001 7f000002";
        frame(&[TO_IPV4, ip, "9c40 0035 0026 0000", message])
    };
    let ends = "127.0.0.1:40000 > 127.0.0.2:53";
    described(
        &message(QUERY),
        &format!("{ends} DNS query AAAA example.com"),
    );
    let answer = QUERY.replacen("0001 0100", "0001 8183", 1);
    described(
        &message(&answer),
        &format!("{ends} DNS answer AAAA example.com: NXDOMAIN"),
    );
}

#[test]
fn arp() {
    let arp = |operation: &str, sender: &str, target: &str| {
        frame(&[
            "ffffffffffff 020000000001 0806 0001 0800 0604",
            operation,
            "020000000001",
            sender,
            "000000000000",
            target,
        ])
    };
    let (one, two) = ("0a000001", "0a000002");
    described(
        &arp("0001", one, two),
        "ARP who has 10.0.0.2, asks 10.0.0.1",
    );
    described(&arp("0001", one, one), "ARP announces 10.0.0.1");
    described(
        &arp("0002", one, two),
        "ARP 10.0.0.1 is at 02:00:00:00:00:01",
    );
}

#[test]
fn what_is_cut_or_unknown() {
    described(&frame(&[TO_IPV4, "45"]), "malformed IPv4, 1 bytes");
    let unknown = frame(&["000000000000 000000000000 88cc 0102"]);
    described(&unknown, "protocol 0x88cc, 2 bytes");
    described(&frame(&["00"]), "1 bytes");
}

proptest! {
    #[test]
    fn any_bytes_are_described(
        link_type in prop::sample::select(vec![ETHERNET, RAW, COOKED, 7]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(!describe(link_type, &bytes).is_empty());
    }

    /// Damage gets further in than noise does.
    #[test]
    fn damaged_packets_are_described(
        which in 0..4_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match which {
            0 => frame(&[TO_IPV4, TCP[0], TCP[1]]),
            1 => frame(&[TO_IPV6, IPV6[0], "0010 00 ff", IPV6[1], "3a00 0502 0000 0100 8f00 0000 0000 0000"]),
            2 => frame(&[TO_IPV4, "4500 003a 0001 0000 4011 0000 7f000001 7f000002 9c40 0035 0026 0000", QUERY]),
            _ => frame(&["ffffffffffff 020000000001 0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002"]),
        };
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(end.index(bytes.len()) + 1);
        prop_assert!(!describe(ETHERNET, &bytes).is_empty());
    }
}
