//! The fork server: this executable, started again under the name of one
//! test, which forks a process for each test that it is asked to run.
//!
//! It forks only after it has seen that beside its own thread there is only
//! libtest's main thread, asleep. Some children are forked ahead ("spares"):
//! they make their namespace and then wait for a request on the same socket
//! as the server. The server reads requests itself only while no spare waits.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpid, getppid, setpgid};

use crate::error::Error;
use crate::isolation::enter::Home;
use crate::isolation::process::child::{self, Net};
use crate::isolation::process::message::{Outcome, READY, Request, send_outcome, send_status};
use crate::isolation::view::Views;
use crate::sys::channel;
use crate::sys::code;
use crate::sys::fork::Alone;
use crate::sys::process;
use crate::tasks::descriptors;
use crate::test::Body;

/// How many children wait ahead of their test.
const SPARES: usize = 2;

/// One child, from fork to burial.
#[derive(Debug)]
struct Child {
    pid: Pid,
    /// Readable when it has ended.
    pidfd: OwnedFd,
    role: Role,
}

#[derive(Debug)]
enum Role {
    /// It waits for a request; here it says that it has one.
    Spare { notices: OwnedFd },
    /// It runs a test; here its wait status is told.
    Busy { result: OwnedFd },
}

/// What the server watches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Watched {
    Parent,
    Requests,
    Notice(usize),
    End(usize),
}

#[derive(Debug)]
struct Server {
    alone: Alone,
    pid: Pid,
    home: Home,
    base: Body,
    /// Requests come from here.
    requests: OwnedFd,
    /// Readable when the process that started the server has ended.
    parent: OwnedFd,
    children: Vec<Child>,
    requests_seen: usize,
    /// A fork ahead failed: there is no room for processes that merely wait.
    crowded: bool,
}

/// What the process is after a step: a fork leaves by another way.
#[derive(Debug)]
enum Next {
    /// Still the server.
    Serve,
    /// Still the server, and nobody needs it any more.
    Stop,
    /// A child that runs a test.
    Run(Request),
    /// A child that waits for a request, and gives notice here when it has one.
    Wait(OwnedFd),
}

/// Serves until the process that asked for the server ends.
///
/// `base` is the body that distances in requests start from.
pub(super) fn serve(alone: Alone, requests: OwnedFd, base: Body) -> ! {
    let ended = Server::open(alone, requests, base).and_then(Server::run);
    process::exit_now(i32::from(ended.is_err()))
}

impl Server {
    fn open(alone: Alone, requests: OwnedFd, base: Body) -> io::Result<Self> {
        let parent = getppid();
        let watched = process::pidfd_open(parent)?;
        // If it ended before the descriptor was open, this process has another parent by now.
        if getppid() != parent {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        // The children then know where this process's descriptors are.
        let _ = descriptors::open_but(&BTreeSet::new());
        channel::send(requests.as_fd(), READY, &[])?;
        Ok(Self {
            alone,
            pid: getpid(),
            home: Home::of_this_process(),
            base,
            requests,
            parent: watched,
            children: Vec::new(),
            requests_seen: 0,
            crowded: false,
        })
    }

    fn run(mut self) -> io::Result<()> {
        loop {
            match self.step()? {
                Next::Serve => {}
                Next::Stop => {
                    self.end_all();
                    return Ok(());
                }
                Next::Run(request) => self.run_test(request),
                Next::Wait(notices) => self.wait_ahead(&notices),
            }
        }
    }

    fn step(&mut self) -> io::Result<Next> {
        let spare_wanted = self.wants_a_spare();
        let patience = if spare_wanted {
            PollTimeout::ZERO
        } else {
            PollTimeout::NONE
        };
        let ready = self.wait(patience)?;
        if ready.is_empty() && spare_wanted {
            return self.fork_spare();
        }
        if ready.contains(&Watched::Parent) {
            return Ok(Next::Stop);
        }
        // From the last child to the first, since a burial moves those behind it; and for one
        // child the notice first, since it may have taken a request and died since.
        for event in ready.iter().rev() {
            match *event {
                Watched::End(index) => {
                    self.hear(index);
                    self.bury(index);
                }
                Watched::Notice(index) => {
                    if ready.contains(&Watched::End(index)) {
                        continue;
                    }
                    self.hear(index);
                }
                Watched::Parent | Watched::Requests => {}
            }
        }
        if ready.contains(&Watched::Requests) {
            return self.take_request();
        }
        Ok(Next::Serve)
    }

    /// What has happened, in the order of the children.
    fn wait(&self, timeout: PollTimeout) -> io::Result<Vec<Watched>> {
        let mut what = vec![Watched::Parent];
        let mut fds = vec![readable(self.parent.as_fd())];
        if self.spares() == 0 {
            what.push(Watched::Requests);
            fds.push(readable(self.requests.as_fd()));
        }
        for (index, child) in self.children.iter().enumerate() {
            if let Role::Spare { notices } = &child.role {
                what.push(Watched::Notice(index));
                fds.push(readable(notices.as_fd()));
            }
            what.push(Watched::End(index));
            fds.push(readable(child.pidfd.as_fd()));
        }
        loop {
            match poll(&mut fds, timeout) {
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
                Ok(_) => break,
            }
        }
        Ok(what
            .into_iter()
            .zip(fds)
            .filter(|(_, fd)| fd.any().unwrap_or(false))
            .map(|(what, _)| what)
            .collect())
    }

    fn spares(&self) -> usize {
        self.children
            .iter()
            .filter(|child| matches!(child.role, Role::Spare { .. }))
            .count()
    }

    fn wants_a_spare(&self) -> bool {
        self.requests_seen >= 2 && self.spares() < SPARES && !self.crowded
    }

    /// Takes a request, if it is still there.
    fn take_request(&mut self) -> io::Result<Next> {
        let message = match channel::receive_now(self.requests.as_fd()) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(Next::Stop),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Next::Serve),
            Err(error) => return Err(error),
        };
        self.requests_seen += 1;
        let Some(request) = Request::parse(message) else {
            return Ok(Next::Serve);
        };
        match self.alone.fork() {
            Ok(None) => return Ok(Next::Run(request)),
            Ok(Some(pid)) => {
                let result = request.result;
                self.watch(pid, Role::Busy { result })?;
            }
            Err(error) => {
                let outcome =
                    Outcome::NotEntered(Error::system("fork a process for the test", error));
                let _ = send_outcome(request.result.as_fd(), &outcome);
            }
        }
        Ok(Next::Serve)
    }

    fn fork_spare(&mut self) -> io::Result<Next> {
        let forked = channel::pair().and_then(|ends| Ok((ends, self.alone.fork()?)));
        match forked {
            Ok(((_, mine), None)) => return Ok(Next::Wait(mine)),
            Ok(((notices, _), Some(pid))) => self.watch(pid, Role::Spare { notices })?,
            Err(_) => self.crowded = true,
        }
        Ok(Next::Serve)
    }

    /// The life of a child that was forked for one request.
    fn run_test(self, request: Request) -> ! {
        let (base, server) = (self.base, self.pid);
        // A copy of the request socket in here would keep requests for a server that is dead.
        drop(self);
        let prepared =
            belong(server).and_then(|()| child::prepare(request.home, Net::Make, request.views));
        let body = code::at_distance(base, request.distance);
        child::finish(request, body, prepared)
    }

    /// The life of a child that was forked ahead.
    fn wait_ahead(self, notices: &OwnedFd) -> ! {
        let Self {
            home,
            base,
            pid: server,
            requests,
            parent,
            children,
            ..
        } = self;
        drop((parent, children));
        let prepared =
            belong(server).and_then(|()| child::prepare(home, Net::Make, Views::Granted));
        let request = match channel::receive(requests.as_fd()) {
            Ok(Some(message)) => Request::parse(message),
            _ => None,
        };
        let Some(request) = request else {
            process::exit_now(0);
        };
        drop(requests);
        // If the server does not hear it, it is dead, and this process is about to follow.
        let _ = channel::send(notices.as_fd(), b"taken", &[request.result.as_fd()]);
        let body = code::at_distance(base, request.distance);
        child::finish(request, body, prepared)
    }

    fn watch(&mut self, pid: Pid, role: Role) -> io::Result<()> {
        let pidfd = process::pidfd_open(pid)?;
        self.children.push(Child { pid, pidfd, role });
        Ok(())
    }

    /// A spare says that it has a request, and where its outcome goes.
    fn hear(&mut self, index: usize) {
        let child = &mut self.children[index];
        let Role::Spare { notices } = &child.role else {
            return;
        };
        let Ok(Some(message)) = channel::receive_now(notices.as_fd()) else {
            return;
        };
        if let Some(result) = message.descriptors.into_iter().next() {
            child.role = Role::Busy { result };
            self.requests_seen += 1;
        }
    }

    /// Ends what a child that has ended left in its group, and tells how it ended.
    fn bury(&mut self, index: usize) {
        let child = self.children.remove(index);
        // Before waitpid, which would give the number away to somebody else.
        let _ = killpg(child.pid, Signal::SIGKILL);
        let status = process::wait_status(child.pid);
        if let (Role::Busy { result }, Ok(status)) = (&child.role, status) {
            let _ = send_status(result.as_fd(), status);
        }
    }

    fn end_all(&mut self) {
        for child in self.children.drain(..) {
            let _ = killpg(child.pid, Signal::SIGKILL);
            let _ = process::wait_status(child.pid);
        }
    }
}

/// Ties a child to the server, and gives it a group of its own.
fn belong(server: Pid) -> Result<(), Error> {
    let here = Pid::from_raw(0);
    setpgid(here, here).map_err(|errno| Error::system("setpgid(0, 0)", errno.into()))?;
    process::die_with_parent().map_err(|error| Error::system("prctl(PR_SET_PDEATHSIG)", error))?;
    if getppid() != server {
        process::exit_now(1);
    }
    Ok(())
}

fn readable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLIN)
}
