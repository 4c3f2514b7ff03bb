//! Tests for the command to find and to enter.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};

use netns_test::netns_test;
use netns_test_tests::cargo::{User, started_by};
use netns_test_tests::state::wait_until;
use nix::mount::{MsFlags, mount};
use serde_json::Value;

use crate::{output, this_test};

/// Where a visitor is expected.
const DOOR: &str = "127.0.0.1:80";

#[netns_test]
#[ignore = "found by the command"]
fn waits_for_a_visitor() {
    let server = TcpListener::bind(DOOR).unwrap();
    let (mut visitor, _) = server.accept().unwrap();
    visitor.write_all(b"welcome").unwrap();
}

#[netns_test]
#[ignore = "found by the command"]
fn waits_for_a_visitor_as_well() {
    waits_for_a_visitor_at_the_door();
}

/// Its mounts are for its own user only.
#[netns_test]
#[ignore = "found by the command"]
fn covers_a_directory() {
    let none = None::<&str>;
    mount(Some("tmpfs"), "/etc", Some("tmpfs"), MsFlags::empty(), none).unwrap();
    waits_for_a_visitor_at_the_door();
}

fn waits_for_a_visitor_at_the_door() {
    TcpListener::bind(DOOR).unwrap().accept().unwrap();
}

/// Run inside by `netns-test shell`.
#[test]
#[ignore = "run by the command"]
fn visits() {
    let mut text = String::new();
    let mut visitor = TcpStream::connect(DOOR).unwrap();
    visitor.read_to_string(&mut text).unwrap();
    println!("told: {text}");
    let links = fs::read_dir("/sys/class/net").unwrap();
    println!("links: {}", links.count());
}

/// The process of tests that wait; ends with the value.
pub(crate) struct Victims {
    child: Child,
    user: User,
}

impl Victims {
    /// Starts these tests.
    pub(crate) fn start(user: User, tests: &[&str]) -> Self {
        let this = env::current_exe().unwrap();
        let child = started_by(user, Path::new(&this))
            .args(tests)
            .args(["--exact", "--ignored", "--test-threads=4"])
            .envs(user.isolation())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let victims = Self { child, user };
        wait_until("the tests run", || victims.listed().len() == tests.len());
        victims
    }

    /// What `netns-test ps --json` says of the tests of this process.
    pub(crate) fn listed(&self) -> Vec<Value> {
        let ran = output(self.user, ["ps", "--json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let all: Vec<Value> = serde_json::from_str(&ran.stdout).expect("a list");
        let descendants = netns_test_tests::state::descendants(self.child.id());
        let is_ours = |one: &Value| {
            let pid = one["pid"].as_u64().unwrap();
            pid == u64::from(self.child.id())
                || descendants.iter().any(|ours| u64::from(*ours) == pid)
        };
        all.into_iter().filter(is_ours).collect()
    }

    /// Waits for the end; whether all tests passed.
    pub(crate) fn passed(mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

impl Drop for Victims {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The arguments after `netns-test shell TEST` for [`visits`].
pub(crate) fn visitor() -> Vec<String> {
    [vec!["--".to_owned()], this_test("victims::visits")].concat()
}
