//! The expansion: the function as it is written, and one call that runs it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, FnArg, Meta, MetaNameValue, ReturnType};

use crate::args::{Arguments, Runtime};
use crate::attribute::{self, Kind};
use crate::compose;
use crate::item::TestFn;

/// Makes a test of the function.
pub(crate) fn expand(item: &TestFn, arguments: &Arguments) -> TokenStream {
    let krate = arguments.krate();
    let private = quote!(#krate::__private);
    let (vis, name) = (&item.vis, &item.sig.ident);
    let register = register(item, arguments);
    let ignore = ignore_elsewhere(item);
    let attrs = item.attrs.iter().filter(|attr| stays(attr));
    let function = function(item, arguments);
    let path = libtest_name(name);
    let body = body(item, arguments, &private);
    let settings = settings(item, arguments, &private);
    let run = quote! {
        #private::run(const {
            &#private::Test::new(
                #private::concat!(#private::module_path!(), "::", #path),
                #body,
            ) #settings
        })
    };
    let (output, run) = if item.returns_unit() {
        (TokenStream::new(), quote!(#run;))
    } else {
        (quote!(-> #private::ExitCode), run)
    };
    quote! {
        #register
        #(#attrs)*
        #ignore
        #vis fn #name() #output {
            #function
            #run
        }
    }
}

/// On other systems, the test is there and says why it does not run.
pub(crate) fn ignore_elsewhere(item: &TestFn) -> Option<TokenStream> {
    item.attribute("ignore")
        .is_none()
        .then(|| quote!(#[cfg_attr(not(target_os = "linux"), ignore = "netns tests need Linux")]))
}

fn register(item: &TestFn, arguments: &Arguments) -> Option<TokenStream> {
    let generated = compose::first(item, Kind::GeneratedTest).is_some();
    let behind = arguments.behind.as_ref();
    let announced = behind.is_some_and(|behind| behind.registered) || compose::is_test_case(item);
    let elsewhere = announced && item.sig.asyncness.is_none();
    (generated || !elsewhere).then(|| quote!(#[::core::prelude::v1::test]))
}

fn stays(attr: &Attribute) -> bool {
    attribute::kind(attr) != Kind::GeneratedTest
}

/// The user's function, token by token, with the parameters that other macros
/// did not see. Its attributes are on the test around it; lint levels reach here
/// from there.
fn function(item: &TestFn, arguments: &Arguments) -> TokenStream {
    let mut sig = item.sig.clone();
    if let Some(behind) = &arguments.behind {
        sig.inputs.extend(behind.parameters.iter().cloned());
    }
    let body = &item.body;
    // A test may be `async` for the runtime alone.
    let lints = sig
        .asyncness
        .map(|_| quote!(#[allow(clippy::unused_async)]));
    quote!(#lints #sig #body)
}

/// A plain function of the namespace that calls the user's. It captures
/// nothing, so that its address means the same in every process of this binary.
fn body(item: &TestFn, arguments: &Arguments, private: &TokenStream) -> TokenStream {
    let name = &item.sig.ident;
    let ns = Ident::new("ns", Span::mixed_site());
    let behind = arguments.behind.iter().flat_map(|b| &b.parameters);
    let parameters = item.sig.inputs.iter().chain(behind).map(|parameter| {
        let span = within_expansion(match parameter {
            FnArg::Typed(typed) => typed.ty.span(),
            FnArg::Receiver(_) => parameter.span(),
        });
        let private = located(private, span);
        quote_spanned!(span=> #private::Parameter::of(#ns))
    });
    let span = within_expansion(match &item.sig.output {
        ReturnType::Default => name.span(),
        ReturnType::Type(_, ty) => ty.span(),
    });
    let mut call = quote_spanned!(span=> #name(#(#parameters),*));
    if item.sig.asyncness.is_some() {
        let runtime = runtime(&arguments.runtime, private);
        call = quote_spanned!(span=> #runtime.block_on(#call));
    }
    let report = located(private, span);
    let report = quote_spanned!(span=> #report::report(|| #call));
    quote!(|#ns| #report)
}

/// The same tokens, all of them at `span`: an error is shown where the first one is.
fn located(tokens: &TokenStream, span: Span) -> TokenStream {
    let located = tokens.clone().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    located.collect()
}

/// Where an error is shown; lints still see that no user wrote this.
fn within_expansion(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn settings(item: &TestFn, arguments: &Arguments, private: &TokenStream) -> TokenStream {
    let mut settings = TokenStream::new();
    if let Some(variant) = &arguments.isolation {
        settings.extend(quote!(.isolation(#private::Isolation::#variant)));
    }
    if let Some(variant) = &arguments.if_unsupported {
        settings.extend(quote!(.if_unsupported(#private::IfUnsupported::#variant)));
    }
    if let Some(views) = arguments.views {
        settings.extend(quote!(.views(#views)));
    }
    if let Some(nanoseconds) = arguments.timeout {
        settings.extend(quote!(.timeout(#private::Duration::from_nanos(#nanoseconds))));
    }
    if let Some(variant) = &arguments.leaks {
        settings.extend(quote!(.leaks(#private::Leaks::#variant)));
    }
    if let Some(variant) = &arguments.egress {
        settings.extend(quote!(.egress(#private::Egress::#variant)));
    }
    if let Some(variant) = &arguments.capture {
        settings.extend(quote!(.capture(#private::Capture::#variant)));
    }
    if let Some(attr) = item.attribute("should_panic") {
        settings.extend(quote!(.should_panic()));
        if let Some(text) = expected_panic(attr) {
            settings.extend(quote!(.expected_panic(#text)));
        }
    }
    settings
}

/// The text of `#[should_panic = "…"]` and of `#[should_panic(expected = "…")]`.
fn expected_panic(attr: &Attribute) -> Option<Expr> {
    match &attr.meta {
        Meta::Path(_) => None,
        Meta::NameValue(pair) => Some(pair.value.clone()),
        Meta::List(list) => {
            let pair: MetaNameValue = list.parse_args().ok()?;
            Some(pair.value)
        }
    }
}

fn runtime(runtime: &Runtime, private: &TokenStream) -> TokenStream {
    let mut tokens = quote!(#private::Runtime::new());
    if let Some(variant) = &runtime.flavor {
        tokens.extend(quote!(.flavor(#private::Flavor::#variant)));
    }
    if let Some(count) = runtime.worker_threads {
        tokens.extend(quote!(.worker_threads(#count)));
    }
    if let Some(start_paused) = runtime.start_paused {
        tokens.extend(quote!(.start_paused(#start_paused)));
    }
    tokens
}

/// The last part of the name by which libtest knows the function: `r#type` is
/// `r#type` there, `r#plain` is `plain`.
fn libtest_name(name: &Ident) -> String {
    let plain = name.unraw().to_string();
    let is_keyword = plain == "gen" || syn::parse_str::<Ident>(&plain).is_err();
    if is_keyword {
        name.to_token_stream().to_string()
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;
    use syn::parse_quote;

    use super::{expand, libtest_name};
    use crate::args;
    use crate::item::TestFn;

    fn expanded(arguments: TokenStream, item: &TestFn) -> String {
        expand(item, &args::parse(arguments).0)
            .to_string()
            .replace(' ', "")
    }

    #[test]
    fn names_are_libtests() {
        for (name, expected) in [
            (parse_quote!(plain), "plain"),
            (parse_quote!(r#plain), "plain"),
            (parse_quote!(r#type), "r#type"),
            (parse_quote!(r#gen), "r#gen"),
        ] {
            assert_eq!(libtest_name(&name), expected);
        }
    }

    #[test]
    fn holds_no_defaults() {
        let text = expanded(
            quote!(),
            &parse_quote!(
                async fn f() {}
            ),
        );
        for setting in [
            "isolation",
            "views",
            "if_unsupported",
            "timeout",
            "leaks",
            "egress",
            "flavor",
        ] {
            assert!(!text.contains(setting), "{text}");
        }
    }

    #[test]
    fn passes_on_what_is_said() {
        let arguments = quote!(
            isolation = "auto",
            if_unsupported = "skip",
            views = true,
            timeout = "2s",
            leaks = "warn",
            egress = "allow",
        );
        let text = expanded(
            arguments,
            &parse_quote!(
                #[should_panic = "x"]
                fn f() {}
            ),
        );
        let settings = ".isolation(::netns_test::__private::Isolation::Auto)\
                        .if_unsupported(::netns_test::__private::IfUnsupported::Skip)\
                        .views(true)\
                        .timeout(::netns_test::__private::Duration::from_nanos(2000000000u64))\
                        .leaks(::netns_test::__private::Leaks::Warn)\
                        .egress(::netns_test::__private::Egress::Allow)\
                        .should_panic()";
        assert!(text.contains(settings), "{text}");
    }

    #[test]
    fn is_ignored_where_there_is_no_linux() {
        let ignored = "#[cfg_attr(not(target_os=\"linux\"),ignore=\"netnstestsneedLinux\")]";
        let text = expanded(
            quote!(),
            &parse_quote!(
                fn f() {}
            ),
        );
        assert!(text.contains(ignored), "{text}");
        let text = expanded(
            quote!(),
            &parse_quote!(
                #[ignore = "slow"]
                fn f() {}
            ),
        );
        assert!(!text.contains(ignored), "{text}");
    }
}
