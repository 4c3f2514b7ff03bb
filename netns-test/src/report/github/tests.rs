use super::*;

#[test]
fn an_error_stands_at_the_test() {
    assert_eq!(
        command(
            Level::Error,
            "server::accepts failed",
            Some(("tests/a,b.rs", 12)),
            "100% of it\r\nis: lost, ok"
        ),
        "::error file=tests/a%2Cb.rs,line=12,title=server%3A%3Aaccepts failed::100%25 of it%0D%0Ais: lost, ok\n"
    );
}

#[test]
fn a_warning_may_have_no_place() {
    assert_eq!(
        command(Level::Warning, "netns-test", None, "2 tests not run: EPERM"),
        "::warning title=netns-test::2 tests not run: EPERM\n"
    );
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let text = "é".repeat(ANNOTATED);
    let command = command(Level::Error, "a", None, &text);
    assert_eq!(command.matches('é').count(), ANNOTATED / 2);
    assert!(command.ends_with("é…\n"));
}

#[test]
fn an_item_is_one_line_in_which_nothing_has_a_meaning() {
    assert_eq!(
        item(
            "failed",
            "server::accepts",
            Some("it"),
            "assertion failed:\n  <b>*a*</b>\n| b |"
        ),
        "- **failed**: `server::accepts` of `it`: `assertion failed: <b>*a*</b> | b |`\n"
    );
    assert_eq!(
        item("leaks", "a", None, "it left behind: the thread `x`"),
        "- **leaks**: `a`: `` it left behind: the thread `x` ``\n"
    );
}

#[test]
fn a_code_span_has_the_fence_that_it_needs() {
    assert_eq!(code("a"), "`a`");
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("``a``"), "``` ``a`` ```");
    assert_eq!(code(""), "`  `");
}
