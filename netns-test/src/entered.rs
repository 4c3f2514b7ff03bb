//! A stay of the calling thread in another namespace.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::os::fd::{AsFd, OwnedFd};

use crate::error::Error;
use crate::netns::NetNs;
use crate::report::stranded;
use crate::sys::namespace;

impl NetNs {
    /// Moves the calling thread into this namespace for as long as the guard
    /// lives that is returned. [`NetNs::run`] is the better choice wherever it
    /// will do: there is nothing to restore after it.
    ///
    /// Before the thread moves, the way back is tried, so that a thread that
    /// could not return does not leave.
    ///
    /// ```no_run
    /// use std::net::TcpListener;
    ///
    /// use netns_test::NetNs;
    ///
    /// let ns = NetNs::new()?;
    /// let inside = ns.enter()?;
    /// let server = TcpListener::bind("127.0.0.1:80")?;
    /// drop(inside);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Hazards
    ///
    /// - When the guard is dropped and the kernel refuses the way back
    ///   nevertheless, since the thread gave up `CAP_SYS_ADMIN` meanwhile, the
    ///   process aborts: no code after the guard may run in the wrong network.
    /// - A guard that is forgotten ([`mem::forget`](std::mem::forget)) leaves the thread where it is.
    /// - Views do not follow: `/proc/thread-self/net` is the namespace's,
    ///   `/sys/class/net` is not. On the main thread, `/proc/self/net` is as well, for all threads.
    /// - Across an `.await`, other tasks of the thread run inside as well.
    ///
    /// # Errors
    ///
    /// The thread has not moved:
    ///
    /// - [`ErrorKind::NotPermitted`](crate::ErrorKind::NotPermitted): it could not come back, for instance an
    ///   ordinary user's in a user namespace, from a network namespace outside of it.
    /// - Those of [`NetNs::run`].
    ///
    /// # References
    ///
    /// setns(2)
    pub fn enter(&self) -> Result<Entered<'_>, Error> {
        let mut home = namespace::open_here()
            .map_err(|error| Error::system("open `/proc/thread-self/ns/net`", error))?;
        if !STAYS.with_borrow(|stays| stays.can_return) {
            home = try_to_return(self, home)?;
        }
        self.enter_here()?;
        let number = STAYS.with_borrow_mut(|stays| stays.push(home));
        Ok(Entered {
            number,
            namespace: self,
            here: PhantomData,
        })
    }
}

/// Finds out whether the calling thread, once it is in `away`, could come back
/// to `home`, where it is now: the kernel asks the same of a thread that goes nowhere.
fn try_to_return(away: &NetNs, home: OwnedFd) -> Result<OwnedFd, Error> {
    if let Err(error) = namespace::enter_net(home.as_fd()) {
        let home = NetNs::of_descriptor(home)?;
        let operation = format!("enter {}: there is no way back to {}", away.id(), home.id());
        return Err(home.not_entered(operation, error));
    }
    STAYS.with_borrow_mut(|stays| stays.can_return = true);
    Ok(home)
}

/// While it lives, the thread that made it with [`NetNs::enter`] is in the namespace.
///
/// Dropped, also by a panic, it brings the thread back to where it was. Of
/// several guards, the youngest that lives says where the thread is, in
/// whatever order they are dropped; with the last one the thread is back where
/// it was before the first.
#[must_use = "the thread leaves the namespace when it is dropped"]
pub struct Entered<'ns> {
    number: u64,
    namespace: &'ns NetNs,
    /// It belongs to the thread that entered: neither `Send` nor `Sync`.
    here: PhantomData<*const ()>,
}

thread_local! {
    static STAYS: RefCell<Stays> = const {
        RefCell::new(Stays {
            can_return: false,
            last: 0,
            homes: Vec::new(),
        })
    };
}

/// The stays of one thread, one within the other.
struct Stays {
    /// Whether the thread could once return to where it was. From then on it
    /// always can: only to the namespace in which it was born may the way be
    /// closed to it, since into any other it went by itself. What takes that
    /// from it, as the loss of `CAP_SYS_ADMIN`, closes the way out as well.
    can_return: bool,
    /// The number of the latest.
    last: u64,
    /// The number of each, and where the thread goes when it ends.
    homes: Vec<(u64, OwnedFd)>,
}

impl Stays {
    fn push(&mut self, home: OwnedFd) -> u64 {
        self.last += 1;
        self.homes.push((self.last, home));
        self.last
    }

    /// Ends a stay: where the thread has to go now, if it has to.
    fn end(&mut self, number: u64) -> Option<OwnedFd> {
        let index = self.homes.iter().position(|(other, _)| *other == number)?;
        let (_, home) = self.homes.remove(index);
        match self.homes.get_mut(index) {
            // A younger stay goes on, and leads home in place of this one.
            Some((_, back)) => {
                *back = home;
                None
            }
            None => Some(home),
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        // The thread ends if there are no stays any more, and goes nowhere.
        let home = STAYS.try_with(|stays| stays.borrow_mut().end(self.number));
        let Ok(Some(home)) = home else {
            return;
        };
        if let Err(error) = namespace::enter_net(home.as_fd()) {
            stranded::abort(&self.namespace.id(), &error);
        }
    }
}

impl fmt::Debug for Entered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = format_args!("{}", self.namespace.id());
        f.debug_tuple("Entered").field(&namespace).finish()
    }
}
