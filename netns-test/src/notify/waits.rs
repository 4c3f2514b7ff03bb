//! Which namespace's callbacks wait for those of another: they must not wait for
//! each other in a circle.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind};

/// The address of a hub, which stays where it is while somebody waits for it.
pub(super) type Place = usize;

/// Each waits for at most one: all its callbacks run on one thread.
static WAITING: Mutex<BTreeMap<Place, Place>> = Mutex::new(BTreeMap::new());

/// For as long as somebody waits.
pub(super) struct Waiting(Option<Place>);

impl Waiting {
    /// The callbacks of `who` begin to wait for those of `whom`.
    ///
    /// # Errors
    ///
    /// `Deadlock` if those wait for `who`, over others or not.
    pub(super) fn begin(who: Option<Place>, whom: Place) -> Result<Self, Error> {
        if let Some(who) = who {
            let mut waiting = lock();
            let mut at = Some(whom);
            while let Some(place) = at {
                if place == who {
                    return Err(circle());
                }
                at = waiting.get(&place).copied();
            }
            waiting.insert(who, whom);
        }
        Ok(Self(who))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(who) = self.0 {
            lock().remove(&who);
        }
    }
}

fn circle() -> Error {
    Error::new(
        ErrorKind::Deadlock,
        "wait for the callbacks of another namespace, which wait for this one's",
    )
    .with_source(std::io::Error::from_raw_os_error(libc::EDEADLK))
}

fn lock() -> MutexGuard<'static, BTreeMap<Place, Place>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_refused() {
        let one = Waiting::begin(Some(1), 2).unwrap();
        let _two = Waiting::begin(Some(2), 3).unwrap();
        let refused = Waiting::begin(Some(3), 1).err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::Deadlock);
        assert_eq!(refused.raw_os_error(), Some(libc::EDEADLK));
        drop(one);
        let _three = Waiting::begin(Some(3), 1).unwrap();
        let _outsider = Waiting::begin(None, 1).unwrap();
    }
}
