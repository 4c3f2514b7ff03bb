//! Files are short, and finished.

use crate::source::Source;
use crate::{assert_none, everything, violations};

const LONGEST: usize = 450;

#[test]
fn no_file_is_long() {
    assert_none(&violations(&everything(), long));
}

fn long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let is_long = lines > LONGEST;
    is_long
        .then(|| format!("{}: {lines} lines", source.path))
        .into_iter()
        .collect()
}

#[test]
fn nothing_is_left_to_do() {
    assert_none(&violations(&everything(), unfinished));
}

fn unfinished(source: &Source) -> Vec<String> {
    let macros = ["todo!", "unimplemented!"].into_iter();
    let macros = macros.flat_map(|name| source.places(name));
    let mark = concat!("FIX", "ME");
    let marks = source.text.match_indices(mark).map(|(at, _)| at);
    macros
        .chain(marks)
        .map(|place| format!("{}: unfinished", source.at(place)))
        .collect()
}

#[test]
fn the_checks_see() {
    assert_eq!(
        long(&Source::new("a.rs", &"\n".repeat(LONGEST + 1))).len(),
        1
    );
    assert_eq!(long(&Source::new("a.rs", &"\n".repeat(LONGEST))).len(), 0);
    for text in [
        "todo!()",
        "unimplemented!(\"a\")",
        concat!("// FIX", "ME: a"),
    ] {
        assert_eq!(unfinished(&Source::new("a.rs", text)).len(), 1);
    }
    assert_eq!(unfinished(&Source::new("a.rs", "\"todo!()\"")).len(), 0);
}
