//! What the installed nsenter(1) understands. No program is run to find out: the names of
//! its options stand in its file.

use std::fs;
use std::sync::OnceLock;

use crate::env;

/// More than such a program has.
const LONGEST: u64 = 16 << 20;

/// Options that not every version has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Options {
    pub(super) wdns: bool,
    /// util-linux 2.40
    pub(super) keep_caps: bool,
}

/// Of the first nsenter in the search path; none if there is none to be seen.
pub(super) fn installed() -> Options {
    static OPTIONS: OnceLock<Options> = OnceLock::new();
    *OPTIONS.get_or_init(|| {
        let paths = env::search_path().into_iter();
        let program = paths.map(|path| path.join("nsenter")).find(|program| {
            fs::metadata(program).is_ok_and(|file| file.is_file() && file.len() <= LONGEST)
        });
        let program = program.and_then(|program| fs::read(program).ok());
        program.map_or_else(Options::default, |program| Options::of(&program))
    })
}

impl Options {
    fn of(program: &[u8]) -> Self {
        // Not with the byte before it: linkers fold strings that end alike.
        let has = |name: &[u8]| program.windows(name.len()).any(|bytes| bytes == name);
        Self {
            wdns: has(b"wdns\0"),
            keep_caps: has(b"keep-caps\0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_whole() {
        let of = |program: &[u8]| {
            let Options { wdns, keep_caps } = Options::of(program);
            (wdns, keep_caps)
        };
        assert_eq!(of(b""), (false, false));
        assert_eq!(of(b"ELF\0wd\0wdns\0root\0"), (true, false));
        assert_eq!(of(b"\0wdns\0keep-caps\0"), (true, true));
        assert_eq!(of(b"\0 -W, --wdns <dir>\0keep-capsules\0"), (false, false));
    }
}
