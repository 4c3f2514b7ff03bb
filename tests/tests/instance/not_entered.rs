//! A namespace that can't be entered: nothing is called outside of it, and nothing waits for it.

use netns_test::{Error, ErrorKind, NetNs, instance, netns_test};
use netns_test_tests::capability;

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, error, namespace, number};

fn assert_not_permitted(error: &Error, ns: &NetNs, what: &str) {
    assert_eq!(error.kind(), ErrorKind::NotPermitted);
    assert_eq!(error.raw_os_error(), Some(libc::EPERM));
    let text = format!("enter network namespace {} to {what}", ns.id());
    assert!(error.to_string().starts_with(&text), "{text}: {error}");
}

#[netns_test(isolation = "process")]
fn at_registration(ns: &NetNs) {
    let log = Log::default();
    let register = || instance::register("it", Noting::new("it", &log));
    let failed = error(capability::without(register));
    assert_not_permitted(&failed, ns, "create instance `it`");
    assert_eq!(log.steps(&[number(ns)]), []);
    register().unwrap().unregister().unwrap();
}

#[netns_test(isolation = "process")]
fn when_a_registration_goes(ns: &NetNs) {
    let log = Log::default();
    let registration = instance::register("it", Noting::new("it", &log)).unwrap();
    let failed = error(capability::without(|| registration.unregister()));
    assert_not_permitted(&failed, ns, "shut down instance `it`");
    assert!(
        failed.to_string().contains("another callback failed"),
        "{failed}"
    );
    assert_eq!(log.steps(&[number(ns)]), [(Create, number(ns))]);
    assert_eq!(
        error(instance::unregister("it")).kind(),
        ErrorKind::NotFound
    );
}

#[netns_test(isolation = "process")]
fn when_a_namespace_goes(ns: &NetNs) {
    let log = Log::default();
    let registration = instance::register("it", Noting::new("it", &log)).unwrap();
    let (other, netid) = namespace();
    let handle = netid.open().unwrap();
    let failed = error(capability::without(|| other.close()));
    assert_not_permitted(&failed, &handle, "shut down instance `it`");
    assert_eq!(log.steps(&[netid]), [(Create, netid)]);
    assert_eq!(error(netid.open()).kind(), ErrorKind::NotFound);
    assert_eq!(handle.kstats(), []);
    registration.unregister().unwrap();
    let all = [Create, Shutdown, Destroy].map(|step| (step, number(ns)));
    assert_eq!(log.steps(&[number(ns)]), all, "the others are as they were");
}
