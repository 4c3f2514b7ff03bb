//! The attribute of `netns-test`: tokens in, tokens out.

use proc_macro::TokenStream;
use quote::quote;
use syn::{ItemFn, parse_macro_input};

/// Runs a test in a network namespace of its own.
#[proc_macro_attribute]
pub fn netns_test(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemFn);
    let name = &item.sig.ident;
    let attrs = &item.attrs;
    let mut inner = item.clone();
    inner.attrs.clear();
    let arguments = item
        .sig
        .inputs
        .iter()
        .map(|_| quote!(::netns_test::__private::Parameter::of(ns)));
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        fn #name() {
            #inner
            ::netns_test::__private::run(const {
                &::netns_test::__private::Test::new(
                    ::netns_test::__private::concat!(::netns_test::__private::module_path!(), "::", stringify!(#name)),
                    |ns| ::netns_test::__private::report(#name(#(#arguments),*)),
                )
            });
        }
    }
    .into()
}
