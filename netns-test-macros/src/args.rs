//! The arguments of the attribute.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, FnArg, Path, Token, parenthesized};

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

/// What an expansion that came before the other attributes tells the one
/// that comes behind them. It is not for users.
#[derive(Default)]
pub(crate) struct Behind {
    /// One of the other attributes makes the function known to the harness,
    /// unless it is still `async` after all of them: a harness takes no such function.
    pub(crate) registered: bool,
    /// Parameters that the other attributes must not see.
    pub(crate) parameters: Punctuated<FnArg, Token![,]>,
}

const BEHIND: &str = "__behind";

const KNOWN: &str = "`isolation`, `if_unsupported`, `views`, `flavor`, `worker_threads`, \
                     `start_paused`, `crate`";

impl Arguments {
    /// The path of the runtime crate.
    pub(crate) fn krate(&self) -> TokenStream {
        match &self.krate {
            Some(path) => path.to_token_stream(),
            None => quote!(::netns_test),
        }
    }

    fn set(&mut self, name: &Ident, value: &Expr) -> syn::Result<()> {
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
        arguments.behind = parse_behind(input)?;
        let written: TokenStream = input.fork().parse()?;
        arguments.written = written;
        Punctuated::<Argument, Token![,]>::parse_terminated(input)
    })
    .parse2(tokens);
    match parsed {
        Err(error) => errors.add(error),
        Ok(list) => {
            let mut seen: Vec<Ident> = Vec::new();
            for Argument { name, value } in list {
                if seen.contains(&name) {
                    errors.add(syn::Error::new(
                        name.span(),
                        format!("`{name}` is given twice"),
                    ));
                    continue;
                }
                let outcome = match &value {
                    Some(value) => arguments.set(&name, value),
                    None => Err(no_value(&name)),
                };
                errors.extend(outcome);
                seen.push(name);
            }
        }
    }
    (arguments, errors.0)
}

/// Several errors, reported together.
#[derive(Default)]
pub(crate) struct Errors(pub(crate) Option<syn::Error>);

impl Errors {
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn extend(&mut self, outcome: syn::Result<()>) {
        if let Err(error) = outcome {
            self.add(error);
        }
    }

    pub(crate) fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// `name = value`; the value is missing in what is not finished or wrong.
struct Argument {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected one of the arguments {KNOWN}")));
        }
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            if input.peek(syn::token::Paren) {
                let _ignored;
                parenthesized!(_ignored in input);
                let _: TokenStream = _ignored.parse()?;
            }
            None
        };
        Ok(Self { name, value })
    }
}

fn parse_behind(input: ParseStream<'_>) -> syn::Result<Option<Behind>> {
    let ahead = input.fork();
    if !ahead.peek(syn::Ident) || ahead.parse::<Ident>()? != BEHIND {
        return Ok(None);
    }
    input.parse::<Ident>()?;
    let content;
    parenthesized!(content in input);
    let registered = content.parse::<syn::LitBool>()?.value;
    content.parse::<Token![;]>()?;
    let parameters = Punctuated::parse_terminated(&content)?;
    input.parse::<Token![,]>()?;
    Ok(Some(Behind {
        registered,
        parameters,
    }))
}

impl ToTokens for Behind {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            registered,
            parameters,
        } = self;
        let name = Ident::new(BEHIND, proc_macro2::Span::call_site());
        tokens.extend(quote!(#name(#registered; #parameters),));
    }
}

fn unknown(name: &Ident) -> syn::Error {
    syn::Error::new(
        name.span(),
        format!("`{name}` is not an argument of `#[netns_test]`; the arguments are {KNOWN}"),
    )
}

fn no_value(name: &Ident) -> syn::Error {
    let known = KNOWN
        .split(", ")
        .any(|known| known.trim_matches('`') == name.to_string());
    if known {
        let message = format!("`{name}` expects a value, as in `{name} = …`");
        syn::Error::new(name.span(), message)
    } else {
        unknown(name)
    }
}
