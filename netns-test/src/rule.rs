//! The routing rules of a namespace: which table a packet is looked up in.

use std::fmt;
use std::net::IpAddr;

use crate::error::Error;
use crate::netlink::{Attribute, Malformed, Object, after, attributes, family, field};
use crate::netns::NetNs;
use crate::route::Table;
use crate::rtnetlink;

/// An entry of the routing policy database.
///
/// It shows as `ip` does: `32766: from all lookup main`.
///
/// # References
///
/// rtnetlink(7), `RTM_GETRULE`; ip-rule(8)
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    is_ipv6: bool,
    priority: u32,
    source: Option<(IpAddr, u8)>,
    destination: Option<(IpAddr, u8)>,
    input: Option<String>,
    output: Option<String>,
    mark: Option<(u32, u32)>,
    tos: u8,
    is_inverted: bool,
    action: RuleAction,
    suppressed: Option<u32>,
}

/// What happens to the packets that a rule is about.
///
/// # References
///
/// `FR_ACT_…` in `include/uapi/linux/fib_rules.h`
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RuleAction {
    /// They are looked up in this table.
    Lookup(Table),
    /// The rule of this priority is next.
    Goto(u32),
    /// The next rule is next.
    Nop,
    /// They are dropped.
    Blackhole,
    /// They are refused with "network unreachable".
    Unreachable,
    /// They are refused with "administratively prohibited".
    Prohibit,
    /// Another number.
    Other(u8),
}

impl NetNs {
    /// The routing rules of this namespace, IPv4 first, in the order in which the
    /// kernel asks them. The caller may be in any namespace and does not move.
    ///
    /// ```no_run
    /// # let ns = netns_test::NetNs::new()?;
    /// // local, main and default for IPv4, local and main for IPv6.
    /// assert!(ns.rules()?.iter().all(|rule| rule.is_initial()));
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No thread could be started, the kernel refused to enter the namespace, or
    /// the rules did not stop changing (`EINTR`).
    pub fn rules(&self) -> Result<Vec<Rule>, Error> {
        let mut rules: Vec<Rule> = rtnetlink::dump(self, "rules")?;
        rules.sort_by_key(Rule::order);
        Ok(rules)
    }
}

impl Rule {
    /// It is for IPv6, and else for IPv4.
    pub fn is_ipv6(&self) -> bool {
        self.is_ipv6
    }

    /// The lowest is asked first.
    pub fn priority(&self) -> u32 {
        self.priority
    }

    /// Where the packets come from, and how many bits of that count; `None` for anywhere.
    pub fn source(&self) -> Option<(IpAddr, u8)> {
        self.source
    }

    /// Where the packets go to, and how many bits of that count; `None` for anywhere.
    pub fn destination(&self) -> Option<(IpAddr, u8)> {
        self.destination
    }

    /// The name of the link that the packets come in by.
    pub fn input(&self) -> Option<&str> {
        self.input.as_deref()
    }

    /// The name of the link that the packets' socket is bound to.
    pub fn output(&self) -> Option<&str> {
        self.output.as_deref()
    }

    /// The mark of the packets, and which bits of it count.
    pub fn mark(&self) -> Option<(u32, u32)> {
        self.mark
    }

    /// The type of service of the packets; 0 for any.
    pub fn tos(&self) -> u8 {
        self.tos
    }

    /// It is for the packets that do not match it (`FIB_RULE_INVERT`).
    pub fn is_inverted(&self) -> bool {
        self.is_inverted
    }

    /// What happens to the packets.
    pub fn action(&self) -> RuleAction {
        self.action
    }

    /// Of the routes found, those with prefixes of at most this length do not count.
    pub fn suppressed_prefix_length(&self) -> Option<u32> {
        self.suppressed
    }

    /// It is one of those that every namespace begins with.
    pub fn is_initial(&self) -> bool {
        Self::initial().contains(self)
    }

    /// Those that a namespace begins with.
    pub(crate) fn initial() -> [Self; 5] {
        [
            (false, 0, Table::LOCAL),
            (false, 32766, Table::MAIN),
            (false, 32767, Table::DEFAULT),
            (true, 0, Table::LOCAL),
            (true, 32766, Table::MAIN),
        ]
        .map(|(is_ipv6, priority, table)| Self {
            is_ipv6,
            priority,
            action: RuleAction::Lookup(table),
            ..Self::default()
        })
    }

    /// Rules are listed in the order of this.
    pub(crate) fn order(&self) -> (bool, u32) {
        (self.is_ipv6, self.priority)
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            is_ipv6: false,
            priority: 0,
            source: None,
            destination: None,
            input: None,
            output: None,
            mark: None,
            tos: 0,
            is_inverted: false,
            action: RuleAction::Nop,
            suppressed: None,
        }
    }
}

/// `FRA_…`
mod attribute {
    pub(super) const DST: u16 = 1;
    pub(super) const SRC: u16 = 2;
    pub(super) const IIFNAME: u16 = 3;
    pub(super) const GOTO: u16 = 4;
    pub(super) const PRIORITY: u16 = 6;
    pub(super) const FWMARK: u16 = 10;
    pub(super) const SUPPRESS_PREFIXLEN: u16 = 14;
    pub(super) const TABLE: u16 = 15;
    pub(super) const FWMASK: u16 = 16;
    pub(super) const OIFNAME: u16 = 17;
}

impl Object for Rule {
    const GET: u16 = 34;
    const NEW: u16 = 32;
    /// `struct fib_rule_hdr`
    const HEADER: usize = 12;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `FIB_RULE_INVERT`
        const INVERT: u32 = 0x2;

        let [of, destination_length, source_length, tos] = field(body, 0)?;
        let [table, _, _, action] = field(body, 4)?;
        // The rules of multicast routing have families of their own.
        if !matches!(of, family::INET | family::INET6) {
            return Ok(None);
        }
        let mut rule = Self {
            is_ipv6: of == family::INET6,
            tos,
            is_inverted: u32::from_ne_bytes(field(body, 8)?) & INVERT != 0,
            ..Self::default()
        };
        let (mut table, mut target, mut mask) = (u32::from(table), 0, u32::MAX);
        for attribute in attributes(after(Self::HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                attribute::DST => {
                    rule.destination = Some((attribute.address()?, destination_length));
                }
                attribute::SRC => rule.source = Some((attribute.address()?, source_length)),
                attribute::TABLE => table = attribute.u32()?,
                attribute::GOTO => target = attribute.u32()?,
                attribute::FWMASK => mask = attribute.u32()?,
                _ => rule.take(attribute)?,
            }
        }
        rule.mark = rule.mark.map(|(mark, _)| (mark, mask));
        rule.action = match action {
            1 => RuleAction::Lookup(Table::new(table)),
            2 => RuleAction::Goto(target),
            3 => RuleAction::Nop,
            6 => RuleAction::Blackhole,
            7 => RuleAction::Unreachable,
            8 => RuleAction::Prohibit,
            other => RuleAction::Other(other),
        };
        Ok(Some(rule))
    }
}

impl Rule {
    fn take(&mut self, attribute: Attribute<'_>) -> Result<(), Malformed> {
        match attribute.kind {
            attribute::IIFNAME => self.input = Some(attribute.text()),
            attribute::OIFNAME => self.output = Some(attribute.text()),
            attribute::PRIORITY => self.priority = attribute.u32()?,
            attribute::FWMARK => self.mark = Some((attribute.u32()?, u32::MAX)),
            // All ones stand for none.
            attribute::SUPPRESS_PREFIXLEN => {
                self.suppressed = Some(attribute.u32()?).filter(|length| *length != u32::MAX);
            }
            _ => {}
        }
        Ok(())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.priority)?;
        if self.is_inverted {
            f.write_str("not ")?;
        }
        match self.source {
            Some(prefix) => write!(f, "from {}", Prefix(prefix))?,
            None => f.write_str("from all")?,
        }
        if let Some(prefix) = self.destination {
            write!(f, " to {}", Prefix(prefix))?;
        }
        if self.tos != 0 {
            write!(f, " tos {:#04x}", self.tos)?;
        }
        match self.mark {
            Some((mark, u32::MAX)) => write!(f, " fwmark {mark:#x}")?,
            Some((bits, mask)) => write!(f, " fwmark {bits:#x}/{mask:#x}")?,
            None => {}
        }
        for (word, link) in [("iif", &self.input), ("oif", &self.output)] {
            if let Some(link) = link {
                write!(f, " {word} {link}")?;
            }
        }
        write!(f, " {}", self.action)?;
        match self.suppressed {
            Some(length) => write!(f, " suppress_prefixlength {length}"),
            None => Ok(()),
        }
    }
}

/// An address of which so many bits count, or just the address if all do.
struct Prefix((IpAddr, u8));

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ip, length) = self.0;
        match (ip, length) {
            (IpAddr::V4(_), 32) | (IpAddr::V6(_), 128) => ip.fmt(f),
            _ => write!(f, "{ip}/{length}"),
        }
    }
}

impl fmt::Display for RuleAction {
    /// As `ip` says it: `lookup main`, `goto 100`, `prohibit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lookup(table) => return write!(f, "lookup {table}"),
            Self::Goto(priority) => return write!(f, "goto {priority}"),
            Self::Other(number) => return write!(f, "action {number}"),
            Self::Nop => "nop",
            Self::Blackhole => "blackhole",
            Self::Unreachable => "unreachable",
            Self::Prohibit => "prohibit",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Rule>();
    }
}
