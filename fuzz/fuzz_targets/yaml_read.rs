//! Any text is read or refused, in both profiles; places lie within the text; the quick reader and the full one agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::Maker;
use towpath_yaml::{Duplicates, Limits, Node, NodeKind, Profile, build, build_first, decode, parse_all, parse_first, resolve};

fn check(node: Node<'_, '_>, text: &str, profile: Profile, depth: usize) {
    let span = node.span();
    assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {}", text.len());
    assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?}");
    if matches!(node.kind(), NodeKind::Scalar(..)) {
        let _ = resolve(node, profile);
    }
    if depth > 600 {
        return;
    }
    node.items().for_each(|item| check(item, text, profile, depth + 1));
    node.entries().for_each(|(key, value)| {
        check(key, text, profile, depth + 1);
        check(value, text, profile, depth + 1);
    });
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = decode(data) else { return };
    for profile in [Profile::Go2, Profile::Go3] {
        match parse_all(&text, profile) {
            Ok(documents) => documents.iter().for_each(|document| check(document.root(), &text, profile, 0)),
            Err(error) => {
                let span = error.span();
                assert!(span.start <= span.end, "{span:?}");
                drop(error.diagnostic("fuzz.yaml", &text));
            }
        }
    }
    let quick = build_first(&text, Limits::default(), &mut Maker).map_err(|error| error.to_string());
    let full = parse_first(&text, Profile::Go2).and_then(|document| {
        document.map(|document| build(document.root(), Profile::Go2, Duplicates::Usual, &mut Maker)).transpose()
    });
    assert_eq!(quick, full.map_err(|error| error.to_string()));
});
