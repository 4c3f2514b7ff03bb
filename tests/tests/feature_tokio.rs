//! Without the feature `tokio`, a bare `async fn` is an error that names it,
//! and all else works.

mod compiler;

#[test]
fn is_named_where_it_is_missing() {
    let source = include_str!("type_errors/without_tokio.rs");
    let test = compiler::package("without_tokio", "2024", source);
    compiler::assert_errors(compiler::cargo_of(&test, "test"), &test);
}
