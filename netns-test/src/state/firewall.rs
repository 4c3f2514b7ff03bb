//! What filters packets in a namespace: tables, chains, and how many rules they have.
//!
//! # References
//!
//! `include/uapi/linux/netfilter/nf_tables.h` and `nfnetlink.h`; nft(8);
//! `xt_table_seq_show` in `net/netfilter/x_tables.c`

use std::io;

use crate::netlink::{Malformed, Object, after, attributes, field};
use crate::proc_net;
use crate::rtnetlink::Dumps;
use crate::sys::netlink::Socket;

/// All that filters.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Firewall {
    pub(crate) tables: Vec<Table>,
    /// The tables that the old programs have registered: `ip filter`.
    pub(crate) legacy: Vec<String>,
}

/// A table of `nf_tables`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Table {
    family: u8,
    pub(crate) name: String,
    pub(crate) chains: Vec<Chain>,
}

/// A chain of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Chain {
    family: u8,
    table: String,
    pub(crate) name: String,
    /// Where packets come by, if they do without being sent to it.
    hook: Option<u32>,
    /// What becomes of those that reach its end: 0 drops them.
    policy: Option<u32>,
    pub(crate) rules: usize,
}

/// Which chain a rule is in.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Place {
    family: u8,
    table: String,
    chain: String,
}

impl Firewall {
    /// That of the calling thread's namespace.
    pub(super) fn here() -> io::Result<Self> {
        Ok(Self {
            tables: tables()?,
            legacy: legacy(),
        })
    }
}

fn tables() -> io::Result<Vec<Table>> {
    // A kernel without netfilter has no such sockets.
    let Ok(socket) = Socket::of_netfilter() else {
        return Ok(Vec::new());
    };
    let mut dumps = Dumps::by(socket);
    let mut tables: Vec<Table> = match dumps.dump() {
        Ok(tables) => tables,
        // One that has netfilter and no nf_tables, or nobody who may ask for them.
        Err(error) if is_without(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if tables.is_empty() {
        return Ok(tables);
    }
    let mut chains: Vec<Chain> = dumps.dump()?;
    let rules: Vec<Place> = dumps.dump()?;
    for chain in &mut chains {
        let is_in = |rule: &&Place| {
            (rule.family, &rule.table, &rule.chain) == (chain.family, &chain.table, &chain.name)
        };
        chain.rules = rules.iter().filter(is_in).count();
    }
    for table in &mut tables {
        let is_in = |chain: &&Chain| (chain.family, &chain.table) == (table.family, &table.name);
        table.chains = chains.iter().filter(is_in).cloned().collect();
    }
    Ok(tables)
}

fn is_without(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EINVAL | libc::EOPNOTSUPP | libc::EPERM | libc::ECONNREFUSED)
    )
}

/// Those of iptables-legacy(8) and its like; the files are for root's eyes only.
fn legacy() -> Vec<String> {
    let mut all = Vec::new();
    for family in ["ip", "ip6", "arp"] {
        let names = proc_net::read(&format!("{family}_tables_names"));
        let names = names.ok().flatten().unwrap_or_default();
        let names = String::from_utf8_lossy(&names).into_owned();
        all.extend(names.lines().map(|name| format!("{family} {name}")));
    }
    all
}

/// `NFNL_SUBSYS_NFTABLES`, where the number of a message has its subsystem.
const NF_TABLES: u16 = 10 << 8;
/// `struct nfgenmsg`
const HEADER: usize = 4;

impl Object for Table {
    const GET: u16 = NF_TABLES | 1;
    const NEW: u16 = NF_TABLES;
    const HEADER: usize = HEADER;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `NFTA_TABLE_NAME`
        const NAME: u16 = 1;
        let [family] = field(body, 0)?;
        let mut table = Self {
            family,
            name: String::new(),
            chains: Vec::new(),
        };
        for attribute in attributes(after(HEADER, body)?) {
            let attribute = attribute?;
            if attribute.kind == NAME {
                table.name = attribute.text();
            }
        }
        Ok(Some(table))
    }
}

impl Object for Chain {
    const GET: u16 = NF_TABLES | 4;
    const NEW: u16 = NF_TABLES | 3;
    const HEADER: usize = HEADER;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `NFTA_CHAIN_…`
        const TABLE: u16 = 1;
        const NAME: u16 = 3;
        const HOOK: u16 = 4;
        const POLICY: u16 = 5;
        /// `NFTA_HOOK_HOOKNUM`, in `HOOK`.
        const NUMBER: u16 = 1;
        let [family] = field(body, 0)?;
        let mut chain = Self {
            family,
            table: String::new(),
            name: String::new(),
            hook: None,
            policy: None,
            rules: 0,
        };
        for attribute in attributes(after(HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                TABLE => chain.table = attribute.text(),
                NAME => chain.name = attribute.text(),
                POLICY => chain.policy = Some(big_endian(attribute.bytes)?),
                HOOK => {
                    for part in attributes(attribute.bytes) {
                        let part = part?;
                        if part.kind == NUMBER {
                            chain.hook = Some(big_endian(part.bytes)?);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(Some(chain))
    }
}

impl Object for Place {
    const GET: u16 = NF_TABLES | 7;
    const NEW: u16 = NF_TABLES | 6;
    const HEADER: usize = HEADER;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `NFTA_RULE_…`
        const TABLE: u16 = 1;
        const CHAIN: u16 = 2;
        let [family] = field(body, 0)?;
        let (mut table, mut chain) = (String::new(), String::new());
        for attribute in attributes(after(HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                TABLE => table = attribute.text(),
                CHAIN => chain = attribute.text(),
                _ => {}
            }
        }
        Ok(Some(Self {
            family,
            table,
            chain,
        }))
    }
}

/// Netfilter's numbers are in the network's order.
fn big_endian(bytes: &[u8]) -> Result<u32, Malformed> {
    field(bytes, 0).map(u32::from_be_bytes)
}

/// `NFPROTO_…`
mod protocol {
    pub(super) const ARP: u8 = 3;
    pub(super) const NETDEV: u8 = 5;
}

impl Table {
    /// The family, as nft(8) calls it.
    pub(crate) fn family(&self) -> &'static str {
        match self.family {
            1 => "inet",
            2 => "ip",
            protocol::ARP => "arp",
            protocol::NETDEV => "netdev",
            7 => "bridge",
            10 => "ip6",
            _ => "unknown",
        }
    }
}

impl Chain {
    /// The hook, as nft(8) calls it; `None` if only other chains lead to it.
    pub(crate) fn hook(&self) -> Option<&'static str> {
        let number = self.hook?;
        Some(match (self.family, number) {
            (protocol::NETDEV, 0) | (_, 5) => "ingress",
            (protocol::NETDEV, 1) => "egress",
            (protocol::ARP, 1) | (_, 3) => "output",
            (protocol::ARP, 0) | (_, 1) => "input",
            (_, 0) => "prerouting",
            (_, 2) => "forward",
            (_, 4) => "postrouting",
            _ => "unknown",
        })
    }

    /// It drops what none of its rules decides on.
    pub(crate) fn drops(&self) -> bool {
        self.policy == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chain, Place, Table};
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Table>();
        assert_survives_noise::<Chain>();
        assert_survives_noise::<Place>();
    }
}
