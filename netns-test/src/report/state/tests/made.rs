//! Networks that the test made stand below its own.

use super::*;

#[test]
fn each_has_its_heading() {
    let mut made = bare();
    made.id = NetNsId::from_numbers(4, 4027);
    made.cookie = Some(8);
    let mut second = State::unknown(NetNsId::from_numbers(4, 4028));
    second.links.push(lo());
    let mut state = bare();
    state.made = vec![made, second];
    let own = shown(When::AtPanic, bare());
    let expected = own
        + "\
netns-test: a network that `a::b` made, at its panic:
  namespace:  net:[4027], cookie 8
  links:      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
  addresses:  lo: 127.0.0.1/8, ::1/128
  sockets:    none
netns-test: a network that `a::b` made, at its panic:
  namespace:  net:[4028]
  links:      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
  sockets:    none
";
    assert_eq!(shown(When::AtPanic, state), expected);
}

#[test]
fn many_are_counted() {
    let mut state = bare();
    state.more = 1;
    let text = shown(When::AtLimit, state);
    assert!(
        text.ends_with("netns-test: `a::b` made 1 more network, not shown\n"),
        "{text}"
    );
    let mut state = bare();
    state.more = 20;
    let text = shown(When::AtLimit, state);
    assert!(
        text.contains("made 20 more networks, not shown\n"),
        "{text}"
    );
}
