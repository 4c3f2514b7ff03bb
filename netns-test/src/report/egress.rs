//! A test that tried to leave its namespace.

use crate::record::Attempts;

/// What a failing test that may try is told.
pub(crate) fn note(name: &str, attempts: Attempts) {
    eprint!("{}", noted(name, attempts));
}

/// What a test is told that fails for it.
pub(crate) fn deny(name: &str, attempts: Attempts) {
    eprint!("{}", denied(name, attempts));
}

/// The counters could not be read, so nobody knows.
pub(crate) fn unknown(name: &str, error: &crate::error::Error) {
    eprintln!(
        "netns-test: whether `{name}` tried to leave its network namespace is not known: failed to {error}"
    );
}

fn noted(name: &str, attempts: Attempts) -> String {
    format!(
        "netns-test: note: `{name}` tried to leave its network namespace: {}; does it need the Internet?\n",
        times(attempts)
    )
}

fn denied(name: &str, attempts: Attempts) -> String {
    format!(
        "netns-test: `{name}` tried to leave its network namespace: {}\n  \
         hint:    looking for a route counts as well, as in a name server of `/etc/resolv.conf` or a UDP \
         socket that is connected to learn its own address;\n           \
         `egress = \"allow\"` lets the test pass\n",
        times(attempts)
    )
}

pub(super) fn times(Attempts { v4, v6 }: Attempts) -> String {
    let once = |count: u64, family: &str| {
        let times = if count == 1 { "time" } else { "times" };
        format!("{count} {times} over {family}")
    };
    let families = match (v4, v6) {
        (_, 0) => once(v4, "IPv4"),
        (0, _) => once(v6, "IPv6"),
        _ => format!("{} and {}", once(v4, "IPv4"), once(v6, "IPv6")),
    };
    format!("{families} there was no route")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_line() {
        assert_eq!(
            noted("fetches", Attempts { v4: 1, v6: 0 }),
            "netns-test: note: `fetches` tried to leave its network namespace: 1 time over IPv4 there was no \
             route; does it need the Internet?\n"
        );
    }

    #[test]
    fn a_denial_says_what_counts() {
        assert_eq!(
            denied("fetches", Attempts { v4: 2, v6: 1 }),
            "\
netns-test: `fetches` tried to leave its network namespace: 2 times over IPv4 and 1 time over IPv6 there was no route
  hint:    looking for a route counts as well, as in a name server of `/etc/resolv.conf` or a UDP socket that is connected to learn its own address;
           `egress = \"allow\"` lets the test pass
"
        );
        assert!(denied("a", Attempts { v4: 0, v6: 3 }).contains(": 3 times over IPv6 there"));
    }
}
