//! What was captured of a test: where it is, and the last packets.

#[cfg(feature = "capture")]
mod kept;
#[cfg(feature = "capture")]
mod verdict;

use crate::isolation::body::Ran;
use crate::isolation::process::Ended;
use crate::setting::Capture;
use crate::test::Test;
use crate::watch::Watch;

/// Ends the capture of a test that ran on a thread.
pub(crate) fn end_on_a_thread(test: &Test, watch: &Watch, ran: &Ran) {
    if watch.capture == Capture::Off {
        return;
    }
    #[cfg(feature = "capture")]
    kept::end(test, watch, &verdict::of_ran(watch, ran));
    #[cfg(not(feature = "capture"))]
    missing(test, ran);
}

/// Ends the capture of a test that ran in a process.
pub(crate) fn end_in_a_process(test: &Test, watch: &Watch, ended: &Ended) {
    if watch.capture == Capture::Off {
        return;
    }
    #[cfg(feature = "capture")]
    kept::end(test, watch, &verdict::of_process(watch, ended));
    #[cfg(not(feature = "capture"))]
    missing(test, ended);
}

/// Says once that nothing is captured, past libtest's capture: whoever asked for it
/// waits for files, also of tests that pass.
#[cfg(not(feature = "capture"))]
fn missing<T>(_: &Test, _: &T) {
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| {
        super::skip::say(
            "netns-test: nothing is captured: `NETNS_TEST_CAPTURE` asks for it, and \
             `netns-test` was built without its feature `capture`\n  \
             hint:    enable it, as in `netns-test = { version = \"…\", features = [\"capture\"] }`\n",
        );
    });
}
