//! A route in one line.

use std::fmt;

use super::{Kind, NextHop, Route, Table};
use crate::scope::Scope;

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != Kind::Unicast {
            write!(f, "{} ", self.kind)?;
        }
        let whole = if self.destination.is_ipv4() { 32 } else { 128 };
        if self.is_default() && self.destination == self.nowhere() {
            f.write_str("default")?;
        } else if self.prefix_length == whole {
            write!(f, "{}", self.destination)?;
        } else {
            write!(f, "{}/{}", self.destination, self.prefix_length)?;
        }
        if let Some((prefix, length)) = self.source_prefix {
            write!(f, " from {prefix}/{length}")?;
        }
        if self.tos != 0 {
            write!(f, " tos {:#04x}", self.tos)?;
        }
        if let Some(hop) = self.only_hop() {
            hop.fmt(f)?;
        }
        if self.table != Table::MAIN {
            write!(f, " table {}", self.table)?;
        }
        write!(f, " proto {}", self.protocol)?;
        if self.scope != Scope::Universe {
            write!(f, " scope {}", self.scope)?;
        }
        if let Some(source) = self.source {
            write!(f, " src {source}")?;
        }
        if self.metric != 0 {
            write!(f, " metric {}", self.metric)?;
        }
        if self.only_hop().is_none() {
            for hop in &self.next_hops {
                write!(f, " nexthop{hop} weight {}", hop.weight)?;
            }
        }
        Ok(())
    }
}

/// With a space before it.
impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(gateway) = self.gateway {
            write!(f, " via {gateway}")?;
        }
        if let Some(link) = self.link {
            write!(f, " dev if{link}")?;
        }
        Ok(())
    }
}
