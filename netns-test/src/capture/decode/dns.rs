//! What a DNS message asks for, and whether it answers.

use super::Bytes;

/// The header of a message.
const HEADER: usize = 12;
/// The longest name that is shown; a name has 255 bytes at most.
const LONGEST: usize = 255;

pub(super) fn describe(message: Bytes<'_>) -> Option<String> {
    let flags = message.u16(2)?;
    let questions = message.u16(4)?;
    if flags >> 11 & 0xf != 0 || questions == 0 {
        return None;
    }
    let (name, end) = name(message)?;
    let kind = kind(message.u16(end)?);
    if flags & 0x8000 == 0 {
        return Some(format!("DNS query {kind} {name}"));
    }
    let answers = message.u16(6)?;
    Some(match flags & 0xf {
        0 if answers == 1 => format!("DNS answer {kind} {name}: 1 record"),
        0 => format!("DNS answer {kind} {name}: {answers} records"),
        2 => format!("DNS answer {kind} {name}: SERVFAIL"),
        3 => format!("DNS answer {kind} {name}: NXDOMAIN"),
        5 => format!("DNS answer {kind} {name}: REFUSED"),
        other => format!("DNS answer {kind} {name}: error {other}"),
    })
}

/// The name of the first question, and where it ends. Nothing stands before it to which
/// it could point, so a pointer is an error.
fn name(message: Bytes<'_>) -> Option<(String, usize)> {
    let (mut at, mut name) = (HEADER, String::new());
    loop {
        let length = usize::from(message.u8(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        if length > 63 || name.len() + length > LONGEST {
            return None;
        }
        let label = message.after(at)?.0.get(..length)?;
        if !name.is_empty() {
            name.push('.');
        }
        name.extend(label.iter().map(|byte| match byte {
            b'!'..=b'~' => char::from(*byte),
            _ => '?',
        }));
        at += length;
    }
    if name.is_empty() {
        name.push('.');
    }
    Some((name, at))
}

fn kind(number: u16) -> String {
    let known = match number {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        65 => "HTTPS",
        255 => "ANY",
        other => return format!("TYPE{other}"),
    };
    known.into()
}
