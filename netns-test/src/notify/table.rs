//! What there is in a namespace, as far as callbacks were told, and what
//! follows from the kernel's messages. Each may come late, twice, or not at all.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::notice::{Event, Item, Protocol};
use crate::link::Link;
use crate::route::{Order, Route};

/// All that exists.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    items: BTreeMap<Key, Item>,
    /// Routes may have gone: the kernel does not say so of IPv4 routes that go
    /// with a link or an address, nor of those that others replace.
    pub(super) has_stale_routes: bool,
}

/// What one item is among the others. In the order in which they are replayed:
/// each comes after what it needs.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    Protocol(Protocol),
    /// By index.
    Interface(u32),
    /// By link; then family, address, length of the prefix, and peer.
    Address(u32, (bool, IpAddr, u8, Option<IpAddr>)),
    /// All of it, in the order in which routes are listed.
    Route(Box<(Order, Route)>),
}

/// What a message of the kernel says.
#[derive(Clone, Debug)]
pub(super) enum Change {
    New {
        item: Item,
        /// In the place of one that is not named (`NLM_F_REPLACE`).
        replaces: bool,
    },
    Gone(Item),
}

/// What a list was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    Routes,
    All,
}

impl Item {
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Protocol(protocol) => Key::Protocol(*protocol),
            Self::Interface(link) => Key::Interface(link.index()),
            Self::Address(address) => {
                let ip = address.ip();
                let rest = (ip.is_ipv6(), ip, address.prefix_length(), address.peer());
                Key::Address(address.link(), rest)
            }
            Self::Route(route) => Key::Route(Box::new((route.order(), route.clone()))),
        }
    }
}

impl Key {
    fn is_in(&self, extent: Extent) -> bool {
        match self {
            Self::Protocol(_) => false,
            Self::Interface(_) | Self::Address(..) => extent == Extent::All,
            Self::Route(_) => true,
        }
    }

    /// An item that can't be without the interface of this index.
    fn stands_on(&self, index: u32) -> bool {
        match self {
            Self::Protocol(_) | Self::Interface(_) => false,
            Self::Address(link, _) => *link == index,
            Self::Route(route) => route.1.link() == Some(index),
        }
    }
}

impl Change {
    pub(super) fn key(&self) -> Key {
        match self {
            Self::New { item, .. } | Self::Gone(item) => item.key(),
        }
    }
}

impl Table {
    /// With protocols, of which the kernel does not tell.
    pub(super) fn of(protocols: impl IntoIterator<Item = Protocol>) -> Self {
        let items = protocols.into_iter().map(Item::Protocol);
        Self {
            items: items.map(|item| (item.key(), item)).collect(),
            has_stale_routes: false,
        }
    }

    /// All that exists; what an item needs is before it.
    pub(super) fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.values()
    }

    /// Takes an event back.
    pub(super) fn undo(&mut self, event: &Event) {
        match event {
            Event::Register(item) => {
                self.items.remove(&item.key());
            }
            Event::Unregister(item) => {
                self.items.insert(item.key(), item.clone());
            }
            _ => {}
        }
    }

    /// What follows from a message.
    pub(super) fn apply(&mut self, change: Change, events: &mut Vec<Event>) {
        match change {
            Change::New { item, replaces } => {
                if let Item::Route(route) = &item {
                    // An IPv6 route with several next hops may have been one with fewer.
                    self.has_stale_routes |= replaces || is_multipath6(route);
                }
                // It has gone already, or will be found when all is compared.
                if self.has_what_carries(&item) {
                    self.put(item, events);
                }
            }
            Change::Gone(item) => {
                let key = item.key();
                let is_known = self.items.contains_key(&key);
                self.has_stale_routes |= match &item {
                    Item::Interface(_) => true,
                    Item::Address(address) => address.ip().is_ipv4(),
                    // It was the next hop of another, perhaps.
                    Item::Route(route) => !is_known && route.destination().is_ipv6(),
                    Item::Protocol(_) => false,
                };
                self.remove(&key, events);
            }
        }
    }

    /// Compares with a list of all that there is, except for what later
    /// messages are about: those decide.
    pub(super) fn compare(
        &mut self,
        listed: Vec<Item>,
        extent: Extent,
        later: &[Change],
        events: &mut Vec<Event>,
    ) {
        // Of each, whether the first of them says that it is there.
        let mut decided: BTreeMap<Key, bool> = BTreeMap::new();
        for change in later {
            let is_new = matches!(change, Change::New { .. });
            decided.entry(change.key()).or_insert(is_new);
        }
        let listed: BTreeMap<Key, Item> =
            listed.into_iter().map(|item| (item.key(), item)).collect();
        let is_gone = |key: &&Key| key.is_in(extent) && !listed.contains_key(key);
        let gone: Vec<_> = self.items.keys().rev().filter(is_gone).cloned().collect();
        let (undecided, gone): (Vec<_>, Vec<_>) =
            gone.into_iter().partition(|key| decided.contains_key(key));
        for key in gone {
            self.remove(&key, events);
        }
        for (key, item) in listed {
            // If it comes as well, then now, before what it carries.
            if decided.get(&key).is_none_or(|is_new| *is_new) {
                self.put(item, events);
            }
        }
        self.has_stale_routes = undecided.iter().any(|key| matches!(key, Key::Route(_)));
    }

    /// Whether there is the link without which it can't be.
    fn has_what_carries(&self, item: &Item) -> bool {
        let link = match item {
            Item::Address(address) => Some(address.link()),
            Item::Route(route) => route.link(),
            Item::Interface(_) | Item::Protocol(_) => None,
        };
        link.is_none_or(|index| self.link(index).is_some())
    }

    /// It exists.
    fn put(&mut self, item: Item, events: &mut Vec<Event>) {
        let old = self.items.insert(item.key(), item.clone());
        match (old, item) {
            (None, item) => {
                events.push(Event::Register(item.clone()));
                self.tell_link(&item, events);
            }
            (Some(Item::Interface(old)), Item::Interface(new)) => {
                match (old.is_up(), new.is_up()) {
                    (false, true) => events.push(Event::Up(new)),
                    (true, false) => {
                        self.has_stale_routes = true;
                        events.push(Event::Down(new));
                    }
                    _ => {}
                }
            }
            (Some(old), item @ Item::Address(_)) if old != item => self.tell_link(&item, events),
            _ => {}
        }
    }

    /// It does not exist.
    fn remove(&mut self, key: &Key, events: &mut Vec<Event>) {
        let Some(item) = self.items.get(key).cloned() else {
            return;
        };
        if let Key::Interface(index) = key {
            // The kernel does not tell of all of them.
            let on_it = |key: &&Key| key.stands_on(*index);
            let on_it: Vec<_> = self.items.keys().rev().filter(on_it).cloned().collect();
            for key in on_it {
                self.remove(&key, events);
            }
        }
        self.items.remove(key);
        events.push(Event::Unregister(item.clone()));
        self.tell_link(&item, events);
    }

    /// The link of an address has changed.
    fn tell_link(&self, item: &Item, events: &mut Vec<Event>) {
        let Item::Address(address) = item else {
            return;
        };
        if let Some(link) = self.link(address.link()) {
            events.push(Event::AddressChange {
                link: link.clone(),
                address: address.clone(),
            });
        }
    }

    fn link(&self, index: u32) -> Option<&Link> {
        match self.items.get(&Key::Interface(index))? {
            Item::Interface(link) => Some(link),
            _ => None,
        }
    }
}

fn is_multipath6(route: &Route) -> bool {
    route.destination().is_ipv6() && route.next_hops().len() > 1
}
