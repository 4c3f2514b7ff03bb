//! Attempts to leave a namespace: the kernel counts packets that no route leads out.
//!
//! The counters of a fresh namespace are 0, so nothing is read before the body unless
//! the test fails for an attempt: hooks may have made some by then.

use crate::counters;
use crate::error::Error;
use crate::record::Attempts;
use crate::report::egress;
use crate::setting::Egress;
use crate::watch::Watch;

/// What had been counted before the body; nothing where nobody looked.
#[derive(Debug)]
pub(super) struct Before(Attempts);

/// To be called in the namespace.
pub(super) fn begin(watch: &Watch) -> Before {
    Before(match watch.egress {
        Egress::Deny => now().unwrap_or_default(),
        Egress::Allow => Attempts::default(),
    })
}

/// Says what there is to say, and returns whether the test fails for it. To be
/// called in the namespace.
pub(super) fn finish(name: &str, watch: &Watch, before: &Before, is_success: bool) -> bool {
    let denied = watch.egress == Egress::Deny;
    let says = denied || !is_success;
    if !says && !watch.record.is_wanted() {
        return false;
    }
    let attempts = match now() {
        Ok(now) => Attempts {
            v4: now.v4.saturating_sub(before.0.v4),
            v6: now.v6.saturating_sub(before.0.v6),
        },
        Err(error) => {
            if says {
                egress::unknown(name, &error);
            }
            return denied;
        }
    };
    watch.record.note(|facts| facts.egress = Some(attempts));
    if !says || attempts == Attempts::default() {
        return false;
    }
    if denied {
        egress::deny(name, attempts);
    } else {
        egress::note(name, attempts);
    }
    denied
}

fn now() -> Result<Attempts, Error> {
    let (v4, v6) = counters::without_a_route()?;
    Ok(Attempts { v4, v6 })
}
