//! Seccomp filters that refuse as containers and systemd units do.

#![expect(unsafe_code, reason = "a filter is installed by raw system calls")]

use std::io;

use libc::{c_long, c_ulong, sock_filter, sock_fprog};
use nix::errno::Errno;

/// What a filter answers.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// An errno, without any effect.
    Refuse(Errno),
    /// Success, without any effect.
    Pretend,
    /// The process is ended.
    Kill,
    /// The thread gets `SIGSYS`.
    Trap,
}

/// One classic BPF program.
#[derive(Clone, Debug)]
pub struct Filter(Vec<sock_filter>);

/// Where `struct seccomp_data` has its members.
const NUMBER: u32 = 0;
const ARGUMENT_0: u32 = if cfg!(target_endian = "little") {
    16
} else {
    20
};

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const IF_ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

impl Filter {
    /// Answers a system call as a whole, as container profiles do.
    pub fn call(number: c_long, answer: Answer) -> Self {
        Self(vec![
            load(NUMBER),
            jump(IF_EQUAL, word(number), 0, 1),
            end(answer.code()),
            end(libc::SECCOMP_RET_ALLOW),
        ])
    }

    /// Answers a system call whose first argument has one of `bits`, as the
    /// filters of systemd do.
    pub fn call_with_any(number: c_long, bits: i32, answer: Answer) -> Self {
        Self::first_argument(number, jump(IF_ANY_BIT, word(bits.into()), 0, 1), answer)
    }

    /// Answers a system call whose first argument has none of `bits`.
    pub fn call_with_none(number: c_long, bits: i32, answer: Answer) -> Self {
        Self::first_argument(number, jump(IF_ANY_BIT, word(bits.into()), 1, 0), answer)
    }

    /// Answers a system call whose first argument is `value`.
    pub fn call_with(number: c_long, value: i32, answer: Answer) -> Self {
        Self::first_argument(number, jump(IF_EQUAL, word(value.into()), 0, 1), answer)
    }

    fn first_argument(number: c_long, test: sock_filter, answer: Answer) -> Self {
        Self(vec![
            load(NUMBER),
            jump(IF_EQUAL, word(number), 0, 3),
            load(ARGUMENT_0),
            test,
            end(answer.code()),
            end(libc::SECCOMP_RET_ALLOW),
        ])
    }

    /// Installs the filter in the calling thread, for good. Allocates nothing.
    ///
    /// # Errors
    ///
    /// The kernel has no seccomp, or a filter further out refuses.
    ///
    /// # Panics
    ///
    /// The filter has more than 65535 instructions.
    ///
    /// # References
    ///
    /// seccomp(2)
    pub fn install(&self) -> io::Result<()> {
        let unused: c_ulong = 0;
        let set: c_ulong = 1;
        // SAFETY: this operation takes integers only.
        let result = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, set, unused, unused, unused) };
        Errno::result(result)?;
        let program = sock_fprog {
            len: u16::try_from(self.0.len()).expect("a filter is short"),
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the kernel copies `len` instructions, which `self.0` has,
        // and writes nothing; both outlive the call.
        let result = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                unused,
                &raw const program,
            )
        };
        Errno::result(result)?;
        Ok(())
    }
}

impl Answer {
    fn code(self) -> u32 {
        match self {
            Self::Refuse(errno) => libc::SECCOMP_RET_ERRNO | errno as u32,
            Self::Pretend => libc::SECCOMP_RET_ERRNO,
            Self::Kill => libc::SECCOMP_RET_KILL_PROCESS,
            Self::Trap => libc::SECCOMP_RET_TRAP,
        }
    }
}

fn word(number: c_long) -> u32 {
    u32::try_from(number).expect("numbers of system calls and flags are small and positive")
}

fn load(offset: u32) -> sock_filter {
    instruction(LOAD, offset, 0, 0)
}

fn jump(code: u32, value: u32, if_true: u8, if_false: u8) -> sock_filter {
    instruction(code, value, if_true, if_false)
}

fn end(answer: u32) -> sock_filter {
    instruction(RETURN, answer, 0, 0)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    let code = u16::try_from(code).expect("codes of BPF have 16 bits");
    sock_filter { code, jt, jf, k }
}
