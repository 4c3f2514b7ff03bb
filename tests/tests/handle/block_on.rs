//! `NetNs::block_on`: futures inside.

use std::panic::{AssertUnwindSafe, catch_unwind};

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::leaves_nothing;

#[netns_test]
fn runs_a_future_inside() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    let word = ns.block_on(async {
        let server = TcpListener::bind("127.0.0.1:80").await?;
        let serving = tokio::spawn(async move {
            let (mut stream, _) = server.accept().await?;
            stream.write_all(b"blue").await
        });
        let mut word = String::new();
        let mut stream = TcpStream::connect("127.0.0.1:80").await?;
        stream.read_to_string(&mut word).await?;
        serving.await.expect("no panic")?;
        std::io::Result::Ok((word, proof::here()))
    });
    assert_eq!(word.unwrap().unwrap(), ("blue".into(), ns.id().to_string()));
    assert_eq!(proof::here(), here);
}

/// What a runtime starts elsewhere than on its own thread is inside as well.
#[netns_test]
fn blocking_tasks_are_inside() {
    let ns = NetNs::new().unwrap();
    let there = ns.block_on(async { tokio::task::spawn_blocking(proof::here).await.unwrap() });
    assert_eq!(there.unwrap(), ns.id().to_string());
}

#[netns_test]
fn a_panic_goes_on_in_the_caller() {
    let ns = NetNs::new().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| ns.block_on(async { panic!("inside") })));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"inside"));
}

/// A test that has a runtime can ask for another one inside of a namespace.
#[netns_test]
async fn may_be_called_in_a_runtime() {
    let ns = NetNs::new().unwrap();
    let there = ns.block_on(async { proof::here() }).unwrap();
    assert_eq!(there, ns.id().to_string());
}

#[netns_test(isolation = "process")]
fn leaves_nothing_behind() {
    let ns = NetNs::new().unwrap();
    leaves_nothing(|| ns.block_on(tokio::task::yield_now()).unwrap());
}
