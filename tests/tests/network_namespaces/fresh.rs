//! A namespace as it comes from the kernel.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use netns_test::netns_test;
use netns_test_tests::ip::ip;

use crate::{TestResult, in_a_bare_one};

fn connecting(address: &str) -> ErrorKind {
    let address: SocketAddr = address.parse().unwrap();
    TcpStream::connect(address).unwrap_err().kind()
}

/// Network namespaces, 1: a new one has `lo` and nothing else, down and without
/// an address. Nothing can be reached, neither itself nor anything outside, and
/// binding works all the same. Once `lo` is up, 127.0.0.1 and `::1` can be used at once.
#[netns_test]
fn lo_is_down_at_first() -> TestResult {
    in_a_bare_one(|| {
        let devices = fs::read_to_string("/proc/thread-self/net/dev")?;
        let names: Vec<_> = devices
            .lines()
            .skip(2)
            .filter_map(|line| line.split_once(':'))
            .collect();
        assert_eq!(names.len(), 1, "{devices}");
        assert_eq!(names[0].0.trim(), "lo");
        let addresses = fs::read_to_string("/proc/thread-self/net/if_inet6")?;
        assert_eq!(addresses, "");
        let local = fs::read_to_string("/proc/thread-self/net/fib_trie")?;
        assert!(!local.contains("127.0.0.1"), "{local}");

        TcpListener::bind("127.0.0.1:80")?;
        for address in ["127.0.0.1:80", "192.0.2.1:80"] {
            assert_eq!(
                connecting(address),
                ErrorKind::NetworkUnreachable,
                "{address}"
            );
        }
        // Without any address there is none to call from.
        assert_eq!(connecting("[2001:db8::1]:80"), ErrorKind::AddrNotAvailable);
        let refused = UdpSocket::bind((Ipv6Addr::LOCALHOST, 53)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AddrNotAvailable);

        ip("link set lo up");
        for address in ["127.0.0.1:80", "[::1]:80"] {
            let _server = TcpListener::bind(address)?;
            TcpStream::connect(address)?;
        }
        for address in ["192.0.2.1:80", "[2001:db8::1]:80"] {
            assert_eq!(
                connecting(address),
                ErrorKind::NetworkUnreachable,
                "{address}"
            );
        }
        Ok::<_, std::io::Error>(())
    })?;
    Ok(())
}
