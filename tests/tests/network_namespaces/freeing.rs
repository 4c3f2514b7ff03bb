//! A namespace is freed when nothing refers to it any more.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use netns_test::{NetNs, netns_test};
use netns_test_tests::ip::{ip, path_of};
use netns_test_tests::state::wait_until;

use crate::TestResult;

/// A namespace, and a device here that goes when it does.
fn watched(name: &str) -> Result<NetNs, netns_test::Error> {
    let ns = NetNs::new()?;
    ip(&format!(
        "link add {name} type veth peer name far netns {}",
        path_of(&ns)
    ));
    Ok(ns)
}

fn is_there(ns: &NetNs, device: &str) -> bool {
    ns.counters().unwrap().devices.contains_key(device)
}

/// `network_namespaces(7)`, freeing: each of these keeps a namespace, and when the last one goes
/// so does the namespace: a descriptor, a socket, a thread, a process.
#[netns_test]
fn it_goes_with_the_last_reference(ns: &NetNs) -> TestResult {
    let by_descriptor = watched("descriptor")?;
    let by_socket = watched("socket")?;
    let by_thread = watched("thread")?;
    let by_process = watched("process")?;
    let unwatched = watched("nothing")?;

    let socket = by_socket.run(|| UdpSocket::bind("127.0.0.1:53"))??;
    let (end, ended) = mpsc::channel::<()>();
    let (say, said) = mpsc::channel();
    let inside = by_thread.run(move || {
        thread::spawn(move || {
            say.send(()).unwrap();
            let _ = ended.recv();
        })
    })?;
    said.recv()?;
    let mut process = by_process.run(|| {
        Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
    })??;
    for handle in [by_socket, by_thread, by_process, unwatched] {
        handle.close()?;
    }
    // The kernel frees in one batch, or one after another: what was closed last is gone.
    wait_until("nothing keeps it", || !is_there(ns, "nothing"));
    for device in ["descriptor", "socket", "thread", "process"] {
        assert!(is_there(ns, device), "{device}");
    }
    by_descriptor.close()?;
    wait_until("no descriptor", || !is_there(ns, "descriptor"));
    drop(socket);
    wait_until("no socket", || !is_there(ns, "socket"));
    drop(end);
    inside.join().unwrap();
    wait_until("no thread", || !is_there(ns, "thread"));
    assert!(is_there(ns, "process"));
    drop(process.stdin.take());
    process.wait()?;
    wait_until("no process", || !is_there(ns, "process"));
    Ok(())
}
