//! The findings for programs.

use netns_test::{Answer, Refusal, Way};
use serde_json::{Value, json};

use super::Findings;
use super::row::Row;

pub(super) fn object(findings: &Findings) -> String {
    let way = findings.way.map(|way| match way {
        Way::Direct => "direct",
        _ => "user-namespace",
    });
    let checks: Vec<Value> = findings.rows.iter().map(check).collect();
    let object = json!({
        "runs": findings.way.is_some(),
        "way": way,
        "uid": findings.uid,
        "kernel": findings.kernel,
        "refusal": findings.refusal.map(refusal),
        "checks": checks,
    });
    format!("{object:#}\n")
}

fn refusal(refusal: &Refusal) -> Value {
    let remedies: Vec<Value> = refusal
        .remedies()
        .iter()
        .map(|remedy| json!({ "what": remedy.what(), "commands": remedy.commands() }))
        .collect();
    json!({
        "step": refusal.step(),
        "answer": refusal.answer(),
        "errno": refusal.errno(),
        "answered_by": answered_by(refusal.answered_by()),
        "cause": format!("{:?}", refusal.cause()),
        "because": refusal.because(),
        "evidence": refusal.evidence(),
        "remedies": remedies,
        "notes": refusal.notes(),
    })
}

fn answered_by(answer: Answer) -> &'static str {
    match answer {
        Answer::SeccompFilter => "seccomp filter",
        Answer::Kernel => "kernel",
        Answer::AppArmor => "AppArmor",
        Answer::Selinux => "SELinux",
        Answer::SecurityModule => "security module",
        _ => "unknown",
    }
}

fn check(row: &Row) -> Value {
    json!({
        "group": row.group,
        "name": row.name,
        "works": row.works,
        "step": row.step,
        "errno": row.errno,
        "answer": row.answer(),
        "why": row.why,
        "fix": row.fix,
        "note": row.note,
    })
}
