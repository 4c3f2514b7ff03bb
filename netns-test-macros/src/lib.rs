//! The attribute of `netns-test`: tokens in, tokens out. What an expansion
//! names is all in `__private` of that crate, which does the work.
//!
//! - `item`: the annotated function, its body unread
//! - `args`: what stands in the parentheses, with `value` for the single values
//! - `attribute`: what the other attributes of the function are
//! - `check`: functions and combinations that cannot be a test
//! - `compose`: hands the function to other macros first, and `behind` is what
//!   it notes for the expansion that comes after them
//! - `errors`: several mistakes in one error
//! - `expand`: the expansion proper

mod args;
mod attribute;
mod behind;
mod check;
mod compose;
mod errors;
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
/// - **`async fn`** needs either the feature `tokio` or the test attribute of a
///   runtime; both build the runtime inside the namespace.
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
/// | `timeout` | a number and `ms`, `s`, `m` or `h`, as in `"500ms"` | how long the body may take; the test fails then, whatever panic it expects |
/// | `leaks` | `"allow"`, `"warn"`, `"deny"` | what becomes of threads, processes, sockets and namespace descriptors that outlive the body: nobody looks, they are named, or the test fails |
/// | `egress` | `"allow"`, `"deny"` | whether the test fails if it tried to leave its namespace |
/// | `capture` | `"off"`, `"on-failure"`, `"always"`; alone it means `"on-failure"` | whether every frame on the test's links goes into a pcapng file, and when that is kept; needs the feature `capture` |
/// | `flavor` | `"current_thread"`, `"multi_thread"` | of the runtime of a bare `async fn`, as in `#[tokio::test]` |
/// | `worker_threads` | a number from 1 | of the same runtime, with `flavor = "multi_thread"` |
/// | `start_paused` | `true`, `false` | whether tokio's clock stands still, with the flavor `current_thread` |
/// | `crate` | a path, as in `"my_crate::netns_test"` | where to find the crate `netns_test`, for macros and re-exports |
///
/// # Together with other attributes
///
/// Macros know other macros by their names. An attribute whose name is none of
/// the language's expands before this one, whichever is written first, so what
/// it makes of the body (a runtime, a logger, a fixture) is made inside the
/// namespace.
///
/// | other attribute | below `#[netns_test]` | above `#[netns_test]` |
/// |---|---|---|
/// | `#[tokio::test(…)]` | yes | yes |
/// | `#[test_log::test]`, also with `(tokio::test(…))` | yes | yes |
/// | `#[async_std::test]`, another `…::test` | yes | only if it puts `#[test]` behind the attributes of the function, as tokio's does |
/// | `#[rstest]`, `#[apply(template)]` of `rstest_reuse` | yes | yes, but for a bare `async fn` write `#[test_attr(netns_test)]` instead |
/// | `#[rstest]` and a `…::test` | yes | yes, with `#[netns_test]` above or below the `…::test` |
/// | `#[test_case]`, `#[test_matrix]`, also with a `…::test` | yes | yes |
/// | `#[test]` | an error | **no**: the test runs twice |
/// | a macro that makes no test | yes | yes |
///
/// The limits:
///
/// - A plain `#[test]` *above* `#[netns_test]` has expanded when this macro sees
///   the function, and leaves no trace: the test is registered twice. So it is
///   with a `…::test` that puts its `#[test]` first, as async-std's does. Write
///   `#[netns_test]` above it.
/// - Attributes are known by their last name. `use tokio::test;` and `#[test]`
///   is taken for the language's; `#[tokio::test]` is not.
/// - Beside other macros, the parameter `ns: &NetNs` is known by the name of its
///   type. Where `#[rstest]` stands above `#[netns_test]`, mark it `#[ignore]`,
///   rstest's word for "no fixture". `#[test_case]` cannot leave a parameter to
///   others, so such a test has none; nor has one where a `…::test` that
///   accepts no parameters stands above.
/// - What stands between the `#[case]`s of rstest is for the next case only; a
///   `…::test` for all cases goes below the last one.
/// - `#[timeout]` of rstest runs a sync body on one more thread: in the
///   namespace, but not named after the test. A `#[once]` fixture outlives the
///   namespace of the test that made it, so it must not hold sockets.
/// - A runtime that lives as long as the process, as async-std's and smol's,
///   keeps its threads in the namespace of the test that used it first. The
///   body is in the right one; what it spawns may not be. Ask for
///   `isolation = "process"` there.
/// - `flavor`, `worker_threads` and `start_paused` are for a bare `async fn`;
///   beside `#[tokio::test]` they belong in there.
#[proc_macro_attribute]
pub fn netns_test(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let tokens = TokenStream::from(item);
    let tokens = match syn::parse2(tokens.clone()) {
        Ok(item) => compile(&item, arguments.into()),
        Err(error) => check::not_a_test_function(error, &tokens),
    };
    tokens.into()
}

fn compile(item: &TestFn, arguments: TokenStream) -> TokenStream {
    let (arguments, errors) = args::parse(arguments);
    errors
        .map_or(Ok(()), Err)
        .and_then(|()| make_test(item, &arguments))
        .unwrap_or_else(|errors| check::refuse(item, &errors))
}

fn make_test(item: &TestFn, arguments: &Arguments) -> syn::Result<TokenStream> {
    check::attributes(item)?;
    if compose::must_wait(item, arguments) {
        check::composition(item, arguments)?;
        return Ok(compose::expand_last(item, arguments));
    }
    check::function(item, arguments)?;
    Ok(expand::expand(item, arguments))
}
