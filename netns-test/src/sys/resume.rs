//! `SIGCONT`, as something to wait for: what ends a pause. The signal does no harm to a
//! process that does not wait for it, so one that comes too early or too late is no danger.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use once_cell::sync::OnceCell;

/// The number of [`EVENT`], for the handler.
static NUMBER: AtomicI32 = AtomicI32::new(-1);

/// Never closed: a handler that began before the last one was taken away may still write.
static EVENT: OnceCell<EventFd> = OnceCell::new();

/// While this lives, a `SIGCONT` makes its descriptor readable. There is one at a time.
#[derive(Debug)]
pub(crate) struct Resume {
    event: &'static EventFd,
    action: SigAction,
    /// What the calling thread had blocked.
    blocked: SigSet,
}

impl Resume {
    /// # References
    ///
    /// sigaction(2), `SIGCONT` in signal(7), eventfd(2)
    pub(crate) fn wait_for() -> io::Result<Self> {
        let event = EVENT.get_or_try_init(|| {
            EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)
        })?;
        NUMBER.store(event.as_fd().as_raw_fd(), Ordering::SeqCst);
        // What came before is over. An error says that nothing did.
        let _ = event.read();
        // A signal that every thread blocks would wait for ever.
        let blocked = SigSet::thread_get_mask()?;
        let mut cont = SigSet::empty();
        cont.add(Signal::SIGCONT);
        let action = SigAction::new(
            SigHandler::Handler(tell),
            SaFlags::SA_RESTART,
            SigSet::empty(),
        );
        // SAFETY: the handler loads an atomic, and calls write(2), which is async-signal-safe, on
        // a descriptor that is never closed; it leaves `errno` as it was.
        let action = unsafe { sigaction(Signal::SIGCONT, &action) }?;
        let resume = Self {
            event,
            action,
            blocked,
        };
        cont.thread_unblock()?;
        Ok(resume)
    }
}

impl Drop for Resume {
    fn drop(&mut self) {
        let _ = self.blocked.thread_set_mask();
        // SAFETY: the action is the one that was there before; whoever set it answers for it.
        let _ = unsafe { sigaction(Signal::SIGCONT, &self.action) };
    }
}

impl AsFd for Resume {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}

extern "C" fn tell(_signal: c_int) {
    let errno = Errno::last_raw();
    let one = 1_u64.to_ne_bytes();
    let number = NUMBER.load(Ordering::SeqCst);
    // SAFETY: `one` has the 8 bytes that are read; the descriptor is never closed.
    unsafe { libc::write(number, one.as_ptr().cast(), one.len()) };
    Errno::set_raw(errno);
}

#[cfg(test)]
mod tests {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::signal::kill;
    use nix::unistd::{getpid, gettid};

    use super::*;

    fn came(resume: &Resume, within: PollTimeout) -> bool {
        let mut fds = [PollFd::new(resume.as_fd(), PollFlags::POLLIN)];
        loop {
            match poll(&mut fds, within) {
                Err(Errno::EINTR) => {}
                ready => return ready.unwrap() == 1,
            }
        }
    }

    #[test]
    fn a_signal_is_heard_while_it_is_waited_for() {
        kill(getpid(), Signal::SIGCONT).unwrap();
        let resume = Resume::wait_for().unwrap();
        assert!(!came(&resume, PollTimeout::ZERO), "that was too early");
        kill(getpid(), Signal::SIGCONT).unwrap();
        assert!(came(&resume, PollTimeout::NONE));
        drop(resume);
        kill(getpid(), Signal::SIGCONT).unwrap();
        let resume = Resume::wait_for().unwrap();
        assert!(!came(&resume, PollTimeout::ZERO), "that was in between");
        drop(resume);
        let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
        // SAFETY: no handler is set.
        let before = unsafe { sigaction(Signal::SIGCONT, &default) }.unwrap();
        assert!(
            matches!(before.handler(), SigHandler::SigDfl),
            "what was there is back"
        );
        // One that this thread has blocked is let through.
        let mut cont = SigSet::empty();
        cont.add(Signal::SIGCONT);
        cont.thread_block().unwrap();
        let resume = Resume::wait_for().unwrap();
        let (process, thread) = (getpid().as_raw(), gettid().as_raw());
        // SAFETY: the call takes three integers.
        unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGCONT) };
        assert!(came(&resume, PollTimeout::NONE));
        drop(resume);
        assert!(SigSet::thread_get_mask().unwrap().contains(Signal::SIGCONT));
        cont.thread_unblock().unwrap();
    }
}
