use std::time::Duration;

use super::*;

fn thread(tid: u32, name: &str) -> Thread {
    Thread {
        tid,
        name: name.into(),
        state: 'S',
        channel: Some("ep_poll".into()),
        syscall: None,
        cpu: Duration::ZERO,
    }
}

fn entry(protocol: Protocol, local: &str, peer: &str, state: State) -> SocketEntry {
    SocketEntry {
        protocol,
        local: Address::Inet(local.parse().unwrap()),
        peer: Some(Address::Inet(peer.parse().unwrap())),
        state,
        receive_queue: Some(0),
        send_queue: Some(0),
        uid: Some(0),
        inode: Some(1),
    }
}

#[test]
fn each_kind_has_a_line() {
    let left = Left {
        threads: vec![thread(12, "tokio-rt-worker")],
        processes: vec![Process {
            pid: 13,
            command: "sleep 1000".into(),
        }],
        sockets: vec![
            (
                7,
                entry(Protocol::Tcp, "127.0.0.1:80", "0.0.0.0:0", State::Listen),
            ),
            (
                8,
                entry(Protocol::Tcp, "[::1]:5", "[::1]:80", State::Established),
            ),
            (
                9,
                entry(Protocol::Udp, "0.0.0.0:53", "0.0.0.0:0", State::Close),
            ),
        ],
        namespaces: vec![(10, NetNsId::from_numbers(4, 99))],
        handles: vec![NetNsId::from_numbers(4, 98)],
        foreign: vec![],
    };
    let body = "\
netns-test: `a::b` left behind:
  thread:   12 `tokio-rt-worker`, sleeping in ep_poll
  process:  13 `sleep 1000`
  socket:   TCP 127.0.0.1:80 listens, descriptor 7
  socket:   TCP [::1]:5 to [::1]:80, descriptor 8
  socket:   UDP 0.0.0.0:53, descriptor 9
  namespace: net:[99], descriptor 10
  handle:   a `NetNs` of net:[98]
  hint:    join threads, wait for children, shut runtimes down, and close what is open;
           the threads of a runtime or client in a `static` stay for all tests that use it";
    assert_eq!(
        text("a::b", &left, false),
        format!(
            "{body},\n           and work for them in this test's network namespace: \
             ask for `isolation = \"process\"`\n"
        )
    );
    assert_eq!(
        text("a::b", &left, true),
        format!(
            "{body},\n           and died here with the process: \
             `leaks = \"allow\"` says nothing of them\n"
        )
    );
}

#[test]
fn without_threads_the_hint_is_short() {
    let left = Left {
        handles: vec![NetNsId::from_numbers(4, 98)],
        ..Left::default()
    };
    assert_eq!(
        text("a", &left, false),
        "\
netns-test: `a` left behind:
  handle:   a `NetNs` of net:[98]
  hint:    join threads, wait for children, shut runtimes down, and close what is open
"
    );
    assert!(Left::default().is_nothing());
}

#[test]
fn the_other_side_names_the_test_that_left_the_thread() {
    let left = Left {
        foreign: vec![Foreign {
            of: "first".into(),
            left: vec![("tokio-rt-worker".into(), 12)],
            threads: vec![thread(20, "tokio-rt-worker")],
            sockets: vec![(
                9,
                entry(Protocol::Udp, "0.0.0.0:53", "0.0.0.0:0", State::Close),
            )],
        }],
        ..Left::default()
    };
    assert_eq!(
        text("second", &left, false),
        "\
netns-test: in the network namespace of `first`, which is over, while `second` ran:
  thread:   20 `tokio-rt-worker`, sleeping in ep_poll
  socket:   UDP 0.0.0.0:53, descriptor 9
  hint:    `first` left the thread `tokio-rt-worker` (12): it works in the wrong network for every other test;
           ask for `isolation = \"process\"` in both
"
    );
    assert_eq!(
        mention("second", "first", &vec![("worker".to_owned(), 1); 6]),
        "netns-test: note: `first` left the threads `worker` (1), `worker` (1), `worker` (1), `worker` (1) \
         and 2 more: if `second` uses them, that is in the wrong network; \
         ask for `isolation = \"process\"` in both\n"
    );
}

#[test]
fn a_list_has_each_kind() {
    use crate::record::{Leak, LeakKind};

    let listens = || entry(Protocol::Tcp, "127.0.0.1:80", "0.0.0.0:0", State::Listen);
    let connected = || entry(Protocol::Tcp, "[::1]:5", "[::1]:80", State::Established);
    let left = Left {
        threads: vec![thread(12, "worker")],
        processes: vec![Process {
            pid: 13,
            command: "sleep 1000".into(),
        }],
        sockets: vec![(7, listens())],
        namespaces: vec![(10, NetNsId::from_numbers(4, 99))],
        handles: vec![NetNsId::from_numbers(4, 98)],
        foreign: vec![Foreign {
            of: "a::b".into(),
            left: Vec::new(),
            threads: vec![thread(14, "theirs")],
            sockets: vec![(8, connected())],
        }],
    };
    let task = |kind, number, name: &str| Leak {
        number: Some(number),
        name: Some(name.into()),
        ..Leak::new(kind)
    };
    let tcp = |local: &str, state: &str, descriptor| Leak {
        protocol: Some("TCP".into()),
        local: Some(local.into()),
        state: Some(state.into()),
        descriptor: Some(descriptor),
        ..Leak::new(LeakKind::Socket)
    };
    let of = Some("a::b".to_owned());
    let expected = [
        task(LeakKind::Thread, 12, "worker"),
        task(LeakKind::Process, 13, "sleep 1000"),
        tcp("127.0.0.1:80", "Listen", 7),
        Leak {
            descriptor: Some(10),
            ..Leak::new(LeakKind::Namespace)
        },
        Leak::new(LeakKind::Handle),
        Leak {
            of: of.clone(),
            ..task(LeakKind::Thread, 14, "theirs")
        },
        Leak {
            of,
            peer: Some("[::1]:80".into()),
            ..tcp("[::1]:5", "Established", 8)
        },
    ];
    assert_eq!(list(&left), expected);
}
