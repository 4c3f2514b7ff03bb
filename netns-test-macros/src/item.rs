//! The annotated function.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Signature, Token, Type, Visibility};

/// A function with a body that is passed on unread: what is wrong in it is
/// for the compiler to say.
pub(crate) struct TestFn {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenTree,
}

impl Parse for TestFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error("`#[netns_test]` needs a function with a body"));
        }
        let body = input.parse()?;
        Ok(Self {
            attrs,
            vis,
            sig,
            body,
        })
    }
}

impl TestFn {
    /// The function returns `()`, said or unsaid.
    pub(crate) fn returns_unit(&self) -> bool {
        match &self.sig.output {
            ReturnType::Default => true,
            ReturnType::Type(_, ty) => {
                matches!(ungrouped(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
            }
        }
    }

    /// The first of the function's attributes with this one-word name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attrs.iter().find(|attr| attr.path().is_ident(name))
    }

    /// Attributes are the caller's affair.
    pub(crate) fn without_attributes(&self) -> TokenStream {
        let Self { vis, sig, body, .. } = self;
        let mut tokens = vis.to_token_stream();
        sig.to_tokens(&mut tokens);
        body.to_tokens(&mut tokens);
        tokens
    }
}

/// The type inside of parentheses and of the invisible groups that
/// `macro_rules!` leaves around a `$t:ty`.
pub(crate) fn ungrouped(mut ty: &Type) -> &Type {
    loop {
        match ty {
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            _ => return ty,
        }
    }
}
