//! Go's `regexp` on the automata of the `regex` crate: both match as RE2 does, but they read expressions differently, and Go's
//! replacement templates name groups greedily.

mod classes;
mod matcher;
mod syntax;

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use matcher::Matcher;
use regex_automata::util::captures::Captures;
use towpath_gotmpl::Str;

/// How many compiled expressions one thread keeps, and how many parts they may have together.
const KEPT: usize = 64;
const KEPT_PARTS: usize = 200_000;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Expression {
    matcher: Matcher,
    /// The names of groups, by number.
    names: Vec<(String, usize)>,
}

impl Expression {
    /// Tells whether it matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.matcher.is_match(text)
    }

    /// Returns the first match in `text`.
    pub(crate) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.matcher.find(text).map(|(start, end)| &text[start..end])
    }
}

thread_local! {
    /// By the expression; for texts in ASCII, and for others.
    static COMPILED: RefCell<[HashMap<String, Rc<Expression>>; 2]> = RefCell::default();
}

/// Returns `expression`, compiled for `text` and others like it.
///
/// # Errors
/// Go's message: ``error parsing regexp: missing closing ): `(` ``.
pub(crate) fn compile(expression: &str, text: &[u8]) -> Result<Rc<Expression>, String> {
    let is_ascii = text.is_ascii();
    let known = |kept: &[HashMap<_, _>; 2]| kept[usize::from(is_ascii)].get(expression).cloned();
    if let Some(known) = COMPILED.with_borrow(known) {
        return Ok(known);
    }
    let translation = syntax::translate(expression).map_err(|error| error.to_string())?;
    let build = |unicode| Matcher::new(&translation.text, unicode);
    // A class of characters is large as bytes of UTF-8, and most texts have none but ASCII. Where the expression has neither,
    // it means the same without Unicode, and is compiled in a tenth of the time.
    let narrow = || translation.text.is_ascii().then(|| build(false)).flatten();
    let built = if is_ascii { narrow() } else { None }.or_else(|| build(true));
    // What the crate does not take from here is too large for it.
    let matcher = built.ok_or_else(|| format!("error parsing regexp: expression too large: `{expression}`"))?;
    let compiled = Rc::new(Expression { matcher, names: translation.names });
    COMPILED.with_borrow_mut(|kept| {
        let kept = &mut kept[usize::from(is_ascii)];
        let parts = || kept.keys().map(|expression| size(expression)).sum::<usize>();
        if kept.len() >= KEPT || parts() > KEPT_PARTS {
            kept.clear();
        }
        kept.insert(expression.to_owned(), Rc::clone(&compiled));
    });
    Ok(compiled)
}

/// Tells whether Go can read the expression.
pub(crate) fn check_syntax(expression: &str) -> bool {
    syntax::translate(expression).is_ok()
}

/// Tells whether `expression` is compiled already.
pub(crate) fn is_kept(expression: &str) -> bool {
    COMPILED.with_borrow(|kept| kept.iter().any(|kept| kept.contains_key(expression)))
}

/// Returns about how many parts `expression` has when its counted repetitions are written out, which is what compiling it and
/// running it take.
pub(crate) fn size(expression: &str) -> usize {
    let mut open = vec![0_usize];
    let mut last = 0;
    let mut rest = expression.bytes().enumerate();
    while let Some((at, byte)) = rest.next() {
        let group = open.len() - 1;
        match byte {
            b'\\' => {
                last = 1;
                if matches!(rest.next(), Some((_, b'p' | b'P'))) {
                    // A class of Unicode has many ranges: `\pL` or `\p{Greek}`.
                    last = 150;
                    if matches!(rest.next(), Some((_, b'{'))) {
                        rest.by_ref().find(|(_, byte)| *byte == b'}');
                    }
                }
            }
            b'(' => {
                open.push(0);
                continue;
            }
            b')' if group > 0 => last = open.pop().unwrap_or(0),
            b'{' => {
                let counts = expression[at + 1..].split('}').next().unwrap_or_default();
                let most = counts.split(',').filter_map(|count| count.parse::<usize>().ok()).max();
                // One is counted already.
                last = last.saturating_mul(most.unwrap_or(1).saturating_sub(1));
            }
            _ => last = 1,
        }
        if let Some(size) = open.last_mut() {
            *size = size.saturating_add(last);
        }
    }
    open.iter().fold(1, |sum, size| sum.saturating_add(*size))
}

/// Returns every match, or the first `limit`; a negative limit is none. An empty match next to a match is left out, as Go does.
pub(crate) fn find_all<'t>(expression: &Expression, text: &'t [u8], limit: i64) -> Vec<(usize, &'t [u8])> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut last_end = None;
    for (start, end) in expression.matcher.find_iter(text) {
        if found.len() >= limit {
            break;
        }
        if start == end && (last_end == Some(start) || is_inside_character(text, start)) {
            continue;
        }
        last_end = Some(end);
        found.push((start, &text[start..end]));
    }
    found
}

/// Tells whether a character of UTF-8 stands around `at`: Go looks for empty matches only between characters.
fn is_inside_character(text: &[u8], at: usize) -> bool {
    let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
    if !text.get(at).is_some_and(is_continuation) {
        return false;
    }
    let start = (at.saturating_sub(3)..at).rev().find(|start| !is_continuation(&text[*start]));
    start.is_some_and(|start| {
        let end =
            text[start + 1..].iter().position(|byte| !is_continuation(byte)).map_or(text.len(), |end| start + 1 + end);
        (at + 1..=end.min(start + 4)).any(|end| std::str::from_utf8(&text[start..end]).is_ok())
    })
}

/// Returns the pieces between matches, at most `limit`; 0 gives none.
pub(crate) fn split<'t>(expression: &Expression, source: &str, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
    if limit == 0 {
        return Vec::new();
    }
    if !source.is_empty() && text.is_empty() {
        return vec![b""];
    }
    let (mut begin, mut end) = (0, 0);
    let mut pieces = Vec::new();
    for (start, matched) in find_all(expression, text, limit) {
        if limit > 0 && i64::try_from(pieces.len()).is_ok_and(|count| count == limit - 1) {
            break;
        }
        end = start;
        if start + matched.len() != 0 {
            pieces.push(&text[begin..end]);
        }
        begin = start + matched.len();
    }
    if end != text.len() {
        pieces.push(&text[begin..]);
    }
    pieces
}

/// Returns `text` with each match replaced by `template`, in which `$1`, `${name}` and `$$` stand for groups and a dollar;
/// nothing when that would be more than `most` bytes.
pub(crate) fn replace_all(expression: &Expression, text: &[u8], template: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let (mut last, mut last_match) = (0, None);
    for groups in expression.matcher.captures_iter(text) {
        let Some(whole) = groups.get_match() else { continue };
        if whole.is_empty() && (last_match == Some(whole.start()) || is_inside_character(text, whole.start())) {
            continue;
        }
        out.extend_from_slice(&text[last..whole.start()]);
        if !expand(expression, (text, &groups), template, &mut out, most) {
            return None;
        }
        last = whole.end();
        last_match = Some(whole.end());
    }
    out.extend_from_slice(&text[last..]);
    Some(out)
}

/// Returns `text` with each match replaced by `replacement` as it stands; nothing when that would be more than `most` bytes.
pub(crate) fn replace_literal(
    expression: &Expression,
    text: &[u8],
    replacement: &[u8],
    most: usize,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut last = 0;
    for (start, matched) in find_all(expression, text, -1) {
        out.extend_from_slice(&text[last..start]);
        out.extend_from_slice(replacement);
        if out.len() > most {
            return None;
        }
        last = start + matched.len();
    }
    out.extend_from_slice(&text[last..]);
    Some(out)
}

/// Returns `text` with RE2's special characters escaped.
pub(crate) fn quote_meta(text: &[u8]) -> Str {
    let mut out = Vec::with_capacity(text.len() + 8);
    for byte in text {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.into()
}

/// Adds `template` with the groups of a match in a text, and tells whether there is room for it.
fn expand(
    expression: &Expression,
    (text, groups): (&[u8], &Captures),
    template: &[u8],
    out: &mut Vec<u8>,
    most: usize,
) -> bool {
    let mut rest = template;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if rest.first() == Some(&b'$') {
            out.push(b'$');
            rest = &rest[1..];
            continue;
        }
        let Some((name, after)) = group_name(rest) else {
            out.push(b'$');
            continue;
        };
        rest = after;
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) {
            name.parse().ok().and_then(|number: usize| groups.get_group(number))
        } else {
            let mut numbers = expression.names.iter().filter(|(known, _)| known == name);
            numbers.find_map(|(_, number)| groups.get_group(*number))
        };
        out.extend_from_slice(group.map_or(b"".as_slice(), |group| &text[group.range()]));
        if out.len() > most {
            return false;
        }
    }
    out.extend_from_slice(rest);
    out.len() <= most
}

/// Returns the longest group name behind a `$`, and what follows it.
fn group_name(text: &[u8]) -> Option<(&str, &[u8])> {
    let braced = text.first() == Some(&b'{');
    let body = if braced { &text[1..] } else { text };
    let end = body.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(body.len());
    if end == 0 || (braced && body.get(end) != Some(&b'}')) {
        return None;
    }
    let name = std::str::from_utf8(&body[..end]).ok()?;
    Some((name, &body[end + usize::from(braced)..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(expression: &str, text: &str, template: &str) -> String {
        let regex = compile(expression, text.as_bytes()).unwrap();
        String::from_utf8(replace_all(&regex, text.as_bytes(), template.as_bytes(), usize::MAX).unwrap()).unwrap()
    }

    #[test]
    fn expressions_mean_what_they_mean_in_go() {
        assert_eq!(replaced("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-");
        assert_eq!(replaced("a(x*)b", "-ab-axxb-", "$1W"), "---");
        assert_eq!(replaced(r"\w", "aé1", "."), ".é.");
        assert_eq!(replaced(r"[^\w-]", "a.b-c", "_"), "a_b-c");
        assert_eq!(replaced(r"\Qa.b\E+", "a.bbb", "x"), "x");
        assert_eq!(replaced("x*", "abc", "-"), "-a-b-c-");
        let regex = compile("a", b"banana").unwrap();
        let parts: Vec<_> = split(&regex, "a", b"banana", -1);
        assert_eq!(parts, [b"b".as_slice(), b"n", b"n", b""]);
        assert_eq!(compile("a(b", b"").unwrap_err(), "error parsing regexp: missing closing ): `a(b`");
        assert_eq!(replaced("^{a{2}b{,3}", "{aab{,3}", "x"), "x");
        assert_eq!(replaced("(?P<n>a)|(?P<n>b)", "ab", "<${n}>"), "<a><b>");
        // The Kelvin sign and the long s fold to letters of ASCII.
        for text in ["ks", "KS", "\u{212a}\u{17f}"] {
            assert_eq!(replaced("(?i)k\u{17f}", text, "x"), "x", "{text}");
            assert_eq!(replaced(r"(?i)[\x{212a}]s", text, "x"), "x", "{text}");
            assert_eq!(replaced("(?i)[^a-r]S", text, "x"), text, "{text}");
        }
        assert_eq!(replaced(r"\pL+|[^\x{80}-\x{ff}]", "a1é", "<>"), "<><><>");
        for (expression, message) in [
            ("(?=x)", "invalid or unsupported Perl syntax: `(?=`"),
            ("a**", "invalid nested repetition operator: `**`"),
            ("(a{100}){11}", "invalid repeat count: `{11}`"),
            ("a|*", "missing argument to repetition operator: `*`"),
            ("[a", "missing closing ]: `[a`"),
            ("[b-a]", "invalid character class range: `b-a`"),
            ("\\8", "invalid escape sequence: `\\8`"),
            ("\\", "trailing backslash at end of expression: ``"),
            ("a)", "unexpected ): `a)`"),
            ("(?P<x y>a)", "invalid named capture: `(?P<x y>`"),
            ("\\p{Nope}", "invalid character class range: `\\p{Nope}`"),
        ] {
            assert_eq!(compile(expression, b"").unwrap_err(), format!("error parsing regexp: {message}"));
        }
        assert_eq!(quote_meta(b"1.2[3]"), r"1\.2\[3\]");
    }
}
