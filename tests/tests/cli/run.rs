//! A program gets a network namespace, and is otherwise what it would be.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use netns_test_tests::cargo::{User, command};
use netns_test_tests::state::State;

use crate::{finished, netns_test, output, this_test, users};

/// Not even the test runner's own namespace may be named `here`.
const HOME: &str = "PROOF_HOME";

#[test]
#[ignore = "run by the command"]
fn looks_around() {
    netns_test_tests::proof::assert_isolated();
    TcpListener::bind("127.0.0.1:80").expect("port 80 is free");
    UdpSocket::bind("[::1]:0").expect("`lo` has its IPv6 address");
    let links: Vec<_> = fs::read_dir("/sys/class/net")
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(links, ["lo"]);
    let devices = fs::read_to_string("/proc/net/dev").unwrap();
    assert_eq!(devices.lines().count(), 3, "{devices}");
}

#[test]
fn the_namespace_is_new_and_the_views_are_true() {
    let home = fs::read_link("/proc/self/ns/net").unwrap();
    for user in users() {
        let arguments = [
            vec!["run".into(), "--".into()],
            this_test("run::looks_around"),
        ]
        .concat();
        let ran = finished(netns_test(user, arguments).env(HOME, &home));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("1 passed"), "{ran:?}");
    }
}

#[test]
fn an_ordinary_user_keeps_its_id_and_gets_every_capability() {
    let script = "id -u; id -g; sed -n 's/^CapEff:\t//p' /proc/self/status; \
                  sysctl -qw net.ipv4.ip_forward=1; cat /proc/sys/net/ipv4/ip_forward";
    for user in users() {
        let ids = if user.wrapper().is_some() {
            ("65534".to_owned(), "65534".to_owned())
        } else {
            let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
            (user.to_string(), group.to_string())
        };
        let ran = output(user, ["run", "sh", "-c", script]);
        let lines: Vec<_> = ran.stdout.lines().collect();
        assert_eq!(lines[..2], [ids.0, ids.1], "{ran:?}");
        let capabilities = u64::from_str_radix(lines[2], 16).unwrap();
        assert_eq!(capabilities >> 12 & 1, 1, "CAP_NET_ADMIN: {ran:?}");
        assert_eq!(lines[3], "1", "{ran:?}");
    }
}

#[test]
fn the_exit_status_is_the_programs() {
    for user in users() {
        for status in [0, 1, 7, 255] {
            let ran = output(user, ["run", "--", "sh", "-c", &format!("exit {status}")]);
            assert_eq!(ran.code, Some(status), "{ran:?}");
            assert_eq!(ran.stderr, "");
        }
    }
}

#[test]
fn what_cannot_be_started_has_the_statuses_of_a_shell() {
    for user in users() {
        let ran = output(user, ["run", "--", "no-such-program"]);
        assert_eq!(ran.code, Some(127), "{ran:?}");
        let told = "netns-test: failed to start `no-such-program`: No such file or directory";
        assert!(ran.stderr.starts_with(told), "{ran:?}");
        for not_a_program in ["/etc/passwd", "/"] {
            let ran = output(user, ["run", "--", not_a_program]);
            assert_eq!(ran.code, Some(126), "{ran:?}");
            let told = format!("netns-test: failed to start `{not_a_program}`: Permission denied");
            assert!(ran.stderr.starts_with(&told), "{ran:?}");
        }
    }
}

#[test]
fn a_program_has_to_be_named() {
    for arguments in [&["run"][..], &["run", "--"], &["run", "--hosts", "a=::1"]] {
        let ran = output(User::Ordinary, arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("<PROGRAM>..."), "{ran:?}");
    }
    let ran = output(User::Ordinary, ["run", "--host", "a=::1", "true"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("a similar argument exists: '--hosts'"),
        "{ran:?}"
    );
}

#[test]
fn arguments_reach_the_program_as_they_are() {
    let words = ["--hosts", "-x", "--", "", "a b", "--help"];
    for before in [&["run"][..], &["run", "--"]] {
        let arguments = before.iter().chain(&["printf", "%s|"]).chain(&words);
        let ran = output(User::Ordinary, arguments);
        assert_eq!(ran.stdout, "--hosts|-x|--||a b|--help|", "{ran:?}");
    }
}

#[test]
fn the_programs_process_is_the_one_that_was_started() {
    for user in users() {
        let child = netns_test(user, ["run", "sh", "-c", "echo $$ $PPID $0; pwd; echo $A"])
            .env("A", "variables stay")
            .current_dir("/usr")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (pid, parent) = (child.id(), std::process::id());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text, format!("{pid} {parent} sh\n/usr\nvariables stay\n"));
    }
}

/// The program has the descriptors, the signal mask and the umask that it would have.
#[test]
fn nothing_is_added_to_the_program() {
    let script = "ls /proc/self/fd; grep -E 'SigBlk|SigIgn|Umask' /proc/self/status";
    for user in users() {
        let inside = output(user, ["run", "sh", "-c", script]);
        let wrapper = user.wrapper().unwrap_or("env");
        let (program, arguments) = wrapper.split_once(' ').unwrap_or((wrapper, ""));
        let outside = finished(
            Command::new(program)
                .args(arguments.split(' ').filter(|word| !word.is_empty()))
                .args(["sh", "-c", script])
                .stdin(Stdio::null()),
        );
        assert_eq!(inside.stdout, outside.stdout);
        assert!(!inside.stdout.is_empty());
    }
}

#[test]
fn nothing_is_left() {
    let before = State::now();
    for user in users() {
        let ran = output(
            user,
            ["run", "--hosts", "a=127.0.0.1", "sh", "-c", "exit 0"],
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert_eq!(before, State::now());
}

/// Where its name means the file in PATH, as for shells.
#[test]
fn the_programs_name_is_what_was_said() {
    let mut plain = Command::new(command());
    let ran = finished(
        plain
            .args(["run", "sh", "-c", "tr '\\0' '|' </proc/$$/cmdline"])
            .arg0("other"),
    );
    assert!(ran.stdout.starts_with("sh|-c|"), "{ran:?}");
}
