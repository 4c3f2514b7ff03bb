//! ICMP for IPv4 and IPv6, with the discovery of neighbours.

use std::net::Ipv6Addr;

use super::Bytes;
use super::ip::Payload;

pub(super) fn v4(payload: &Payload<'_>) -> Option<String> {
    let bytes = payload.bytes;
    let (kind, code) = (bytes.u8(0)?, bytes.u8(1)?);
    let what = match (kind, code) {
        (0, _) => echo("reply", bytes)?,
        (8, _) => echo("request", bytes)?,
        (3, 0) => "network unreachable".into(),
        (3, 1) => "host unreachable".into(),
        (3, 2) => "protocol unreachable".into(),
        (3, 3) => "port unreachable".into(),
        (3, 4) => format!("fragmentation needed, mtu {}", bytes.u16(6)?),
        (3, 9 | 10 | 13) => "unreachable: prohibited".into(),
        (3, _) => format!("unreachable, code {code}"),
        (5, _) => "redirect".into(),
        (11, 0) => "time exceeded in transit".into(),
        (11, _) => "time exceeded in reassembly".into(),
        _ => format!("type {kind} code {code}"),
    };
    Some(about("ICMP", &what, payload))
}

pub(super) fn v6(payload: &Payload<'_>) -> Option<String> {
    let bytes = payload.bytes;
    let (kind, code) = (bytes.u8(0)?, bytes.u8(1)?);
    let what = match (kind, code) {
        (1, 0) => "no route".into(),
        (1, 1 | 5 | 6) => "unreachable: prohibited".into(),
        (1, 3) => "address unreachable".into(),
        (1, 4) => "port unreachable".into(),
        (1, _) => format!("unreachable, code {code}"),
        (2, _) => format!("packet too big, mtu {}", bytes.u32(4)?),
        (3, _) => "time exceeded".into(),
        (128, _) => echo("request", bytes)?,
        (129, _) => echo("reply", bytes)?,
        (130, _) => "multicast listener query".into(),
        (131 | 143, _) => "multicast listener report".into(),
        (132, _) => "multicast listener done".into(),
        (133, _) => "router solicitation".into(),
        (134, _) => "router advertisement".into(),
        (135, _) => format!("neighbour solicitation for {}", target(bytes)?),
        (136, _) => format!("neighbour advertisement of {}", target(bytes)?),
        (137, _) => "redirect".into(),
        _ => format!("type {kind} code {code}"),
    };
    Some(about("ICMPv6", &what, payload))
}

fn about(protocol: &str, what: &str, payload: &Payload<'_>) -> String {
    format!(
        "{} > {} {protocol} {what}",
        payload.source, payload.destination
    )
}

fn echo(what: &str, bytes: Bytes<'_>) -> Option<String> {
    Some(format!(
        "echo {what} id {} seq {}",
        bytes.u16(4)?,
        bytes.u16(6)?
    ))
}

fn target(bytes: Bytes<'_>) -> Option<Ipv6Addr> {
    bytes.array::<16>(8).map(Ipv6Addr::from)
}
