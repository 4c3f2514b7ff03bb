use super::*;
use crate::answer::{self, Answer, Refusal};
use crate::record::Record;

fn binary() -> Binary {
    Binary::new(
        Some("a-package".into()),
        Some(Path::new("/t/debug/deps/it-0123456789abcdef")),
    )
}

/// The line of such a record, with the times taken out.
fn line_of(outcome: Outcome, note: impl FnOnce(&Record)) -> String {
    let record = Record::begin();
    note(&record);
    let line = line(
        &binary(),
        "server::accepts",
        outcome,
        &record.close().unwrap(),
    );
    assert!(
        line.ends_with("}\n") && line.matches('\n').count() == 1,
        "{line}"
    );
    let (start, rest) = line.split_once(r#""seconds":"#).unwrap();
    let (_, rest) = rest.split_once('}').unwrap();
    format!("{start}…{rest}")
}

#[test]
fn a_test_that_passes() {
    let line = line_of(Outcome::Passed, |record| {
        record.begin_body(|| Place {
            isolation: Isolation::Process,
            inode: 4_026_532_281,
            cookie: Some(12),
        });
        record.end_body();
        record.note(|facts| {
            facts.leaks = Some(Vec::new());
            facts.egress = Some(Attempts { v4: 0, v6: 3 });
            facts.artefacts.push("/t/a.pcapng".into());
        });
    });
    assert_eq!(
        line,
        "{\"schema\":1,\"name\":\"server::accepts\",\"package\":\"a-package\",\"binary\":\"it\",\
         \"executable\":\"/t/debug/deps/it-0123456789abcdef\",\"outcome\":\"passed\",\
         \"isolation\":\"process\",\"cause\":null,…,\
         \"namespace\":{\"inode\":4026532281,\"cookie\":12},\"leaks\":[],\
         \"egress\":[{\"counter\":\"Ip6OutNoRoutes\",\"count\":3}],\"artefacts\":[\"/t/a.pcapng\"]}\n"
    );
}

#[test]
fn a_test_that_fails() {
    let line = line_of(Outcome::Failed, |record| {
        record.fail(|| Cause::panicked(Some("left:\n  \"a\"")));
        record.note(|facts| {
            facts.leaks = Some(vec![
                Leak {
                    number: Some(12),
                    name: Some("worker".into()),
                    ..Leak::new(LeakKind::Thread)
                },
                Leak {
                    of: Some("a::b".into()),
                    protocol: Some("TCP".into()),
                    local: Some("127.0.0.1:80".into()),
                    state: Some("Listen".into()),
                    descriptor: Some(7),
                    ..Leak::new(LeakKind::Socket)
                },
            ]);
        });
    });
    let (_, rest) = line.split_once(r#""outcome":"#).unwrap();
    assert_eq!(
        rest,
        "\"failed\",\"isolation\":null,\
         \"cause\":{\"kind\":\"panic\",\"text\":\"left:\\u000a  \\\"a\\\"\",\"refusal\":null},…,\
         \"namespace\":null,\"leaks\":[\
         {\"kind\":\"thread\",\"of\":null,\"id\":12,\"name\":\"worker\",\"protocol\":null,\"local\":null,\
         \"peer\":null,\"state\":null,\"descriptor\":null},\
         {\"kind\":\"socket\",\"of\":\"a::b\",\"id\":null,\"name\":null,\"protocol\":\"TCP\",\
         \"local\":\"127.0.0.1:80\",\"peer\":null,\"state\":\"Listen\",\"descriptor\":7}],\
         \"egress\":null,\"artefacts\":[]}\n"
    );
}

#[test]
fn a_test_that_is_refused() {
    let refusal = Refusal {
        step: "unshare(CLONE_NEWUSER)",
        errno: Some(1),
        answer: "EPERM".into(),
        answered_by: Answer::Kernel,
        cause: answer::Cause::Unknown,
        because: "nobody knows".into(),
        evidence: Vec::new(),
        remedies: Vec::new(),
        notes: Vec::new(),
    };
    let line = line_of(Outcome::Skipped, |record| {
        record.fail(|| Cause::Refused(Box::new(refusal)));
    });
    let refusal = "\"outcome\":\"skipped\",\"isolation\":null,\"cause\":{\"kind\":\"refused\",\
        \"text\":\"unshare(CLONE_NEWUSER) -> EPERM, by the kernel: nobody knows\",\
        \"refusal\":{\"cause\":\"Unknown\",\"step\":\"unshare(CLONE_NEWUSER)\",\"answer\":\"EPERM\",\
        \"because\":\"nobody knows\"}}";
    assert!(line.contains(refusal), "{line}");
}

#[test]
fn a_failure_without_a_cause_says_so() {
    let line = line_of(Outcome::Failed, |_| ());
    let cause =
        r#""cause":{"kind":"unexplained","text":"netns-test does not know why","refusal":null}"#;
    assert!(line.contains(cause), "{line}");
}

#[test]
fn a_target_is_told_without_its_hash() {
    for (file, name) in [
        ("it-0123456789abcdef", "it"),
        ("two-words-0123456789abcdef", "two-words"),
        ("it", "it"),
        ("it-0123456789abcdeg", "it-0123456789abcdeg"),
        ("it-012", "it-012"),
    ] {
        assert_eq!(without_hash(file), name);
    }
    let unknown = Binary::new(None, None);
    let line = line(&unknown, "a", Outcome::Passed, &Facts::default());
    let members = r#""package":null,"binary":null,"executable":null,"#;
    assert!(line.contains(members), "{line}");
}
