//! Raw ICMP sockets, by socket2: ping as a system's own `ping` does it.
//!
//! A raw socket takes `CAP_NET_RAW`, which an ordinary user has inside of the
//! namespace and nowhere else. And it gets a copy of *every* ICMP message that
//! comes to its network: two pings on one machine see each other's replies, and
//! can tell them apart by the identifier alone. All of these tests use the same.

use std::error::Error;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use netns_test::netns_test;
use socket2::{Domain, Protocol, Socket, Type};

const IDENTIFIER: u16 = 7;

/// The kind of an ICMP message, its 4 bytes after the checksum in two
/// halves, and the rest.
#[derive(Debug, PartialEq)]
struct Message {
    kind: u8,
    identifier: u16,
    sequence: u16,
    payload: Vec<u8>,
}

impl Message {
    fn encode(&self) -> Vec<u8> {
        let mut packet = vec![self.kind, 0, 0, 0];
        packet.extend(self.identifier.to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(&self.payload);
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
        packet
    }

    fn decode(packet: &[u8]) -> Self {
        Self {
            kind: packet[0],
            identifier: u16::from_be_bytes([packet[4], packet[5]]),
            sequence: u16::from_be_bytes([packet[6], packet[7]]),
            payload: packet[8..].to_vec(),
        }
    }
}

/// The Internet checksum of RFC 1071. For IPv6 the kernel puts its own in.
fn checksum(packet: &[u8]) -> u16 {
    let words = packet.chunks(2).map(|pair| {
        let [high, low] = [pair[0], pair.get(1).copied().unwrap_or(0)];
        u32::from(u16::from_be_bytes([high, low]))
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("the sum was folded to 16 bits")
}

/// A raw socket for the ICMP of the address's family, connected to the address.
struct Pinger {
    socket: Socket,
    /// Whether what comes in starts with the IP header: only with IPv4.
    headers: bool,
    request: u8,
    reply: u8,
}

impl Pinger {
    fn new(target: IpAddr) -> io::Result<Self> {
        let (domain, protocol, request, reply) = match target {
            IpAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4, 8, 0),
            IpAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6, 128, 129),
        };
        let socket = Socket::new(domain, Type::RAW, Some(protocol))?;
        socket.set_read_timeout(Some(Duration::from_secs(10)))?;
        socket.connect(&SocketAddr::new(target, 0).into())?;
        Ok(Self {
            socket,
            headers: target.is_ipv4(),
            request,
            reply,
        })
    }

    fn receive(&self) -> io::Result<Message> {
        let mut buffer = [0; 2048];
        let length = (&self.socket).read(&mut buffer)?;
        let header = if self.headers {
            usize::from(buffer[0] & 0x0f) * 4
        } else {
            0
        };
        Ok(Message::decode(&buffer[header..length]))
    }

    /// Sends a request and checks the reply to it, which is the very next
    /// message: there is nobody else whose messages one would have to skip.
    fn ping(&self, sequence: u16, payload: &[u8]) -> io::Result<()> {
        let message = |kind| Message {
            kind,
            identifier: IDENTIFIER,
            sequence,
            payload: payload.to_vec(),
        };
        self.socket.send(&message(self.request).encode())?;
        // On `lo`, the socket gets what it sent as well.
        assert_eq!(self.receive()?, message(self.request));
        assert_eq!(self.receive()?, message(self.reply));
        Ok(())
    }
}

#[netns_test]
fn ipv4() -> io::Result<()> {
    let pinger = Pinger::new(Ipv4Addr::LOCALHOST.into())?;
    for sequence in 1..=3 {
        pinger.ping(sequence, b"from the test `ipv4`")?;
    }
    Ok(())
}

#[netns_test]
fn ipv6() -> io::Result<()> {
    let pinger = Pinger::new(Ipv6Addr::LOCALHOST.into())?;
    for sequence in 1..=3 {
        pinger.ping(sequence, b"from the test `ipv6`")?;
    }
    Ok(())
}

/// The same identifier and the same sequence numbers as [`ipv4`], at the same time.
#[netns_test]
fn ipv4_with_the_same_identifier() -> io::Result<()> {
    let pinger = Pinger::new(Ipv4Addr::LOCALHOST.into())?;
    for sequence in 1..=3 {
        pinger.ping(sequence, &[b'x'; 1000])?;
    }
    Ok(())
}

/// A namespace is alive from end to end: the kernel in it answers a datagram
/// to a closed port with an ICMP message that quotes the datagram.
#[netns_test]
fn a_closed_port_is_reported() -> Result<(), Box<dyn Error>> {
    const DESTINATION_UNREACHABLE: u8 = 3;

    let icmp = Pinger::new(Ipv4Addr::LOCALHOST.into())?;
    let udp = UdpSocket::bind("127.0.0.1:1000")?;
    udp.send_to(b"anyone?", "127.0.0.1:53")?;

    let report = icmp.receive()?;
    assert_eq!(report.kind, DESTINATION_UNREACHABLE);
    let ports_and_data = &report.payload[20..];
    assert_eq!(ports_and_data[..2], 1000_u16.to_be_bytes());
    assert_eq!(ports_and_data[2..4], 53_u16.to_be_bytes());
    assert_eq!(ports_and_data[8..], *b"anyone?");
    Ok(())
}
