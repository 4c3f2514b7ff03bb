//! What to add to an error of one test, on a machine that refuses nothing to all of them.

use crate::answer::{Access, Way};
use crate::error::Error;
use crate::setting::Isolation;

/// A hint that only the access of this process allows to give.
pub(crate) fn for_one_test(
    error: &Error,
    isolation: Isolation,
    access: &Access,
) -> Option<&'static str> {
    let is_at_unshare = error.to_string().starts_with("unshare(");
    match error.raw_os_error() {
        Some(libc::ENOSPC) if is_at_unshare => Some(
            "`ENOSPC` means that a limit on namespaces is reached, such as \
             user.max_net_namespaces, not a full disk: run fewer tests at once, or raise it",
        ),
        Some(libc::EPERM)
            if isolation == Isolation::Thread && access.way() == Some(Way::UserNamespace) =>
        {
            Some(
                "thread isolation needs CAP_SYS_ADMIN and CAP_NET_ADMIN; \
                 `isolation = \"auto\"` and `\"process\"` do without, and work here",
            )
        }
        _ => None,
    }
}
