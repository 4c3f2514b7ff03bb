//! What illumos's notifications do, statement by statement.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use netns_test::notify::{Event, Item, Notice, Protocol};
use netns_test::{ErrorKind, NetNs, netns_test};

use crate::{Ear, ip, try_ip};

/// illumos notifications, 13: they are about the protocols of one namespace,
/// which is named by its number; interfaces have events of their own.
#[netns_test]
fn protocols_of_one_namespace(ns: &NetNs) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let registration = ns.notify(move |notice: &Notice| {
        ear.lock().unwrap().push(notice.clone());
    });
    let registration = registration.unwrap();
    let protocols = |wanted: fn(&Notice) -> Option<&Item>| -> Vec<_> {
        let heard = heard.lock().unwrap();
        let items = heard.iter().filter_map(|notice| {
            assert_eq!((notice.id(), notice.netid()), (ns.id(), ns.netid()));
            wanted(notice)
        });
        let protocol = |item: &Item| match item {
            Item::Protocol(protocol) => Some(*protocol),
            _ => None,
        };
        items.filter_map(protocol).collect()
    };
    let both = [Protocol::Inet, Protocol::Inet6];
    assert_eq!(both.map(|protocol| protocol.to_string()), ["inet", "inet6"]);
    assert_eq!(protocols(Notice::registered), both);
    assert!(ns.netid().is_some());
    // An interface that comes is none, and neither is what happens in another namespace.
    let other = NetNs::new().unwrap();
    other
        .run(|| ip("link add elsewhere type veth peer name elsewhere1"))
        .unwrap();
    registration.unregister().unwrap();
    assert_eq!(protocols(Notice::registered), both);
    assert_eq!(
        protocols(Notice::unregistered),
        [Protocol::Inet6, Protocol::Inet]
    );
    let heard = heard.lock().unwrap();
    let is_elsewhere = |notice: &&Notice| notice.to_string().contains("elsewhere");
    assert!(heard.iter().find(is_elsewhere).is_none(), "{heard:?}");
}

/// illumos notifications, 14: a callback is on a namespace's list once, whatever its
/// argument; the list of another namespace is another.
#[netns_test]
fn the_same_callback_is_refused(ns: &NetNs) {
    fn plain(_: &Notice) {}
    let ear = Ear::<0>::default();
    let registration = ns.notify(ear.clone()).unwrap();
    let heard = ear.lines();
    for refused in [ns.notify(ear.clone()), ns.notify(Ear::<0>::default())] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::EEXIST));
    }
    // One closure expression is one callback, whatever it captures.
    let closure = |argument: u32| move |_: &Notice| assert!(argument > 0);
    let first = ns.notify(closure(1)).unwrap();
    assert_eq!(
        ns.notify(closure(2)).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
    let function = ns.notify(plain).unwrap();
    assert_eq!(
        ns.notify(plain).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
    let others = [ns.notify(Ear::<1>::default()), ns.notify(|_: &Notice| {})];
    assert_eq!(ear.lines(), [""; 0], "a refused one changes nothing");

    let other = NetNs::new().unwrap();
    let elsewhere = other.notify(ear.clone()).unwrap();
    assert_eq!(ear.lines(), heard, "the same exists there");
    elsewhere.unregister().unwrap();
    for registration in [registration, first, function]
        .into_iter()
        .chain(others.map(Result::unwrap))
    {
        registration.unregister().unwrap();
    }
    ns.notify(Ear::<0>::default())
        .unwrap()
        .unregister()
        .unwrap();
}

/// illumos notifications, 15: a callback that is not on the list can't leave it.
/// (A namespace that does not exist can't be named, since it is named by a handle to it;
/// the refusal of one that ends has a test beside the code.)
#[netns_test]
fn an_unknown_callback_is_not_found(ns: &NetNs) {
    let not_found = |result: Result<(), netns_test::Error>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::ESRCH));
    };
    let ear = Ear::<0>::default();
    not_found(ns.notify_unregister(&ear));
    let other = ns.notify(Ear::<1>::default()).unwrap();
    not_found(ns.notify_unregister(&ear));
    let registration = ns.notify(ear.clone()).unwrap();
    ns.notify_unregister(&ear).unwrap();
    not_found(ns.notify_unregister(&ear));
    // The registration of one does not end that of another of the same type.
    let again = ns.notify(ear.clone()).unwrap();
    not_found(registration.unregister());
    again.unregister().unwrap();
    other.unregister().unwrap();
}

/// illumos notifications, 16: before it returns, registering tells the new
/// callback of all that exists, and no other. (There, the latest comes first; here,
/// what others need comes before them.)
#[netns_test]
fn a_newcomer_is_told_what_exists(ns: &NetNs) {
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 up");
    ip("address add 10.0.0.1/24 dev veth0");
    let (first, second) = (Ear::<0>::default(), Ear::<1>::default());
    let _first = ns.notify(first.clone()).unwrap();
    let told = first.lines();
    let _second = ns.notify(second.clone()).unwrap();
    assert_eq!(first.lines(), [""; 0]);
    assert_eq!(second.lines(), told);

    let mut expected = vec!["+ inet".to_owned(), "+ inet6".to_owned()];
    expected.extend(
        ns.links()
            .unwrap()
            .iter()
            .map(|link| format!("+ {}", link.name())),
    );
    assert_eq!(expected.len(), 5);
    let addresses = ns.addresses().unwrap();
    expected.extend(
        addresses
            .iter()
            .map(|a| format!("+ address {}/{}", a.ip(), a.prefix_length())),
    );
    expected.extend(
        ns.routes()
            .unwrap()
            .iter()
            .map(|route| format!("+ route {route}")),
    );
    let mut told_sorted = told.clone();
    told_sorted.sort();
    let mut all = expected.clone();
    all.sort();
    assert_eq!(told_sorted, all);
    assert_eq!(told[..5], expected[..5], "in this order");
}

/// 16 as well: what exists when it is called is told, also what the kernel has
/// not said yet, as it says of IPv6 addresses a little later.
#[netns_test]
fn a_newcomer_is_told_of_the_latest(ns: &NetNs) {
    let first = Ear::<0>::default();
    let _first = ns.notify(first.clone()).unwrap();
    for round in 1..=100 {
        let address = match round % 2 {
            0 => format!("10.0.0.{round}/32"),
            _ => format!("fd00::{round}/128"),
        };
        ip(&format!("address add {address} dev lo nodad"));
        let newcomer = Ear::<1>::default();
        let registration = ns.notify(newcomer.clone()).unwrap();
        assert_eq!(
            newcomer.count(&format!("+ address {address}")),
            1,
            "{address}"
        );
        registration.unregister().unwrap();
        assert_eq!(
            newcomer.count(&format!("- address {address}")),
            1,
            "{address}"
        );
        first.wait_for(&format!("+ address {address}"));
    }
    assert_eq!(first.count("+ address"), 102, "and the others once");
}

/// illumos notifications, 17: the callback that leaves is told that all that still
/// exists is gone, when it is off the list already, and no other is.
#[netns_test]
fn a_leaver_is_told_that_all_is_gone(ns: &NetNs) {
    let (first, second) = (Ear::<0>::default(), Ear::<1>::default());
    let registration = ns.notify(first.clone()).unwrap();
    let _second = ns.notify(second.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link del veth0");
    ip("link add veth2 type veth peer name veth3");
    second.wait_for("+ veth2");
    second.wait_for("+ veth3");
    let mut exists = Vec::new();
    for line in first.lines() {
        match line.split_once(' ').unwrap() {
            ("+", name) => exists.push(name.to_owned()),
            ("-", name) => exists.retain(|known| known != name),
            _ => {}
        }
    }
    assert!(exists.contains(&"veth3".to_owned()), "{exists:?}");
    second.lines();
    registration.unregister().unwrap();
    assert_eq!(second.lines(), [""; 0]);
    let mut gone: Vec<_> = first
        .lines()
        .iter()
        .map(|line| line.replacen("- ", "", 1))
        .collect();
    assert_eq!(gone.last().unwrap(), "inet", "the other way round");
    gone.sort();
    exists.sort();
    assert_eq!(gone, exists);
    // It hears nothing more.
    ip("link add veth4 type veth peer name veth5");
    second.wait_for("+ veth4");
    assert_eq!(first.lines(), [""; 0]);
}

/// illumos notifications, 18: what happens is told in the order of
/// registration, and what comes is there when it is told.
#[netns_test]
fn in_the_order_of_registration(ns: &NetNs) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = |name: &'static str| {
        let heard = Arc::clone(&heard);
        move |notice: &Notice| {
            if let Event::Register(Item::Interface(link)) = notice.event() {
                let file = format!("/proc/sys/net/ipv4/conf/{}", link.name());
                let exists = std::fs::exists(file).unwrap();
                heard
                    .lock()
                    .unwrap()
                    .push((link.name().to_owned(), name, exists));
            }
        }
    };
    let (a, b, c) = (ear("a"), ear("b"), ear("c"));
    // Three expressions, thus three callbacks.
    let third = ns.notify(move |notice: &Notice| c(notice)).unwrap();
    let _first = ns.notify(move |notice: &Notice| a(notice)).unwrap();
    let _second = ns.notify(move |notice: &Notice| b(notice)).unwrap();
    let last = Ear::<0>::default();
    let _last = ns.notify(last.clone()).unwrap();
    let of = |link: &str| -> Vec<_> {
        last.wait_for(&format!("+ {link}"));
        let heard = heard.lock().unwrap();
        let about = heard.iter().filter(|(name, ..)| name == link);
        about.map(|(_, ear, exists)| (*ear, *exists)).collect()
    };
    ip("link add veth0 type veth peer name veth1");
    assert_eq!(of("veth0"), [("c", true), ("a", true), ("b", true)]);
    third.unregister().unwrap();
    ip("link add veth2 type veth peer name veth3");
    assert_eq!(of("veth2"), [("a", true), ("b", true)]);
}

/// illumos notifications, 19: what goes is told once, in however many steps it goes.
#[netns_test]
fn once_for_each_item(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 up");
    ip("link set veth1 up");
    ip("address add 10.0.0.1/24 dev veth0");
    ip("route add 192.0.2.0/24 via 10.0.0.2");
    ip("link set veth0 down");
    ip("link set veth0 up");
    ip("address del 10.0.0.1/24 dev veth0");
    ip("link set veth0 down");
    ip("link del veth0");
    ip("link add end type veth peer name end1");
    ear.wait_for("+ end");
    for item in ["veth0", "veth1", "address 10.0.0.1/24"] {
        assert_eq!(ear.count(&format!("+ {item}")), 1, "{item}");
        assert_eq!(ear.count(&format!("- {item}")), 1, "{item}");
    }
    // Whatever comes again has gone before.
    let mut exists = std::collections::BTreeSet::new();
    for line in ear.lines() {
        match line.split_once(' ').unwrap() {
            ("+", name) => assert!(exists.insert(name.to_owned()), "{line}"),
            ("-", name) => assert!(exists.remove(name), "{line}"),
            _ => {}
        }
    }
    assert!(
        exists.iter().all(|name| !name.contains("192.0.2.0")),
        "{exists:?}"
    );
}

/// illumos notifications, 20: callbacks of one namespace never run at the same
/// time, whatever they are told and whoever asked for it.
#[netns_test]
fn one_at_a_time(ns: &NetNs) {
    static INSIDE: AtomicU32 = AtomicU32::new(0);
    static CALLS: AtomicU32 = AtomicU32::new(0);
    struct Counted<const N: u8>;
    impl<const N: u8> netns_test::notify::Notify for Counted<N> {
        fn notify(&self, _: &Notice) {
            assert_eq!(INSIDE.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            CALLS.fetch_add(1, Ordering::SeqCst);
            assert_eq!(INSIDE.fetch_sub(1, Ordering::SeqCst), 1);
        }
    }
    fn come_and_go<const N: u8>(ns: &NetNs) {
        for _ in 0..20 {
            ns.notify(Counted::<N>).unwrap().unregister().unwrap();
        }
    }
    let stays = ns.notify(Counted::<0>).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| come_and_go::<1>(ns));
        scope.spawn(|| come_and_go::<2>(ns));
        for round in 0..20 {
            ip(&format!("address add 10.0.0.{round}/32 dev lo"));
        }
    });
    stays.unregister().unwrap();
    assert!(CALLS.load(Ordering::SeqCst) > 100);
}

/// illumos notifications, 21: there, what is in use goes when it is not any more. Here the
/// kernel decides, and takes an address away while a socket uses it; that is told at once.
#[netns_test]
fn what_is_in_use_goes_as_well(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("address add 10.0.0.1/32 dev lo");
    let socket = TcpListener::bind("10.0.0.1:80").unwrap();
    ip("address del 10.0.0.1/32 dev lo");
    ear.wait_for("- address 10.0.0.1/32");
    drop(socket);
    // Another item, although it is the same address.
    ip("address add 10.0.0.1/32 dev lo");
    let count = || ear.count("+ address 10.0.0.1/32") == 2;
    netns_test_tests::state::wait_until("it comes again", count);
}

/// illumos notifications, 22: names are unique within a namespace, which the
/// kernel sees to, and only there.
#[netns_test]
fn names_are_unique_in_a_namespace(ns: &NetNs) {
    let (here, there) = (Ear::<0>::default(), Ear::<0>::default());
    let other = NetNs::new().unwrap();
    let _here = ns.notify(here.clone()).unwrap();
    let _there = other.notify(there.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    assert!(!try_ip("link add veth0 type veth peer name veth2"));
    other
        .run(|| ip("link add veth0 type veth peer name veth1"))
        .unwrap();
    ip("link add end type veth peer name end1");
    here.wait_for("+ end");
    there.wait_for("+ veth0");
    for ear in [here, there] {
        assert_eq!(ear.count("+ veth0"), 1);
        assert_eq!(ear.count("+ veth2"), 0);
    }
}
