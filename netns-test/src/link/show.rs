//! A link in one line.

use std::fmt;

use super::Link;

/// In the order in which `ip` names them.
const FLAGS: [(u32, &str); 18] = [
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (0x10, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (0x1, "UP"),
    (0x1_0000, "LOWER_UP"),
    (0x2_0000, "DORMANT"),
    (0x4_0000, "ECHO"),
];

/// `ARPHRD_…`, as far as links of tests have them.
fn hardware(number: u16) -> Option<&'static str> {
    Some(match number {
        1 => "ether",
        512 => "ppp",
        768 => "ipip",
        769 => "tunnel6",
        772 => "loopback",
        776 => "sit",
        778 => "gre",
        65534 => "none",
        _ => return None,
    })
}

impl Link {
    /// The names of the flags, as `ip -j link` lists them.
    fn flag_names(&self) -> impl Iterator<Item = &'static str> {
        let is_up_without_carrier = self.is_up() && !self.is_running();
        let set = FLAGS.iter().filter(|(flag, _)| self.has(*flag));
        let no_carrier = is_up_without_carrier.then_some("NO-CARRIER");
        no_carrier.into_iter().chain(set.map(|(_, name)| *name))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.index, self.name)?;
        if let Some(link) = self.other {
            write!(f, "@if{link}")?;
        }
        let flags: Vec<_> = self.flag_names().collect();
        write!(f, ": <{}> mtu {}", flags.join(","), self.mtu)?;
        if let Some(master) = self.master {
            write!(f, " master if{master}")?;
        }
        write!(f, " state {}", self.state)?;
        match hardware(self.hardware) {
            Some(name) => write!(f, " link/{name}")?,
            None => write!(f, " link/[{}]", self.hardware)?,
        }
        if let Some(address) = &self.address {
            write!(f, " {address}")?;
        }
        if let Some(nsid) = self.other_nsid {
            write!(f, " link-netnsid {nsid}")?;
        }
        if let Some(kind) = &self.kind {
            write!(f, " {kind}")?;
        }
        Ok(())
    }
}
