//! Tests that leave something behind: `tests/watched/leaks.rs` runs them. What the name
//! of a test says is left; those that begin with `clean` leave nothing.

use std::fs::File;
use std::mem;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use netns_test::{NetNs, netns_test};
use tokio::runtime::{Builder, Runtime};

const EVER: Duration = Duration::from_secs(1000);

#[netns_test]
fn thread() {
    let forgotten = thread::Builder::new().name("forgotten".into());
    forgotten.spawn(|| thread::sleep(EVER)).unwrap();
}

#[netns_test]
fn process() {
    #[expect(clippy::zombie_processes, reason = "this is the leak")]
    let _ = Command::new("sleep")
        .arg("20.25")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
}

#[netns_test]
fn tcp_listener() {
    mem::forget(TcpListener::bind("127.0.0.1:80").unwrap());
}

#[netns_test]
fn tcp_connection() {
    let server = TcpListener::bind("127.0.0.1:80").unwrap();
    mem::forget(TcpStream::connect("127.0.0.1:80").unwrap());
    mem::forget(server.accept().unwrap());
}

#[netns_test]
fn udp_socket() {
    mem::forget(UdpSocket::bind("[::1]:53").unwrap());
}

#[netns_test]
fn socket_in_a_static() {
    static SOCKET: OnceLock<UdpSocket> = OnceLock::new();
    SOCKET.get_or_init(|| UdpSocket::bind("127.0.0.1:5353").unwrap());
}

#[netns_test]
fn abstract_socket() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;
    let name = SocketAddr::from_abstract_name("left").unwrap();
    mem::forget(UnixListener::bind_addr(&name).unwrap());
}

#[netns_test]
fn namespace_descriptor() {
    mem::forget(File::open("/proc/thread-self/ns/net").unwrap());
}

#[netns_test]
fn handle() {
    static HANDLE: Mutex<Option<NetNs>> = Mutex::new(None);
    *HANDLE.lock().unwrap() = Some(NetNs::current().unwrap());
}

#[netns_test(leaks = "deny")]
fn denied() {
    mem::forget(UdpSocket::bind("127.0.0.1:54").unwrap());
}

#[netns_test(leaks = "deny")]
#[should_panic(expected = "as expected")]
fn denied_where_a_panic_is_expected() {
    mem::forget(UdpSocket::bind("127.0.0.1:55").unwrap());
    panic!("as expected");
}

#[netns_test]
fn fails_as_well() {
    mem::forget(UdpSocket::bind("127.0.0.1:56").unwrap());
    panic!("for another reason");
}

#[netns_test(leaks = "allow")]
fn clean_since_allowed() {
    mem::forget(UdpSocket::bind("127.0.0.1:57").unwrap());
}

#[netns_test(leaks = "deny")]
fn clean() {}

#[netns_test(leaks = "deny")]
fn clean_threads() {
    for _ in 0..20 {
        thread::spawn(|| ()).join().unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| ());
            }
        });
    }
    // One that was told to end, and that nobody waits for.
    let (tell, told) = mpsc::channel::<()>();
    thread::spawn(move || told.recv());
    drop(tell);
}

#[netns_test(leaks = "deny")]
fn clean_connections() {
    let server = TcpListener::bind("127.0.0.1:80").unwrap();
    for closes_first in [true, false] {
        let client = TcpStream::connect("127.0.0.1:80").unwrap();
        let accepted = server.accept().unwrap().0;
        // One end is in TIME_WAIT after that.
        if closes_first {
            drop(client);
            drop(accepted);
        } else {
            drop(accepted);
            drop(client);
        }
    }
    // Nobody accepts this one.
    drop(TcpStream::connect("127.0.0.1:80").unwrap());
}

#[netns_test(leaks = "deny")]
fn clean_children() {
    assert!(Command::new("true").status().unwrap().success());
    let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // Ended, and not waited for.
    #[expect(clippy::zombie_processes, reason = "this is no leak")]
    Command::new("true").spawn().unwrap();
}

#[netns_test(leaks = "deny")]
fn clean_handles(ns: &NetNs) {
    drop(NetNs::current().unwrap());
    drop(NetNs::new().unwrap());
    ns.run(|| drop(UdpSocket::bind("127.0.0.1:58").unwrap()))
        .unwrap();
    ns.spawn(|| ()).unwrap().join().unwrap();
    drop(File::open("/proc/thread-self/ns/net").unwrap());
}

#[netns_test(leaks = "deny")]
fn clean_thread_local() {
    thread_local! {
        static SOCKET: UdpSocket = UdpSocket::bind("127.0.0.1:59").unwrap();
    }
    SOCKET.with(|socket| socket.local_addr().unwrap());
}

#[netns_test(leaks = "deny")]
fn clean_socket_pair() {
    static PAIR: OnceLock<(UnixStream, UnixStream)> = OnceLock::new();
    PAIR.get_or_init(|| UnixStream::pair().unwrap());
}

#[netns_test(leaks = "deny", views = false)]
fn clean_views() {}

#[netns_test(leaks = "deny", flavor = "multi_thread", worker_threads = 4)]
async fn clean_workers() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:80").await.unwrap();
    let accepts = tokio::spawn(async move { server.accept().await.map(drop) });
    tokio::net::TcpStream::connect("127.0.0.1:80")
        .await
        .unwrap();
    accepts.await.unwrap().unwrap();
    tokio::task::spawn_blocking(|| ()).await.unwrap();
}

#[netns_test(leaks = "deny")]
fn clean_background() {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::spawn(async {}).await.unwrap();
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    });
    runtime.shutdown_background();
}

/// What is left in a namespace that the test made, and to which it has no handle any more.
mod made {
    use super::*;

    #[netns_test]
    fn thread() {
        let other = NetNs::new().unwrap();
        let inside = || {
            let forgotten = thread::Builder::new().name("elsewhere".into());
            forgotten.spawn(|| thread::sleep(EVER)).unwrap();
        };
        other.run(inside).unwrap();
    }

    #[netns_test]
    fn process() {
        let other = NetNs::new().unwrap();
        let mut sleep = other.command("sleep");
        sleep.arg("20.75").stdin(Stdio::null());
        sleep.stdout(Stdio::null()).stderr(Stdio::null());
        mem::forget(sleep.spawn().unwrap());
    }

    #[netns_test]
    fn socket() {
        let other = NetNs::new().unwrap();
        let another = other.run(|| NetNs::new().unwrap()).unwrap();
        let bind = || UdpSocket::bind("127.0.0.1:5354");
        mem::forget(another.socket(bind).unwrap());
    }

    #[netns_test]
    fn descriptor() {
        let other = NetNs::new().unwrap();
        let open = || File::open("/proc/thread-self/ns/net").unwrap();
        mem::forget(other.run(open).unwrap());
    }

    #[netns_test]
    fn handle() {
        mem::forget(NetNs::new().unwrap());
    }

    #[netns_test(leaks = "deny")]
    fn denied() {
        let other = NetNs::new().unwrap();
        let bind = || UdpSocket::bind("127.0.0.1:60");
        mem::forget(other.socket(bind).unwrap());
    }

    #[netns_test(leaks = "deny")]
    fn clean() {
        for _ in 0..3 {
            let other = NetNs::new().unwrap();
            let server = other.socket(|| TcpListener::bind("127.0.0.1:80")).unwrap();
            let accepts = other.spawn(move || server.accept().map(drop)).unwrap();
            other
                .run(|| TcpStream::connect("127.0.0.1:80").unwrap())
                .unwrap();
            accepts.join().unwrap().unwrap();
            assert!(other.command("true").status().unwrap().success());
            // It goes with the thread that has it, which nobody waits for.
            thread::spawn(move || drop(other));
        }
    }
}

/// What a process-wide runtime does to tests: the first one that touches it keeps its threads.
mod trap {
    use super::*;

    fn runtime() -> &'static Runtime {
        static RUNTIME: OnceLock<Runtime> = OnceLock::new();
        RUNTIME.get_or_init(|| {
            Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("trap-worker")
                .enable_all()
                .build()
                .unwrap()
        })
    }

    #[netns_test]
    fn a_touches_it_first() {
        runtime().block_on(async {
            tokio::spawn(async {}).await.unwrap();
        });
    }

    /// The task runs on the worker, and so in the other test's namespace.
    #[netns_test]
    fn b_serves_from_it() {
        let bound = runtime().block_on(async {
            tokio::spawn(tokio::net::TcpListener::bind("127.0.0.1:8080")).await
        });
        mem::forget(bound.unwrap().unwrap());
    }

    #[netns_test]
    fn c_is_served_by_it() {
        let _server = TcpListener::bind("127.0.0.1:8081").unwrap();
        let connected = runtime().block_on(async {
            tokio::spawn(tokio::net::TcpStream::connect("127.0.0.1:8081")).await
        });
        connected.unwrap().unwrap();
    }
}

/// The same with a blocking client that hides a thread.
mod hidden {
    use super::*;

    type Job = Box<dyn FnOnce() + Send>;

    fn client() -> &'static mpsc::Sender<Job> {
        static CLIENT: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
        CLIENT.get_or_init(|| {
            let (send, jobs) = mpsc::channel::<Job>();
            thread::Builder::new()
                .name("hidden-client".into())
                .spawn(move || jobs.into_iter().for_each(|job| job()))
                .unwrap();
            send
        })
    }

    fn get(url: &'static str) -> std::io::Result<()> {
        let (answer, answered) = mpsc::channel();
        let job = move || answer.send(TcpStream::connect(url).map(drop)).unwrap();
        client().send(Box::new(job)).unwrap();
        answered.recv().unwrap()
    }

    #[netns_test]
    fn a_gets_first() {
        let _server = TcpListener::bind("127.0.0.1:80").unwrap();
        get("127.0.0.1:80").unwrap();
    }

    #[netns_test]
    fn b_gets_from_there() {
        let _server = TcpListener::bind("127.0.0.1:80").unwrap();
        get("127.0.0.1:80").unwrap();
    }
}
