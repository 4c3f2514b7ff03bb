//! What a body left behind, for programs.

use super::{Foreign, Left, address, is_nobody, protocol};
use crate::record::{Leak, LeakKind};
use crate::sockets::SocketEntry;
use crate::tasks::{Process, Thread};

/// One thing after the other, the test's own first.
pub(crate) fn list(left: &Left) -> Vec<Leak> {
    let Left {
        threads,
        processes,
        sockets,
        namespaces,
        handles,
        foreign,
    } = left;
    let mut list: Vec<_> = threads.iter().map(thread).collect();
    list.extend(processes.iter().map(process));
    list.extend(
        sockets
            .iter()
            .map(|(descriptor, entry)| socket(*descriptor, entry)),
    );
    list.extend(namespaces.iter().map(|(descriptor, _)| Leak {
        descriptor: u64::try_from(*descriptor).ok(),
        ..Leak::new(LeakKind::Namespace)
    }));
    list.extend(handles.iter().map(|_| Leak::new(LeakKind::Handle)));
    for Foreign {
        of,
        threads,
        sockets,
        ..
    } in foreign
    {
        let theirs = threads.iter().map(thread);
        let sockets = sockets
            .iter()
            .map(|(descriptor, entry)| socket(*descriptor, entry));
        list.extend(theirs.chain(sockets).map(|leak| Leak {
            of: Some(of.clone()),
            ..leak
        }));
    }
    list
}

fn thread(thread: &Thread) -> Leak {
    Leak {
        number: Some(thread.tid.into()),
        name: Some(thread.name.clone()),
        ..Leak::new(LeakKind::Thread)
    }
}

fn process(process: &Process) -> Leak {
    Leak {
        number: Some(process.pid.into()),
        name: Some(process.command.clone()),
        ..Leak::new(LeakKind::Process)
    }
}

fn socket(descriptor: i32, socket: &SocketEntry) -> Leak {
    let peer = socket.peer.as_ref().filter(|peer| !is_nobody(peer));
    Leak {
        protocol: Some(protocol(socket.protocol)),
        local: Some(address(&socket.local)),
        peer: peer.map(address),
        state: Some(format!("{:?}", socket.state)),
        descriptor: u64::try_from(descriptor).ok(),
        ..Leak::new(LeakKind::Socket)
    }
}
