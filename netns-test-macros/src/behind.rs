//! What one expansion of this attribute tells the next.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{FnArg, LitBool, Token, parenthesized};

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

const NAME: &str = "__behind";

impl Behind {
    /// Reads it, and the comma behind it, if it is there.
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        let ahead = input.fork();
        if !ahead.peek(syn::Ident) || ahead.parse::<Ident>()? != NAME {
            return Ok(None);
        }
        input.parse::<Ident>()?;
        let content;
        parenthesized!(content in input);
        let registered = content.parse::<LitBool>()?.value;
        content.parse::<Token![;]>()?;
        let parameters = Punctuated::parse_terminated(&content)?;
        input.parse::<Token![,]>()?;
        Ok(Some(Self {
            registered,
            parameters,
        }))
    }
}

impl ToTokens for Behind {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            registered,
            parameters,
        } = self;
        let name = Ident::new(NAME, Span::call_site());
        tokens.extend(quote!(#name(#registered; #parameters),));
    }
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};
    use syn::{FnArg, parse_quote};

    use super::Behind;
    use crate::args;

    #[test]
    fn what_is_passed_on_comes_back() {
        let parameter: FnArg = parse_quote!(ns: &NetNs);
        let behind = Behind {
            registered: true,
            parameters: [parameter].into_iter().collect(),
        };
        let (arguments, errors) = args::parse(quote!(#behind views = false));
        assert!(errors.is_none(), "{errors:?}");
        assert_eq!(arguments.views, Some(false));
        assert_eq!(arguments.written.to_string(), "views = false");
        let read = arguments.behind.unwrap();
        assert_eq!(
            read.to_token_stream().to_string(),
            behind.to_token_stream().to_string()
        );
    }
}
