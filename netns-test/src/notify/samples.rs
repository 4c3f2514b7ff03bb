//! Links, addresses and routes, for tests of what is made of them.

use super::notice::{Event, Item};
use super::table::Change;
use crate::address::Address;
use crate::link::Link;
use crate::netlink::Object;
use crate::netlink::tests::attribute;
use crate::route::Route;

/// A link with this index, up or down.
pub(super) fn link(index: u32, is_up: bool) -> Item {
    let mut body = vec![0; 16];
    body[4..8].copy_from_slice(&index.to_ne_bytes());
    body[8..12].copy_from_slice(&u32::from(is_up).to_ne_bytes());
    body.extend(attribute(3, format!("link{index}\0").as_bytes()));
    Item::Interface(Link::read(&body).unwrap().unwrap())
}

/// The address 10.0.0.`last` of a link.
pub(super) fn address(link: u8, last: u8) -> Item {
    let mut body = vec![2, 32, 0, 0];
    body.extend(u32::from(link).to_ne_bytes());
    body.extend(attribute(2, &[10, 0, 0, last]));
    Item::Address(Address::read(&body).unwrap().unwrap())
}

/// A route to 10.0.0.`last` over a link.
pub(super) fn route(link: u8, last: u8) -> Item {
    let mut body = vec![2, 32, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    body.extend(attribute(1, &[10, 0, 0, last]));
    body.extend(attribute(4, &u32::from(link).to_ne_bytes()));
    Item::Route(Route::read(&body).unwrap().unwrap())
}

pub(super) fn new(item: Item) -> Change {
    Change::New {
        item,
        replaces: false,
    }
}

pub(super) fn gone(item: Item) -> Change {
    Change::Gone(item)
}

/// What each event is about, in short.
pub(super) fn lines(events: &[Event]) -> Vec<String> {
    let short = |item: &Item| match item {
        Item::Interface(link) => link.name().to_owned(),
        Item::Address(address) => address.ip().to_string(),
        Item::Route(route) => format!("route {}", route.destination()),
        Item::Protocol(protocol) => protocol.to_string(),
    };
    let line = |event: &Event| match event {
        Event::Register(item) => format!("+ {}", short(item)),
        Event::Unregister(item) => format!("- {}", short(item)),
        Event::Up(link) => format!("up {}", link.name()),
        Event::Down(link) => format!("down {}", link.name()),
        Event::AddressChange { address, .. } => format!("change {}", address.ip()),
        Event::Resync => "resync".to_owned(),
    };
    events.iter().map(line).collect()
}
