//! The line by which a test binary asks for a user namespace before `main`.

/// Enters a user namespace before `main`, in a test binary of an ordinary
/// user: its tests then run on threads, as fast as root's.
///
/// Write it once in a test binary, outside of any function. It needs no
/// privilege; where it is refused, or where the process may make network
/// namespaces anyway, it does nothing.
///
/// The price: the *whole* process is in the user namespace. Files of other
/// users show as `nobody`'s, `chown` to others fails, set-user-ID programs
/// such as `sudo` and `ping` stay unprivileged, and a crash of one test ends
/// the binary, as it does under `#[test]`.
///
/// ```
/// netns_test::enter_user_namespace!();
/// # fn main() {}
/// ```
///
/// It expands to an entry of `.init_array`, which is why a crate that
/// `forbid`s `unsafe_code` cannot use it.
///
/// # References
///
/// `user_namespaces(7)`
#[macro_export]
macro_rules! enter_user_namespace {
    () => {
        #[cfg(target_os = "linux")]
        const _: () = {
            #[used]
            #[allow(
                unsafe_code,
                reason = "names a section for a function that may run there"
            )]
            #[unsafe(link_section = ".init_array.00100")]
            static ENTER: extern "C" fn() = $crate::__private::enter_user_namespace_before_main;
        };
    };
}
