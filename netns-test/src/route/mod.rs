//! The routes of a namespace.

mod names;
mod read;
mod show;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::Error;
use crate::netns::NetNs;
use crate::rtnetlink;
use crate::scope::Scope;

pub use names::{Kind, Protocol, Table};

/// An entry of a routing table.
///
/// It shows as `ip` does: `10.0.0.0/24 dev if2 proto kernel scope link src 10.0.0.1`.
///
/// # References
///
/// rtnetlink(7), `RTM_GETROUTE`; ip-route(8)
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Route {
    kind: Kind,
    destination: IpAddr,
    prefix_length: u8,
    tos: u8,
    source_prefix: Option<(IpAddr, u8)>,
    table: Table,
    metric: u32,
    protocol: Protocol,
    scope: Scope,
    source: Option<IpAddr>,
    next_hops: Vec<NextHop>,
}

/// Where a route sends packets.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NextHop {
    link: Option<u32>,
    gateway: Option<IpAddr>,
    weight: u32,
}

/// By which routes are listed: family, table, destination and its length, and metric.
pub(crate) type Order = (bool, u32, IpAddr, u8, u32);

impl NetNs {
    /// The routes of this namespace, in all of its tables, that of the
    /// addresses of the machine itself ([`Table::LOCAL`]) included: IPv4 first, then by
    /// table, destination and metric. The caller may be in any namespace and
    /// does not move.
    ///
    /// ```no_run
    /// use netns_test::route::Table;
    ///
    /// # let ns = netns_test::NetNs::new()?;
    /// let routes = ns.routes()?;
    /// let mut main = routes.iter().filter(|route| route.table() == Table::MAIN);
    /// assert!(!main.any(|route| route.is_default()));
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No thread could be started, the kernel refused to enter the namespace, or
    /// the routes did not stop changing (`EINTR`).
    pub fn routes(&self) -> Result<Vec<Route>, Error> {
        let mut routes: Vec<Route> = rtnetlink::dump(self, "routes")?;
        routes.sort_by_key(Route::order);
        Ok(routes)
    }
}

impl Route {
    /// What happens to the packets.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where the packets are to go to; all zeros for a default route.
    pub fn destination(&self) -> IpAddr {
        self.destination
    }

    /// How many bits of the destination count.
    pub fn prefix_length(&self) -> u8 {
        self.prefix_length
    }

    /// It is for all destinations.
    pub fn is_default(&self) -> bool {
        self.prefix_length == 0
    }

    /// The type of service that the packets must have; 0 for any.
    pub fn tos(&self) -> u8 {
        self.tos
    }

    /// Where the packets have to come from, and how many bits of that count (IPv6).
    pub fn source_prefix(&self) -> Option<(IpAddr, u8)> {
        self.source_prefix
    }

    /// Which table it is in.
    pub fn table(&self) -> Table {
        self.table
    }

    /// Among routes to the same destination, the lowest metric wins; the kernel
    /// calls it priority, too.
    pub fn metric(&self) -> u32 {
        self.metric
    }

    /// Who made it.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// How far away the destination is.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The address that sockets without one of their own send from.
    pub fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// Where it sends the packets: nowhere for a blackhole, to one place, or,
    /// of a multipath route, to several.
    pub fn next_hops(&self) -> &[NextHop] {
        &self.next_hops
    }

    /// The router, if there is one next hop and it has one.
    pub fn gateway(&self) -> Option<IpAddr> {
        self.only_hop()?.gateway
    }

    /// The index of the output link, if there is one next hop.
    pub fn link(&self) -> Option<u32> {
        self.only_hop()?.link
    }

    fn only_hop(&self) -> Option<&NextHop> {
        match self.next_hops.as_slice() {
            [hop] => Some(hop),
            _ => None,
        }
    }

    pub(crate) fn order(&self) -> Order {
        let is_ipv6 = self.destination.is_ipv6();
        let table = self.table.number();
        let (destination, prefix_length) = (self.destination, self.prefix_length);
        (is_ipv6, table, destination, prefix_length, self.metric)
    }

    /// All zeros, of the same family.
    fn nowhere(&self) -> IpAddr {
        match self.destination {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        }
    }
}

impl NextHop {
    /// The index of the output link.
    pub fn link(&self) -> Option<u32> {
        self.link
    }

    /// The router. That of an IPv4 route may have an IPv6 address.
    pub fn gateway(&self) -> Option<IpAddr> {
        self.gateway
    }

    /// How many packets it gets in comparison with the others, from 1.
    pub fn weight(&self) -> u32 {
        self.weight
    }
}
