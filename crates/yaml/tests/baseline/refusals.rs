//! What is refused shows its place and what to do, and untrusted texts meet limits.

use towpath_yaml::{Duplicates, Error, Limits, Profile, Reader, build, decode, parse_all, parse_first};

use crate::value;

#[track_caller]
fn shown(text: &str, message: &str, place: (usize, usize), hint: Option<&str>) {
    let error = match parse_all(text, Profile::Go2) {
        Err(error) => error,
        Ok(documents) => {
            build(documents[0].root(), Profile::Go2, Duplicates::Refused, &mut value::Maker).expect_err("it is refused")
        }
    };
    let diagnostic = error.diagnostic("values.yaml", text);
    let at = diagnostic.location.expect("it has a place");
    assert_eq!((diagnostic.message.as_str(), (at.line, at.column)), (message, place));
    assert_eq!(diagnostic.hints.first().map(String::as_str), hint);
}

#[test]
fn a_mistake_shows_its_line_and_a_hint() {
    let tabs = Some("YAML does not allow tabs for indentation; use spaces");
    shown("a:\n\tb: 1\n", "found character that cannot start any token", (2, 1), tabs);
    shown("a:\n  - b\n\t- c\n", "found a tab character that violates indentation", (3, 1), tabs);
    let quote = Some("check the indentation; a value that holds `: ` must be quoted");
    shown("a: 1\nb: c: d\n", "mapping values are not allowed in this context", (2, 5), quote);
    shown(
        "a: 1\nb: 'x\nc: 2\n",
        "found unexpected end of stream",
        (2, 4),
        Some("the quote that begins here is never closed"),
    );
    shown(
        "a: 1\nb: @x\n",
        "found character that cannot start any token",
        (2, 4),
        Some("a value that begins with this character must be quoted"),
    );
    shown("a: 1\nb: 2\na: 3\n", "key `a` stands twice in this mapping", (3, 1), None);
    shown("a: *x\n", "unknown anchor 'x' referenced", (1, 4), None);
}

#[test]
fn limits_hold_for_untrusted_texts() {
    let deep = "[".repeat(600) + &"]".repeat(600);
    assert!(matches!(parse_first(&deep, Profile::Go2), Err(Error::Depth { most: 512, .. })));
    let limits = Limits { bytes: 10, depth: 3, nodes: 4 };
    assert!(matches!(
        Reader::with_limits("a: 123456789", Profile::Go2, limits),
        Err(Error::Size { bytes: 12, most: 10 })
    ));
    let many = |text: &str| Reader::with_limits(text, Profile::Go2, limits)?.next_document().map(drop);
    assert_eq!(many("[1, 2, 3]"), Ok(()));
    assert!(matches!(many("[1,2,3,4]"), Err(Error::Nodes { most: 4, .. })));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{inner}]\n");
    }
    for profile in [Profile::Go2, Profile::Go3] {
        let error = value::read(&bomb, profile).expect_err("it is refused");
        assert_eq!(error.to_string(), "yaml: document contains excessive aliasing");
    }
    let error = value::read("a: &a [*a]\n", Profile::Go2).expect_err("it is refused");
    assert_eq!(error.to_string(), "yaml: anchor 'a' value contains itself");
}

#[test]
fn bytes_are_decoded_as_by_go() {
    assert_eq!(decode(b"\xFF\xFEa\0:\0").as_deref(), Ok("a:"));
    for (bytes, message) in [
        (b"a\xFF".as_slice(), "yaml: invalid leading UTF-8 octet"),
        (b"a\xC3", "yaml: incomplete UTF-8 octet sequence"),
        (b"a\xC3a", "yaml: invalid trailing UTF-8 octet"),
        (b"a\xC0\x80", "yaml: invalid length of a UTF-8 sequence"),
        (b"a\xED\xA0\x80", "yaml: invalid Unicode character"),
    ] {
        assert_eq!(decode(bytes).map_err(|error| error.to_string()), Err(message.to_owned()));
    }
}
