//! One run of a test as one line of JSON.

use std::path::Path;
use std::sync::OnceLock;

use super::{Outcome, cause};
use crate::env;
use crate::record::{Attempts, Cause, Facts, Leak, LeakKind, Place};
use crate::report::json::{array, object, or_null, seconds, string};
use crate::setting::Isolation;

/// The version of the members and of what they mean; new members don't change it.
const SCHEMA: &str = "1";

/// What tells the tests of one binary from those of another.
#[derive(Clone, Debug)]
pub(super) struct Binary {
    package: Option<String>,
    /// The name of the target.
    pub(super) name: Option<String>,
    path: Option<String>,
}

impl Binary {
    pub(super) fn of_this_process() -> &'static Self {
        static BINARY: OnceLock<Binary> = OnceLock::new();
        BINARY.get_or_init(|| Self::new(env::package(), env::executable().as_deref()))
    }

    fn new(package: Option<String>, path: Option<&Path>) -> Self {
        let file = path.and_then(Path::file_name);
        Self {
            package,
            name: file.map(|file| without_hash(&file.to_string_lossy()).to_owned()),
            path: path.map(|path| path.to_string_lossy().into_owned()),
        }
    }
}

/// Cargo adds `-` and 16 digits to the name of a test target.
fn without_hash(file: &str) -> &str {
    match file.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name
        }
        _ => file,
    }
}

/// The line, with its end.
pub(super) fn line(binary: &Binary, name: &str, outcome: Outcome, facts: &Facts) -> String {
    let text = |text: &Option<String>| or_null(text.as_deref(), string);
    let place = facts.place();
    let times = facts.times();
    let line = object([
        ("schema", SCHEMA.into()),
        ("name", string(name)),
        ("package", text(&binary.package)),
        ("binary", text(&binary.name)),
        ("executable", text(&binary.path)),
        ("outcome", string(outcome.word())),
        (
            "isolation",
            or_null(place, |place| string(isolation(place))),
        ),
        ("cause", why(outcome, facts)),
        (
            "seconds",
            object([
                ("setup", seconds(times.setup)),
                ("body", or_null(times.body, seconds)),
                ("teardown", or_null(times.teardown, seconds)),
            ]),
        ),
        ("namespace", or_null(place, namespace)),
        (
            "leaks",
            or_null(facts.leaks.as_deref(), |leaks| {
                array(leaks.iter().map(leak))
            }),
        ),
        ("egress", or_null(facts.egress, egress)),
        (
            "artefacts",
            array(
                facts
                    .artefacts
                    .iter()
                    .map(|path| string(&path.to_string_lossy())),
            ),
        ),
    ]);
    line + "\n"
}

fn isolation(place: Place) -> &'static str {
    match place.isolation {
        Isolation::Process => "process",
        Isolation::Thread | Isolation::Auto => "thread",
    }
}

fn why(outcome: Outcome, facts: &Facts) -> String {
    if outcome == Outcome::Passed {
        return "null".into();
    }
    let Some(cause) = &facts.cause else {
        // No road leads here, but a reader has to be told something.
        return object([
            ("kind", string("unexplained")),
            ("text", string("netns-test does not know why")),
            ("refusal", "null".into()),
        ]);
    };
    let refusal = match cause {
        Cause::Refused(refusal) => object([
            ("cause", string(&format!("{:?}", refusal.cause()))),
            ("step", string(refusal.step())),
            ("answer", string(refusal.answer())),
            ("because", string(refusal.because())),
        ]),
        _ => "null".into(),
    };
    object([
        ("kind", string(cause::kind(cause))),
        ("text", string(&cause::text(cause, facts))),
        ("refusal", refusal),
    ])
}

fn namespace(place: Place) -> String {
    object([
        ("inode", place.inode.to_string()),
        ("cookie", or_null(place.cookie, |cookie| cookie.to_string())),
    ])
}

fn leak(leak: &Leak) -> String {
    let text = |text: &Option<String>| or_null(text.as_deref(), string);
    let number = |number: Option<u64>| or_null(number, |number| number.to_string());
    let kind = match leak.kind {
        LeakKind::Thread => "thread",
        LeakKind::Process => "process",
        LeakKind::Socket => "socket",
        LeakKind::Namespace => "namespace",
        LeakKind::Handle => "handle",
    };
    object([
        ("kind", string(kind)),
        ("of", text(&leak.of)),
        ("id", number(leak.number)),
        ("name", text(&leak.name)),
        ("protocol", text(&leak.protocol)),
        ("local", text(&leak.local)),
        ("peer", text(&leak.peer)),
        ("state", text(&leak.state)),
        ("descriptor", number(leak.descriptor)),
    ])
}

/// The counters that moved, by the names that nstat(8) gives them.
fn egress(Attempts { v4, v6 }: Attempts) -> String {
    let counters = [("IpOutNoRoutes", v4), ("Ip6OutNoRoutes", v6)];
    let moved = counters.into_iter().filter(|(_, count)| *count > 0);
    array(moved.map(|(counter, count)| {
        object([("counter", string(counter)), ("count", count.to_string())])
    }))
}

#[cfg(test)]
mod tests;
