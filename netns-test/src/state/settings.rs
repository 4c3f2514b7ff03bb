//! The sysctls of a namespace, and which of them somebody has changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use once_cell::sync::OnceCell;

use crate::error::{Error, ErrorKind};
use crate::netns::make;
use crate::sys::namespace::Patience;

const ROOT: &str = "/proc/sys/net";
const PAGE: usize = 4096;
/// How many devices are named that have the same value.
const NAMED: usize = 6;

/// Values by their paths below [`ROOT`], such as `ipv4/ip_forward`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Settings(BTreeMap<String, String>);

/// A setting that is not as in a new namespace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Changed {
    /// As sysctl(8) takes it. Where several devices have the same value, their
    /// names stand in braces.
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) initial: String,
}

/// What a new namespace has: read once in a process, when a test fails first.
pub(super) fn of_a_new_namespace() -> Result<&'static Settings, Error> {
    static INITIAL: OnceCell<Settings> = OnceCell::new();
    INITIAL.get_or_try_init(|| {
        thread::Builder::new()
            .name("netns-test state".into())
            .spawn(|| make::new_here(Patience::none()).map(|_ns| Settings::here()))
            .map_err(|error| Error::new(ErrorKind::Process, "start a thread").with_source(error))?
            .join()
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Process, "read the settings: a panic")))
    })
}

impl Settings {
    /// Those of the calling thread's namespace.
    pub(super) fn here() -> Self {
        let mut settings = Self::default();
        settings.collect(&mut ROOT.to_owned(), &mut [0; PAGE]);
        settings
    }

    /// Adds all that is below the directory `path`, by way of `page`: there are
    /// some six hundred, and making room for each took longer than reading it.
    fn collect(&mut self, path: &mut String, page: &mut [u8; PAGE]) {
        let whole = path.len();
        for entry in fs::read_dir(&*path).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            path.push('/');
            path.push_str(&name);
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.collect(path, page);
            } else if !is_secret(&name) {
                // Some can't be read, by this user or by anybody.
                // The kernel hands a value out at once, and no more of it than a page.
                let read = File::open(&*path).and_then(|mut file| file.read(page));
                if let Ok(length) = read {
                    let value = String::from_utf8_lossy(page[..length].trim_ascii());
                    let key = path[ROOT.len() + 1..].to_owned();
                    self.0.insert(key, value.into_owned());
                }
            }
            path.truncate(whole);
        }
    }

    /// What differs from `initial`.
    pub(super) fn since(&self, initial: &Self) -> Vec<Changed> {
        self.differences(initial, is_writable)
    }

    fn differences(&self, initial: &Self, is_setting: impl Fn(&str) -> bool) -> Vec<Changed> {
        /// Where the names of the devices go, in the order of their keys.
        type Place<'a> = (&'a str, &'a str, &'a str, &'a str);
        let mut alike: BTreeMap<Place<'_>, Vec<&str>> = BTreeMap::new();
        for (key, value) in &self.0 {
            let device = Device::of(key);
            // A device that a new namespace does not have begins as another one there.
            let of_another = || {
                let device = device.as_ref().filter(|device| !device.varies(value))?;
                device.initial(initial)
            };
            let Some(before) = initial.0.get(key).or_else(of_another) else {
                continue;
            };
            if before == value || !is_setting(key) {
                continue;
            }
            match device {
                Some(Device { kind, name, leaf }) => alike
                    .entry((kind, leaf, value, before))
                    .or_default()
                    .push(name),
                None => alike.entry((key, "", value, before)).or_default().push(""),
            }
        }
        let changed = |((kind, leaf, value, before), devices): (Place<'_>, Vec<&str>)| Changed {
            key: shown_key(kind, &devices, leaf),
            value: in_one_line(value),
            initial: in_one_line(before),
        };
        alike.into_iter().map(changed).collect()
    }
}

/// As sysctl(8) writes it, which takes no braces; `leaf` is empty for a key
/// that is of no device.
fn shown_key(kind: &str, devices: &[&str], leaf: &str) -> String {
    let kind = kind.replace('/', ".");
    // In the name of a device, a dot is no separator.
    let names: Vec<_> = devices.iter().map(|name| name.replace('.', "/")).collect();
    match names.as_slice() {
        _ if leaf.is_empty() => format!("net.{kind}"),
        [name] => format!("net.{kind}.{name}.{leaf}"),
        // In place of one name, "and 1 more" would save nothing.
        names if names.len() > NAMED + 1 => {
            let (first, rest) = names.split_at(NAMED);
            let (first, more) = (first.join(","), rest.len());
            format!("net.{kind}.{{{first} and {more} more}}.{leaf}")
        }
        names => format!("net.{kind}.{{{}}}.{leaf}", names.join(",")),
    }
}

/// Several numbers have tabs between them.
fn in_one_line(value: &str) -> String {
    let words: Vec<_> = value.split_whitespace().collect();
    words.join(" ")
}

/// A setting of one device: `ipv4/conf`, `veth0`, `forwarding`.
struct Device<'a> {
    kind: &'a str,
    name: &'a str,
    leaf: &'a str,
}

impl<'a> Device<'a> {
    fn of(key: &'a str) -> Option<Self> {
        let (head, leaf) = key.rsplit_once('/')?;
        let (kind, name) = head.rsplit_once('/')?;
        matches!(
            kind,
            "ipv4/conf" | "ipv6/conf" | "ipv4/neigh" | "ipv6/neigh"
        )
        .then_some(Self { kind, name, leaf })
    }

    /// What a device that is not in a new namespace begins with.
    fn initial<'i>(&self, initial: &'i Settings) -> Option<&'i String> {
        // Those of `neigh/default` are the machine's.
        let model = if self.kind.ends_with("conf") {
            "default"
        } else {
            "lo"
        };
        let Self { kind, leaf, .. } = self;
        initial.0.get(&format!("{kind}/{model}/{leaf}"))
    }

    /// Whether the kernel itself gives some kinds of devices this value.
    fn varies(&self, value: &str) -> bool {
        match self.leaf {
            "mtu" => true,
            "accept_dad" | "use_tempaddr" => value == "-1",
            _ => false,
        }
    }
}

/// What nobody should find in a log.
fn is_secret(name: &str) -> bool {
    matches!(name, "stable_secret" | "tcp_fastopen_key")
}

/// What nobody can write to is no setting, but counts or belongs to the machine.
fn is_writable(key: &str) -> bool {
    fs::metadata(Path::new(ROOT).join(key)).is_ok_and(|file| file.permissions().mode() & 0o222 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(values: &[(&str, &str)]) -> Settings {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Settings(values.iter().map(owned).collect())
    }

    fn changes(now: &[(&str, &str)], before: &[(&str, &str)]) -> Vec<String> {
        let changed = settings(now).differences(&settings(before), |key| key != "read_only");
        let shown = |Changed {
                         key,
                         value,
                         initial,
                     }| format!("{key} {initial} -> {value}");
        changed.into_iter().map(shown).collect()
    }

    #[test]
    fn what_is_the_same_is_no_change() {
        let same = [("ipv4/ip_forward", "0"), ("core/somaxconn", "4096")];
        assert_eq!(changes(&same, &same), [""; 0]);
        assert_eq!(
            changes(&[("read_only", "2")], &[("read_only", "1")]),
            [""; 0]
        );
    }

    #[test]
    fn a_setting_of_the_namespace() {
        let found = changes(&[("ipv4/ip_forward", "1")], &[("ipv4/ip_forward", "0")]);
        assert_eq!(found, ["net.ipv4.ip_forward 0 -> 1"]);
    }

    /// One line for all devices that have the same value.
    #[test]
    fn settings_of_devices() {
        let found = changes(
            &[
                ("ipv4/conf/all/forwarding", "1"),
                ("ipv4/conf/eth0.1/forwarding", "1"),
                ("ipv4/conf/eth1/forwarding", "0"),
                ("ipv6/conf/eth1/forwarding", "2"),
                ("ipv4/neigh/eth1/gc_stale_time", "5"),
            ],
            &[
                ("ipv4/conf/all/forwarding", "0"),
                ("ipv4/conf/default/forwarding", "0"),
                ("ipv6/conf/default/forwarding", "0"),
                ("ipv4/neigh/lo/gc_stale_time", "60"),
            ],
        );
        assert_eq!(
            found,
            [
                "net.ipv4.conf.{all,eth0/1}.forwarding 0 -> 1",
                "net.ipv4.neigh.eth1.gc_stale_time 60 -> 5",
                "net.ipv6.conf.eth1.forwarding 0 -> 2",
            ]
        );
    }

    #[test]
    fn many_devices_are_not_all_named() {
        let of = |count: usize| {
            let keys: Vec<_> = (1..=count)
                .map(|number| format!("ipv4/conf/v{number}/forwarding"))
                .collect();
            let now: Vec<_> = keys.iter().map(|key| (key.as_str(), "1")).collect();
            changes(&now, &[("ipv4/conf/default/forwarding", "0")])
        };
        let forwarding = |names| [format!("net.ipv4.conf.{{{names}}}.forwarding 0 -> 1")];
        assert_eq!(of(7), forwarding("v1,v2,v3,v4,v5,v6,v7"));
        assert_eq!(of(9), forwarding("v1,v2,v3,v4,v5,v6 and 3 more"));
    }

    #[test]
    fn what_devices_differ_in_by_nature() {
        let found = changes(
            &[
                ("ipv6/conf/eth0/mtu", "1500"),
                ("ipv6/conf/tun0/accept_dad", "-1"),
                ("ipv6/conf/eth0/accept_dad", "0"),
                ("ipv6/conf/eth0/unheard_of", "7"),
            ],
            &[
                ("ipv6/conf/default/mtu", "1280"),
                ("ipv6/conf/default/accept_dad", "1"),
            ],
        );
        assert_eq!(found, ["net.ipv6.conf.eth0.accept_dad 1 -> 0"]);
    }
}
