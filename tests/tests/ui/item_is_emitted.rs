use netns_test::{NetNs, netns_test};

/// Used below: no further error says that it is missing.
#[netns_test(isolation = "fork")]
#[test]
fn used(_: &NetNs, _: u8) -> u8 {
    8
}

/// Used as well.
#[netns_test(views = 1)]
async fn asynchronous() -> u8 {
    8
}

fn main() {
    let _: fn(&NetNs, u8) -> u8 = used;
    let _ = asynchronous();
}
