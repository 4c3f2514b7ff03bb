//! Numbers of namespaces, and what is told of them.

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::ip::{ip, path_of, try_ip};

use crate::TestResult;
use crate::events::{Event, Events};

fn add_veth(name: &str, to: &NetNs) {
    ip(&format!(
        "link add {name} type veth peer name far-{name} netns {}",
        path_of(to)
    ));
}

/// Linux pernet operations, 18: a number of a namespace is another's for it, and there is
/// none until it is needed or asked for. The kernel takes the lowest that is free, from
/// 0, and tells whoever hears `RTNLGRP_NSID`.
#[netns_test]
fn a_number_is_given_when_it_is_needed(ns: &NetNs) -> TestResult {
    let (one, two, three) = (NetNs::new()?, NetNs::new()?, NetNs::new()?);
    let mut events = Events::here();
    assert_eq!(ns.nsid(&one)?, None);
    assert_eq!(ns.assign_nsid(&one, Some(0))?, 0);
    assert_eq!(ns.assign_nsid(&two, Some(2))?, 2);
    add_veth("near", &three);
    assert_eq!(ns.nsid(&three)?, Some(1), "0 and 2 are taken");
    assert_eq!(one.nsid(&three)?, None, "another observer");
    let all = events.up_to(&Event::NewNsid(1));
    assert_eq!(
        all,
        [Event::NewNsid(0), Event::NewNsid(2), Event::NewNsid(1)]
    );
    Ok(())
}

/// Linux pernet operations, 19: what has a number gets no other, and a number is one namespace's.
#[netns_test]
fn a_second_number_is_refused(ns: &NetNs) -> TestResult {
    let (one, two) = (NetNs::new()?, NetNs::new()?);
    assert_eq!(ns.assign_nsid(&one, None)?, 0);
    for (other, number) in [
        (&one, Some(5)),
        (&one, Some(0)),
        (&one, None),
        (&two, Some(0)),
    ] {
        let error = ns.assign_nsid(other, number).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{number:?}");
        assert_eq!(error.raw_os_error(), Some(libc::EEXIST), "{number:?}");
    }
    assert_eq!((ns.nsid(&one)?, ns.nsid(&two)?), (Some(0), None));
    Ok(())
}

/// Linux pernet operations, 20: of a veth whose far end is elsewhere, first the far
/// namespace's number is told and then the link; when that namespace goes, first
/// that its number went and then that the link did.
#[netns_test]
fn the_number_is_told_before_the_link() -> TestResult {
    let far = NetNs::new()?;
    let mut events = Events::here();
    add_veth("near", &far);
    let came = events.up_to(&Event::NewLink("near".into()));
    assert_eq!(came, [Event::NewNsid(0), Event::NewLink("near".into())]);
    far.close()?;
    let mut went = events.up_to(&Event::DelLink("near".into()));
    // The link changes while it goes: its far end is not there.
    went.retain(|event| !matches!(event, Event::NewLink(_)));
    assert_eq!(went, [Event::DelNsid(0), Event::DelLink("near".into())]);
    Ok(())
}

/// Linux pernet operations, 21: when a namespace goes, its virtual devices are deleted, in the reverse
/// of the order in which they came.
#[netns_test]
fn devices_go_in_reverse_order() -> TestResult {
    let far = NetNs::new()?;
    let names = ["one", "two", "three"];
    for name in names {
        add_veth(name, &far);
    }
    let mut events = Events::here();
    far.close()?;
    let mut went = events.up_to(&Event::DelLink("one".into()));
    went.retain(|event| matches!(event, Event::DelLink(_)));
    let reversed = names
        .map(|name| Event::DelLink(name.into()))
        .into_iter()
        .rev();
    assert_eq!(went, reversed.collect::<Vec<_>>());
    Ok(())
}

/// Linux pernet operations, 21: `lo` is the first device of a namespace, and stays in it.
#[netns_test]
fn lo_is_first_and_stays(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    other.run(|| ip("link add near type veth peer name far"))?;
    for ns in [ns, &other] {
        let links = ns.links()?;
        assert_eq!((links[0].name(), links[0].index()), ("lo", 1));
    }
    let refused = try_ip(&format!("link set lo netns {}", path_of(&other)));
    let said = String::from_utf8(refused.stderr)?;
    assert!(!refused.status.success());
    // The words of newer kernels, and of older ones.
    let known = ["netns is immutable", "Invalid argument"];
    assert!(known.iter().any(|words| said.contains(words)), "{said}");
    let refused = try_ip("link delete lo");
    assert!(!refused.status.success());
    assert_eq!(ns.links()?.len(), 1);
    Ok(())
}
