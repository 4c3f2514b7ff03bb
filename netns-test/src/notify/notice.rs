//! What a callback is told, and what a callback is.

use std::fmt;

use crate::address::Address;
use crate::link::Link;
use crate::netns::{NetId, NetNsId};
use crate::route::Route;

/// Something came, went or changed in a namespace.
///
/// It shows in one line: `net:[4026532281]: register interface 1: lo: <LOOPBACK,UP…`.
#[derive(Clone, Debug)]
pub struct Notice {
    pub(super) id: NetNsId,
    pub(super) netid: Option<NetId>,
    pub(super) event: Event,
}

/// What happened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It is there: since just now, or already when the callback was registered
    /// (`HN_REGISTER`; of an interface, `NE_PLUMB`).
    Register(Item),
    /// It is gone, or the callback is about to be (`HN_UNREGISTER`; of an
    /// interface, `NE_UNPLUMB`).
    Unregister(Item),
    /// Somebody set the interface up (`NE_UP`). One that is up when it is
    /// registered says so itself: [`Link::is_up`].
    Up(Link),
    /// Somebody set the interface down (`NE_DOWN`).
    Down(Link),
    /// An address of the interface has come, gone, or become usable, deprecated
    /// or the like (`NE_ADDRESS_CHANGE`). For the first two, it follows the notice about the address.
    AddressChange {
        /// The interface.
        link: Link,
        /// The address as it is now, or was last.
        address: Address,
    },
    /// The kernel had no room for its messages and dropped some. All that is
    /// different now has been told before this notice; what came and went
    /// meanwhile has not.
    Resync,
}

/// What can come and go.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// A protocol, which on Linux is there as long as the namespace.
    Protocol(Protocol),
    /// A network interface.
    Interface(Link),
    /// An address of an interface.
    Address(Address),
    /// A route, in any table.
    Route(Route),
}

/// A protocol of the network layer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Protocol {
    /// IPv4.
    Inet,
    /// IPv6, which not every kernel has.
    Inet6,
}

/// A callback: a closure or function of a [`Notice`], or a type of its own.
///
/// The *type* is the callback, and the value is its argument: a namespace has
/// each type at most once. Each closure expression and each function has a
/// type of its own, whatever it captures; but all function pointers, and all
/// boxed closures, are of one type. Where these have to be told apart, write a
/// type for each and implement this trait.
///
/// ```
/// use std::sync::mpsc::Sender;
///
/// use netns_test::notify::{Notice, Notify};
///
/// /// Hands on what it hears.
/// struct Forward(Sender<Notice>);
///
/// impl Notify for Forward {
///     fn notify(&self, notice: &Notice) {
///         let _ = self.0.send(notice.clone());
///     }
/// }
/// ```
pub trait Notify: Send + Sync + 'static {
    /// Takes a notice. No other callback of the same namespace runs meanwhile.
    fn notify(&self, notice: &Notice);
}

impl<F: Fn(&Notice) + Send + Sync + 'static> Notify for F {
    fn notify(&self, notice: &Notice) {
        self(notice);
    }
}

impl Notice {
    /// The namespace, among those that live now.
    pub fn id(&self) -> NetNsId {
        self.id
    }

    /// The namespace, among those that this process ever made; `None` if it was
    /// not this crate that made it.
    pub fn netid(&self) -> Option<NetId> {
        self.netid
    }

    /// What happened.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// What came, if something did or was there.
    pub fn registered(&self) -> Option<&Item> {
        match &self.event {
            Event::Register(item) => Some(item),
            _ => None,
        }
    }

    /// What went, if something did.
    pub fn unregistered(&self) -> Option<&Item> {
        match &self.event {
            Event::Unregister(item) => Some(item),
            _ => None,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.event)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(item) => write!(f, "register {item}"),
            Self::Unregister(item) => write!(f, "unregister {item}"),
            Self::Up(link) => write!(f, "up {link}"),
            Self::Down(link) => write!(f, "down {link}"),
            Self::AddressChange { link, address } => {
                write!(f, "address change of {}: {address}", link.name())
            }
            Self::Resync => f.write_str("resync"),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(protocol) => write!(f, "protocol {protocol}"),
            Self::Interface(link) => write!(f, "interface {link}"),
            Self::Address(address) => write!(f, "address {address}"),
            Self::Route(route) => write!(f, "route {route}"),
        }
    }
}

impl fmt::Display for Protocol {
    /// As illumos calls it: `inet`, `inet6`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inet => "inet",
            Self::Inet6 => "inet6",
        })
    }
}
