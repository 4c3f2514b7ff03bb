//! Other macros on the same function. They go first, so that what they make
//! of the body runs inside the namespace: the function is emitted with this
//! attribute behind all others.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Type, parse_quote};

use crate::args::Arguments;
use crate::attribute::{self, Kind};
use crate::behind::Behind;
use crate::expand;
use crate::item::{TestFn, ungrouped};

/// The first attribute of this kind.
pub(crate) fn first(item: &TestFn, kind: Kind) -> Option<&Attribute> {
    item.attrs.iter().find(|attr| attribute::kind(attr) == kind)
}

/// Other macros have to see the function first.
pub(crate) fn must_wait(item: &TestFn, arguments: &Arguments) -> bool {
    item.attrs.iter().any(|attr| match attribute::kind(attr) {
        Kind::RuntimeTest | Kind::Rstest | Kind::TestCase => true,
        // It may be no macro and stay for good: wait once.
        Kind::Foreign => arguments.behind.is_none(),
        _ => false,
    })
}

/// Emits the function with this attribute behind all others.
pub(crate) fn expand_last(item: &TestFn, arguments: &Arguments) -> TokenStream {
    let mut behind = Behind {
        registered: is_registered(item),
        ..Behind::default()
    };
    let mut sig = item.sig.clone();
    if let Some(before) = &arguments.behind {
        behind.registered |= before.registered;
        behind.parameters.extend(before.parameters.iter().cloned());
    }
    if first(item, Kind::Rstest).is_some() {
        for parameter in sig.inputs.iter_mut().filter(|p| is_netns(p)) {
            leave_to_us(parameter);
        }
    } else if first(item, Kind::RuntimeTest).is_some() {
        let (ours, theirs): (Vec<_>, Vec<_>) = sig.inputs.into_iter().partition(is_netns);
        behind.parameters.extend(ours);
        sig.inputs = theirs.into_iter().collect();
    }
    let krate = arguments.krate();
    let path = if item.attribute("test_attr").is_some() {
        quote!(#krate::netns_test)
    } else {
        // By the name `test`, rstest knows what makes tests of its cases.
        quote!(#krate::__private::test)
    };
    let written = &arguments.written;
    let ignore = expand::ignore_elsewhere(item);
    let (before, after) = item.attrs.split_at(place(item));
    let (vis, body) = (&item.vis, &item.body);
    quote! {
        #(#before)*
        #ignore
        #[#path(#behind #written)]
        #(#after)*
        #vis #sig #body
    }
}

/// Behind all attributes. Where rstest hands them on to its cases, before those
/// that make a runtime: this macro sees each case once more, and can hide the
/// parameters that those would refuse. What stands before the last `#[case]` is
/// not for all cases.
fn place(item: &TestFn) -> usize {
    let attrs = &item.attrs;
    if first(item, Kind::Rstest).is_none() {
        return attrs.len();
    }
    let is_case = |attr: &Attribute| attr.path().is_ident("case");
    let common = attrs.iter().rposition(is_case).map_or(0, |last| last + 1);
    let is_runtime = |attr: &Attribute| attribute::kind(attr) == Kind::RuntimeTest;
    attrs[common..]
        .iter()
        .position(is_runtime)
        .map_or(attrs.len(), |runtime| common + runtime)
}

/// One of the attributes makes the function known to the harness, and puts
/// its `#[test]` where this macro may not see it.
///
/// Under rstest, an attribute may be there for one case only, and the others
/// get no `#[test]` from it. Then only a case that is no longer `async`, as
/// [`Behind::registered`] asks, has surely been through it.
fn is_registered(item: &TestFn) -> bool {
    if first(item, Kind::Rstest).is_some() && item.sig.asyncness.is_none() {
        return false;
    }
    first(item, Kind::RuntimeTest).is_some() || first(item, Kind::TestCase).is_some()
}

/// The function is a case that `#[test_case]` made before this macro saw it.
/// The `#[test]` that came with it has expanded by now, but the case has a
/// shape of its own.
pub(crate) fn is_test_case(item: &TestFn) -> bool {
    let marked = item.attrs.iter().any(|attr| {
        attr.path().is_ident("allow")
            && attr
                .meta
                .to_token_stream()
                .to_string()
                .replace(' ', "")
                .contains("clippy::bool_assert_comparison")
    });
    let TokenTree::Group(body) = &item.body else {
        return false;
    };
    let start = body.stream().into_iter().take(6);
    let start: Vec<_> = start.map(|token| token.to_string()).collect();
    marked && start == ["let", "_result", "=", "super", ":", ":"]
}

/// A parameter that is ours by the name of its type.
pub(crate) fn is_netns(parameter: &FnArg) -> bool {
    let FnArg::Typed(parameter) = parameter else {
        return false;
    };
    let Type::Reference(reference) = ungrouped(&parameter.ty) else {
        return false;
    };
    match ungrouped(&reference.elem) {
        Type::Path(ty) => ty.path.segments.last().is_some_and(|s| s.ident == "NetNs"),
        _ => false,
    }
}

/// Tells rstest that the parameter is no fixture: it stays one of the test's.
fn leave_to_us(parameter: &mut FnArg) {
    match parameter {
        FnArg::Typed(parameter) if parameter.attrs.is_empty() => {
            parameter.attrs.push(parse_quote!(#[ignore]));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use syn::{FnArg, parse_quote};

    use super::{is_netns, is_test_case};

    #[test]
    fn cases_are_known_by_mark_and_body() {
        assert!(is_test_case(&parse_quote! {
            #[allow(clippy::bool_assert_comparison)]
            fn test_case_1_one() { let _result = super::f(1); _result }
        }));
        assert!(!is_test_case(&parse_quote! {
            fn test_case_1_one() { let _result = super::f(1); _result }
        }));
        assert!(!is_test_case(&parse_quote! {
            #[allow(clippy::bool_assert_comparison)]
            fn test_case_1_one() { let result = super::f(1); result }
        }));
    }

    #[test]
    fn a_namespace_is_known_by_the_name_of_its_type() {
        let is = |parameter: FnArg| is_netns(&parameter);
        assert!(is(parse_quote!(ns: &NetNs)));
        assert!(is(parse_quote!(_: &'a netns_test::NetNs)));
        assert!(!is(parse_quote!(ns: NetNs)));
        assert!(!is(parse_quote!(ns: &str)));
        assert!(!is(parse_quote!(&self)));
    }
}
