//! What must hold of a log.

use super::{DEVICES, OWN};
use crate::log::{Event, What, all, find};

/// What one hook and one namespace go through.
const WHOLE: [What; 5] = [
    What::Init,
    What::PreExit,
    What::Exit,
    What::ExitBatch,
    What::Free,
];

/// # Panics
///
/// Something does not hold.
pub(crate) fn check(events: &[Event]) {
    let check = Check { events };
    let hooks = all(events, |event| event.hook);
    let netids = all(events, |event| event.netid);
    for hook in &hooks {
        check.registration(*hook);
        for netid in &netids {
            check.pair(*hook, *netid);
        }
    }
    for netid in &netids {
        check.namespace(*netid);
        for one in &hooks {
            for other in &hooks {
                check.order(*one, *other, *netid);
            }
        }
    }
}

struct Check<'a> {
    events: &'a [Event],
}

impl Check<'_> {
    fn find(&self, what: What, hook: u64, netid: u64) -> Option<usize> {
        find(self.events, what, hook, netid)
    }

    /// Each callback once and in order, from the first to the last; and where both live, there is a first.
    fn pair(&self, hook: u64, netid: u64) {
        let of_both = |event: &&Event| event.hook == hook && event.netid == netid;
        let whats: Vec<_> = self
            .events
            .iter()
            .filter(of_both)
            .map(|event| event.what)
            .collect();
        match whats.as_slice() {
            [] | [What::InitFailed] => {}
            whole => assert_eq!(whole, WHOLE, "hook {hook} in {netid}"),
        }
        let Some(registered) = self.find(What::Registered, hook, 0) else {
            return;
        };
        let created = self.find(What::Created, 0, netid);
        let destroys = self.find(What::Destroys, 0, netid);
        if let (Some(created), Some(destroys)) = (created, destroys) {
            let unregisters = self.find(What::Unregisters, hook, 0).unwrap();
            // They were there at the same time, for a while.
            if registered.max(created) < destroys.min(unregisters) {
                let init = self.find(What::Init, hook, netid).expect("a beginning");
                assert!(
                    init < registered.max(created),
                    "hook {hook} in {netid}: late"
                );
            }
        }
    }

    /// Nothing before it is registered, nothing after it is not, and in no
    /// case does a registration leave a namespace out.
    fn registration(&self, hook: u64) {
        let of_it = |event: &&Event| event.hook == hook;
        let mine: Vec<_> = self
            .events
            .iter()
            .filter(of_it)
            .map(|event| event.what)
            .collect();
        assert_eq!(mine.first(), Some(&What::Registers), "hook {hook}");
        let last = mine.last().unwrap();
        let ends = [What::Unregistered, What::RegisterFailed];
        assert!(ends.contains(last), "hook {hook} after its end: {last:?}");
        let begun = self
            .find(What::Init, hook, OWN)
            .expect("the oldest one lives");
        let registered = self.find(What::Registered, hook, 0);
        assert!(
            registered.is_none_or(|registered| begun < registered),
            "hook {hook} began late"
        );
    }

    /// Nothing after its end; and where it did not come about, nothing began after that.
    fn namespace(&self, netid: u64) {
        if netid == OWN {
            return;
        }
        let of_it = |(_, event): &(usize, &Event)| event.netid == netid;
        let mine: Vec<_> = self.events.iter().enumerate().filter(of_it).collect();
        if self.find(What::Created, 0, netid).is_some() {
            assert_eq!(mine.last().unwrap().1.what, What::Destroyed, "in {netid}");
            return;
        }
        let refused = mine
            .iter()
            .position(|(_, event)| event.what == What::InitFailed);
        let refused = refused.unwrap_or_else(|| panic!("{netid} failed for no reason"));
        let later = mine[refused + 1..].iter().map(|(_, event)| event.what);
        let began = later.filter(|what| matches!(what, What::Init | What::InitFailed));
        assert_eq!(began.count(), 0, "{netid} was seen");
    }

    /// Two that begin with a namespace do so in the order of the list, and end with it in reverse.
    fn order(&self, one: u64, other: u64, netid: u64) {
        let (Some(first), Some(second)) = (self.place(one), self.place(other)) else {
            return;
        };
        if first >= second || netid == OWN {
            return;
        }
        let at = |what, hook| self.find(what, hook, netid);
        let (Some(begun), Some(begun_later)) = (at(What::Init, one), at(What::Init, other)) else {
            return;
        };
        // With the namespace: all that was there before its first hook.
        let registered = |hook| self.find(What::Init, hook, OWN).unwrap();
        let birth = self
            .events
            .iter()
            .position(|event| event.netid == netid)
            .unwrap();
        if registered(one).max(registered(other)) < birth {
            assert!(begun < begun_later, "{one} before {other} in {netid}");
        }
        let destroyed = self.find(What::Destroyed, 0, netid);
        let destroys = self.find(What::Destroys, 0, netid);
        // A failed beginning ends before any of its hooks can leave the list.
        let end = destroyed.unwrap_or(0);
        let leaves = |hook| self.find(What::Unregisters, hook, 0).unwrap_or(usize::MAX);
        let with_it = |hook: u64| {
            leaves(hook) > end
                && destroys.is_none_or(|begins| at(What::PreExit, hook).unwrap() > begins)
        };
        if with_it(one) && with_it(other) {
            for what in [What::PreExit, What::Exit, What::ExitBatch, What::Free] {
                let (late, early) = (at(what, one).unwrap(), at(what, other).unwrap());
                assert!(early < late, "{what:?} of {other} before {one} in {netid}");
            }
            let (last, first) = (at(What::PreExit, one), at(What::Exit, other));
            assert!(last < first, "all `pre_exit` before any `exit` in {netid}");
        }
    }

    /// Where a hook is in the list, if it ever was in it.
    fn place(&self, hook: u64) -> Option<(bool, usize)> {
        self.find(What::Registered, hook, 0)?;
        Some((hook >= DEVICES, self.find(What::Init, hook, OWN)?))
    }
}

/// Logs in which one thing does not hold.
pub(crate) fn violations() -> Vec<(&'static str, Vec<Event>)> {
    let fine = fine();
    check(&fine);
    let at = |what, hook, netid| find(&fine, what, hook, netid).unwrap();
    let swapped = |one: (What, u64, u64), other: (What, u64, u64)| {
        let mut log = fine.clone();
        log.swap(at(one.0, one.1, one.2), at(other.0, other.1, other.2));
        log
    };
    let without = |what, hook, netid| {
        let mut log = fine.clone();
        log.remove(at(what, hook, netid));
        log
    };
    let device = DEVICES + 1;
    let mut twice = fine.clone();
    twice.insert(at(What::Exit, 2, 2), fine[at(What::Exit, 2, 2)]);
    vec![
        ("a callback twice", twice),
        ("a callback left out", without(What::PreExit, 2, 2)),
        ("a value that stays", without(What::Free, 2, 2)),
        (
            "a device that begins first",
            swapped((What::Init, 2, 2), (What::Init, device, 2)),
        ),
        (
            "ends in order",
            swapped((What::Exit, 2, 2), (What::Exit, device, 2)),
        ),
        (
            "an exit amid the first pass",
            swapped((What::PreExit, 2, 2), (What::Exit, device, 2)),
        ),
        (
            "a call after the end",
            swapped((What::Free, 2, 2), (What::Destroyed, 0, 2)),
        ),
        (
            "a call after unregistering",
            swapped((What::Free, 2, OWN), (What::Unregistered, 2, 0)),
        ),
        (
            "a late replay",
            swapped((What::Init, 2, OWN), (What::Registered, 2, 0)),
        ),
    ]
}

/// A device and a later subsystem, and a namespace that lives with them.
fn fine() -> Vec<Event> {
    let device = DEVICES + 1;
    let event = |what, hook, netid| Event { what, hook, netid };
    let mut log = Vec::new();
    for hook in [device, 2] {
        log.push(event(What::Registers, hook, 0));
        log.push(event(What::Init, hook, OWN));
        log.push(event(What::Registered, hook, 0));
    }
    log.push(event(What::Init, 2, 2));
    log.push(event(What::Init, device, 2));
    log.push(event(What::Created, 0, 2));
    log.push(event(What::Destroys, 0, 2));
    log.push(event(What::PreExit, device, 2));
    log.push(event(What::PreExit, 2, 2));
    for hook in [device, 2] {
        log.push(event(What::Exit, hook, 2));
        log.push(event(What::ExitBatch, hook, 2));
    }
    log.push(event(What::Free, device, 2));
    log.push(event(What::Free, 2, 2));
    log.push(event(What::Destroyed, 0, 2));
    for hook in [2, device] {
        log.push(event(What::Unregisters, hook, 0));
        for what in &WHOLE[1..] {
            log.push(event(*what, hook, OWN));
        }
        log.push(event(What::Unregistered, hook, 0));
    }
    log
}
