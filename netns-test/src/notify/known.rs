//! What exists, who is told, and what each has yet to be told.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::hub::Command;
use super::inlet::Work;
use super::notice::{Event, Item};
use super::source::Source;
use super::subscriber::{Callback, Subscriber, Who};
use super::table::{Change, Extent, Table};

/// How often to ask again what there is, while the kernel loses messages.
const ATTEMPTS: u32 = 100;

/// The state of the thread of callbacks.
pub(super) struct Known {
    pub(super) source: Source,
    table: Table,
    /// In the order of registration.
    pub(super) subscribers: Vec<Subscriber>,
    /// What has happened, in the table already, and was not told to all.
    log: VecDeque<Event>,
    /// The number of the first event in `log`.
    first: u64,
    /// The number behind the last event that was told to anyone.
    told: u64,
    /// How many events were told to all that were there, since somebody counted.
    pub(super) delivered: u64,
    pub(super) is_delivering: bool,
    /// Messages of the kernel are missing.
    pub(super) is_lossy: bool,
    /// The namespace has ended.
    pub(super) is_over: bool,
}

impl Known {
    pub(super) fn new(source: Source) -> io::Result<Self> {
        Ok(Self {
            source,
            table: Table::of(Source::protocols()?),
            subscribers: Vec::new(),
            log: VecDeque::new(),
            first: 0,
            told: 0,
            delivered: 0,
            is_delivering: false,
            is_lossy: false,
            is_over: false,
        })
    }

    /// Waits for work; not for long if there is something to be asked of the kernel again.
    pub(super) fn next(&mut self) -> Option<Work> {
        self.source
            .next(self.is_lossy || self.table.has_stale_routes)
    }

    /// Closes all that is open; what is left undone comes back.
    pub(super) fn close(self) -> impl Iterator<Item = Command> {
        let left = self.source.stop();
        left.filter_map(|work| match work {
            Work::Command(command) => Some(command),
            Work::Changes(_) | Work::Lost => None,
        })
    }

    pub(super) fn apply(&mut self, changes: Vec<Change>) {
        let mut events = Vec::new();
        for change in changes {
            self.table.apply(change, &mut events);
        }
        self.log.extend(events);
    }

    /// Finds out what the kernel did not say.
    pub(super) fn settle(&mut self) {
        if self.subscribers.is_empty() {
            return;
        }
        // If it can't be found out now, then later.
        if self.is_lossy {
            let _ = self.ask(Extent::All);
        } else if self.table.has_stale_routes && self.source.is_quiet() {
            let _ = self.ask(Extent::Routes);
        }
    }

    /// Learns of all that there is at the time of the call.
    pub(super) fn catch_up(&mut self) -> io::Result<()> {
        for _ in 0..ATTEMPTS {
            self.ask(Extent::All)?;
            if !self.is_lossy {
                break;
            }
        }
        Ok(())
    }

    /// Compares the table with what there is. What the kernel says meanwhile may
    /// be older or newer than its list, so that the list does not decide on that.
    fn ask(&mut self, extent: Extent) -> io::Result<()> {
        let (before, is_lossy) = self.source.heard();
        self.apply(before);
        self.is_lossy |= is_lossy;
        let listed = self.source.list(extent)?;
        let (meanwhile, is_lossy_again) = self.source.heard();
        let mut events = Vec::new();
        self.table.compare(listed, extent, &meanwhile, &mut events);
        self.log.extend(events);
        self.apply(meanwhile);
        if self.is_lossy && extent == Extent::All {
            self.log.push_back(Event::Resync);
            self.is_lossy = false;
        }
        self.is_lossy |= is_lossy_again;
        Ok(())
    }

    pub(super) fn find(&mut self, who: Who) -> Option<&mut Subscriber> {
        let mut all = self.subscribers.iter_mut();
        all.find(|subscriber| who.means(subscriber.who))
    }

    /// Puts a callback onto the list: what has happened up to now does not
    /// concern it, since it is to be told of all that exists.
    pub(super) fn admit(&mut self, mut subscriber: Subscriber) -> (Callback, Arc<[Item]>) {
        let items: Arc<[Item]> = self.table.items().cloned().collect();
        let callback = subscriber.callback.clone();
        subscriber.next = self.end();
        subscriber.replay = Some((Arc::clone(&items), 0));
        self.subscribers.push(subscriber);
        (callback, items)
    }

    /// A newcomer knows so many items; `false` if it is not on the list.
    pub(super) fn replay_to(&mut self, who: Who, count: usize) -> bool {
        let found = self.find(who);
        let replay = found.and_then(|subscriber| subscriber.replay.as_mut());
        replay.map(|(_, known)| *known = count).is_some()
    }

    /// Takes a callback off the list, with what it knows to exist.
    pub(super) fn dismiss(&mut self, who: Who) -> Option<(Subscriber, Vec<Item>)> {
        let mut all = self.subscribers.iter();
        let place = all.position(|subscriber| who.means(subscriber.who))?;
        let subscriber = self.subscribers.remove(place);
        if let Some((items, known)) = &subscriber.replay {
            let items = items[..*known].to_vec();
            return Some((subscriber, items));
        }
        let mut table = self.table.clone();
        let untold = self.end() - subscriber.next;
        for event in self.log.iter().rev().zip(0..untold).map(|(event, _)| event) {
            table.undo(event);
        }
        let items = table.items().cloned().collect();
        Some((subscriber, items))
    }

    /// Who is to be told next, and what.
    pub(super) fn next_call(&mut self) -> Option<(Who, Callback, Event)> {
        while let Some(event) = self.log.front() {
            let first = self.first;
            let mut all = self.subscribers.iter_mut();
            if let Some(subscriber) = all.find(|subscriber| subscriber.next <= first) {
                subscriber.next = first + 1;
                self.told = first + 1;
                return Some((subscriber.who, subscriber.callback.clone(), event.clone()));
            }
            self.log.pop_front();
            self.first += 1;
            self.delivered += u64::from(self.told == self.first);
        }
        None
    }

    /// The number of the next event.
    fn end(&self) -> u64 {
        self.first + self.log.len() as u64
    }
}
