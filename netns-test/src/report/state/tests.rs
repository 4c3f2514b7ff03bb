//! Every form of the report, as text.

mod lists;
mod made;

use std::net::SocketAddr;

use super::*;
use crate::counters::Moved;
use crate::error::ErrorKind;
use crate::netlink::Object;
use crate::netns::NetNsId;
use crate::sockets::{Address, Protocol, SocketEntry, State as Tcp};
use crate::state::firewall::{Chain, Firewall};
use crate::state::owners::Owner;
use crate::state::settings::Changed;

/// A message of the kernel's: its header, and attributes by number.
fn message<T: Object>(header: &[u8], attributes: &[(u16, &[u8])]) -> T {
    let mut body = header.to_vec();
    body.resize(T::HEADER, 0);
    for (kind, bytes) in attributes {
        let length = u16::try_from(bytes.len() + 4).unwrap();
        body.extend(length.to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(*bytes);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    T::read(&body).unwrap().unwrap()
}

/// `struct ifinfomsg`
fn link_header(hardware: u16, index: u32, flags: u32) -> Vec<u8> {
    let mut header = vec![0, 0];
    header.extend(hardware.to_ne_bytes());
    header.extend(index.to_ne_bytes());
    header.extend(flags.to_ne_bytes());
    header
}

fn statistics(numbers: [u64; 8]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_ne_bytes())
        .collect()
}

fn lo() -> Link {
    let header = link_header(772, 1, 0x1_0049);
    let mtu = 65536_u32.to_ne_bytes();
    message(
        &header,
        &[(1, &[0; 6]), (3, b"lo\0"), (4, &mtu), (16, &[0])],
    )
}

fn veth(numbers: [u64; 8]) -> Link {
    let header = link_header(1, 2, 0x1_1043);
    let (mtu, peer) = (1500_u32.to_ne_bytes(), 3_u32.to_ne_bytes());
    let kind = [&8_u16.to_ne_bytes()[..], &1_u16.to_ne_bytes(), b"veth"].concat();
    message(
        &header,
        &[
            (1, &[2, 0, 0, 0, 0, 1]),
            (3, b"left\0"),
            (4, &mtu),
            (5, &peer),
            (16, &[6]),
            (18, &kind),
            (23, &statistics(numbers)),
        ],
    )
}

/// `struct ifaddrmsg`
fn address(family: u8, length: u8, flags: u8, link: u8, ip: &[u8]) -> crate::address::Address {
    let header = [family, length, flags, 0, link, 0, 0, 0].map(|byte| byte);
    let header = if cfg!(target_endian = "big") {
        [family, length, flags, 0, 0, 0, 0, link]
    } else {
        header
    };
    message(&header, &[(1, ip)])
}

fn bare() -> State {
    let mut state = State::unknown(NetNsId::from_numbers(4, 4026));
    state.cookie = Some(7);
    state.links = vec![lo()];
    let v6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    state.addresses = vec![
        address(2, 8, 0x80, 1, &[127, 0, 0, 1]),
        address(10, 128, 0x80, 1, &v6),
    ];
    state
}

fn shown(when: When, state: State) -> String {
    text("a::b", when, &Ok(state))
}

#[test]
fn nothing_but_loopback() {
    let expected = "\
netns-test: the network of `a::b` at its panic:
  namespace:  net:[4026], cookie 7, isolation = \"thread\"
  links:      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
  addresses:  lo: 127.0.0.1/8, ::1/128
  sockets:    none
";
    assert_eq!(shown(When::AtPanic, bare()), expected);
}

#[test]
fn the_other_moments() {
    let mut state = bare();
    state.whole_process = true;
    state.cookie = None;
    let expected = "\
netns-test: the network of `a::b` after its process ended:
  namespace:  net:[4026], isolation = \"process\"
  links:      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
  addresses:  lo: 127.0.0.1/8, ::1/128
  sockets:    none left without the process
";
    assert_eq!(shown(When::AfterProcess, state), expected);
    let after = shown(When::AfterBody, bare());
    assert!(after.starts_with("netns-test: the network of `a::b` after its body:\n"));
    assert!(after.ends_with("  sockets:    none left\n"), "{after}");
}

/// Indices are replaced by names, and addresses stand with their links.
#[test]
fn all_that_rtnetlink_lists() {
    let mut state = bare();
    state.links.push(veth([1, 2, 100, 300, 0, 4, 5, 0]));
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    state.addresses.extend([
        address(2, 24, 0x80, 2, &[10, 0, 0, 1]),
        address(10, 64, 0xc0, 2, &v6),
        address(10, 64, 0x88, 2, &v6),
        address(10, 64, 0x20, 9, &v6),
    ]);
    let (lo, left) = (1_u32.to_ne_bytes(), 2_u32.to_ne_bytes());
    let through = [10, 0, 0, 2];
    // `struct rtmsg`: family, lengths, tos; table, protocol, scope, type.
    state.routes = vec![
        message(&[2, 0, 0, 0, 254, 3, 0, 1], &[(5, &through), (4, &left)]),
        message(
            &[2, 32, 0, 0, 255, 2, 254, 2],
            &[(1, &[127, 0, 0, 1]), (4, &lo)],
        ),
        message(
            &[10, 8, 0, 0, 255, 2, 0, 5],
            &[(1, &[0xff; 16]), (4, &left)],
        ),
        message(&[10, 128, 0, 0, 254, 2, 0, 1], &[(1, &v6), (4, &lo)]),
    ];
    // `struct fib_rule_hdr`
    let priority = 32766_u32.to_ne_bytes();
    state.rules = vec![
        message(&[2, 0, 0, 0, 255, 0, 0, 1], &[]),
        message(&[2, 0, 32, 0, 100, 0, 0, 1], &[(2, &through), (6, &left)]),
        message(&[10, 0, 0, 0, 0, 0, 0, 8], &[(6, &left)]),
        message(&[2, 0, 0, 0, 254, 0, 0, 1], &[(6, &priority)]),
    ];
    // `struct ndmsg`: the state follows the index.
    let neighbour = |known: u16| {
        let mut header = vec![2, 0, 0, 0];
        header.extend(left);
        header.extend(known.to_ne_bytes());
        message(&header, &[(1, &through)])
    };
    state.neighbours = vec![neighbour(0x20), neighbour(0x40)];
    let expected = "\
netns-test: the network of `a::b` at its panic:
  namespace:  net:[4026], cookie 7, isolation = \"thread\"
  links:      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
              2: left@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP \
link/ether 02:00:00:00:00:01 veth, received 1 packet (100 bytes), sent 2 packets (300 bytes), \
rx dropped 5, tx errors 4
  addresses:  lo: 127.0.0.1/8, ::1/128
              left: 10.0.0.1/24, 2001:db8::1/64 tentative, 2001:db8::1/64 dadfailed
              if9: 2001:db8::1/64 deprecated
  routes:     default via 10.0.0.2 dev left proto boot
  rules:      2: from 10.0.0.2 lookup 100
              2: from all prohibit (IPv6)
              not there: 32767: from all lookup default
              not there: 0: from all lookup local (IPv6)
              not there: 32766: from all lookup main (IPv6)
  neighbours: 10.0.0.2 dev left FAILED
  sockets:    none
";
    assert_eq!(shown(When::AtPanic, state), expected);
}

fn inet(text: &str) -> Address {
    Address::Inet(text.parse::<SocketAddr>().unwrap())
}

fn socket(protocol: Protocol, local: Address, peer: Option<&str>, state: Tcp) -> SocketEntry {
    SocketEntry {
        protocol,
        local,
        peer: peer.map(inet),
        state,
        receive_queue: Some(0),
        send_queue: Some(0),
        uid: Some(0),
        inode: Some(1),
    }
}

fn owner(threads: &[&str]) -> Owner {
    Owner {
        pid: 12,
        program: "tests".into(),
        threads: threads.iter().map(|name| (*name).to_owned()).collect(),
        descriptor: 5,
    }
}

#[test]
fn sockets_with_owners_and_queues() {
    let tcp = |local, peer, state| socket(Protocol::Tcp, inet(local), peer, state);
    let udp = |local, peer| socket(Protocol::Udp, inet(local), peer, Tcp::Close);
    let mut listens = tcp("127.0.0.1:80", None, Tcp::Listen);
    listens.receive_queue = Some(2);
    let mut connected = tcp("127.0.0.1:80", Some("127.0.0.1:40000"), Tcp::Established);
    (connected.receive_queue, connected.send_queue) = (Some(8), Some(9));
    let mut queued = udp("[::1]:53", None);
    queued.receive_queue = Some(832);
    let mut waits = tcp("127.0.0.1:80", Some("127.0.0.1:40001"), Tcp::Established);
    waits.inode = None;
    let mut closing = tcp("127.0.0.1:80", Some("127.0.0.1:40002"), Tcp::FinWait1);
    closing.inode = None;
    let path = Address::Path("/run/a\nb".into());
    let hidden = Address::Abstract(b"a\0b".into());
    let mut state = bare();
    state.sockets = vec![
        (waits, None),
        (closing, None),
        (connected, Some(owner(&["body"]))),
        (queued, Some(owner(&["a", "b", "c"]))),
        (listens, Some(owner(&["a", "b", "c", "d"]))),
        (
            tcp("127.0.0.1:80", Some("127.0.0.1:40003"), Tcp::TimeWait),
            None,
        ),
        (
            socket(Protocol::UnixStream, path, None, Tcp::Listen),
            Some(owner(&[])),
        ),
        (
            socket(Protocol::UnixDatagram, hidden, None, Tcp::Close),
            None,
        ),
        (
            socket(
                Protocol::UnixStream,
                Address::Unnamed,
                None,
                Tcp::Established,
            ),
            None,
        ),
    ];
    let text = shown(When::AtPanic, state);
    let expected = "  sockets:    1 in TIME-WAIT
              unix        LISTEN      /run/a\\nb                        pid 12 (`tests`), fd 5
              tcp         LISTEN      127.0.0.1:80                     2 to accept, pid 12 (`tests`), 4 threads, fd 5
              unix-dgram  UNCONN      @a\\x00b                          of a process that can't be seen
              tcp         ESTAB       127.0.0.1:80 -> 127.0.0.1:40000  8 bytes to read, 9 bytes to send, pid 12 (`tests`), thread `body`, fd 5
              udp         UNCONN      [::1]:53                         832 bytes queued, pid 12 (`tests`), threads `a`, `b`, `c`, fd 5
              tcp         ESTAB       127.0.0.1:80 -> 127.0.0.1:40001  not accepted yet
              tcp         FIN-WAIT-1  127.0.0.1:80 -> 127.0.0.1:40002  of no process
";
    assert!(text.ends_with(expected), "{text}");
}

/// In lines that are not too long, and without what every packet moves.
#[test]
fn counters_by_their_groups() {
    let moved = |group, name, by| Moved { group, name, by };
    let long: Vec<String> = (0..12).map(|at| format!("ACounter{at:02}")).collect();
    let mut counters = vec![
        moved("Tcp", "InSegs", 5),
        moved("IpExt", "InOctets", 400),
        moved("IpExt", "InNoRoutes", 1),
        moved("Icmp6", "OutType143", 1),
    ];
    counters.extend(long.iter().map(|name| moved("TcpExt", name, 1)));
    let expected = [
        "IpExt InNoRoutes 1",
        "Tcp InSegs 5",
        "TcpExt ACounter00 1, ACounter01 1, ACounter02 1, ACounter03 1, ACounter04 1,",
        "ACounter05 1, ACounter06 1, ACounter07 1, ACounter08 1, ACounter09 1, ACounter10 1,",
        "ACounter11 1",
    ];
    let lines = tables::by_group(counters.into_iter());
    assert_eq!(lines, expected);
    assert!(lines.iter().all(|line| INDENT + line.len() <= WIDTH));
}

#[test]
fn sysctls_firewall_and_what_was_not_read() {
    let changed = |key: &str, value: &str, initial: &str| Changed {
        key: key.into(),
        value: value.into(),
        initial: initial.into(),
    };
    let chain = |hook: Option<u8>, policy: u8, rules| {
        let hook = hook.map(|number| [8, 0, 0, 1, 0, 0, 0, number]);
        let hook = hook.map(|bytes| {
            if cfg!(target_endian = "big") {
                [0, 8, 0, 1, 0, 0, 0, bytes[7]]
            } else {
                [8, 0, 1, 0, 0, 0, 0, bytes[7]]
            }
        });
        let mut attributes: Vec<(u16, &[u8])> = vec![(3, b"first\0")];
        let policy = [0, 0, 0, policy];
        if let Some(hook) = &hook {
            attributes.extend([(4, &hook[..]), (5, &policy[..])]);
        }
        let mut chain: Chain = message(&[2], &attributes);
        chain.rules = rules;
        chain
    };
    let mut table: crate::state::firewall::Table = message(&[1], &[(1, b"filter\0")]);
    table.chains = vec![
        chain(Some(1), 0, 2),
        chain(Some(3), 1, 1),
        chain(None, 0, 0),
    ];
    let mut state = bare();
    state.changed = vec![
        changed("net.ipv4.ip_forward", "1", "0"),
        changed("net.ipv4.ip_local_reserved_ports", "", "1-2"),
    ];
    state.firewall = Firewall {
        tables: vec![table, message(&[2], &[(1, b"empty\0")])],
        legacy: vec!["ip filter".into()],
    };
    let denied = std::io::Error::from_raw_os_error(libc::EACCES);
    state.unread = vec![
        Error::system("read `/proc/thread-self/net/tcp`", denied),
        Error::new(ErrorKind::Process, "start a thread"),
    ];
    let text = shown(When::AtPanic, state);
    let expected = "  sockets:    none
  sysctls:    net.ipv4.ip_forward = 1 (in a new namespace 0)
              net.ipv4.ip_local_reserved_ports = nothing (in a new namespace 1-2)
  firewall:   table inet filter: chain first at input, policy drop, 2 rules; \
chain first at output, 1 rule; chain first, no rules
              table ip empty: no chains
              table ip filter of iptables-legacy(8)
  not read:   failed to read `/proc/thread-self/net/tcp`: Permission denied (os error 13)
              failed to start a thread
";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn no_report_at_all() {
    let denied = std::io::Error::from_raw_os_error(libc::EPERM);
    let error = Error::system("enter network namespace net:[4026]", denied);
    let expected = "\
netns-test: no report on the network of `a::b`: failed to enter network namespace net:[4026]
  because: Operation not permitted (os error 1)
";
    assert_eq!(text("a::b", When::AfterBody, &Err(error)), expected);
}
