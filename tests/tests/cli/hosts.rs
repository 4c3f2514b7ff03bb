//! `--hosts`: names that the program alone sees.

use std::fs;

use netns_test_tests::cargo::User;

use crate::{finished, netns_test, output, users};

fn outside() -> String {
    fs::read_to_string("/etc/hosts").unwrap()
}

#[test]
fn names_are_seen_inside_only() {
    let before = outside();
    for user in users() {
        let arguments = ["run", "--hosts", "db.example=127.0.0.5,db6.example=[::1]"];
        let script = "getent hosts db.example; getent hosts db6.example; cat /etc/hosts";
        let ran = output(
            user,
            arguments.into_iter().chain(["--", "sh", "-c", script]),
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.starts_with("127.0.0.5 "), "{ran:?}");
        let added = "127.0.0.5 db.example\n::1 db6.example\n";
        assert!(ran.stdout.ends_with(&format!("{added}{before}")), "{ran:?}");
        assert_eq!(outside(), before);
    }
}

#[test]
fn a_name_that_is_there_is_replaced() {
    for user in users() {
        let file = std::env::temp_dir().join(format!("hosts-{}-{user:?}", std::process::id()));
        fs::write(&file, "127.0.0.7 added also # for a test").unwrap();
        let ran = finished(
            netns_test(
                user,
                ["run", "--hosts", "LOCALHOST=127.0.0.9", "--hosts-file"],
            )
            .arg(&file)
            .args(["cat", "/etc/hosts"]),
        );
        fs::remove_file(&file).unwrap();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let first = "127.0.0.9 LOCALHOST\n127.0.0.7 added also # for a test\n";
        let rest = ran.stdout.strip_prefix(first);
        let rest = rest.unwrap_or_else(|| panic!("{ran:?}"));
        let names = rest
            .lines()
            .flat_map(|line| line.split_whitespace().skip(1));
        assert!(
            !names.into_iter().any(|name| name == "localhost"),
            "{ran:?}"
        );
    }
}

/// One inside of the other, so that the file that is merged is known.
#[test]
fn the_rest_of_the_file_stays_as_it_is() {
    let this = netns_test_tests::cargo::command().to_str().unwrap();
    let file = std::env::temp_dir().join(format!("hosts-{}-lines", std::process::id()));
    let lines = "# a comment with second.example\n\n127.0.0.7\tfirst.example second.example # both\n\
                 127.0.0.8 second.example\n127.0.0.9 third.example #second.example\n127.0.0.10\n";
    fs::write(&file, lines).unwrap();
    for user in users() {
        let outer = ["run", "--hosts-file", file.to_str().unwrap(), "--"];
        let inner = [
            this,
            "run",
            "--hosts",
            "second.example=::2",
            "cat",
            "/etc/hosts",
        ];
        let ran = output(user, outer.iter().chain(&inner));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let merged = "::2 second.example\n# a comment with second.example\n\n\
                      127.0.0.7 first.example\n127.0.0.9 third.example #second.example\n127.0.0.10\n";
        assert!(ran.stdout.starts_with(merged), "{ran:?}");
    }
    fs::remove_file(&file).unwrap();
}

/// Whoever the program becomes can read it, whatever the umask is.
#[test]
fn everyone_can_read_the_file() {
    let command = netns_test_tests::cargo::command();
    let script = "umask 077; exec \"$0\" run --hosts a.example=127.0.0.1 stat -c %a /etc/hosts";
    for user in users() {
        let mut shell = netns_test_tests::cargo::started_by(user, "/bin/sh".as_ref());
        let ran = finished(shell.args(["-c", script]).arg(command));
        assert_eq!(ran.stdout, "644\n", "{ran:?}");
    }
}

#[test]
fn what_is_no_name_or_address_is_wrong_usage() {
    for (wrong, why) in [
        ("a", "a name, `=` and an address are needed"),
        ("=127.0.0.1", "`` is no host name"),
        ("a b=127.0.0.1", "`a b` is no host name"),
        ("a\n=127.0.0.1", "is no host name"),
        ("a=", "`` is no IP address"),
        ("a=localhost", "`localhost` is no IP address"),
        ("a=127.0.0.1:80", "`127.0.0.1:80` is no IP address"),
    ] {
        let ran = output(User::Ordinary, ["run", "--hosts", wrong, "true"]);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {ran:?}");
        assert!(ran.stderr.contains(why), "{wrong:?}: {ran:?}");
    }
}

#[test]
fn a_file_that_is_not_there_is_a_failure() {
    for wrong in ["/no/such/file", "/"] {
        let ran = output(User::Ordinary, ["run", "--hosts-file", wrong, "true"]);
        assert_eq!(ran.code, Some(124), "{ran:?}");
        let told = format!("netns-test: failed to read `{wrong}`: ");
        assert!(ran.stderr.starts_with(&told), "{ran:?}");
    }
}
