//! One value of an argument.

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
