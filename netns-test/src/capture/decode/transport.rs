//! TCP and UDP.

use super::dns;
use super::ip::Payload;

const DNS: u16 = 53;
const MULTICAST_DNS: u16 = 5353;

pub(super) fn tcp(payload: &Payload<'_>) -> Option<String> {
    let bytes = payload.bytes;
    let header = usize::from(bytes.u8(12)? >> 4) * 4;
    let flags = bytes.u8(13)?;
    let names = [
        (0x02, 'S'),
        (0x01, 'F'),
        (0x04, 'R'),
        (0x08, 'P'),
        (0x20, 'U'),
        (0x40, 'E'),
        (0x80, 'W'),
        (0x10, '.'),
    ];
    let names = names.iter().filter(|(bit, _)| flags & bit != 0);
    let names: String = names.map(|(_, name)| *name).collect();
    let acknowledged = match flags & 0x10 {
        0 => String::new(),
        _ => format!(" ack {}", bytes.u32(8)?),
    };
    let (sequence, window) = (bytes.u32(4)?, bytes.u16(14)?);
    let length = payload.length.checked_sub(header)?;
    Some(format!(
        "{} TCP [{names}] seq {sequence}{acknowledged} win {window} len {length}",
        ends(payload)?
    ))
}

pub(super) fn udp(payload: &Payload<'_>) -> Option<String> {
    const HEADER: usize = 8;
    let bytes = payload.bytes;
    let ports = [bytes.u16(0)?, bytes.u16(2)?];
    let ends = ends(payload)?;
    if ports.contains(&DNS) || ports.contains(&MULTICAST_DNS) {
        if let Some(message) = dns::describe(bytes.after(HEADER)?) {
            return Some(format!("{ends} {message}"));
        }
    }
    let length = payload.length.checked_sub(HEADER)?;
    Some(format!("{ends} UDP len {length}"))
}

/// `address:port > address:port`
fn ends(payload: &Payload<'_>) -> Option<String> {
    let [source, destination] = &payload.hosts;
    let (from, to) = (payload.bytes.u16(0)?, payload.bytes.u16(2)?);
    Some(format!("{source}:{from} > {destination}:{to}"))
}
