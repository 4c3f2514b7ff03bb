//! What a body left behind, and what serves it from the namespace of another test.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::timeout::doing;
use crate::netns::NetNsId;
use crate::sockets::{Address, Protocol, SocketEntry, State};
use crate::tasks::{Process, Thread};

/// What outlives a body.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Left {
    pub(crate) threads: Vec<Thread>,
    pub(crate) processes: Vec<Process>,
    /// With the number of a descriptor of each.
    pub(crate) sockets: Vec<(i32, SocketEntry)>,
    /// Descriptors of network namespaces.
    pub(crate) namespaces: Vec<(i32, NetNsId)>,
    /// Those to which there is a handle of this crate.
    pub(crate) handles: Vec<NetNsId>,
    /// What went on meanwhile in the namespaces of tests that are over.
    pub(crate) foreign: Vec<Foreign>,
}

/// What appeared, while a test ran, in the namespace of one that is over.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Foreign {
    /// The test that is over.
    pub(crate) of: String,
    /// The name and number of a thread that it left.
    pub(crate) left: Vec<(String, u32)>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) sockets: Vec<(i32, SocketEntry)>,
}

impl Left {
    /// Whether there is anything of the test's own.
    pub(crate) fn is_own(&self) -> bool {
        let Self {
            threads,
            processes,
            sockets,
            namespaces,
            handles,
            foreign: _,
        } = self;
        !(threads.is_empty()
            && processes.is_empty()
            && sockets.is_empty()
            && namespaces.is_empty()
            && handles.is_empty())
    }

    pub(crate) fn is_nothing(&self) -> bool {
        !self.is_own() && self.foreign.is_empty()
    }
}

/// Says it where libtest captures it: the test fails.
pub(crate) fn print(text: &str) {
    eprint!("{text}");
}

/// Says it although the test passes, whose output libtest throws away.
pub(crate) fn print_aloud(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// What is said of the test `name`. `apart`: it had a process of its own, which is killed.
pub(crate) fn text(name: &str, left: &Left, apart: bool) -> String {
    let mut text = String::new();
    if left.is_own() {
        let _ = writeln!(text, "netns-test: `{name}` left behind:");
        own(&mut text, left);
        text.push_str(&hint(left, apart));
    }
    for foreign in &left.foreign {
        text.push_str(&elsewhere(name, foreign));
    }
    text
}

fn own(text: &mut String, left: &Left) {
    for thread in &left.threads {
        line(text, "thread", &self::thread(thread));
    }
    for Process { pid, command } in &left.processes {
        line(text, "process", &format!("{pid} `{command}`"));
    }
    for (descriptor, socket) in &left.sockets {
        line(text, "socket", &self::socket(*descriptor, socket));
    }
    for (descriptor, id) in &left.namespaces {
        line(text, "namespace", &format!("{id}, descriptor {descriptor}"));
    }
    for id in &left.handles {
        line(text, "handle", &format!("a `NetNs` of {id}"));
    }
}

fn line(text: &mut String, kind: &str, what: &str) {
    let _ = writeln!(text, "  {:9} {what}", format!("{kind}:"));
}

fn thread(thread: &Thread) -> String {
    format!("{} `{}`, {}", thread.tid, thread.name, doing(thread))
}

fn socket(descriptor: i32, socket: &SocketEntry) -> String {
    let mut text = format!("{} {}", protocol(socket.protocol), address(&socket.local));
    let peer = socket.peer.as_ref().filter(|peer| !is_nobody(peer));
    if socket.state == State::Listen {
        text.push_str(" listens");
    } else if let Some(peer) = peer {
        let _ = write!(text, " to {}", address(peer));
    }
    let _ = write!(text, ", descriptor {descriptor}");
    text
}

fn is_nobody(peer: &Address) -> bool {
    match peer {
        Address::Inet(peer) => peer.ip().is_unspecified() && peer.port() == 0,
        Address::Unnamed | Address::Netlink(0) => true,
        _ => false,
    }
}

fn protocol(protocol: Protocol) -> String {
    match protocol {
        Protocol::Tcp => "TCP".into(),
        Protocol::Udp => "UDP".into(),
        Protocol::UdpLite => "UDP-Lite".into(),
        Protocol::Icmp => "ICMP".into(),
        Protocol::Raw => "raw".into(),
        Protocol::UnixStream | Protocol::UnixDatagram | Protocol::UnixSeqpacket => "Unix".into(),
        Protocol::Packet => "packet".into(),
        Protocol::Netlink(family) => format!("netlink {family}"),
    }
}

fn address(address: &Address) -> String {
    match address {
        Address::Inet(address) => address.to_string(),
        Address::Path(path) => path.display().to_string(),
        Address::Abstract(name) => format!("@{}", String::from_utf8_lossy(name)),
        Address::Unnamed => "without a name".into(),
        Address::Packet {
            interface: 0,
            protocol,
        } => format!("0x{protocol:04x} on all interfaces"),
        Address::Packet {
            interface,
            protocol,
        } => format!("0x{protocol:04x} on interface {interface}"),
        Address::Netlink(port) => format!("port {port}"),
    }
}

fn hint(left: &Left, apart: bool) -> String {
    let mut hint = String::from(
        "  hint:    join threads, wait for children, shut runtimes down, and close what is open",
    );
    if !left.threads.is_empty() {
        hint.push_str(
            ";\n           the threads of a runtime or client in a `static` stay for all tests that use it",
        );
        hint.push_str(if apart {
            ",\n           and died here with the process: `leaks = \"allow\"` says nothing of them"
        } else {
            ",\n           and work for them in this test's network namespace: \
             ask for `isolation = \"process\"`"
        });
    }
    hint.push('\n');
    hint
}

fn elsewhere(name: &str, foreign: &Foreign) -> String {
    let of = &foreign.of;
    let mut text = format!(
        "netns-test: in the network namespace of `{of}`, which is over, while `{name}` ran:\n"
    );
    for thread in &foreign.threads {
        line(&mut text, "thread", &self::thread(thread));
    }
    for (descriptor, socket) in &foreign.sockets {
        line(&mut text, "socket", &self::socket(*descriptor, socket));
    }
    let _ = writeln!(
        text,
        "  hint:    `{of}` left {}: {} in the wrong network for every other test;\n           \
         ask for `isolation = \"process\"` in both",
        threads(&foreign.left),
        if foreign.left.len() == 1 {
            "it works"
        } else {
            "they work"
        },
    );
    text
}

/// What a failing test is told as long as threads of the test `of` are left.
pub(crate) fn mention(name: &str, of: &str, left: &[(String, u32)]) -> String {
    format!(
        "netns-test: note: `{of}` left {}: if `{name}` uses {}, that is in the wrong network; \
         ask for `isolation = \"process\"` in both\n",
        threads(left),
        if left.len() == 1 { "it" } else { "them" },
    )
}

/// The names and numbers of the first few.
fn threads(left: &[(String, u32)]) -> String {
    const FEW: usize = 4;
    let named: Vec<_> = left
        .iter()
        .take(FEW)
        .map(|(name, tid)| format!("`{name}` ({tid})"))
        .collect();
    let more = match left.len().saturating_sub(FEW) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if left.len() == 1 { "thread" } else { "threads" };
    format!("the {noun} {}{more}", named.join(", "))
}

mod list;
#[cfg(test)]
mod tests;

pub(crate) use list::list;
