//! The sockets of a network, one a line.

use std::fmt::Write;

use super::When;
use crate::sockets::{Address, Protocol, SocketEntry, State};
use crate::state::owners::Owner;

/// The most threads of one process that are named.
const THREADS: usize = 3;

/// Those that listen, are bound or connected, and how many wait for the end of
/// their connection. One line if there are none.
pub(super) fn lines(sockets: &[(SocketEntry, Option<Owner>)], when: When) -> Vec<String> {
    let seen = sockets.iter().filter(|(socket, _)| is_worth_a_line(socket));
    let mut listed: Vec<_> = seen.collect();
    // What can be connected to first.
    listed.sort_by_key(|(socket, _)| {
        let local = match &socket.local {
            Address::Inet(local) => Some(*local),
            _ => None,
        };
        (socket.state != State::Listen, socket.inode.is_none(), local)
    });
    let rows: Vec<_> = listed
        .iter()
        .map(|(socket, owner)| {
            [
                protocol(socket.protocol),
                state(socket.state),
                ends(socket),
                owned(socket, owner.as_ref()),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2).min(48)];
    let mut lines: Vec<_> = rows
        .iter()
        .map(|[protocol, state, ends, owned]| {
            let [first, second, third] = widths;
            format!("{protocol:<first$}  {state:<second$}  {ends:<third$}  {owned}")
        })
        .collect();
    let waiting = sockets
        .iter()
        .filter(|(socket, _)| socket.state == State::TimeWait)
        .count();
    if waiting > 0 {
        lines.insert(0, format!("{waiting} in TIME-WAIT"));
    }
    if lines.is_empty() {
        let none = match when {
            When::AtPanic | When::AtLimit => "none",
            When::AfterBody => "none left",
            When::AfterProcess => "none left without the process",
        };
        lines.push(none.into());
    }
    lines
}

/// Runtimes hold pairs of Unix sockets without names, which say nothing.
fn is_worth_a_line(socket: &SocketEntry) -> bool {
    socket.state != State::TimeWait && socket.local != Address::Unnamed
}

fn protocol(protocol: Protocol) -> String {
    match protocol {
        Protocol::Tcp => "tcp".into(),
        Protocol::Udp => "udp".into(),
        Protocol::UdpLite => "udplite".into(),
        Protocol::Icmp => "icmp".into(),
        Protocol::Raw => "raw".into(),
        Protocol::UnixStream => "unix".into(),
        Protocol::UnixDatagram => "unix-dgram".into(),
        Protocol::UnixSeqpacket => "unix-seqpacket".into(),
        Protocol::Packet => "packet".into(),
        Protocol::Netlink(family) => format!("netlink {family}"),
    }
}

/// As ss(8) says it.
fn state(state: State) -> String {
    match state {
        State::Established => "ESTAB",
        State::SynSent => "SYN-SENT",
        State::SynRecv | State::NewSynRecv => "SYN-RECV",
        State::FinWait1 => "FIN-WAIT-1",
        State::FinWait2 => "FIN-WAIT-2",
        State::TimeWait => "TIME-WAIT",
        State::Close => "UNCONN",
        State::CloseWait => "CLOSE-WAIT",
        State::LastAck => "LAST-ACK",
        State::Listen => "LISTEN",
        State::Closing => "CLOSING",
        State::Other(number) => return format!("state {number}"),
    }
    .into()
}

fn ends(socket: &SocketEntry) -> String {
    match &socket.peer {
        Some(peer) => format!("{} -> {}", address(&socket.local), address(peer)),
        None => address(&socket.local),
    }
}

fn address(address: &Address) -> String {
    match address {
        Address::Inet(address) => address.to_string(),
        Address::Path(path) => path.display().to_string().escape_debug().to_string(),
        Address::Abstract(name) => format!("@{}", name.escape_ascii()),
        Address::Unnamed => "unnamed".into(),
        Address::Packet {
            interface,
            protocol,
        } => match interface {
            0 => format!("any link, protocol {protocol:#06x}"),
            index => format!("if{index}, protocol {protocol:#06x}"),
        },
        Address::Netlink(port) => format!("port {port}"),
    }
}

/// What waits in the queues, and who has it.
fn owned(socket: &SocketEntry, owner: Option<&Owner>) -> String {
    let mut text = String::new();
    let received = socket.receive_queue.filter(|waiting| *waiting != 0);
    if let Some(waiting) = received {
        let _ = match socket.state {
            State::Listen => write!(text, "{waiting} to accept, "),
            _ if socket.protocol == Protocol::Tcp => write!(text, "{waiting} bytes to read, "),
            // Of others, the kernel counts the memory.
            _ => write!(text, "{waiting} bytes queued, "),
        };
    }
    if let Some(waiting) = socket.send_queue.filter(|waiting| *waiting != 0) {
        let _ = write!(text, "{waiting} bytes to send, ");
    }
    match owner {
        Some(owner) => text.push_str(&had_by(owner)),
        None if socket.inode.is_none() && socket.state == State::Established => {
            text.push_str("not accepted yet");
        }
        // As one whose last descriptor is closed, and that still has to send.
        None if socket.inode.is_none() => text.push_str("of no process"),
        None => text.push_str("of a process that can't be seen"),
    }
    text
}

fn had_by(owner: &Owner) -> String {
    let Owner {
        pid,
        program,
        threads,
        descriptor,
    } = owner;
    let mut text = format!("pid {pid} (`{program}`)");
    let names: Vec<_> = threads.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => {}
        [name] => {
            let _ = write!(text, ", thread {name}");
        }
        several if several.len() <= THREADS => {
            let _ = write!(text, ", threads {}", several.join(", "));
        }
        many => {
            let _ = write!(text, ", {} threads", many.len());
        }
    }
    let _ = write!(text, ", fd {descriptor}");
    text
}
