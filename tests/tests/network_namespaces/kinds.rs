//! Which kinds of devices there are is the machine's business.

use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use netns_test::netns_test;
use netns_test_tests::ip::{ip, try_ip};
use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, socket};

use crate::TestResult;

/// Network namespaces, 12: veth and bridge are what tests can rely on.
#[netns_test]
fn those_that_are_everywhere() {
    ip("link add near type veth peer name far");
    ip("link add br0 type bridge");
}

/// Network namespaces, 12: any other kind is either there, and can be made and
/// deleted, or the kernel says that it does not know it, and nothing is made. Without
/// dummy and ifb: their modules add devices to the machine's namespace when they are loaded.
#[netns_test]
fn any_other_is_there_or_unknown() {
    ip("link add near type veth peer name far");
    for (kind, words) in [
        ("macvlan", "link add it link near type macvlan"),
        ("ipvlan", "link add it link near type ipvlan"),
        ("vlan", "link add it link near type vlan id 7"),
        ("vxlan", "link add it type vxlan id 7 dstport 4789"),
        ("vrf", "link add it type vrf table 7"),
        ("wireguard", "link add it type wireguard"),
        ("tun", "tuntap add it mode tun"),
    ] {
        let output = try_ip(words);
        let is_there = try_ip("link show it").status.success();
        assert_eq!(output.status.success(), is_there, "{kind}: {output:?}");
        if is_there {
            ip("link delete it");
            assert!(!try_ip("link show it").status.success(), "{kind}");
        } else {
            let said = String::from_utf8(output.stderr).unwrap();
            let unknown = [
                "Unknown device type",
                "Operation not supported",
                // No module, and so no /dev/net/tun; or it is not for this user.
                "Permission denied",
                "No such file or directory",
                "No such device",
                "Operation not permitted",
            ];
            assert!(
                unknown.iter().any(|words| said.contains(words)),
                "{kind}: {said}"
            );
        }
    }
}

/// Network namespaces, 12: a packet socket sees each frame on `lo` twice, on its way
/// out and on its way in.
#[netns_test]
fn a_packet_socket_sees_each_frame_on_lo_twice() -> TestResult {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let tap = socket(
        AddressFamily::Packet,
        SockType::Raw,
        flags,
        SockProtocol::EthAll,
    )?;
    let udp = UdpSocket::bind("127.0.0.1:53")?;
    udp.send_to(b"seen", "127.0.0.1:53")?;
    udp.recv(&mut [0; 8])?;
    let mut bytes = [0; 128];
    let frame = || match recv(tap.as_raw_fd(), &mut bytes, MsgFlags::empty()) {
        Err(Errno::EAGAIN) => None,
        length => Some(bytes[..length.unwrap()].ends_with(b"seen")),
    };
    assert_eq!(std::iter::from_fn(frame).collect::<Vec<_>>(), [true, true]);
    Ok(())
}
