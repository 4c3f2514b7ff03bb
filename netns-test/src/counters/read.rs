//! From the kernel's text to values under their names.

use super::Counters;
use super::listed::{Group, Listed};
use crate::error::Error;
use crate::proc_net;

const FILES: [&str; 4] = ["snmp", "netstat", "snmp6", "dev"];

/// The counters of the calling thread's namespace.
pub(super) fn here() -> Result<Counters, Error> {
    let [snmp, netstat, snmp6, dev] = FILES.map(proc_net::read);
    let texts = [snmp?, netstat?, snmp6?, dev?];
    parse(texts.each_ref().map(Option::as_deref))
}

/// `OutNoRoutes` of `Ip` and of `Ip6`, in the calling thread's namespace, without
/// the other counters; `None` where it is not listed.
pub(super) fn without_a_route() -> Result<(Option<u64>, Option<u64>), Error> {
    let read = |file, group: &str, parse: fn(&str, &mut Listed) -> Result<(), String>| {
        let Some(bytes) = proc_net::read(file)? else {
            return Ok(None);
        };
        let mut listed = Listed::new();
        parse(&String::from_utf8_lossy(&bytes), &mut listed)
            .map_err(|line| proc_net::not_understood(file, &line))?;
        Ok(listed.get(group).and_then(|group| group.get("OutNoRoutes")))
    };
    Ok((
        read("snmp", "Ip", in_pairs)?,
        read("snmp6", "Ip6", one_a_line)?,
    ))
}

/// What the four files say, as far as they are there.
pub(super) fn parse(texts: [Option<&[u8]>; 4]) -> Result<Counters, Error> {
    let mut listed = Listed::new();
    let mut devices = Listed::new();
    for (file, bytes) in FILES.iter().zip(texts) {
        let text = String::from_utf8_lossy(bytes.unwrap_or_default());
        let parsed = match *file {
            "snmp6" => one_a_line(&text, &mut listed),
            "dev" => by_device(&text, &mut devices),
            _ => in_pairs(&text, &mut listed),
        };
        parsed.map_err(|line| proc_net::not_understood(file, &line))?;
    }
    Ok(Counters::of(listed, devices))
}

/// `snmp`, `netstat`: a line of names, and one of values, both with the group in front.
fn in_pairs(text: &str, listed: &mut Listed) -> Result<(), String> {
    let mut lines = text.lines();
    while let Some(names) = lines.next() {
        let understood = lines.next().and_then(|values| {
            let (group, names) = names.split_once(':')?;
            let (same, values) = values.split_once(':')?;
            let (names, values) = (words(names), words(values));
            if group != same || names.len() != values.len() {
                return None;
            }
            let group = listed.entry(group.to_owned()).or_default();
            names
                .iter()
                .zip(values)
                .try_for_each(|(name, value)| group.add(name, value))
        });
        understood.ok_or(names)?;
    }
    Ok(())
}

/// `snmp6`: a name and a value, where the name begins with that of its group.
fn one_a_line(text: &str, listed: &mut Listed) -> Result<(), String> {
    for line in text.lines() {
        let understood = line
            .split_once(char::is_whitespace)
            .and_then(|(name, value)| {
                let (group, name) = name.split_at(name.find('6')? + 1);
                let group = listed.entry(group.to_owned()).or_default();
                group.add(name, value.trim())
            });
        understood.ok_or(line)?;
    }
    Ok(())
}

/// `dev`: two lines of headings, the second with a column for each counter,
/// first those of what is received; then a line for each device.
fn by_device(text: &str, listed: &mut Listed) -> Result<(), String> {
    let mut lines = text.lines().skip(1);
    let headings = lines.next().unwrap_or_default();
    let mut parts = headings.split('|').skip(1);
    let mut columns = |prefix: &str| -> Vec<String> {
        let names = words(parts.next().unwrap_or_default());
        let names = names.iter().map(|name| format!("{prefix}_{name}"));
        names.collect()
    };
    let columns = [columns("rx"), columns("tx")].concat();
    for line in lines {
        // A name of a device has no colon in it: the kernel refuses one.
        let understood = line.split_once(':').and_then(|(name, values)| {
            let values = words(values);
            if values.len() != columns.len() {
                return None;
            }
            let mut group = Group::default();
            columns
                .iter()
                .zip(values)
                .try_for_each(|(column, value)| group.add(column, value))?;
            listed.insert(name.trim().to_owned(), group);
            Some(())
        });
        understood.ok_or(line)?;
    }
    Ok(())
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(parse: impl FnOnce(&str, &mut Listed) -> Result<(), String>, text: &str) -> Listed {
        let mut listed = Listed::new();
        parse(text, &mut listed).unwrap();
        listed
    }

    fn refused(parse: impl FnOnce(&str, &mut Listed) -> Result<(), String>, text: &str) -> String {
        parse(text, &mut Listed::new()).unwrap_err()
    }

    #[test]
    fn pairs_of_lines() {
        let text = "Tcp: MaxConn InSegs\nTcp: -1 18446744073709551615\nTcpExt: TCPNew\nTcpExt: 7\n";
        let counters = Counters::of(parsed(in_pairs, text), Listed::new());
        assert_eq!(
            (counters.tcp.max_conn, counters.tcp.in_segs),
            (-1, u64::MAX)
        );
        assert_eq!(counters.gauge("Tcp", "MaxConn"), Some(-1));
        assert_eq!(counters.get("Tcp", "MaxConn"), None);
        assert_eq!(counters.get("Tcp", "InSegs"), Some(u64::MAX));
        assert_eq!(counters.gauge("Tcp", "InSegs"), None);
        assert_eq!(counters.get("TcpExt", "TCPNew"), Some(7));
        assert_eq!(counters.get("Udp", "InErrors"), None, "not listed");
        assert_eq!(counters.udp.in_errors, 0);
    }

    #[test]
    fn lines_that_do_not_fit_are_refused() {
        for text in [
            "Tcp: InSegs\n",
            "Tcp: InSegs\nUdp: 1\n",
            "Tcp: InSegs\nTcp: 1 2\n",
            "Tcp: InSegs\nTcp: one\n",
            "Tcp InSegs\nTcp 1\n",
        ] {
            assert_eq!(refused(in_pairs, text), text.lines().next().unwrap());
        }
        for line in ["Ip6InReceives", "InReceives 1", "Ip6InReceives one"] {
            assert_eq!(refused(one_a_line, line), line);
        }
        let lines = ["  lo 1", "  lo: 1", "  lo: 1 2 x"];
        for line in lines {
            let text = format!("Inter-| Receive | Transmit\nface |bytes packets|bytes\n{line}\n");
            assert_eq!(refused(by_device, &text), line);
        }
    }

    #[test]
    fn groups_of_snmp6() {
        let text = "Ip6InReceives \t2\nUdpLite6NoPorts\t3\nIcmp6OutType135 \t5\nNew6Thing 1\n";
        let counters = Counters::of(parsed(one_a_line, text), Listed::new());
        assert_eq!(
            (counters.ip6.in_receives, counters.udp_lite6.no_ports),
            (2, 3)
        );
        assert_eq!(counters.icmp6_msg.sent, [(135, 5)].into());
        assert_eq!(counters.get("New6", "Thing"), Some(1));
    }

    #[test]
    fn a_name_may_touch_its_numbers() {
        let text =
            "Inter-| Receive | Transmit\n face |bytes packets|bytes new\nveth-long0:1 2 3 4\n";
        let counters = Counters::of(Listed::new(), parsed(by_device, text));
        let device = counters.devices["veth-long0"];
        assert_eq!(
            (device.rx_bytes, device.rx_packets, device.tx_bytes),
            (1, 2, 3)
        );
        assert_eq!(counters.get_device("veth-long0", "tx_new"), Some(4));
    }
}
