use super::*;

fn facts() -> Facts {
    Facts {
        body: Some(Body {
            place: Place {
                isolation: Isolation::Process,
                inode: 4_026_532_281,
                cookie: Some(12),
            },
            began: Duration::from_millis(1_500),
            ended: Some(Duration::from_millis(1_750)),
        }),
        leaks: Some(vec![
            Leak {
                number: Some(12),
                name: Some("wörker".into()),
                of: Some("a::b".into()),
                ..Leak::new(LeakKind::Thread)
            },
            Leak {
                protocol: Some("TCP".into()),
                local: Some("127.0.0.1:80".into()),
                peer: Some("127.0.0.1:5".into()),
                state: Some("Established".into()),
                descriptor: Some(7),
                ..Leak::new(LeakKind::Socket)
            },
            Leak::new(LeakKind::Handle),
        ]),
        egress: Some(Attempts { v4: 1, v6: 2 }),
        ..Facts::default()
    }
}

#[test]
fn what_is_sent_arrives() {
    let causes = [
        None,
        Some(Cause::panicked(None)),
        Some(Cause::panicked(Some("no\nway"))),
        Some(Cause::DidNotPanic),
        Some(Cause::Returned(3)),
        Some(Cause::Leaks),
        Some(Cause::Egress),
        Some(Cause::Teardown("run `exit`".into())),
    ];
    for cause in causes {
        let all = Facts { cause, ..facts() };
        let bytes = wire::write(&all);
        assert_eq!(wire::read(&bytes), Some(all));
        for length in 0..bytes.len() {
            assert!(wire::read(&bytes[..length]).is_none(), "{length}");
        }
    }
    let unknown_there = Facts {
        cause: Some(Cause::Vanished),
        ..Facts::default()
    };
    let read = wire::read(&wire::write(&unknown_there));
    assert_eq!(read, Some(Facts::default()));
}

#[test]
fn what_arrives_leaves_what_only_this_side_knows() {
    let here = Record::begin();
    let called = here.lock().unwrap().as_ref().unwrap().called;
    here.note(|facts| facts.artefacts.push("/a".into()));
    let there = Record::begin();
    there.note(|known| *known = facts());
    here.add_from_wire(&there.to_wire().unwrap());
    here.add_from_wire(b"nonsense");
    let known = here.close().unwrap();
    assert_eq!(known.called, called);
    assert_eq!(known.artefacts, [PathBuf::from("/a")]);
    assert_eq!(known.place(), facts().place());
    assert_eq!(known.leaks, facts().leaks);
}

#[test]
fn the_first_cause_counts() {
    let record = Record::begin();
    record.fail(|| Cause::DidNotPanic);
    record.fail(|| Cause::Leaks);
    let facts = record.close().unwrap();
    assert!(matches!(facts.cause, Some(Cause::DidNotPanic)), "{facts:?}");
}

#[test]
fn it_is_known_once() {
    let record = Record::begin();
    let same = record.clone();
    assert!(record.close().is_some());
    same.fail(|| Cause::Leaks);
    assert!(same.close().is_none());
    assert!(same.to_wire().is_none());
    let none = Record::none();
    none.begin_body(|| unreachable!("nobody asks"));
    assert!(none.close().is_none() && !none.is_wanted());
}

#[test]
fn times_add_up() {
    let second = Duration::from_secs;
    let mut facts = Facts {
        called: second(10),
        ..Facts::default()
    };
    let before = Times {
        setup: second(5),
        body: None,
        teardown: None,
    };
    assert_eq!(facts.times_until(second(15)), before);
    facts.body = self::facts().body.map(|body| Body {
        began: second(11),
        ended: None,
        ..body
    });
    let died = Times {
        setup: second(1),
        body: Some(second(4)),
        teardown: Some(second(0)),
    };
    assert_eq!(facts.times_until(second(15)), died);
    facts.body.as_mut().unwrap().ended = Some(second(13));
    let whole = Times {
        setup: second(1),
        body: Some(second(2)),
        teardown: Some(second(2)),
    };
    assert_eq!(facts.times_until(second(15)), whole);
}
