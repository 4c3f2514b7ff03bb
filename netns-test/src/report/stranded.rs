//! A thread that can't leave the namespace it entered.

use std::fmt::Display;
use std::io::{self, Write};
use std::process;
use std::thread;

/// Says that the calling thread has to stay in `namespace`, and ends the process.
pub(crate) fn abort(namespace: &impl Display, error: &io::Error) -> ! {
    let thread = thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    // Past libtest's capture, which nobody will print any more.
    let _ = io::stderr().write_all(text(name, namespace, error).as_bytes());
    process::abort();
}

fn text(thread: &str, namespace: &impl Display, error: &io::Error) -> String {
    format!(
        "netns-test: thread `{thread}` can't leave {namespace}, which it entered with `NetNs::enter`: \
         the process aborts, since the thread would go on in the wrong network\n  \
         because: {error}\n  \
         hint:    keep `CAP_SYS_ADMIN` until the guard is dropped, or use `NetNs::run`\n"
    )
}
