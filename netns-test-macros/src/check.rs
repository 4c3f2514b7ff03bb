//! What cannot be a test, and how to say so.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Signature, Type};

use crate::args::Arguments;
use crate::attribute::{self, Kind};
use crate::compose;
use crate::errors::Errors;
use crate::item::{TestFn, ungrouped};

/// The item is no function at all.
pub(crate) fn not_a_test_function(error: syn::Error, tokens: &TokenStream) -> TokenStream {
    let is_function = tokens
        .clone()
        .into_iter()
        .any(|token| matches!(token, proc_macro2::TokenTree::Ident(word) if word == "fn"));
    let error = if is_function {
        error
    } else {
        syn::Error::new_spanned(tokens, "`#[netns_test]` goes on a function")
    };
    let error = error.into_compile_error();
    quote!(#tokens #error)
}

/// The errors, and the function all the same, so that nothing that uses it or
/// looks at it is at a loss. It is no test.
pub(crate) fn refuse(item: &TestFn, errors: &syn::Error) -> TokenStream {
    let attrs = item.attrs.iter().filter(|attr| {
        !matches!(
            attribute::kind(attr),
            Kind::HandWrittenTest | Kind::GeneratedTest | Kind::Netns
        )
    });
    let function = item.without_attributes();
    let errors = errors.to_compile_error();
    quote!(#(#attrs)* #function #errors)
}

/// Attributes that don't go with this one, whatever the function.
pub(crate) fn attributes(item: &TestFn) -> syn::Result<()> {
    let mut errors = Errors::default();
    for attr in &item.attrs {
        let message = match attribute::kind(attr) {
            Kind::HandWrittenTest => {
                "`#[netns_test]` makes the function a test by itself: remove this `#[test]`, \
                 or write the whole path if it is another crate's, as in `#[tokio::test]`"
            }
            Kind::Netns => "`#[netns_test]` is given twice: remove one",
            _ => continue,
        };
        errors.add(syn::Error::new_spanned(attr, message));
    }
    errors.into_result()
}

/// What is not allowed where other macros come first.
pub(crate) fn composition(item: &TestFn, arguments: &Arguments) -> syn::Result<()> {
    let mut errors = Errors::default();
    if let Some(inner) = compose::first(item, Kind::RuntimeTest) {
        let inner = inner.path().to_token_stream().to_string().replace(' ', "");
        for name in &arguments.runtime.names {
            let message =
                format!("`{name}` is for a bare `async fn`; here, `#[{inner}]` makes the runtime");
            errors.add(syn::Error::new(name.span(), message));
        }
    }
    if compose::first(item, Kind::TestCase).is_some() {
        for parameter in item.sig.inputs.iter().filter(|p| compose::is_netns(p)) {
            let message = "`#[test_case]` fills every parameter of the function, so it can't have \
                           this one; `#[rstest]` cases can";
            errors.add(syn::Error::new_spanned(parameter, message));
        }
    }
    errors.into_result()
}

/// The function itself.
pub(crate) fn function(item: &TestFn, arguments: &Arguments) -> syn::Result<()> {
    let mut errors = Errors::default();
    qualifiers(&item.sig, &mut errors);
    generics(&item.sig, &mut errors);
    for parameter in &item.sig.inputs {
        errors.extend(self::parameter(parameter));
    }
    let should_panic = item.attribute("should_panic");
    if let Some(attr) = should_panic.filter(|_| !item.returns_unit()) {
        let message = "`#[should_panic]` needs a test that returns `()`";
        errors.add(syn::Error::new_spanned(attr, message));
    }
    runtime(item, arguments, &mut errors);
    errors.into_result()
}

fn qualifiers(sig: &Signature, errors: &mut Errors) {
    let found = [
        sig.constness.map(|token| {
            let message = "a test cannot be `const`: it needs a network namespace to run in";
            (token.span(), message)
        }),
        sig.abi.as_ref().map(|abi| {
            let message = "a test cannot be `extern`: the test harness calls Rust functions only";
            (abi.span(), message)
        }),
        match &sig.safety {
            syn::Safety::Unsafe(token) => {
                let message =
                    "a test cannot be `unsafe`: the test harness calls safe functions only";
                Some((token.span(), message))
            }
            _ => None,
        },
    ];
    for (span, message) in found.into_iter().flatten() {
        errors.add(syn::Error::new(span, message));
    }
}

fn generics(sig: &Signature, errors: &mut Errors) {
    for parameter in &sig.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            let message = "a test cannot be generic: nothing says which type or value to take";
            errors.add(syn::Error::new_spanned(parameter, message));
        }
    }
}

fn parameter(parameter: &FnArg) -> syn::Result<()> {
    let message = match parameter {
        FnArg::Receiver(_) => {
            "a test cannot have `self`: `#[netns_test]` goes on a free function, \
             which may take `ns: &NetNs`"
        }
        FnArg::Typed(typed) => match ungrouped(&typed.ty) {
            Type::ImplTrait(_) => {
                "a test cannot be generic: a parameter has a type of its own, such as `ns: &NetNs`"
            }
            _ => return Ok(()),
        },
    };
    Err(syn::Error::new_spanned(parameter, message))
}

fn runtime(item: &TestFn, arguments: &Arguments, errors: &mut Errors) {
    let runtime = &arguments.runtime;
    let Some(asyncness) = &item.sig.asyncness else {
        for name in &runtime.names {
            let message = format!("`{name}` is for an `async fn`");
            errors.add(syn::Error::new(name.span(), message));
        }
        return;
    };
    if !cfg!(feature = "tokio") {
        let message = "an `async fn` needs a runtime: enable the feature `tokio` of `netns-test`, \
                       or add the test attribute of another runtime below `#[netns_test]`";
        errors.add(syn::Error::new(asyncness.span(), message));
    }
    let multi_thread = runtime.is_multi_thread();
    if let Some(name) = runtime.named("worker_threads").filter(|_| !multi_thread) {
        let message = "`worker_threads` needs `flavor = \"multi_thread\"`";
        errors.add(syn::Error::new(name.span(), message));
    }
    if let Some(name) = runtime.named("start_paused").filter(|_| multi_thread) {
        let message = "`start_paused` needs `flavor = \"current_thread\"`";
        errors.add(syn::Error::new(name.span(), message));
    }
}
