//! The system call that a thread is in.

use libc::{c_long, *};

/// Those in which a thread may stay, and whether the first argument is a descriptor.
const KNOWN: [(c_long, &str, bool); 36] = [
    (SYS_accept, "accept", true),
    (SYS_accept4, "accept4", true),
    (SYS_clock_nanosleep, "clock_nanosleep", false),
    (SYS_connect, "connect", true),
    (SYS_epoll_pwait, "epoll_pwait", true),
    (SYS_epoll_pwait2, "epoll_pwait2", true),
    (SYS_fcntl, "fcntl", true),
    (SYS_flock, "flock", true),
    (SYS_fsync, "fsync", true),
    (SYS_futex, "futex", false),
    (SYS_futex_waitv, "futex_waitv", false),
    (SYS_io_uring_enter, "io_uring_enter", true),
    (SYS_ioctl, "ioctl", true),
    (SYS_nanosleep, "nanosleep", false),
    (SYS_openat, "openat", false),
    (SYS_ppoll, "ppoll", false),
    (SYS_pread64, "pread64", true),
    (SYS_pselect6, "pselect6", false),
    (SYS_pwrite64, "pwrite64", true),
    (SYS_read, "read", true),
    (SYS_readv, "readv", true),
    (SYS_recvfrom, "recvfrom", true),
    (SYS_recvmmsg, "recvmmsg", true),
    (SYS_recvmsg, "recvmsg", true),
    (SYS_restart_syscall, "restart_syscall", false),
    (SYS_rt_sigsuspend, "rt_sigsuspend", false),
    (SYS_rt_sigtimedwait, "rt_sigtimedwait", false),
    (SYS_sendfile, "sendfile", true),
    (SYS_sendmmsg, "sendmmsg", true),
    (SYS_sendmsg, "sendmsg", true),
    (SYS_sendto, "sendto", true),
    (SYS_splice, "splice", true),
    (SYS_wait4, "wait4", false),
    (SYS_waitid, "waitid", false),
    (SYS_write, "write", true),
    (SYS_writev, "writev", true),
];

/// Those that newer architectures don't have.
#[cfg(target_arch = "x86_64")]
const OLD: [(c_long, &str, bool); 4] = [
    (SYS_epoll_wait, "epoll_wait", true),
    (SYS_pause, "pause", false),
    (SYS_poll, "poll", false),
    (SYS_select, "select", false),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: [(c_long, &str, bool); 0] = [];

/// The name of the call and the descriptor it is about, from the text of
/// `/proc/PID/syscall`; `None` for a thread that is in none.
pub(super) fn parse(text: &str) -> Option<(String, Option<u64>)> {
    let mut words = text.split_ascii_whitespace();
    let number: c_long = words.next()?.parse().ok().filter(|number| *number >= 0)?;
    let known = KNOWN.iter().chain(&OLD).find(|known| known.0 == number);
    let Some((_, name, has_descriptor)) = known else {
        return Some((format!("number {number}"), None));
    };
    let argument = words.next().and_then(|word| word.strip_prefix("0x"));
    let descriptor = argument
        .filter(|_| *has_descriptor)
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    Some(((*name).to_owned(), descriptor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_a_name_and_maybe_a_descriptor() {
        let line = |number| format!("{number} 0x5 0x0 0x0 0x80000 0x0 0x0 0x7ffe 0x7f00");
        let named = |name: &str, descriptor| Some((name.to_owned(), descriptor));
        assert_eq!(parse(&line(SYS_accept4)), named("accept4", Some(5)));
        assert_eq!(parse(&line(SYS_futex)), named("futex", None));
        assert_eq!(parse(&line(99_999)), named("number 99999", None));
        assert_eq!(parse("running\n"), None);
        assert_eq!(parse("-1 0x7ffe 0x7f00\n"), None);
    }
}
