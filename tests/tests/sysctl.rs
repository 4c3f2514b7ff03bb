//! Settings are read and changed in one namespace, and what can't be is refused.

use std::error::Error;
use std::fs;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::confine::{self, Step};
use netns_test_tests::ip::ip;
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::Count;
use nix::libc;

type TestResult = Result<(), Box<dyn Error>>;

const FORWARD: &str = "net.ipv4.ip_forward";

#[netns_test]
fn reads_and_changes(ns: &NetNs) -> TestResult {
    assert_eq!(ns.sysctl(FORWARD)?, "0");
    ns.set_sysctl(FORWARD, 1)?;
    assert_eq!(ns.sysctl(FORWARD)?, "1");
    assert_eq!(ns.sysctl("net/ipv4/ip_forward")?, "1");
    assert_eq!(fs::read_to_string("/proc/sys/net/ipv4/ip_forward")?, "1\n");
    Ok(())
}

#[netns_test]
fn values_of_several_words(ns: &NetNs) -> TestResult {
    let key = "net.ipv4.ip_local_port_range";
    ns.set_sysctl(key, "4000 5000")?;
    assert_eq!(ns.sysctl(key)?, "4000\t5000");
    let key = "net.ipv4.ip_local_reserved_ports";
    ns.set_sysctl(key, "80,90-91")?;
    assert_eq!(ns.sysctl(key)?, "80,90-91");
    ns.set_sysctl(key, "")?;
    assert_eq!(ns.sysctl(key)?, "");
    Ok(())
}

/// The caller is in the test's namespace, and stays there.
#[netns_test]
fn of_another_namespace(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    other.set_sysctl(FORWARD, 1)?;
    assert_eq!(
        (ns.sysctl(FORWARD)?, other.sysctl(FORWARD)?),
        ("0".into(), "1".into())
    );
    Ok(())
}

/// The first separator decides what a dot is.
#[netns_test]
fn an_interface_with_a_dot(ns: &NetNs) -> TestResult {
    ip("link add eth0.1 type veth peer name eth0.2");
    for (key, value) in [
        ("net.ipv4.conf.eth0/1.forwarding", 1),
        ("net/ipv4/conf/eth0.1/rp_filter", 2),
    ] {
        ns.set_sysctl(key, value)?;
        assert_eq!(ns.sysctl(key)?, value.to_string());
    }
    assert_eq!(ns.sysctl("net/ipv4/conf/eth0.1/forwarding")?, "1");
    let error = ns.sysctl("net.ipv4.conf.eth0.1.forwarding").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    Ok(())
}

#[netns_test]
fn what_is_no_key_is_refused(ns: &NetNs) {
    let endless = format!("net.{}", "a.".repeat(2048));
    let endless = endless.trim_end_matches('.');
    for key in [
        endless,
        "",
        "net",
        "net..ipv4",
        "net/../kernel/hostname",
        "net.ipv4.ip\0forward",
        "/proc/sys/net/ipv4/ip_forward",
        "kernel.hostname",
        "net.ipv4",
    ] {
        for error in [
            ns.sysctl(key).unwrap_err(),
            ns.set_sysctl(key, 1).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidName, "{key:?}: {error}");
            assert!(error.hint().is_some(), "{key:?}: {error}");
        }
    }
}

#[netns_test]
fn an_unknown_key_is_not_found(ns: &NetNs) {
    let long = format!("net.ipv4.{}", "a".repeat(2000));
    let longest = format!("net{}.a", ".a".repeat(2039));
    for key in [
        "net.ipv4.no_such",
        "net.no_such.key",
        "net.ipv4.ip_forward.below",
        &long,
        &longest,
    ] {
        for error in [
            ns.sysctl(key).unwrap_err(),
            ns.set_sysctl(key, 1).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{key}: {error:?}");
            assert!(error.to_string().contains(key), "{error}");
        }
    }
    assert_eq!(
        ns.sysctl("net.ipv4.no_such").unwrap_err().raw_os_error(),
        Some(libc::ENOENT)
    );
}

/// What belongs to the whole machine is absent inside, or can only be read.
#[netns_test]
fn what_all_namespaces_share_stays(ns: &NetNs) -> TestResult {
    let error = ns.sysctl("net.core.netdev_max_backlog").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
    let key = "net.ipv4.tcp_available_congestion_control";
    let value = ns.sysctl(key)?;
    let error = ns.set_sysctl(key, "reno").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotPermitted, "{error:?}");
    assert_eq!(error.raw_os_error(), Some(libc::EACCES));
    assert_eq!(ns.sysctl(key)?, value);
    let error = ns.sysctl("net.ipv4.route.flush").unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::NotPermitted,
        "for writing only: {error:?}"
    );
    ns.set_sysctl("net.ipv4.route.flush", 1)?;
    Ok(())
}

#[netns_test]
fn a_value_that_the_kernel_refuses(ns: &NetNs) -> TestResult {
    for value in ["many", "", "1\n0", "1\0"] {
        let error = ns.set_sysctl("net.ipv4.ip_default_ttl", value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::System, "{value:?}: {error:?}");
        assert_eq!(
            error.raw_os_error(),
            Some(libc::EINVAL),
            "{value:?}: {error:?}"
        );
        let named = format!("to `{}`", value.escape_debug());
        assert!(error.to_string().ends_with(&named), "{error}");
    }
    let error = ns.set_sysctl("net.ipv4.ip_default_ttl", 256).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
    assert_eq!(ns.sysctl("net.ipv4.ip_default_ttl")?, "64");
    let error = ns.set_sysctl(FORWARD, "0 1").unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error:?}");
    Ok(())
}

#[netns_test]
#[ignore = "run by a test, where `/proc/sys` is read-only"]
fn finds_a_read_only_proc_sys(ns: &NetNs) -> TestResult {
    assert_eq!(ns.sysctl(FORWARD)?, "0");
    let error = ns.set_sysctl(FORWARD, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error:?}");
    assert_eq!(error.raw_os_error(), Some(libc::EROFS));
    assert!(
        error.hint().unwrap().contains("systempaths=unconfined"),
        "{error:?}"
    );
    assert_eq!(ns.sysctl(FORWARD)?, "0");
    Ok(())
}

#[netns_test]
#[ignore = "run by a test, where `/proc/sys` is covered"]
fn finds_no_proc_sys(ns: &NetNs) {
    for error in [
        ns.sysctl(FORWARD).unwrap_err(),
        ns.set_sysctl(FORWARD, 1).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        assert!(error.hint().unwrap().contains("not mounted"), "{error:?}");
    }
}

#[test]
fn without_proc_sys_there_is_no_sysctl() {
    let steps = [
        confine::user_namespace(),
        Step::MountNamespace,
        Step::Cover(c"/proc/sys"),
    ];
    let finished = Rerun::of("finds_no_proc_sys").steps(steps).run();
    let text = finished.stdout + &finished.stderr;
    assert!(finished.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn a_read_only_proc_sys_is_an_error_of_its_own() {
    for isolation in ["auto", "process"] {
        let steps = [
            confine::user_namespace(),
            Step::MountNamespace,
            Step::ReadOnly(c"/proc/sys"),
        ];
        let finished = Rerun::of("finds_a_read_only_proc_sys")
            .steps(steps)
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        let text = finished.stdout + &finished.stderr;
        assert!(finished.status.success(), "{isolation}: {text}");
        assert!(text.contains("1 passed"), "{isolation}: {text}");
    }
}

#[netns_test(isolation = "process")]
fn nothing_is_left(ns: &NetNs) -> TestResult {
    ns.sysctl(FORWARD)?;
    let before = Count::settled_without_files();
    for _ in 0..20 {
        ns.sysctl(FORWARD)?;
        ns.set_sysctl(FORWARD, 1)?;
        ns.set_sysctl(FORWARD, "x").unwrap_err();
        ns.sysctl("net.no_such").unwrap_err();
        ns.sysctl("kernel.hostname").unwrap_err();
    }
    assert_eq!(Count::settled_without_files(), before);
    Ok(())
}
