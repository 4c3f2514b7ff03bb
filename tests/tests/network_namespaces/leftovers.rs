//! What is still in a namespace can be found.

use std::collections::BTreeSet;
use std::fs;
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use netns_test::{NetNs, netns_test};
use netns_test_tests::origin::sockets;
use netns_test_tests::state::wait_until;
use nix::unistd::gettid;

use crate::TestResult;

/// The numbers of those below `directory` that are in the namespace.
fn inside(directory: &str, ns: &NetNs) -> BTreeSet<i32> {
    let entries = fs::read_dir(directory).unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_inside = |number: &i32| {
        let link = fs::read_link(format!("{directory}/{number}/ns/net"));
        link.is_ok_and(|link| link == Path::new(&ns.id().to_string()))
    };
    numbers.filter(is_inside).collect()
}

/// Network namespaces, 14: threads of this process are found by `/proc/self/task/*/ns/net`,
/// processes by `/proc/*/ns/net`, and this process's sockets by `SIOCGSKNS`.
#[netns_test]
fn threads_processes_and_sockets_are_found() -> TestResult {
    let ns = NetNs::new()?;
    let (end, ended) = mpsc::channel::<()>();
    let (say, said) = mpsc::channel();
    let (left, mut child, socket) = ns.run(|| {
        let left = thread::spawn(move || {
            say.send(gettid().as_raw()).unwrap();
            let _ = ended.recv();
        });
        let child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        (
            left,
            child.unwrap(),
            UdpSocket::bind("127.0.0.1:53").unwrap(),
        )
    })?;
    let thread = said.recv()?;
    // The thread of `run` may be leaving still.
    wait_until("one thread is left", || {
        inside("/proc/self/task", &ns) == [thread].into()
    });
    let process = i32::try_from(child.id())?;
    assert!(inside("/proc", &ns).contains(&process));
    assert_eq!(sockets_of(&ns), [socket.as_raw_fd()].into());
    drop((end, socket, child.stdin.take()));
    left.join().unwrap();
    child.wait()?;
    wait_until("nothing is left", || {
        inside("/proc/self/task", &ns).is_empty() && inside("/proc", &ns).is_empty()
    });
    assert_eq!(sockets_of(&ns), BTreeSet::new());
    Ok(())
}

/// The descriptors of this process that are sockets of the namespace.
fn sockets_of(ns: &NetNs) -> BTreeSet<RawFd> {
    sockets()
        .into_iter()
        .filter(|(_, inode)| format!("net:[{inode}]") == ns.id().to_string())
        .map(|(fd, _)| fd)
        .collect()
}
