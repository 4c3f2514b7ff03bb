//! What a network looks like at one moment: all that the report on a failure tells of it.

pub(crate) mod firewall;
pub(crate) mod owners;
pub(crate) mod settings;

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::thread;

use crate::address::Address;
use crate::capture;
use crate::counters::Counters;
use crate::error::{Error, ErrorKind};
use crate::link::Link;
use crate::neighbour::Neighbour;
use crate::netns::{NetNs, NetNsId, lineage};
use crate::route::Route;
use crate::rtnetlink::Dumps;
use crate::rule::Rule;
use crate::sockets::{self, SocketEntry};
use crate::state::firewall::Firewall;
use crate::state::owners::Owner;
use crate::state::settings::{Changed, Settings};
use crate::sys::namespace;

/// How many networks that a test made are looked at, which takes some milliseconds each.
const MADE: usize = 4;

/// One network at one moment. What could not be read is empty, and why is said.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) id: NetNsId,
    /// Linux before 5.14 has none.
    pub(crate) cookie: Option<u64>,
    /// The whole process is in the namespace, not just threads of it.
    pub(crate) whole_process: bool,
    pub(crate) links: Vec<Link>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) routes: Vec<Route>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) neighbours: Vec<Neighbour>,
    pub(crate) sockets: Vec<(SocketEntry, Option<Owner>)>,
    pub(crate) counters: Counters,
    pub(crate) firewall: Firewall,
    pub(crate) changed: Vec<Changed>,
    pub(crate) unread: Vec<Error>,
    /// Networks that were made from inside of this one: the oldest,
    pub(crate) made: Vec<State>,
    /// and how many more there are.
    pub(crate) more: usize,
    settings: Settings,
}

impl State {
    /// The network of `ns` now. The calling thread may be anywhere, may be about
    /// to unwind, and does not move.
    ///
    /// # Errors
    ///
    /// No thread could be started, or the namespace could not be entered.
    pub(crate) fn read(ns: &NetNs) -> Result<Self, Error> {
        let mut state = Self::at_once(ns)?;
        state.compare();
        Ok(state)
    }

    /// [`State::read`] of all that may be gone in a moment; [`State::compare`] does the rest.
    ///
    /// # Errors
    ///
    /// Those of [`State::read`].
    pub(crate) fn at_once(ns: &NetNs) -> Result<Self, Error> {
        let mut state = Self::alone(ns)?;
        let made = lineage::alive_from(ns);
        state.more = made.len().saturating_sub(MADE);
        for made in made.iter().take(MADE) {
            match Self::alone(made) {
                Ok(made) => state.made.push(made),
                Err(error) => state.unread.push(error),
            }
        }
        Ok(state)
    }

    /// `ns` without those that were made from inside of it.
    fn alone(ns: &NetNs) -> Result<Self, Error> {
        // On a thread of its own: a panic on a thread that panics already would abort.
        thread::scope(|scope| {
            let inside = || {
                // The calling thread's namespace is mostly the right one, and a thread that
                // gave up its capabilities can read where it is.
                if !is_here(ns) {
                    ns.enter_here()?;
                }
                Ok(Self::here(ns))
            };
            thread::Builder::new()
                .name("netns-test state".into())
                .spawn_scoped(scope, inside)
                .map_err(|error| {
                    Error::new(ErrorKind::Process, "start a thread").with_source(error)
                })?
                .join()
                .unwrap_or_else(|_| Err(Error::new(ErrorKind::Process, "read it: a panic")))
        })
    }

    /// The calling thread's, which is in `ns`.
    fn here(ns: &NetNs) -> Self {
        let mut state = Self::unknown(ns.id());
        state.cookie = ns
            .known_cookie()
            .or_else(|| namespace::current_net_cookie().ok());
        state.whole_process = is_of_main_thread(ns.id());
        // The sockets first: the reading itself takes some.
        match sockets::here() {
            Ok(mut sockets) => {
                sockets.retain(|socket| !socket.inode.is_some_and(capture::is_tap));
                state.sockets = owners::find(sockets, ns.id());
            }
            Err(error) => state.unread.push(error),
        }
        match Counters::here() {
            Ok(counters) => state.counters = counters,
            Err(error) => state.unread.push(error),
        }
        if let Err(error) = state.ask_rtnetlink() {
            state.unread.push(Error::system("ask rtnetlink", error));
        }
        match Firewall::here() {
            Ok(firewall) => state.firewall = firewall,
            Err(error) => state
                .unread
                .push(Error::system("list the firewall's rules", error)),
        }
        state.settings = Settings::here();
        state
    }

    /// Nothing is known of it yet.
    pub(crate) fn unknown(id: NetNsId) -> Self {
        Self {
            id,
            cookie: None,
            whole_process: false,
            links: Vec::new(),
            addresses: Vec::new(),
            routes: Vec::new(),
            rules: Vec::new(),
            neighbours: Vec::new(),
            sockets: Vec::new(),
            counters: Counters::default(),
            firewall: Firewall::default(),
            changed: Vec::new(),
            unread: Vec::new(),
            made: Vec::new(),
            more: 0,
            settings: Settings::default(),
        }
    }

    fn ask_rtnetlink(&mut self) -> io::Result<()> {
        let mut dumps = Dumps::new()?;
        self.links = dumps.dump()?;
        self.links.sort_by_key(Link::index);
        self.addresses = dumps.dump()?;
        self.addresses
            .sort_by_key(|address| (address.link(), address.ip().is_ipv6()));
        self.routes = dumps.dump()?;
        self.routes.sort_by_key(Route::order);
        self.rules = dumps.dump()?;
        self.rules.sort_by_key(Rule::order);
        self.neighbours = dumps.dump()?;
        self.neighbours
            .sort_by_key(|neighbour| (neighbour.link(), neighbour.ip()));
        Ok(())
    }

    /// Finds out which settings are not those of a new namespace.
    pub(crate) fn compare(&mut self) {
        match settings::of_a_new_namespace() {
            Ok(initial) => self.changed = self.settings.since(initial),
            Err(error) => self.unread.push(error),
        }
        self.made.iter_mut().for_each(Self::compare);
    }
}

fn is_here(ns: &NetNs) -> bool {
    let here = namespace::open_here().and_then(|fd| namespace::identify(fd.as_fd()));
    here.is_ok_and(|here| here == ns.id().numbers())
}

/// Whether the process itself, which is its main thread, is in this namespace.
fn is_of_main_thread(id: NetNsId) -> bool {
    fs::read_link("/proc/self/ns/net").is_ok_and(|link| link.as_os_str() == id.to_string().as_str())
}
