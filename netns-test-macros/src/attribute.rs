//! What the other attributes of the function are to this one. A macro sees
//! names only, so they are told by their names.

use syn::{Attribute, Ident};

/// One attribute of the function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A `#[test]` that stands in the source.
    HandWrittenTest,
    /// A `#[test]` that another macro put there.
    GeneratedTest,
    /// `#[tokio::test]`: makes a test, usually with a runtime around the body.
    RuntimeTest,
    /// `#[rstest]`, or a template of `rstest_reuse` that has it: makes tests, and
    /// puts `#[test]` behind the other attributes.
    Rstest,
    /// `#[test_case]`: makes tests, and puts `#[test]` before the other attributes.
    TestCase,
    /// This attribute, once more.
    Netns,
    /// The language's: means the same on whatever the function becomes.
    Language,
    /// Unknown, so maybe a macro that wants to see the function as it is written.
    Foreign,
}

/// Attributes of the language that can stand on a function.
const LANGUAGE: &[&str] = &[
    "allow",
    "automatically_derived",
    "cfg",
    "cfg_attr",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "link_section",
    "must_use",
    "no_mangle",
    "optimize",
    "should_panic",
    "target_feature",
    "track_caller",
    "unsafe",
    "warn",
];

/// Namespaces of attributes for tools.
const TOOLS: &[&str] = &["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

pub(crate) fn kind(attr: &Attribute) -> Kind {
    let segments: Vec<_> = attr.path().segments.iter().map(|s| &s.ident).collect();
    let Some((last, before)) = segments.split_last() else {
        return Kind::Foreign;
    };
    match last.to_string().as_str() {
        "test" if before.is_empty() => {
            if is_in_source(last) {
                Kind::HandWrittenTest
            } else {
                Kind::GeneratedTest
            }
        }
        "test" if is_prelude(before) => Kind::GeneratedTest,
        "test" => Kind::RuntimeTest,
        "rstest" => Kind::Rstest,
        "apply" if names_a_template(attr) => Kind::Rstest,
        "test_case" | "test_matrix" => Kind::TestCase,
        "case" if before.first().is_some_and(|first| *first == "test_case") => Kind::TestCase,
        "netns_test" => Kind::Netns,
        name if before.is_empty() && LANGUAGE.contains(&name) => Kind::Language,
        _ => match before.first() {
            Some(tool) if TOOLS.iter().any(|known| *tool == known) => Kind::Language,
            _ => Kind::Foreign,
        },
    }
}

/// `core::prelude::v1::test`, which only macros write.
fn is_prelude(path: &[&Ident]) -> bool {
    match path {
        [krate, prelude, _] => (*krate == "core" || *krate == "std") && *prelude == "prelude",
        _ => false,
    }
}

/// `#[apply(template)]` of `rstest_reuse`, not `#[apply(macro!)]` of
/// `macro_rules_attribute`.
fn names_a_template(attr: &Attribute) -> bool {
    attr.parse_args::<Ident>().is_ok()
}

/// The text at the identifier's span is the identifier itself. What a macro
/// makes has the span of the macro's own call instead.
fn is_in_source(ident: &Ident) -> bool {
    ident
        .span()
        .source_text()
        .is_some_and(|text| *ident == text)
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_quote;

    use super::{Kind, kind};

    #[test]
    fn attributes_are_told_by_their_names() {
        for (attr, expected) in [
            (
                parse_quote!(#[::core::prelude::v1::test]),
                Kind::GeneratedTest,
            ),
            (
                parse_quote!(#[std::prelude::rust_2024::test]),
                Kind::GeneratedTest,
            ),
            (
                parse_quote!(#[tokio::test(flavor = "x")]),
                Kind::RuntimeTest,
            ),
            (parse_quote!(#[my::prelude::v1::test]), Kind::RuntimeTest),
            (parse_quote!(#[rstest]), Kind::Rstest),
            (parse_quote!(#[rstest::rstest]), Kind::Rstest),
            (parse_quote!(#[apply(template)]), Kind::Rstest),
            (parse_quote!(#[apply(macro_rules!)]), Kind::Foreign),
            (parse_quote!(#[test_case(1; "one")]), Kind::TestCase),
            (parse_quote!(#[test_case::case(1)]), Kind::TestCase),
            (parse_quote!(#[netns_test::netns_test]), Kind::Netns),
            (
                parse_quote!(#[should_panic(expected = "x")]),
                Kind::Language,
            ),
            (parse_quote!(#[clippy::msrv = "1.85"]), Kind::Language),
            (parse_quote!(#[tracing::instrument]), Kind::Foreign),
            (parse_quote!(#[my::ignore]), Kind::Foreign),
        ] {
            assert_eq!(kind(&attr), expected, "{}", attr.to_token_stream());
        }
    }
}
