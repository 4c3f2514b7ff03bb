//! `netns-test doctor`: what works here, tried in fresh namespaces.

use std::process::{Command, Stdio};

use netns_test_tests::cargo::User;
use netns_test_tests::state::{Count, State};
use serde_json::Value;

use crate::{finished, netns_test, output, users};

fn json(user: User) -> Value {
    let ran = output(user, ["doctor", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "");
    serde_json::from_str(&ran.stdout).expect("one object")
}

fn checks(object: &Value) -> impl Iterator<Item = &Value> {
    object["checks"].as_array().expect("a list").iter()
}

#[test]
fn programs_are_told_what_works() {
    for user in users() {
        let object = json(user);
        assert_eq!(object["runs"], true);
        assert_eq!(object["refusal"], Value::Null);
        let way = netns_test::access().way();
        let expected = match (user, way) {
            (User::Root, Some(netns_test::Way::Direct)) => "direct",
            _ => "user-namespace",
        };
        assert_eq!(object["way"], expected);
        let works = |name: &str| {
            let found = checks(&object).find(|check| check["name"] == name);
            found.unwrap_or_else(|| panic!("no {name} in {object}"))["works"] == true
        };
        assert_eq!(works("isolation = \"thread\""), expected == "direct");
        for name in [
            "isolation = \"process\"",
            "netlink",
            "sysctls",
            "low ports",
            "ping sockets",
            "packet sockets",
            "veth",
            "bridge",
            "/proc/net",
            "/sys/class/net",
            "mounts",
        ] {
            assert!(works(name), "{name} of {object:#}");
        }
        for check in checks(&object) {
            assert!(
                check["step"].is_string() && check["group"].is_string(),
                "{check}"
            );
            let explained = check["errno"].is_u64() && check["answer"].is_string();
            assert!(check["works"] == true || explained, "{check}");
        }
    }
}

/// The same in a table: one line for each, with what the kernel said and what helps.
#[test]
fn people_are_told_the_same() {
    for user in users() {
        let ran = output(user, ["doctor"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.stdout.starts_with("`#[netns_test]` runs here, "),
            "{ran:?}"
        );
        assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
        for check in checks(&json(user)) {
            let name = check["name"].as_str().unwrap();
            let line = ran
                .stdout
                .lines()
                .find(|line| line.trim_start().starts_with(&format!("{name} ")));
            let line = line.unwrap_or_else(|| panic!("no {name} in\n{}", ran.stdout));
            let column = "  isolation = \"process\"  ".len();
            let (_, rest) = line.split_at(column);
            if check["works"] == true {
                assert!(rest.starts_with("yes"), "{line}");
                continue;
            }
            let answer = check["answer"].as_str().unwrap();
            let step = check["step"].as_str().unwrap();
            assert!(
                rest.starts_with(&format!("no   {step} -> {answer}")),
                "{line}"
            );
            for fix in check["fix"].as_array().unwrap() {
                let fix = format!("fix: {}\n", fix.as_str().unwrap());
                assert!(ran.stdout.contains(&fix), "{fix}");
            }
        }
    }
}

#[test]
fn a_terminal_sees_how_far_it_is_and_then_the_table() {
    let line = format!("{} doctor", netns_test_tests::cargo::command().display());
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .stdin(Stdio::null())
        .output()
        .expect("util-linux");
    let text = String::from_utf8(output.stdout).unwrap();
    let (progress, table) = text.split_once("\r\u{1b}[K`#[netns_test]`").expect("both");
    for name in ["netlink", "veth", "/sys/class/net"] {
        assert!(
            progress.contains(&format!("\r\x1b[Ktrying {name} …")),
            "{text:?}"
        );
    }
    assert!(table.contains("\u{1b}[32myes\u{1b}[0m"), "{text:?}");
    assert!(!table.contains("\u{1b}[K"), "{text:?}");
}

#[test]
fn colours_are_for_terminals() {
    let mut doctor = netns_test(User::Ordinary, ["doctor"]);
    let ran = finished(doctor.env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR"));
    assert!(ran.stdout.contains("\u{1b}[32myes\u{1b}[0m"), "{ran:?}");
}

#[test]
fn nothing_is_left() {
    let (state, count) = (State::now(), Count::now());
    for user in users() {
        let _ = json(user);
    }
    assert_eq!(state, State::now());
    assert_eq!(count.mounts, Count::now().mounts);
}
