//! The sockets of a namespace, as the kernel lists them.
//!
//! ```
//! use std::net::TcpListener;
//!
//! use netns_test::sockets::{Address, Protocol, State};
//! use netns_test::{NetNs, netns_test};
//!
//! #[netns_test]
//! fn listens(ns: &NetNs) -> Result<(), Box<dyn std::error::Error>> {
//!     let _http = TcpListener::bind("127.0.0.1:80")?;
//!     let sockets = ns.sockets()?;
//!     assert_eq!(sockets[0].protocol, Protocol::Tcp);
//!     assert_eq!(sockets[0].state, State::Listen);
//!     assert_eq!(sockets[0].local, Address::Inet("127.0.0.1:80".parse()?));
//!     Ok(())
//! }
//! ```

mod in_use;
mod inet;
mod local;

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::error::Error;
use crate::netns::NetNs;
use crate::proc_net;

/// A socket, as a namespace lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SocketEntry {
    /// What it speaks.
    pub protocol: Protocol,
    /// What it is bound to.
    pub local: Address,
    /// What it is connected to; unknown for Unix sockets.
    pub peer: Option<Address>,
    /// Where it stands.
    pub state: State,
    /// What waits to be read, in bytes; while it listens, connections that wait
    /// to be accepted. Unknown for Unix sockets.
    pub receive_queue: Option<u64>,
    /// What waits to be sent or acknowledged, in bytes. Unknown for Unix and packet sockets.
    pub send_queue: Option<u64>,
    /// The user whose it is, as the reader's user namespace numbers users; unknown for
    /// Unix and netlink sockets.
    pub uid: Option<u32>,
    /// The inode, which `/proc/PID/fd` shows as well; `None` where no process
    /// has it, as in [`State::TimeWait`].
    pub inode: Option<u64>,
}

/// What a socket speaks. IPv4 or IPv6 is for the [`Address`] to say.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// UDP-Lite; newer kernels have none.
    UdpLite,
    /// ICMP's echo, for ping(8) without privileges
    Icmp,
    /// raw(7): the port of the local address is the number of the IP protocol.
    Raw,
    /// unix(7), a stream
    UnixStream,
    /// unix(7), datagrams
    UnixDatagram,
    /// unix(7), packets in sequence
    UnixSeqpacket,
    /// packet(7)
    Packet,
    /// netlink(7), and the number of its family, such as 0 for `NETLINK_ROUTE`
    Netlink(u16),
}

/// An end of a socket.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Address {
    /// Address and port. The scope of a link-local address is not listed: it is 0.
    Inet(SocketAddr),
    /// A Unix socket in the file system.
    Path(PathBuf),
    /// A Unix socket in the abstract namespace, without the leading NUL. The kernel
    /// lists `@` in the place of NUL, and so does not tell this from a path that begins with `@`.
    Abstract(Vec<u8>),
    /// A Unix socket without a name.
    Unnamed,
    /// A packet socket: the number of the interface, or 0 for all; and that of
    /// the protocol, such as 0x0003 for all.
    Packet {
        /// The interface's index, or 0.
        interface: u32,
        /// The Ethernet protocol.
        protocol: u16,
    },
    /// The port of a netlink socket.
    Netlink(u32),
}

/// Where a socket stands, by the kernel's names of the states of TCP, which it
/// uses for other sockets as well: an unconnected one is [`State::Close`].
///
/// # References
///
/// `include/net/tcp_states.h` in the kernel's sources
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(missing_docs, reason = "RFC 9293 explains these names")]
#[non_exhaustive]
pub enum State {
    Established,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    /// Not connected, and not listening.
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    NewSynRecv,
    /// One that this crate does not know.
    Other(u8),
}

impl State {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::Established,
            2 => Self::SynSent,
            3 => Self::SynRecv,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Close,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            12 => Self::NewSynRecv,
            other => Self::Other(other),
        }
    }
}

/// The files of sockets that have Internet addresses, and what is in them.
const INET: [(&str, Protocol); 10] = [
    ("tcp", Protocol::Tcp),
    ("tcp6", Protocol::Tcp),
    ("udp", Protocol::Udp),
    ("udp6", Protocol::Udp),
    ("udplite", Protocol::UdpLite),
    ("udplite6", Protocol::UdpLite),
    ("icmp", Protocol::Icmp),
    ("icmp6", Protocol::Icmp),
    ("raw", Protocol::Raw),
    ("raw6", Protocol::Raw),
];

impl NetNs {
    /// The sockets that were made in this namespace and are bound or connected,
    /// whoever has them: TCP, UDP, ICMP, raw, Unix, packet and netlink, in this
    /// order. The kernel's own ends of netlink are left out. The caller may be
    /// in any namespace and does not move.
    ///
    /// Where there is TCP, this takes some milliseconds: the kernel walks the table of
    /// the whole machine.
    ///
    /// The kernel lists them a page at a time: one that comes, goes or changes
    /// its state meanwhile may be missing or be there twice.
    ///
    /// # Errors
    ///
    /// No thread could be started, the namespace could not be entered, or
    /// `/proc` is missing or has a line that is not understood.
    ///
    /// # References
    ///
    /// `proc_net(5)`; `get_tcp4_sock` in `net/ipv4/tcp_ipv4.c`, `unix_seq_show`
    /// in `net/unix/af_unix.c`, `packet_seq_show` in `net/packet/af_packet.c`,
    /// `netlink_native_seq_show` in `net/netlink/af_netlink.c`
    pub fn sockets(&self) -> Result<Vec<SocketEntry>, Error> {
        self.run(here)?
    }
}

/// The sockets of the calling thread's namespace.
pub(crate) fn here() -> Result<Vec<SocketEntry>, Error> {
    let mut sockets = Vec::new();
    let (tcp, tcp6) = in_use::tcp()?;
    for (file, protocol) in INET {
        if file == "tcp" && !tcp || file == "tcp6" && !tcp6 {
            continue;
        }
        if let Some(bytes) = proc_net::read(file)? {
            let text = String::from_utf8_lossy(&bytes);
            for line in text.lines().skip(1) {
                let socket = inet::socket(line, protocol, u32::to_ne_bytes);
                sockets.push(socket.ok_or_else(|| proc_net::not_understood(file, line))?);
            }
        }
    }
    for (file, parse) in local::FILES {
        if let Some(bytes) = proc_net::read(file)? {
            let understood = parse(&bytes, &mut sockets);
            understood
                .map_err(|line| proc_net::not_understood(file, &String::from_utf8_lossy(line)))?;
        }
    }
    Ok(sockets)
}
