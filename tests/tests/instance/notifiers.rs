//! A notifier of the namespace, which an instance registers for itself.

use std::sync::{Arc, Mutex};

use netns_test::instance::{self, Instance};
use netns_test::notify::{Event, Item, Notice, Registration};
use netns_test::{NetId, netns_test};
use netns_test_tests::ip::ip;
use netns_test_tests::state::wait_until;

use crate::fixtures::namespace;

type Heard = Arc<Mutex<Vec<(NetId, Event)>>>;

struct Listening(Heard);

impl Instance for Listening {
    type State = Registration;

    fn create(&self, netid: NetId) -> Registration {
        let heard = Arc::clone(&self.0);
        let note = move |notice: &Notice| {
            let mut heard = heard.lock().unwrap();
            heard.push((netid, notice.event().clone()));
        };
        let ns = netid.open().expect("it is alive");
        ns.notify(note).expect("a namespace takes notifiers")
    }

    fn destroy(&self, _: NetId, state: Registration) {
        drop(state);
    }
}

/// IP instances, 8: create may register a notifier, which hears at once of
/// what exists. It is counted among the framework's kstats.
#[netns_test(isolation = "process")]
fn can_be_registered_in_create() {
    let heard = Heard::default();
    let registration = instance::register("listening", Listening(Arc::clone(&heard))).unwrap();
    let (ns, netid) = namespace();
    let of_it = |wanted: &dyn Fn(&Event) -> bool| {
        let heard = heard.lock().unwrap();
        let own = heard.iter().filter(|(other, _)| *other == netid);
        own.filter(|(_, event)| wanted(event)).count()
    };
    let comes = |event: &Event| matches!(event, Event::Register(Item::Interface(_)));
    let goes = |event: &Event| matches!(event, Event::Unregister(Item::Interface(_)));
    assert_eq!(of_it(&comes), 1, "lo was there before the notifier");

    let counted = |name: &str| {
        let kstats = ns.kstats();
        let framework = kstats.iter().find(|kstat| kstat.name() == "framework");
        framework.unwrap().get(name).unwrap()
    };
    let hooks = (counted("hooks_added"), counted("hooks_removed"));
    assert_eq!(hooks, (2, 0), "the instance and its notifier");
    assert_eq!(counted("events"), 0, "nothing has happened since");
    ns.run(|| ip("link add one type veth peer name two"))
        .unwrap();
    wait_until("both ends are heard of", || of_it(&comes) == 3);
    wait_until("they are counted", || counted("events") >= 2);

    ns.close().unwrap();
    assert_eq!(of_it(&goes), 3, "the leaver hears of all that is left");
    registration.unregister().unwrap();
}
