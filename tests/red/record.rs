//! Tests that end in all the ways there are: `tests/record` reads what the report says of
//! each. Those in `apart` end their process, so they run in one of their own.

#![expect(unsafe_code, reason = "one test forks")]

use std::io;
use std::mem;
use std::net::{TcpStream, UdpSocket};
use std::panic;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use netns_test::pernet::Pernet;
use netns_test::{NetNs, netns_test};

const EVER: Duration = Duration::from_secs(1000);

#[netns_test]
fn passes() {
    thread::sleep(Duration::from_millis(50));
}

#[netns_test(leaks = "allow")]
fn passes_without_a_look() {}

#[netns_test]
fn passes_though_it_tries() {
    TcpStream::connect("192.0.2.1:80").unwrap_err();
    TcpStream::connect("[2001:db8::1]:80").unwrap_err();
    TcpStream::connect("[2001:db8::1]:80").unwrap_err();
}

#[netns_test]
fn passes_though_it_leaks() {
    mem::forget(UdpSocket::bind("127.0.0.1:53").unwrap());
}

#[netns_test]
fn passes_though_its_thread_goes_on() {
    let forgotten = thread::Builder::new().name("forgotten".into());
    forgotten.spawn(|| thread::sleep(EVER)).unwrap();
}

#[netns_test]
#[should_panic(expected = "as it should")]
fn panics_as_expected() {
    panic!("as it should");
}

#[netns_test]
fn panics() {
    panic!("two lines,\nand \"quotes\": 100%, `code`");
}

#[netns_test]
fn panics_without_a_text() {
    panic::panic_any(7);
}

#[netns_test]
fn panics_at_length() {
    panic!("{}", "long ".repeat(10_000));
}

#[netns_test]
#[should_panic(expected = "the right text")]
fn panics_with_another_text() {
    panic!("the wrong text");
}

#[netns_test]
#[should_panic]
fn does_not_panic() {}

#[netns_test]
fn returns_an_error() -> io::Result<()> {
    TcpStream::connect("127.0.0.1:80").map(drop)
}

#[netns_test]
fn returns_a_status() -> ExitCode {
    ExitCode::from(3)
}

#[netns_test(leaks = "deny")]
fn leaks() {
    mem::forget(UdpSocket::bind("127.0.0.1:53").unwrap());
}

#[netns_test(leaks = "deny", egress = "deny")]
fn panics_and_leaks_and_tries() {
    mem::forget(UdpSocket::bind("127.0.0.1:53").unwrap());
    TcpStream::connect("192.0.2.1:80").unwrap();
}

#[netns_test(egress = "deny")]
fn tries() {
    TcpStream::connect("192.0.2.1:80").unwrap_err();
}

#[netns_test(egress = "deny")]
#[should_panic(expected = "")]
fn tries_where_a_panic_is_expected() {
    TcpStream::connect("192.0.2.1:80").unwrap();
}

#[netns_test(timeout = "300ms")]
fn takes_too_long() {
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms")]
#[should_panic(expected = "")]
fn takes_too_long_where_a_panic_is_expected() {
    thread::sleep(EVER);
}

#[netns_test(timeout = "300ms")]
fn panics_too_late() {
    thread::sleep(Duration::from_millis(600));
    panic!("nobody hears this");
}

/// Fails around the bodies of two tests, and is slow around one.
struct Around;

impl Pernet for Around {
    /// The test, by the name of its thread. A namespace may end on that of another one.
    type Value = String;

    fn init(&self, _: &NetNs) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let test = thread::current().name().unwrap_or_default().to_owned();
        match &*test {
            "setup_fails" => return Err("no room in the inn".into()),
            "is_slow_around" => thread::sleep(Duration::from_millis(100)),
            _ => {}
        }
        Ok(test)
    }

    fn exit(&self, _: &NetNs, test: &String) {
        match &**test {
            "teardown_fails" => panic!("not now"),
            "is_slow_around" => thread::sleep(Duration::from_millis(150)),
            _ => {}
        }
    }
}

netns_test::setup! {
    static AROUND: Around = Around;
}

#[netns_test]
fn setup_fails() {}

#[netns_test]
fn is_slow_around() {}

#[netns_test]
fn teardown_fails(ns: &NetNs) {
    assert!(ns.pernet(&AROUND).is_some());
}

#[netns_test(capture = "always")]
fn is_captured() {
    let _ = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .send_to(b"a", "127.0.0.1:9");
}

/// Where the test goes, no relative path leads to the report. With views, a thread would go
/// alone.
#[netns_test(isolation = "process", views = false)]
fn goes_elsewhere() {
    std::env::set_current_dir("/").unwrap();
}

#[test]
#[netns_test]
fn registered_twice() {}

/// An ordinary user has no threads in namespaces.
#[netns_test(isolation = "thread")]
fn needs_a_thread() {}

mod apart {
    use nix::sys::signal::{Signal, kill, raise};
    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork, getppid};

    use super::*;

    #[netns_test(isolation = "process")]
    #[ignore = "for some tests of the driver"]
    fn exits() {
        std::process::exit(0);
    }

    #[netns_test(isolation = "process")]
    #[ignore = "for some tests of the driver"]
    fn aborts() {
        std::process::abort();
    }

    #[netns_test(isolation = "process")]
    #[should_panic]
    #[ignore = "for some tests of the driver"]
    fn aborts_where_a_panic_is_expected() {
        std::process::abort();
    }

    #[netns_test(isolation = "process", timeout = "300ms")]
    #[ignore = "for some tests of the driver"]
    fn is_stopped() {
        raise(Signal::SIGSTOP).unwrap();
    }

    /// Its parent is the fork server, if several tests run in one test process.
    #[netns_test(isolation = "process")]
    #[ignore = "for one test of the driver"]
    fn ends_its_parent() {
        kill(getppid(), Signal::SIGKILL).unwrap();
        thread::sleep(EVER);
    }

    #[netns_test]
    #[ignore = "for one test of the driver"]
    fn exits_where_it_is() {
        std::process::exit(0);
    }

    /// The copy of the test process is not the one that tells.
    #[netns_test]
    #[ignore = "for one test of the driver"]
    fn has_a_copy_exit() {
        // SAFETY: no other thread of this process is at work, so no lock is held.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => std::process::exit(0),
            ForkResult::Parent { child } => drop(waitpid(child, None).unwrap()),
        }
    }
}

/// Tests for runs with many processes.
mod many {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(
                #[netns_test]
                #[ignore = "for one test of the driver"]
                fn $name() {
                    panic!("{}", "a rather long text that is longer than a page ".repeat(120));
                }
            )*
        };
    }

    tests!(a b c d e f g h i j k l m n o p q r s t);
}
