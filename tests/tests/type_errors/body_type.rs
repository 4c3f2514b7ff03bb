//! Bodies that don't fit their signatures.

use netns_test::{NetNs, netns_test};

#[netns_test]
fn value_of_another_type() -> Result<(), String> {
    let _ = "x".to_owned();
    Ok(8) //~ mismatched types
}

#[netns_test]
fn no_value() -> Result<(), String> {
    //~^ mismatched types
    drop(String::new());
}

#[netns_test]
async fn value_to_come(_: &NetNs) -> Result<(), String> {
    tokio::task::yield_now().await;
    8 //~ mismatched types
}

#[netns_test]
fn question_mark_without_result() {
    let _: u8 = "8".parse()?; //~ the `?` operator
}

#[netns_test]
fn unknown_method(ns: &NetNs) {
    ns.cooky(); //~ no method named `cooky`
}
