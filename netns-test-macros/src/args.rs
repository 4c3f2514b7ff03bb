//! The arguments of the attribute.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Path, Token, parenthesized, token};

use crate::behind::Behind;
use crate::errors::Errors;
use crate::value;

/// What stands in the parentheses of the attribute. Nothing here is a default:
/// what is not said, the runtime decides.
#[derive(Default)]
pub(crate) struct Arguments {
    /// What the user wrote, for an expansion that comes later.
    pub(crate) written: TokenStream,
    /// Set if this is such a later expansion.
    pub(crate) behind: Option<Behind>,
    pub(crate) krate: Option<Path>,
    pub(crate) isolation: Option<Ident>,
    pub(crate) if_unsupported: Option<Ident>,
    pub(crate) views: Option<bool>,
    /// In nanoseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) leaks: Option<Ident>,
    pub(crate) egress: Option<Ident>,
    pub(crate) capture: Option<Ident>,
    pub(crate) runtime: Runtime,
}

/// The runtime of a bare `async fn`.
#[derive(Default)]
pub(crate) struct Runtime {
    pub(crate) flavor: Option<Ident>,
    pub(crate) worker_threads: Option<usize>,
    pub(crate) start_paused: Option<bool>,
    /// The arguments about the runtime, as written.
    pub(crate) names: Vec<Ident>,
}

const KNOWN: &str = "`isolation`, `if_unsupported`, `views`, `timeout`, `leaks`, `egress`, `capture`, \
                     `flavor`, `worker_threads`, `start_paused`, `crate`";

impl Arguments {
    /// The path of the runtime crate.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate
            .as_ref()
            .map_or_else(|| quote!(::netns_test), ToTokens::to_token_stream)
    }

    fn set(&mut self, Argument { name, value, bare }: &Argument) -> syn::Result<()> {
        let word = name.to_string();
        let key = word.as_str();
        match key {
            "crate" => self.krate = Some(value::path(key, value)?),
            "isolation" => {
                let known = [
                    ("auto", "Auto"),
                    ("thread", "Thread"),
                    ("process", "Process"),
                ];
                self.isolation = Some(value::word(key, value, &known)?);
            }
            "if_unsupported" => {
                let known = [("fail", "Fail"), ("skip", "Skip")];
                self.if_unsupported = Some(value::word(key, value, &known)?);
            }
            "views" => self.views = Some(value::boolean(key, value)?),
            "timeout" => self.timeout = Some(value::duration(key, value)?),
            "leaks" => {
                let known = [("allow", "Allow"), ("warn", "Warn"), ("deny", "Deny")];
                self.leaks = Some(value::word(key, value, &known)?);
            }
            "egress" => {
                let known = [("allow", "Allow"), ("deny", "Deny")];
                self.egress = Some(value::word(key, value, &known)?);
            }
            "capture" if !cfg!(feature = "capture") => {
                let message = "`capture` needs the feature `capture` of `netns-test`: enable it";
                return Err(syn::Error::new(name.span(), message));
            }
            "capture" if *bare => {
                self.capture = Some(Ident::new("OnFailure", Span::call_site()));
            }
            "capture" => {
                let known = [
                    ("off", "Off"),
                    ("on-failure", "OnFailure"),
                    ("always", "Always"),
                ];
                self.capture = Some(value::word(key, value, &known)?);
            }
            _ => return self.runtime.set(name, value),
        }
        Ok(())
    }
}

impl Runtime {
    fn set(&mut self, name: &Ident, value: &Expr) -> syn::Result<()> {
        let word = name.to_string();
        let key = word.as_str();
        match key {
            "flavor" => {
                let known = [
                    ("current_thread", "CurrentThread"),
                    ("multi_thread", "MultiThread"),
                ];
                self.flavor = Some(value::word(key, value, &known)?);
            }
            "worker_threads" => self.worker_threads = Some(value::count(key, value)?),
            "start_paused" => self.start_paused = Some(value::boolean(key, value)?),
            _ => return Err(unknown(name)),
        }
        self.names.push(name.clone());
        Ok(())
    }

    /// An argument about the runtime that was given.
    pub(crate) fn named(&self, name: &str) -> Option<&Ident> {
        self.names.iter().find(|given| *given == name)
    }

    pub(crate) fn is_multi_thread(&self) -> bool {
        self.flavor
            .as_ref()
            .is_some_and(|flavor| flavor == "MultiThread")
    }
}

/// Reads all arguments, and says of each wrong one what is wrong.
pub(crate) fn parse(tokens: TokenStream) -> (Arguments, Option<syn::Error>) {
    let mut arguments = Arguments::default();
    let mut errors = Errors::default();
    let parsed = (|input: ParseStream<'_>| {
        arguments.behind = Behind::parse(input)?;
        let written: TokenStream = input.fork().parse()?;
        arguments.written = written;
        Punctuated::<Argument, Token![,]>::parse_terminated(input)
    })
    .parse2(tokens);
    match parsed {
        Err(error) => errors.add(error),
        Ok(list) => {
            let mut seen: Vec<Ident> = Vec::new();
            for argument in list {
                let name = &argument.name;
                if seen.contains(name) {
                    errors.add(syn::Error::new(
                        name.span(),
                        format!("`{name}` is given twice"),
                    ));
                    continue;
                }
                errors.extend(arguments.set(&argument));
                seen.push(argument.name);
            }
        }
    }
    (arguments, errors.into_result().err())
}

/// `name = value`. Where there is no value, the name stands for it: no value of an
/// argument looks like that, so each says what it takes instead, or takes its bare name.
struct Argument {
    name: Ident,
    value: Expr,
    /// There is nothing but the name.
    bare: bool,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected one of the arguments {KNOWN}")));
        }
        let name = input.call(Ident::parse_any)?;
        let mut value = Expr::Verbatim(name.to_token_stream());
        let bare = input.is_empty() || input.peek(Token![,]);
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if !input.is_empty() && !input.peek(Token![,]) {
                value = input.parse()?;
            }
        } else if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            content.parse::<TokenStream>()?;
        }
        Ok(Self { name, value, bare })
    }
}

fn unknown(name: &Ident) -> syn::Error {
    syn::Error::new(
        name.span(),
        format!("`{name}` is not an argument of `#[netns_test]`; the arguments are {KNOWN}"),
    )
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::parse;

    fn errors(tokens: proc_macro2::TokenStream) -> Vec<String> {
        let errors = parse(tokens).1.into_iter().flatten();
        errors.map(|error| error.to_string()).collect()
    }

    #[test]
    fn nothing_said_is_nothing_set() {
        let (arguments, errors) = parse(quote!());
        assert!(errors.is_none());
        assert!(arguments.isolation.is_none() && arguments.views.is_none());
        assert!(arguments.behind.is_none() && arguments.runtime.names.is_empty());
        assert_eq!(arguments.krate().to_string(), ":: netns_test");
    }

    #[test]
    fn each_argument_is_read() {
        let (arguments, errors) = parse(quote!(
            isolation = "process",
            if_unsupported = "skip",
            views = false,
            timeout = "1.5s",
            leaks = "deny",
            egress = "deny",
            flavor = "multi_thread",
            worker_threads = 2,
            start_paused = true,
            crate = "crate::a::b",
        ));
        assert!(errors.is_none(), "{errors:?}");
        assert_eq!(arguments.isolation.as_ref().unwrap(), "Process");
        assert_eq!(arguments.if_unsupported.as_ref().unwrap(), "Skip");
        assert_eq!(arguments.views, Some(false));
        assert_eq!(arguments.timeout, Some(1_500_000_000));
        assert_eq!(arguments.leaks.as_ref().unwrap(), "Deny");
        assert_eq!(arguments.egress.as_ref().unwrap(), "Deny");
        assert_eq!(arguments.runtime.flavor.as_ref().unwrap(), "MultiThread");
        assert_eq!(arguments.runtime.worker_threads, Some(2));
        assert_eq!(arguments.runtime.start_paused, Some(true));
        assert_eq!(arguments.krate().to_string(), "crate :: a :: b");
        assert_eq!(arguments.runtime.names.len(), 3);
    }

    #[test]
    fn each_error_is_told() {
        let told = errors(quote!(isolation = 1, nonsense = 2, views = true, views = 3));
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told[0].starts_with("`isolation` expects"), "{told:#?}");
        assert!(told[1].starts_with("`nonsense` is not an"), "{told:#?}");
        assert_eq!(told[2], "`views` is given twice");
    }

    #[cfg(feature = "capture")]
    #[test]
    fn a_bare_capture_is_one_on_failure() {
        for (written, expected) in [
            (quote!(capture), "OnFailure"),
            (quote!(capture, views = true), "OnFailure"),
            (quote!(capture = "always"), "Always"),
            (quote!(capture = "off"), "Off"),
            (quote!(capture = "on-failure"), "OnFailure"),
        ] {
            let (arguments, errors) = parse(written);
            assert!(errors.is_none(), "{errors:?}");
            assert_eq!(arguments.capture.as_ref().unwrap(), expected);
        }
        for wrong in [
            quote!(capture = ),
            quote!(capture()),
            quote!(capture = true),
        ] {
            assert_eq!(
                errors(wrong),
                ["`capture` expects `\"off\"`, `\"on-failure\"` or `\"always\"`"]
            );
        }
    }

    #[cfg(not(feature = "capture"))]
    #[test]
    fn a_capture_needs_its_feature() {
        let told = errors(quote!(capture));
        assert_eq!(
            told,
            ["`capture` needs the feature `capture` of `netns-test`: enable it"]
        );
    }
}
