//! The system call that a thread is in.

use libc::c_long;

/// Those in which a thread may stay, and whether the first argument is a descriptor.
const KNOWN: [(c_long, &str, bool); 37] = [
    (libc::SYS_accept, "accept", true),
    (libc::SYS_accept4, "accept4", true),
    (libc::SYS_clock_nanosleep, "clock_nanosleep", false),
    (libc::SYS_connect, "connect", true),
    (libc::SYS_epoll_pwait, "epoll_pwait", true),
    (libc::SYS_epoll_pwait2, "epoll_pwait2", true),
    (libc::SYS_fcntl, "fcntl", true),
    (libc::SYS_flock, "flock", true),
    (libc::SYS_fsync, "fsync", true),
    (libc::SYS_futex, "futex", false),
    (libc::SYS_futex_waitv, "futex_waitv", false),
    (libc::SYS_io_uring_enter, "io_uring_enter", true),
    (libc::SYS_ioctl, "ioctl", true),
    (libc::SYS_nanosleep, "nanosleep", false),
    (libc::SYS_openat, "openat", false),
    (libc::SYS_ppoll, "ppoll", false),
    (libc::SYS_pread64, "pread64", true),
    (libc::SYS_pselect6, "pselect6", false),
    (libc::SYS_pwrite64, "pwrite64", true),
    (libc::SYS_read, "read", true),
    (libc::SYS_readv, "readv", true),
    (libc::SYS_recvfrom, "recvfrom", true),
    (libc::SYS_recvmmsg, "recvmmsg", true),
    (libc::SYS_recvmsg, "recvmsg", true),
    (libc::SYS_restart_syscall, "restart_syscall", false),
    (libc::SYS_rt_sigsuspend, "rt_sigsuspend", false),
    (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait", false),
    (libc::SYS_sendfile, "sendfile", true),
    (libc::SYS_sendmmsg, "sendmmsg", true),
    (libc::SYS_sendmsg, "sendmsg", true),
    (libc::SYS_sendto, "sendto", true),
    (libc::SYS_splice, "splice", true),
    (libc::SYS_tgkill, "tgkill", false),
    (libc::SYS_wait4, "wait4", false),
    (libc::SYS_waitid, "waitid", false),
    (libc::SYS_write, "write", true),
    (libc::SYS_writev, "writev", true),
];

/// Those that newer architectures don't have.
#[cfg(target_arch = "x86_64")]
const OLD: [(c_long, &str, bool); 4] = [
    (libc::SYS_epoll_wait, "epoll_wait", true),
    (libc::SYS_pause, "pause", false),
    (libc::SYS_poll, "poll", false),
    (libc::SYS_select, "select", false),
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
        assert_eq!(parse(&line(libc::SYS_accept4)), named("accept4", Some(5)));
        assert_eq!(parse(&line(libc::SYS_futex)), named("futex", None));
        assert_eq!(parse(&line(99_999)), named("number 99999", None));
        assert_eq!(parse("running\n"), None);
        assert_eq!(parse("-1 0x7ffe 0x7f00\n"), None);
    }
}
