use super::*;
use crate::access::samples;

#[test]
fn the_whole_message() {
    let message = whole("tests::dhcp", &samples::container(), None);
    assert_eq!(
        message,
        "\
netns-test: cannot create a network namespace, so `tests::dhcp` did not run.
  refused: unshare(CLONE_NEWUSER) -> EPERM, by a seccomp filter (not by the kernel)
  because: this looks like a container with Docker's default seccomp profile (uid 0, CAP_SYS_ADMIN absent)
  seen:    an invalid call gets EPERM as well, where the kernel always says EINVAL
           unshare(CLONE_NEWNET) without a user namespace -> EPERM
  fix:     docker run --security-opt seccomp=unconfined …           (least privilege)
      or   docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN …     (two capabilities)
  note:    --cap-add NET_ADMIN alone is not enough
  or skip: NETNS_TEST=skip cargo test      details: `netns_test::Cause::SeccompProfile`
"
    );
}

#[test]
fn a_remedy_of_several_lines_keeps_them_apart() {
    let message = whole("tests::dhcp", &samples::systemd_unit(), None);
    let fix = "
  fix:     sudo systemctl edit UNIT                                 (in the unit that runs this)
           [Service]
           RestrictNamespaces=no
";
    assert!(message.contains(fix), "{message}");
}

#[test]
fn the_line_of_a_further_test() {
    let line = line("tests::dns", &samples::systemd_unit(), "tests::dhcp");
    assert_eq!(
        line,
        "netns-test: `tests::dns` did not run: unshare(CLONE_NEWUSER) -> EPERM, \
         by a seccomp filter (not by the kernel): the systemd unit that runs this forbids \
         namespaces (RestrictNamespaces=); what helps stands at `tests::dhcp`\n"
    );
}

#[test]
fn what_overrules_a_skip_stands_before_the_way_to_skip() {
    let message = whole("tests::dhcp", &samples::container(), Some("`CI`"));
    let end = "
  note:    `if_unsupported = \"skip\"` is overruled by `CI`
  or skip: ";
    assert!(message.contains(end), "{message}");
}
