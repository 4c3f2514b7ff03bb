use super::*;
use crate::capture::Described;
use crate::error::Error;

fn kept(file: Result<std::path::PathBuf, Error>, loss: Loss) -> Kept {
    let packet = |since_start, link: &str, what: &str| Described {
        since_start,
        link: link.into(),
        what: what.into(),
    };
    Kept {
        file,
        frames: 12,
        links: vec!["lo".into(), "veth0".into()],
        loss,
        last: vec![
            packet(1_234_567, "lo", "127.0.0.1:1 > 127.0.0.1:2 UDP len 3"),
            packet(
                2_000_000_000,
                "veth0",
                "ARP who has 10.0.0.1, asks 10.0.0.2",
            ),
        ],
    }
}

#[test]
fn says_where_it_is_and_how_it_ends() {
    let kept = kept(Ok("/tmp/a.1.pcapng".into()), Loss::default());
    assert_eq!(
        words("a", &kept),
        "netns-test: capture of `a`: /tmp/a.1.pcapng\n  \
           12 frames on lo, veth0\n  \
           the last 2, by seconds since the start:\n    \
             0.001234  lo     127.0.0.1:1 > 127.0.0.1:2 UDP len 3\n    \
             2.000000  veth0  ARP who has 10.0.0.1, asks 10.0.0.2\n"
    );
}

#[test]
fn says_what_is_missing_and_why() {
    let error = Error::system(
        "write `/tmp/a`",
        std::io::Error::from_raw_os_error(libc::ENOSPC),
    );
    let loss = Loss {
        forgotten: 1,
        dropped: 2,
        untapped: vec![("ns".into(), "no".into())],
    };
    let said = words("a", &kept(Err(error), loss));
    let expected = "netns-test: warning: no capture of `a`: failed to write `/tmp/a`\n  \
           because: No space left on device (os error 28)\n  \
           12 frames on lo, veth0\n  \
           missing: the 1 frame before them, for which there was no room\n  \
           hint:    `NETNS_TEST_CAPTURE_LIMIT` is how many MiB are kept\n  \
           missing: 2 frames that came too fast and were dropped by the kernel\n  \
           missing: all of ns: no\n";
    assert!(said.starts_with(expected), "{said}");
}
