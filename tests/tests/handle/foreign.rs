//! A namespace that another user namespace owns, and a plain test that may or
//! may not enter it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use netns_test::{ErrorKind, NetNs};
use netns_test_tests::proof;

/// Bad input: root may enter the namespace of an inner user namespace; an
/// ordinary user, whose it is, may only look at it.
#[test]
fn is_entered_or_refused() {
    let mut child = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net"])
        .args(["sh", "-c", "echo ready; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");

    let here = proof::here();
    let ns = NetNs::of_process(child.id()).unwrap();
    let owner = ns.owner().unwrap();
    let result = ns.run(proof::here);
    if NetNs::new().is_ok() {
        assert_eq!(result.unwrap(), ns.id().to_string());
    } else {
        for error in [result.unwrap_err(), ns.spawn(|| ()).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error}");
            assert_eq!(error.raw_os_error(), Some(libc::EPERM), "{error:?}");
            let hint = error.hint().unwrap();
            assert!(hint.contains(&owner.id().to_string()), "{hint}");
        }
        // Neither could it come back.
        assert_eq!(ns.enter().unwrap_err().kind(), ErrorKind::NotPermitted);
    }
    assert_eq!(proof::here(), here);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
