//! `netns-test ps`

use std::process::ExitCode;
use std::time::Duration;

use netns_test::__cli::{self as inside, Held};
use serde_json::{Value, json};

use crate::args::Ps;
use crate::output::{self, Cell};

pub(crate) fn main(arguments: &Ps) -> ExitCode {
    let held = inside::held();
    let text = if arguments.json {
        let list: Vec<Value> = held.iter().map(object).collect();
        format!("{:#}\n", Value::from(list))
    } else if held.is_empty() {
        output::remark("no test holds a network namespace now");
        String::new()
    } else {
        list(&held)
    };
    output::finish(&text, ExitCode::SUCCESS)
}

/// A table of them.
pub(crate) fn list(held: &[Held]) -> String {
    let heading = [
        Cell::heading("NAMESPACE"),
        Cell::heading("PID").right(),
        Cell::heading("UID").right(),
        Cell::heading("AGE").right(),
        Cell::heading("TEST"),
    ];
    let mut rows = vec![Vec::from(heading)];
    for held in held {
        rows.push(vec![
            Cell::plain(format!("net:[{}]", held.inode)),
            Cell::plain(held.pid.to_string()).right(),
            Cell::plain(held.uid.to_string()).right(),
            Cell::plain(age(held.age)).right(),
            Cell::plain(held.test.clone()),
        ]);
    }
    output::table(&rows)
}

fn object(held: &Held) -> Value {
    json!({
        "namespace": held.inode,
        "pid": held.pid,
        "tid": held.tid,
        "uid": held.uid,
        "age": held.age.as_secs_f64(),
        "test": held.test,
    })
}

/// `0.4s`, `59.9s`, `3m07s`, `2h05m`
fn age(age: Duration) -> String {
    let tenths = age.as_millis() / 100;
    let seconds = age.as_secs();
    match seconds {
        ..60 => format!("{}.{}s", tenths / 10, tenths % 10),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}
