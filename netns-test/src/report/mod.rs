//! Every word that a failing or refused test prints.

pub(crate) mod ended;
