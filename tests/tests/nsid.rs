//! The number that a namespace has for another one.

use std::error::Error;
use std::thread;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::capability;
use netns_test_tests::ip::{ip, path_of};
use netns_test_tests::state::{Count, wait_until};
use nix::libc;

type TestResult = Result<(), Box<dyn Error>>;

#[netns_test]
fn there_is_none_at_first(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    assert_eq!(ns.nsid(&other)?, None);
    assert_eq!(ns.nsid(ns)?, None, "not even for itself");
    Ok(())
}

#[netns_test]
fn it_is_assigned(ns: &NetNs) -> TestResult {
    let (one, two) = (NetNs::new()?, NetNs::new()?);
    assert_eq!(ns.assign_nsid(&one, Some(7))?, 7);
    assert_eq!(ns.nsid(&one)?, Some(7));
    assert_eq!(ns.assign_nsid(&two, None)?, 0, "the lowest that is free");
    assert_eq!(one.nsid(ns)?, None, "each numbers for itself");
    assert_eq!(one.assign_nsid(ns, None)?, 0);
    assert_eq!(two.nsid(&one)?, None);
    Ok(())
}

#[netns_test]
fn the_kernel_assigns_one_for_a_veth(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    ip(&format!(
        "link add near type veth peer name far netns {}",
        path_of(&other)
    ));
    assert_eq!(ns.nsid(&other)?, Some(0));
    // Over there, when somebody looks.
    other.run(|| ip("link show"))?;
    assert_eq!(other.nsid(ns)?, Some(0));
    Ok(())
}

#[netns_test]
fn it_goes_with_its_namespace(ns: &NetNs) -> TestResult {
    let (one, two) = (NetNs::new()?, NetNs::new()?);
    assert_eq!(ns.assign_nsid(&one, Some(0))?, 0);
    one.close()?;
    wait_until("its number is free", || {
        match ns.assign_nsid(&two, Some(0)) {
            Ok(number) => number == 0,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::AlreadyExists);
                false
            }
        }
    });
    Ok(())
}

#[netns_test]
fn a_number_too_high_is_refused(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    for number in [1 << 31, u32::MAX] {
        let error = ns.assign_nsid(&other, Some(number)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::System);
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }
    assert_eq!(ns.nsid(&other)?, None);
    let highest = u32::try_from(i32::MAX)?;
    match ns.assign_nsid(&other, Some(highest)) {
        Ok(number) => assert_eq!(number, highest),
        // The kernel numbers from 0 and has one value less.
        Err(error) => assert_eq!(error.kind(), ErrorKind::System, "{error:?}"),
    }
    Ok(())
}

/// Reading needs no capability, assigning needs `CAP_NET_ADMIN`.
#[netns_test]
fn without_the_capability_nothing_is_assigned(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    let as_nobody = || {
        capability::lose(capability::NET_ADMIN).unwrap();
        (ns.nsid(&other), ns.assign_nsid(&other, None))
    };
    let (read, assigned) = thread::scope(|scope| scope.spawn(as_nobody).join().unwrap());
    assert_eq!(read?, None);
    let error = assigned.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error:?}");
    assert_eq!(error.raw_os_error(), Some(libc::EPERM));
    assert_eq!(ns.nsid(&other)?, None);
    Ok(())
}

#[netns_test(isolation = "process")]
fn nothing_is_left(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    ns.assign_nsid(&other, None)?;
    let before = Count::settled_without_files();
    for _ in 0..20 {
        ns.nsid(&other)?;
        let error = ns.assign_nsid(&other, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    }
    assert_eq!(Count::settled_without_files(), before);
    Ok(())
}
