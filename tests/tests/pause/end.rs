//! What ends while a test is paused.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use netns_test_tests::cargo::User;
use netns_test_tests::state::{descendants, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::run::{Run, all, fixture, is};

fn pid(number: u32) -> Pid {
    Pid::from_raw(number.try_into().unwrap())
}

/// What a process does now, as in proc(5).
fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Whether a process is there and has not ended.
fn lives(pid: u32) -> bool {
    !matches!(state(pid), None | Some('Z' | 'X'))
}

/// A signal ends the test process as ever, and nothing of it is left.
#[test]
fn the_test_process_ends() {
    for user in User::all() {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
            // With one name it is a process for itself, with more a server's.
            for tests in [&["panics"][..], &["panics", "panics_as_well"]] {
                println!("{user:?} {signal} {tests:?}");
                let arguments = [&["--exact", "--test-threads=2"], tests].concat();
                let mut run = Run::start(&fixture(user, "pause-fixture", &arguments));
                run.err.paused(0);
                let own = run.child.id();
                let others = descendants(own);
                assert_eq!(others.is_empty(), !user.in_processes(), "{others:?}");
                kill(pid(own), signal).unwrap();
                assert_eq!(run.child.wait().unwrap().signal(), Some(signal as i32));
                wait_until("the test's processes have ended", || {
                    !others.iter().any(|other| lives(*other))
                });
            }
        }
    }
}

/// Who has one terminal stops it all, looks, and has it go on.
#[test]
fn the_test_process_is_stopped_meanwhile() {
    for user in User::all() {
        println!("{user:?}");
        let run = Run::start(&fixture(user, "pause-fixture", &["--exact", "panics"]));
        let paused = run.err.paused(0);
        let own = run.child.id();
        kill(pid(own), Signal::SIGSTOP).unwrap();
        wait_until("it is stopped", || state(own) == Some('T'));
        let seen = paused.inside(user, "cat /proc/sys/net/ipv4/ip_default_ttl");
        assert_eq!(String::from_utf8_lossy(&seen.stdout), "81\n", "{seen:?}");
        paused.go_on(user);
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert!(is(&out, "panics", "FAILED"), "{out}");
    }
}

/// A test's process that ends is not waited for, and is not paused once more.
#[test]
fn the_tests_own_process_ends() {
    for user in User::all() {
        if !user.in_processes() {
            continue;
        }
        for tests in [&["panics"][..], &["panics", "passes"]] {
            println!("{user:?} {tests:?}");
            let arguments = [&["--exact", "--test-threads=2"], tests].concat();
            let run = Run::start(&fixture(user, "pause-fixture", &arguments));
            run.err.paused(0);
            // A server is at home, and a child that waits for a test has one thread.
            let is_paused = |pid: &&u32| {
                let namespace = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).unwrap();
                let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
                namespace(&pid.to_string()) != namespace("self") && threads.count() > 1
            };
            let others = descendants(run.child.id());
            let paused: Vec<_> = others.iter().filter(is_paused).collect();
            let [one] = paused[..] else {
                panic!("{paused:?} of {others:?}");
            };
            kill(pid(*one), Signal::SIGKILL).unwrap();
            let err = run.err.clone();
            let (status, out) = run.finish();
            assert_eq!(status.code(), Some(101), "{out}");
            let over = "netns-test: the pause of `panics` is over: its process has ended\n";
            assert!(err.text().contains(over), "{}\n{out}", err.text());
            assert_eq!(all(&err.text()).len(), 1, "{}", err.text());
            assert!(is(&out, "panics", "FAILED"), "{out}");
            let words = "the process of `panics` was killed by signal 9 (SIGKILL)";
            assert!(out.contains(words), "{out}");
        }
    }
}
