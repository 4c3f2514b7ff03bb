//! A namespace belongs to a thread.

use std::fs;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof::here;
use nix::sched::{CloneFlags, setns, unshare};

use crate::TestResult;

/// Network namespaces, 3: unshare(2) and setns(2) move the calling thread only. Threads
/// that it starts from then on begin where it is, those that are there already
/// stay, and a child process is where the thread is that made it.
#[netns_test]
fn one_moves_and_its_siblings_stay() -> TestResult {
    let home = here();
    let other = NetNs::new()?;
    let (ask, asked) = mpsc::channel::<()>();
    let sibling = thread::spawn(move || {
        asked.recv().unwrap();
        here()
    });
    let moved = thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let new = here();
        assert_eq!(thread::spawn(here).join().unwrap(), new);
        setns(&other, CloneFlags::CLONE_NEWNET).unwrap();
        let there = here();
        assert_eq!(there, other.id().to_string());
        assert_eq!(thread::spawn(here).join().unwrap(), there);
        let child = Command::new("readlink")
            .arg("/proc/self/ns/net")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(child.stdout).unwrap().trim(), there);
        (new, there)
    });
    let (new, there) = moved.join().unwrap();
    assert!(
        home != new && home != there && new != there,
        "{home} {new} {there}"
    );
    ask.send(())?;
    assert_eq!(sibling.join().unwrap(), home);
    assert_eq!(here(), home);
    Ok(())
}

/// Network namespaces, 4: in a thread, `/proc/self/ns/net`, `/proc/self/net` and `/proc/net`
/// are the main thread's, `/proc/thread-self/net` and `/proc/sys/net` its own. In a
/// child process all of them are those of the thread that made it.
#[netns_test(views = false)]
fn self_is_the_main_thread() -> TestResult {
    let main = fs::read_link("/proc/self/ns/net")?;
    let name = |file: &str| -> Vec<String> {
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().skip(2).filter_map(|line| line.split_once(':'));
        lines.map(|(name, _)| name.trim().to_owned()).collect()
    };
    let devices_of_main = name("/proc/self/net/dev");
    let other = NetNs::new()?;
    other.run(|| {
        netns_test_tests::ip::ip("link add only-here type veth peer name and-its-peer");
        fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
        assert_eq!(fs::read_link("/proc/self/ns/net").unwrap(), main);
        assert_eq!(here(), other.id().to_string());
        for file in ["/proc/self/net/dev", "/proc/net/dev"] {
            assert_eq!(name(file), devices_of_main, "{file}");
        }
        assert!(name("/proc/thread-self/net/dev").contains(&"only-here".into()));
        assert_eq!(fs::read_to_string("/proc/sys/net/ipv4/ip_forward").unwrap(), "1\n");
        let script = "readlink /proc/self/ns/net; grep -c only-here /proc/net/dev; cat /proc/sys/net/ipv4/ip_forward";
        let child = Command::new("sh").args(["-c", script]).output().unwrap();
        let expected = format!("{}\n1\n1\n", other.id());
        assert_eq!(String::from_utf8(child.stdout).unwrap(), expected);
    })?;
    assert_eq!(fs::read_to_string("/proc/sys/net/ipv4/ip_forward")?, "0\n");
    Ok(())
}
