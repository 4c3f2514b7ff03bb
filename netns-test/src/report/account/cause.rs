//! Why a test does not pass, in a word and in a line.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use crate::record::{Attempts, Cause, Facts, Leak, LeakKind};
use crate::report::{egress, ended, refusal};

/// One of the words that the crate's documentation lists.
pub(super) fn kind(cause: &Cause) -> &'static str {
    match cause {
        Cause::Panicked(_) => "panic",
        Cause::DidNotPanic => "no-panic",
        Cause::Returned(_) => "error",
        Cause::Leaks => "leaks",
        Cause::Egress => "egress",
        Cause::Setup(_) => "setup",
        Cause::Teardown(_) => "teardown",
        Cause::TimedOut(_) => "timeout",
        Cause::Frozen(_) => "frozen",
        Cause::Died(status) if status.signal().is_some() => "signal",
        Cause::Died(_) | Cause::Exits => "exit",
        Cause::Vanished => "vanished",
        Cause::NotEntered(_) => "not-entered",
        Cause::Refused(_) => "refused",
        Cause::Settings(_) => "settings",
        Cause::SecondRun => "second-run",
    }
}

/// What happened, without the test's name.
pub(super) fn text(cause: &Cause, facts: &Facts) -> String {
    match cause {
        Cause::Panicked(Some(text)) => text.clone(),
        Cause::Panicked(None) => "it panicked with a value that is no text".into(),
        Cause::DidNotPanic => "it did not panic as expected".into(),
        Cause::Returned(status) => format!("it returned an error, with status {status}"),
        Cause::Leaks => left(facts.leaks.as_deref().unwrap_or_default()),
        Cause::Egress => match facts.egress {
            Some(attempts @ (Attempts { v4: 1.., .. } | Attempts { v6: 1.., .. })) => format!(
                "it tried to leave its network namespace: {}",
                egress::times(attempts)
            ),
            _ => "whether it tried to leave its network namespace is not known".into(),
        },
        Cause::Setup(error) => format!("it did not run: failed to {error}"),
        Cause::Teardown(error) => format!("after its body: failed to {error}"),
        Cause::TimedOut(limit) => format!("it took longer than {}", limit_of(*limit)),
        Cause::Frozen(limit) => format!(
            "it took longer than {}, and its process was stopped or did not get to run",
            limit_of(*limit)
        ),
        Cause::Died(status) => format!("its process {}", ended::how(*status)),
        Cause::Vanished => {
            "its process vanished: the fork server, which is its parent, has ended".into()
        }
        Cause::Exits => "the test binary exits while its body runs".into(),
        Cause::NotEntered(error) | Cause::Settings(error) => {
            format!("it did not run: failed to {error}")
        }
        Cause::Refused(refused) => refusal::gist(refused),
        Cause::SecondRun => {
            "it runs for the second time in this process, so it is registered twice".into()
        }
    }
}

fn limit_of(limit: Option<Duration>) -> String {
    limit.map_or_else(
        || "its limit".into(),
        |limit| format!("{limit:?}, its limit"),
    )
}

/// What outlived a body: the first few, and how many there are beside them.
pub(super) fn left(leaks: &[Leak]) -> String {
    const FEW: usize = 4;
    let named: Vec<_> = leaks.iter().take(FEW).map(leak).collect();
    let more = match leaks.len().saturating_sub(FEW) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("it left behind: {}{more}", named.join(", "))
}

fn leak(leak: &Leak) -> String {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let what = match leak.kind {
        LeakKind::Thread => format!("the thread `{}`", known(&leak.name)),
        LeakKind::Process => format!("the process `{}`", known(&leak.name)),
        LeakKind::Socket => format!(
            "a {} socket at {}",
            known(&leak.protocol),
            known(&leak.local)
        ),
        LeakKind::Namespace => "a descriptor of its namespace".into(),
        LeakKind::Handle => "a `NetNs` of its namespace".into(),
    };
    match &leak.of {
        Some(of) => format!("{what} in the namespace of `{of}`"),
        None => what,
    }
}
