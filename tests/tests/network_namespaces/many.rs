//! Namespaces by the hundred.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use netns_test::{NetNs, NetNsId, netns_test};

use crate::TestResult;

const ALL: u32 = 200;
const AT_ONCE: usize = 32;

/// One that differs from all others that are open, and has a port of its own.
fn usable() -> Result<NetNs, netns_test::Error> {
    let ns = NetNs::new()?;
    ns.run(|| std::net::TcpListener::bind("127.0.0.1:80").expect("port 80 is free"))?;
    Ok(ns)
}

/// Network namespaces, 2: two hundred can be made and used, one after another.
#[netns_test]
fn one_after_another() -> TestResult {
    let mut cookies = HashSet::new();
    for _ in 0..ALL {
        assert!(
            cookies.insert(usable()?.try_cookie()?),
            "a cookie is never used twice"
        );
    }
    Ok(())
}

/// Network namespaces, 2: two hundred can be made and used by 32 threads at a time.
#[netns_test]
fn many_at_a_time() {
    let begun = AtomicU32::new(0);
    let made = || {
        let mut ids: Vec<NetNsId> = Vec::new();
        let mut open = Vec::new();
        while begun.fetch_add(1, Ordering::Relaxed) < ALL {
            let ns = usable().unwrap();
            ids.push(ns.id());
            open.push(ns);
        }
        (ids, open)
    };
    let all: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(made)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let ids: HashSet<_> = all.iter().flat_map(|(ids, _)| ids).collect();
    assert_eq!(
        ids.len(),
        usize::try_from(ALL).unwrap(),
        "all open, and each its own"
    );
}
