//! A veth pair is a pipe between two namespaces.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};

use netns_test::{NetNs, OperationalState, netns_test};
use netns_test_tests::ip::{ip, path_of};
use netns_test_tests::state::wait_until;

use crate::TestResult;

/// One end here, with 10.0.0.1 and `fc00::1`, the other in `far`, with …2. The
/// kernel drops what is sent before it has noticed that both ends are up.
fn tunnel(far: &NetNs) -> TestResult {
    ip(&format!(
        "link add near type veth peer name far netns {}",
        path_of(far)
    ));
    let up = |device: &str, number: u8| {
        ip(&format!("address add 10.0.0.{number}/24 dev {device}"));
        ip(&format!("address add fc00::{number}/64 dev {device} nodad"));
        ip(&format!("link set {device} up"));
    };
    up("near", 1);
    far.run(|| up("far", 2))?;
    let near = NetNs::current()?;
    for (ns, device) in [(&near, "near"), (far, "far")] {
        wait_until("the pair carries frames", || {
            let links = ns.links().unwrap();
            let mut ends = links.iter().filter(|link| link.name() == device);
            ends.any(|link| link.state() == OperationalState::Up)
        });
    }
    Ok(())
}

fn devices(ns: &NetNs) -> Vec<String> {
    ns.counters().unwrap().devices.into_keys().collect()
}

/// `network_namespaces(7)`, veth: a pair is a pipe that makes a tunnel between two network namespaces.
#[netns_test]
fn a_pair_is_a_tunnel() -> TestResult {
    let far = NetNs::new()?;
    tunnel(&far)?;
    for address in ["10.0.0.2:80", "[fc00::2]:80"] {
        let address: SocketAddr = address.parse()?;
        let server = far.run(|| TcpListener::bind(address))??;
        let client = TcpStream::connect(address)?;
        let (_, from) = server.accept()?;
        assert_eq!(from, client.local_addr()?);
    }
    let before = far.counters()?;
    let socket = UdpSocket::bind("10.0.0.1:0")?;
    socket.send_to(b"through the pipe", "10.0.0.2:9")?;
    wait_until("it came out at the other end", || {
        let all = far.counters().unwrap() - &before;
        all.devices["far"].rx_packets >= 1 && all.udp.no_ports == 1
    });
    Ok(())
}

/// `network_namespaces(7)`, veth: with it, a bridge joins what is in several namespaces. Here the
/// far side of the bridge is virtual as well.
#[netns_test]
fn a_pair_is_a_port_of_a_bridge() -> TestResult {
    let hosts = [NetNs::new()?, NetNs::new()?];
    ip("link add br0 type bridge");
    ip("link set br0 up");
    for (number, host) in (1..).zip(&hosts) {
        ip(&format!(
            "link add port{number} type veth peer name eth0 netns {}",
            path_of(host)
        ));
        ip(&format!("link set port{number} master br0 up"));
        host.run(|| {
            ip(&format!("address add 10.0.0.{number}/24 dev eth0"));
            ip("link set eth0 up");
        })?;
    }
    let server = hosts[1].run(|| TcpListener::bind("10.0.0.2:80"))??;
    hosts[0].run(|| TcpStream::connect("10.0.0.2:80"))??;
    assert_eq!(server.accept()?.1.ip().to_string(), "10.0.0.1");
    Ok(())
}

/// `network_namespaces(7)`, freeing; Network namespaces, 10: the veth devices of a namespace
/// that is freed are destroyed, and with them their other ends. Here the far end's goes.
#[netns_test]
fn it_goes_with_the_far_end(ns: &NetNs) -> TestResult {
    let far = NetNs::new()?;
    tunnel(&far)?;
    assert_eq!(devices(ns), ["lo", "near"]);
    far.close()?;
    wait_until("the near end is gone", || devices(ns) == ["lo"]);
    Ok(())
}

/// Network namespaces, 10: here the one goes in which the pair was made.
#[netns_test]
fn it_goes_with_the_near_end() -> TestResult {
    let (near, far) = (NetNs::new()?, NetNs::new()?);
    near.run(|| tunnel(&far).unwrap())?;
    assert_eq!(devices(&far), ["far", "lo"]);
    near.close()?;
    wait_until("the far end is gone", || devices(&far) == ["lo"]);
    Ok(())
}
