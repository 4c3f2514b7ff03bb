//! `netns-test ps`: which tests hold namespaces now.

use std::fs;

use netns_test_tests::cargo::User;
use netns_test_tests::state::wait_until;

use crate::shell::visit;
use crate::victims::Victims;
use crate::{netns_test, output};

const ONE: &str = "victims::waits_for_a_visitor";
const OTHER: &str = "victims::waits_for_a_visitor_as_well";

#[test]
fn a_test_is_listed_with_its_namespace_process_and_name() {
    for user in User::all() {
        println!("{user:?}");
        let victims = Victims::start(user, &[ONE, OTHER]);
        let listed = victims.listed();
        let mut names: Vec<_> = listed
            .iter()
            .map(|one| one["test"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, [ONE, OTHER]);
        for one in &listed {
            let (pid, tid) = (one["pid"].as_u64().unwrap(), one["tid"].as_u64().unwrap());
            let inode = one["namespace"].as_u64().unwrap();
            let link = fs::read_link(format!("/proc/{pid}/task/{tid}/ns/net")).unwrap();
            assert_eq!(link.as_os_str(), format!("net:[{inode}]").as_str());
            assert!(one["age"].as_f64().unwrap() < 600.0, "{one}");
            assert!(one["uid"].is_u64(), "{one}");
        }
        assert_ne!(listed[0]["namespace"], listed[1]["namespace"]);
    }
}

#[test]
fn the_table_is_aligned_and_plain() {
    for user in User::all() {
        let victims = Victims::start(user, &[ONE, OTHER]);
        let ran = output(user, ["ps"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mut lines = ran.stdout.lines();
        let heading = lines.next().unwrap();
        let words: Vec<_> = heading.split_whitespace().collect();
        assert_eq!(words, ["NAMESPACE", "PID", "UID", "AGE", "TEST"]);
        let column = heading.find("TEST").unwrap();
        let mut ours = 0;
        for line in lines {
            assert!(line.starts_with("net:["), "{ran:?}");
            let (fields, _) = line.split_at(column);
            assert!(fields.ends_with("  "), "{ran:?}");
            // The ends of the columns of numbers.
            for name in ["PID", "UID", "AGE"] {
                let end = heading.find(name).unwrap() + name.len();
                assert!(!fields[..end].ends_with(' '), "{name} of {ran:?}");
                assert!(fields[end..].starts_with(' '), "{name} of {ran:?}");
            }
            let age = fields.split_whitespace().last().unwrap();
            assert!(age.starts_with(|c: char| c.is_ascii_digit()), "{age}");
            assert!(age.ends_with(['s', 'm']), "{age}");
            ours += usize::from([ONE, OTHER].contains(&&line[column..]));
        }
        assert!(ours >= 2, "{ran:?}");
        assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
        drop(victims);
    }
}

#[test]
fn a_terminal_gets_colours_and_nothing_else_changes() {
    let user = User::Ordinary;
    let _victims = Victims::start(user, &[ONE]);
    let output = netns_test(user, ["ps"])
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("\u{1b}[1mNAMESPACE\u{1b}[0m"), "{text:?}");
}

/// However it ends.
#[test]
fn a_test_that_is_gone_is_not_listed() {
    for user in User::all() {
        let victims = Victims::start(user, &[ONE]);
        let pid = victims.listed()[0]["pid"].clone();
        drop(victims);
        wait_until("the test is gone", || {
            let ran = output(user, ["ps", "--json"]);
            let all: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
            all.iter().all(|one| one["pid"] != pid)
        });
    }
}

/// Though the process of the tests goes on.
#[test]
fn a_test_that_has_ended_is_not_listed() {
    for user in User::all() {
        let victims = Victims::start(user, &[ONE, OTHER]);
        let listed = victims.listed();
        let one = listed.iter().find(|one| one["test"] == ONE).unwrap();
        visit(user, &one["namespace"].to_string());
        wait_until("the other one alone is listed", || {
            let listed = victims.listed();
            listed.len() == 1 && listed[0]["test"] == OTHER
        });
    }
}

/// Root sees those of others, but not the other way round.
#[test]
fn the_tests_of_others_are_not_listed() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let victims = Victims::start(User::Root, &[ONE]);
    let pid = victims.listed()[0]["pid"].clone();
    let ran = output(User::Ordinary, ["ps", "--json"]);
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert!(all.iter().all(|one| one["pid"] != pid), "{ran:?}");
}
