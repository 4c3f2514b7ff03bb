//! A user namespace for the whole test process, entered before `main`, while
//! the process has one thread. Its tests then run on threads, as root's do.

use crate::sys::capability::{self, NET_ADMIN, SYS_ADMIN};
use crate::sys::user::{self, IdentityMap};

/// Enters a user namespace, unless the process may make network namespaces
/// already. A refusal changes nothing: tests then run in processes.
///
/// Where `AppArmor` strips new user namespaces of their capabilities, entering
/// one "succeeds" and cannot be undone, so that the process would be worse off.
/// There it is left to the fork server, which tries in a process of its own.
///
/// Runs before std's runtime is set up: system calls and stack memory only.
pub extern "C" fn enter_user_namespace_before_main() {
    let effective = capability::effective_capabilities().unwrap_or(0);
    let needed = SYS_ADMIN | NET_ADMIN;
    if effective & needed == needed || user::are_stripped_by_apparmor() {
        return;
    }
    let map = IdentityMap::of_this_process();
    if user::unshare_user().is_ok() {
        user::note_entered_before_main();
        // Without maps the process still has every capability in its namespace, and without
        // ambient ones only the programs that it starts go without.
        let _ = map.write();
        let _ = capability::keep_capabilities_across_exec();
    }
}
