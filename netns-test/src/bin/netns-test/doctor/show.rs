//! The findings for people.

use netns_test::__cli as inside;
use netns_test::Way;

use super::Findings;
use super::row::Row;
use crate::output::{self, Cell};

pub(super) fn text(findings: &Findings) -> String {
    let Findings { uid, kernel, .. } = findings;
    let how = match (findings.way, findings.refusal) {
        (Some(Way::Direct), _) => "runs here, on threads and in processes",
        (Some(_), _) => "runs here, each test in a process with a user namespace",
        (None, Some(refusal)) => {
            return format!(
                "`#[netns_test]` does not run here: no network namespaces (uid {uid}, Linux {kernel})\n{}",
                inside::explained(refusal)
            );
        }
        (None, None) => "does not run here",
    };
    let mut rows = Vec::new();
    let mut group = "";
    for row in &findings.rows {
        if row.group != group {
            group = row.group;
            rows.push(vec![Cell::heading(group)]);
        }
        rows.push(line(row));
        for fix in &row.fix {
            let fix = Cell::plain(format!("fix: {fix}"));
            rows.push(vec![Cell::plain(""), Cell::plain(""), fix]);
        }
    }
    format!(
        "`#[netns_test]` {how} (uid {uid}, Linux {kernel})\n\n{}",
        output::table(&rows)
    )
}

fn line(row: &Row) -> Vec<Cell> {
    let name = Cell::plain(format!("  {}", row.name));
    if row.works {
        let mut line = vec![name, Cell::good("yes")];
        line.extend(row.note.map(Cell::plain));
        return line;
    }
    let mut what = row.step.to_owned();
    if let Some(answer) = row.answer() {
        what.push_str(" -> ");
        what.push_str(&answer);
    }
    if let Some(why) = row.why {
        what.push_str(": ");
        what.push_str(why);
    }
    vec![name, Cell::bad("no"), Cell::plain(what)]
}
