//! Operations in a `static`.

use std::error::Error;
use std::net::UdpSocket;

use netns_test::pernet::{Pernet, Registered};
use netns_test::{NetNs, netns_test};

struct Binds(u16);

impl Pernet for Binds {
    type Value = UdpSocket;

    fn init(&self, _: &NetNs) -> Result<UdpSocket, Box<dyn Error + Send + Sync>> {
        Ok(UdpSocket::bind(("127.0.0.1", self.0))?)
    }
}

netns_test::setup! {
    /// A device, though it comes first.
    pub(crate) device static LAST: Looks = Looks;
}

netns_test::setup! {
    /// The first of two in one place.
    static FIRST: Binds = Binds(1001);
    #[cfg(target_os = "linux")]
    pub(crate) static SECOND: Binds = Binds(1002);
}

/// Sees what has begun before it.
struct Looks;

impl Pernet for Looks {
    type Value = usize;

    fn init(&self, ns: &NetNs) -> Result<usize, Box<dyn Error + Send + Sync>> {
        let seen = [&FIRST, &SECOND].map(|hooks: &Registered<Binds>| ns.pernet(hooks));
        Ok(seen.iter().flatten().count())
    }
}

fn have_them(ns: &NetNs) {
    for (hooks, port) in [(&FIRST, 1001), (&SECOND, 1002)] {
        let socket = ns.pernet(hooks).expect("it has begun");
        assert_eq!(socket.local_addr().unwrap().port(), port);
        assert_eq!(hooks.ops().0, port);
        assert!(UdpSocket::bind(("127.0.0.1", port)).is_err());
    }
    assert_eq!(*ns.pernet(&LAST).unwrap(), 2);
}

#[netns_test]
fn every_test_has_them(ns: &NetNs) {
    have_them(ns);
}

#[netns_test(isolation = "process")]
fn every_process_has_them(ns: &NetNs) {
    have_them(ns);
}

/// So do the namespaces that a test makes itself.
#[netns_test]
fn every_namespace_has_them() {
    let ns = NetNs::new().unwrap();
    ns.run(|| have_them(&ns)).unwrap();
}
