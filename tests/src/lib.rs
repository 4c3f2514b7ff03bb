//! A library whose own tests use the attribute.
