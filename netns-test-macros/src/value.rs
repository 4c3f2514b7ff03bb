//! One value of an argument.

use std::time::Duration;

use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, Lit, Path};

/// Reads one of a few words in quotes, for the variant that it stands for.
pub(crate) fn word(name: &str, value: &Expr, known: &[(&str, &str)]) -> syn::Result<Ident> {
    let found = match literal(value) {
        Some(Lit::Str(lit)) => known.iter().find(|(word, _)| *word == lit.value()),
        _ => None,
    };
    let Some((_, variant)) = found else {
        let words: Vec<_> = known
            .iter()
            .map(|(word, _)| format!("`\"{word}\"`"))
            .collect();
        return Err(expected(name, value, &one_of(&words)));
    };
    Ok(Ident::new(variant, Span::call_site()))
}

/// Reads `true` or `false`.
pub(crate) fn boolean(name: &str, value: &Expr) -> syn::Result<bool> {
    match literal(value) {
        Some(Lit::Bool(lit)) => Ok(lit.value),
        _ => Err(expected(name, value, "`true` or `false`")),
    }
}

/// Reads a number from 1.
pub(crate) fn count(name: &str, value: &Expr) -> syn::Result<usize> {
    let number = match literal(value) {
        Some(Lit::Int(lit)) => lit.base10_parse().ok(),
        _ => None,
    };
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| expected(name, value, "a number from 1"))
}

/// Reads a number and a unit in quotes, for nanoseconds.
pub(crate) fn duration(name: &str, value: &Expr) -> syn::Result<u64> {
    let nanoseconds = match literal(value) {
        Some(Lit::Str(lit)) => nanoseconds(&lit.value()),
        _ => None,
    };
    nanoseconds.ok_or_else(|| {
        expected(
            name,
            value,
            "a number and a unit (`ms`, `s`, `m` or `h`) in quotes, such as `\"500ms\"`, `\"5s\"` or `\"2m\"`",
        )
    })
}

/// What the variable `NETNS_TEST_TIMEOUT` means by the same text.
fn nanoseconds(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    let duration = Duration::try_from_secs_f64(number * seconds).ok()?;
    let nanoseconds = u64::try_from(duration.as_nanos()).ok()?;
    (nanoseconds > 0).then_some(nanoseconds)
}

/// Reads `"a::path"`.
pub(crate) fn path(name: &str, value: &Expr) -> syn::Result<Path> {
    let path = match literal(value) {
        Some(Lit::Str(lit)) => lit.parse_with(plain_path).ok(),
        _ => None,
    };
    path.ok_or_else(|| {
        expected(
            name,
            value,
            "a path in quotes, such as `\"my_crate::netns_test\"`",
        )
    })
}

/// A path, of which `crate` may be a part.
fn plain_path(input: ParseStream<'_>) -> syn::Result<Path> {
    if input.is_empty() {
        return Err(input.error("empty"));
    }
    Path::parse_mod_style(input).or_else(|_| Path::parse(input))
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        // What `macro_rules!` passes on as `$value:expr` or `$value:literal`.
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// `a, b or c`
fn one_of(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn expected(name: &str, value: &Expr, what: &str) -> syn::Error {
    syn::Error::new_spanned(value, format!("`{name}` expects {what}"))
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(nanoseconds("500ms"), Some(500_000_000));
        assert_eq!(nanoseconds("1.5s"), Some(1_500_000_000));
        assert_eq!(nanoseconds("2m"), Some(120_000_000_000));
        assert_eq!(nanoseconds("1h"), Some(3_600_000_000_000));
        for wrong in [
            "",
            "5",
            "s",
            "0s",
            "-1s",
            "5 s",
            "5d",
            "1e3s",
            "99999999999h",
        ] {
            assert_eq!(nanoseconds(wrong), None, "{wrong}");
        }
    }
}
