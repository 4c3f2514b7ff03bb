//! Processes: watch them, tie their lives together, end.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::process::Child;

use nix::unistd::{Pid, getpid};

/// Ends the process at once: no `atexit` handler, no destructor, no flush.
pub(crate) fn exit_now(status: c_int) -> ! {
    // SAFETY: `_exit` has no precondition.
    unsafe { libc::_exit(status) }
}

/// The number of a child that has not been waited for.
pub(crate) fn number(child: &Child) -> Pid {
    Pid::from_raw(libc::pid_t::try_from(child.id()).expect("the kernel's numbers are `pid_t`s"))
}

/// A descriptor that becomes readable when process `pid` ends.
///
/// # References
///
/// `pidfd_open(2)`, Linux 5.3.
pub(crate) fn pidfd_open(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two integers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    let fd = c_int::try_from(fd).expect("a descriptor is an int");
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Whether this process has a thread `tid`.
///
/// # References
///
/// `tgkill(2)`: signal 0 is not sent, and `ESRCH` if there is no such thread.
pub(crate) fn has_thread(tid: u32) -> bool {
    // SAFETY: the call takes three integers, and sends nothing.
    unsafe { libc::syscall(libc::SYS_tgkill, getpid().as_raw(), tid, 0) == 0 }
}

/// Ends the process behind a pidfd at once, stopped or not.
///
/// # References
///
/// `pidfd_send_signal(2)`, Linux 5.1.
pub(crate) fn kill(pidfd: BorrowedFd<'_>) -> io::Result<()> {
    let (number, nothing) = (pidfd.as_raw_fd(), std::ptr::null::<libc::siginfo_t>());
    // SAFETY: `pidfd` is open for the call, and a null `siginfo_t` is what kill(2) sends.
    match unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            number,
            libc::SIGKILL,
            nothing,
            0,
        )
    } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets the whole process group die with the parent of this process, children
/// that the process left in the group included.
///
/// The kernel's signal reaches this process only, so a handler passes it on.
/// The signal is the last real-time one, which programs do not use.
/// Credential changes clear it: call this after them.
///
/// # References
///
/// `PR_SET_PDEATHSIG(2const)`
pub(crate) fn die_with_parent() -> io::Result<()> {
    extern "C" fn kill_group(_signal: c_int) {
        // SAFETY: `kill` is async-signal-safe; 0 means the caller's own group.
        unsafe { libc::kill(0, libc::SIGKILL) };
    }
    let signal = libc::SIGRTMAX();
    // SAFETY: all-zero bytes are a valid `sigaction`: an empty mask and no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = kill_group as extern "C" fn(c_int) as libc::sighandler_t;
    // SAFETY: `action` is initialised, and the handler makes one async-signal-safe call.
    if unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) } < 0 {
        return Err(io::Error::last_os_error());
    }
    signal_on_parent_death(signal)
}

/// Has `signal` sent to this process when its parent ends.
pub(crate) fn signal_on_parent_death(signal: c_int) -> io::Result<()> {
    // SAFETY: the option takes one integer.
    match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The signal that [`die_with_parent`] uses: ends a process that has no handler yet.
pub(crate) fn parent_death_signal() -> c_int {
    libc::SIGRTMAX()
}

/// Makes the descriptor `to` refer to what `from` refers to; it survives exec.
pub(crate) fn replace_descriptor(from: BorrowedFd<'_>, to: c_int) -> io::Result<()> {
    // SAFETY: only 1 and 2 are replaced, which no owner in this process closes.
    match unsafe { libc::dup2(from.as_raw_fd(), to) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Lets `fd` survive exec. Does not allocate.
pub(crate) fn inherit(fd: c_int) -> io::Result<()> {
    // SAFETY: the request takes an integer; a wrong descriptor is an error.
    match unsafe { libc::fcntl(fd, libc::F_SETFD, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Writes out what C code left in the buffers of its streams.
pub(crate) fn flush_c_streams() {
    // SAFETY: a null pointer means every open output stream.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// Waits for a child and buries it; its raw wait status, as
/// [`ExitStatus`](std::process::ExitStatus) takes it.
pub(crate) fn wait_status(pid: Pid) -> io::Result<c_int> {
    let mut status = 0;
    loop {
        // SAFETY: `status` lives through the call.
        match unsafe { libc::waitpid(pid.as_raw(), &raw mut status, 0) } {
            -1 => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
            _ => return Ok(status),
        }
    }
}
