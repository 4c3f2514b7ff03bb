//! The attribute of `netns-test`: tokens in, tokens out. What an expansion
//! names is all in `__private` of that crate, which does the work.
//!
//! - `item`: the annotated function, its body unread
//! - `args`: what stands in the parentheses, with `value` for the single values
//! - `attribute`: what the other attributes of the function are
//! - `check`: functions and combinations that cannot be a test
//! - `compose`: hands the function to other macros first
//! - `expand`: the expansion proper

mod args;
mod attribute;
mod check;
mod compose;
mod expand;
mod item;
mod value;

use proc_macro2::TokenStream;

use crate::args::Arguments;
use crate::item::TestFn;

/// Runs a test in a network namespace of its own.
///
/// The function becomes a `#[test]` whose body starts in a fresh network
/// namespace, on a fresh thread or in a process of its own: `lo` is up, and
/// nothing else is there. All that a test can be without the attribute, it can
/// be with it.
///
/// - **Returns** nothing, `Result<T, E>` with any `E: Debug` (it need not be
///   `Send`), `ExitCode`, `!`, or any other
///   [`Termination`](std::process::Termination).
/// - **Takes** nothing, or `ns: &NetNs`, its network namespace.
/// - **`async fn`** needs either the feature `tokio` or the test attribute of
///   another runtime; both build the runtime inside the namespace.
/// - `#[should_panic]`, `#[ignore]`, `#[cfg]`, `#[expect]`, doc comments and
///   all the other attributes of the language mean what they mean in a `#[test]`.
///
/// # Arguments
///
/// | argument | values | |
/// |---|---|---|
/// | `isolation` | `"auto"`, `"thread"`, `"process"` | where the body runs |
/// | `if_unsupported` | `"fail"`, `"skip"` | what becomes of the test where namespaces are refused |
/// | `views` | `true`, `false` | whether `/proc/net` and `/sys/class/net` have to show this namespace, or are left alone |
/// | `flavor` | `"current_thread"`, `"multi_thread"` | of the runtime of a bare `async fn`, as in `#[tokio::test]` |
/// | `worker_threads` | a number from 1 | of the same runtime, with `flavor = "multi_thread"` |
/// | `start_paused` | `true`, `false` | whether tokio's clock stands still, with the flavor `current_thread` |
/// | `crate` | a path, as in `"my_crate::netns_test"` | where to find the crate `netns_test`, for macros and re-exports |
///
/// # Together with other attributes
///
/// An attribute that is no part of the language expands before this one,
/// whichever is written first, so what it makes of the body runs inside the
/// namespace.
///
/// | | `#[netns_test]` above | `#[netns_test]` below |
/// |---|---|---|
/// | `#[tokio::test]`, `#[smol_potat::test]` and any other `…::test` | yes | if it lists `#[test]` behind the attributes of the function, as tokio's does; else use the other order |
/// | `#[test_log::test]`, `#[test_log::test(tokio::test)]` | yes | yes |
/// | `#[rstest]`, with `#[case]`, `#[values]`, fixtures, `#[timeout]` | yes | yes; an `async fn` without `#[tokio::test]` needs `#[test_attr(netns_test)]` |
/// | `#[test_case]`, `#[test_matrix]` | yes | yes |
/// | `#[test]` | an error | **no**: it runs the test twice |
///
/// The limits of that:
///
/// - A `#[test]` *above* this attribute is expanded first and leaves no trace,
///   so the test is registered twice. The same goes for a `…::test` attribute
///   that lists `#[test]` first, as `#[smol_potat::test]` and
///   `#[async_std::test]` do, and that is written above. Write `#[netns_test]`
///   above it.
/// - A parameter `ns: &NetNs` under `#[netns_test]` and another macro is known
///   by the name of its type, `NetNs`. Where `#[rstest]` comes first, mark the
///   parameter `#[ignore]`, so that it is no fixture. `#[test_case]` fills all
///   parameters itself.
/// - `#[rstest]` with `#[timeout]` runs a sync body on one more thread, which is
///   started in the namespace. `#[once]` fixtures live as long as the process,
///   outlive the namespace of the test that made them, and must not hold sockets.
/// - A runtime that lives as long as the process (async-std, smol) keeps its
///   threads in the namespace of the test that used it first. The body itself is
///   in the right one; what it spawns may not be. `isolation = "process"` helps.
/// - `flavor`, `worker_threads` and `start_paused` are for a bare `async fn`;
///   beside `#[tokio::test]`, they belong there.
#[proc_macro_attribute]
pub fn netns_test(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    attribute_macro(arguments.into(), item.into()).into()
}

fn attribute_macro(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let item: TestFn = match syn::parse2(tokens.clone()) {
        Ok(item) => item,
        Err(error) => return check::not_a_test_function(error, &tokens),
    };
    let (arguments, errors) = args::parse(arguments);
    let outcome = match errors {
        None => compile(&item, &arguments),
        Some(errors) => Err(errors),
    };
    outcome.unwrap_or_else(|errors| check::refuse(&item, &errors))
}

fn compile(item: &TestFn, arguments: &Arguments) -> syn::Result<TokenStream> {
    check::attributes(item)?;
    if compose::must_wait(item, arguments) {
        check::composition(item, arguments)?;
        return Ok(compose::expand_last(item, arguments));
    }
    check::function(item, arguments)?;
    Ok(expand::expand(item, arguments))
}
