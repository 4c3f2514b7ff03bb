//! JSON in one line: a report must not cost every user a crate. (The command, which has a
//! feature of its own, uses one.)
//!
//! # References
//!
//! RFC 8259

use std::fmt::Write as _;
use std::time::Duration;

/// A string, quotes and all.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // The last three end a line for some readers of lines.
            '\0'..' ' | '\u{7f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                write!(quoted, "\\u{:04x}", u32::from(character)).expect("a string takes all");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Seconds, to the microsecond.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

/// A value that may not be there.
pub(super) fn or_null<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "null".into(), show)
}

/// An array of values that are JSON already.
pub(super) fn array(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}

/// An object whose values are JSON already.
pub(super) fn object<const COUNT: usize>(members: [(&str, String); COUNT]) -> String {
    let members = members.map(|(name, value)| format!("{}:{value}", string(name)));
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_string_or_a_line_is_escaped() {
        assert_eq!(string("a::b"), r#""a::b""#);
        assert_eq!(string(r#"say "\""#), r#""say \"\\\"""#);
        assert_eq!(string("one\ntwo\t\u{1}"), r#""one\u000atwo\u0009\u0001""#);
        assert_eq!(string("\u{7f}\u{85}\u{2028}"), r#""\u007f\u0085\u2028""#);
        assert_eq!(string("…🦀"), r#""…🦀""#);
    }

    #[test]
    fn values_stand_in_a_line() {
        let object = object([
            ("a", seconds(Duration::from_micros(1_000_023))),
            ("b", or_null(None::<u8>, |_| unreachable!("there is none"))),
            ("c", array(["1".into(), string("x")])),
        ]);
        assert_eq!(object, r#"{"a":1.000023,"b":null,"c":[1,"x"]}"#);
    }
}
