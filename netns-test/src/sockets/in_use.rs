//! Whether it is worth looking: for TCP the kernel walks the table of the whole
//! machine, ten milliseconds for 262,144 buckets, even if none of it is this namespace's.

use crate::error::Error;
use crate::proc_net;

/// Whether the calling thread's namespace has TCP sockets over IPv4, and over IPv6.
///
/// # References
///
/// `sockstat_seq_show` in `net/ipv4/proc.c`, `sockstat6_seq_show` in `net/ipv6/proc.c`
pub(super) fn tcp() -> Result<(bool, bool), Error> {
    let (v4, v6) = (read("sockstat")?, read("sockstat6")?);
    Ok(in_text(&v4, &v6))
}

fn read(file: &str) -> Result<String, Error> {
    let bytes = proc_net::read(file)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn in_text(v4: &str, v6: &str) -> (bool, bool) {
    // In `TIME_WAIT` they are counted once for both.
    let waiting = count(v4, "TCP:", "tw");
    let some = |inuse| (inuse, waiting) != (Some(0), Some(0));
    (
        some(count(v4, "TCP:", "inuse")),
        some(count(v6, "TCP6:", "inuse")),
    )
}

/// The number after `name` in the line that begins with `protocol`.
fn count(text: &str, protocol: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(protocol))?;
    let mut words = line.split_whitespace().skip_while(|word| *word != name);
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_looked_for() {
        let v4 = |inuse, tw| {
            format!(
                "sockets: used 144\nTCP: inuse {inuse} orphan 0 tw {tw} alloc 2 mem 0\nUDP: inuse 7 mem 0\n"
            )
        };
        let v6 = |inuse| format!("TCP6: inuse {inuse}\nUDP6: inuse 7\n");
        assert_eq!(in_text(&v4(0, 0), &v6(0)), (false, false));
        assert_eq!(in_text(&v4(1, 0), &v6(0)), (true, false));
        assert_eq!(in_text(&v4(0, 0), &v6(1)), (false, true));
        assert_eq!(in_text(&v4(0, 1), &v6(0)), (true, true));
    }

    #[test]
    fn what_is_not_known_is_looked_for() {
        assert_eq!(in_text("", ""), (true, true));
        assert_eq!(in_text("TCP: inuse", "TCP6: inuse none"), (true, true));
        assert_eq!(in_text("TCP: inuse 0", "TCP6: inuse 0"), (true, true));
    }
}
