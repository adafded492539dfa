//! Go's `regexp` on the `regex` crate: both are RE2's language, but Go's classes `\d`, `\w`, `\s`, `\b` are ASCII's, it knows
//! `\Q…\E` and `\C`-less syntax, and its replacement templates name groups greedily.

use std::{cell::RefCell, collections::HashMap, iter::Peekable, rc::Rc, str::Chars};

use regex::bytes::{Captures, Regex, RegexBuilder};

/// Memory that a compiled expression may take; Go limits repetitions to 1000, which stays below it.
const SIZE_LIMIT: usize = 32 << 20;

/// Memory that the states of one expression may take while it runs.
const STATES_LIMIT: usize = 512 << 10;

/// How many compiled expressions one thread keeps, and how many parts they may have together.
const KEPT: usize = 64;
const KEPT_PARTS: usize = 200_000;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Regex>>> = RefCell::default();
}

/// Returns the compiled `expression`.
///
/// # Errors
/// Go's message: ``error parsing regexp: missing closing ): `(` ``.
pub(crate) fn compile(expression: &str) -> Result<Rc<Regex>, String> {
    if let Some(known) = COMPILED.with_borrow(|kept| kept.get(expression).cloned()) {
        return Ok(known);
    }
    check(expression)?;
    let translated = translate(expression);
    let built = RegexBuilder::new(&translated).size_limit(SIZE_LIMIT).dfa_size_limit(STATES_LIMIT).octal(false).build();
    let regex = Rc::new(built.map_err(|error| format!("error parsing regexp: {}", explain(expression, &error)))?);
    COMPILED.with_borrow_mut(|kept| {
        let parts = || kept.keys().map(|expression| size(expression)).sum::<usize>();
        if kept.len() >= KEPT || parts() > KEPT_PARTS {
            kept.clear();
        }
        kept.insert(expression.to_owned(), Rc::clone(&regex));
    });
    Ok(regex)
}

/// Tells whether [`compile`] takes the expression, mostly without compiling it.
pub(crate) fn check_syntax(expression: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _-/:,=%@!#<>\"'".contains(c);
    if expression.chars().all(is_plain) {
        return true;
    }
    compile(expression).is_ok()
}

/// Tells whether `expression` is compiled already.
pub(crate) fn is_kept(expression: &str) -> bool {
    COMPILED.with_borrow(|kept| kept.contains_key(expression))
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

/// Returns `expression` as the `regex` crate must read it.
fn translate(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len() + 16);
    let mut characters = expression.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('b') => out.push_str("(?-u:\\b)"),
                Some('B') => out.push_str("(?-u:\\B)"),
                Some('z') => out.push_str(r"\z"),
                Some('Q') => out.push_str(&regex::escape(&literal(&mut characters))),
                Some(escaped) => match perl_class(escaped) {
                    Some(set) => out.extend(["[", set, "]"]),
                    None => out.extend(['\\', escaped]),
                },
                None => out.push('\\'),
            },
            '[' => translate_class(&mut characters, &mut out),
            c => out.push(c),
        }
    }
    out
}

/// Returns the text up to `\E`.
fn literal(characters: &mut Peekable<Chars<'_>>) -> String {
    let mut literal = String::new();
    while let Some(c) = characters.next() {
        if c == '\\' && characters.next_if_eq(&'E').is_some() {
            break;
        }
        literal.push(c);
    }
    literal
}

/// Returns what stands in the brackets of the ASCII class that an escape names.
fn perl_class(escaped: char) -> Option<&'static str> {
    Some(match escaped {
        'd' => "0-9",
        'D' => "^0-9",
        'w' => "0-9A-Za-z_",
        'W' => "^0-9A-Za-z_",
        's' => r"\t\n\x0C\r ",
        'S' => r"^\t\n\x0C\r ",
        _ => return None,
    })
}

/// What a `-` inside brackets would be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Itself: behind the bracket, a class or a whole range.
    Item,
    /// The middle of a range from the character before.
    Character,
    /// The end of a range.
    Dash,
}

/// Copies a POSIX class such as `[:alpha:]`, whose `[` is read already.
fn posix_class(characters: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    while let Some(c) = characters.next() {
        out.push(c);
        if c == ':' && characters.next_if_eq(&']').is_some() {
            out.push(']');
            return;
        }
    }
}

/// Reads a class behind its `[`. Go takes a `-` that cannot make a range as itself, wherever it stands.
fn translate_class(characters: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    if characters.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut before = Before::Item;
    if characters.next_if_eq(&']').is_some() {
        out.push_str("\\]");
        before = Before::Character;
    }
    while let Some(c) = characters.next() {
        let was = before;
        before = if was == Before::Dash { Before::Item } else { Before::Character };
        match c {
            ']' => {
                out.push(']');
                return;
            }
            '-' if was == Before::Character && characters.peek() != Some(&']') => {
                before = Before::Dash;
                out.push('-');
            }
            '[' if characters.peek() == Some(&':') => {
                before = Before::Item;
                posix_class(characters, out);
            }
            '\\' => match characters.next() {
                Some(escaped) => match perl_class(escaped).filter(|_| was != Before::Dash) {
                    Some(set) => {
                        before = Before::Item;
                        let nested = set.starts_with('^');
                        out.extend(if nested { ["[", set, "]"] } else { ["", set, ""] });
                    }
                    None => out.extend(['\\', escaped]),
                },
                None => out.push('\\'),
            },
            '[' | '&' | '~' | '-' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}

/// Refuses what the `regex` crate reads and Go does not.
fn check(expression: &str) -> Result<(), String> {
    let fail = |what: &str, part: &str| Err(format!("error parsing regexp: {what}: `{part}`"));
    for unsupported in ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?#", "(?R", "(?x", "(?u", "(?-u"] {
        if let Some(at) = expression.find(unsupported)
            && !expression[..at].ends_with('\\')
        {
            let shown = match unsupported {
                "(?<=" | "(?<!" => "(?<",
                unsupported => unsupported,
            };
            return fail("invalid or unsupported Perl syntax", shown);
        }
    }
    if expression.ends_with('\\') && !expression.ends_with("\\\\") {
        return Err("error parsing regexp: trailing backslash at end of expression: ``".to_owned());
    }
    Ok(())
}

/// Returns Go's words for what is wrong with `expression`.
fn explain(expression: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let kind = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
    match kind {
        "unclosed group" => format!("missing closing ): `{expression}`"),
        "unopened group" => format!("unexpected ): `{expression}`"),
        "unclosed character class" => {
            let at = expression.rfind('[').unwrap_or(0);
            format!("missing closing ]: `{}`", &expression[at..])
        }
        "repetition operator missing expression" => {
            let at = expression.find(['*', '+', '?']).unwrap_or(0);
            let end = expression[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            format!("missing argument to repetition operator: `{}`", &expression[at..end])
        }
        "unrecognized escape sequence" | "invalid range boundary, must be a literal" => {
            // A range that ends in a class breaks at the class.
            let from = if kind.starts_with("invalid") { expression.find("-\\").map_or(0, |at| at + 1) } else { 0 };
            let at = expression[from..].find('\\').map_or(0, |at| from + at);
            format!("invalid escape sequence: `{}`", expression[at..].chars().take(2).collect::<String>())
        }
        other => format!("{other}: `{expression}`"),
    }
}

/// Returns every match, or the first `limit`; a negative limit is none. An empty match next to a match is left out, as Go does.
pub(crate) fn find_all<'t>(regex: &Regex, text: &'t [u8], limit: i64) -> Vec<(usize, &'t [u8])> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut last_end = None;
    for one in regex.find_iter(text) {
        if found.len() >= limit {
            break;
        }
        if one.is_empty() && last_end == Some(one.start()) {
            continue;
        }
        last_end = Some(one.end());
        found.push((one.start(), one.as_bytes()));
    }
    found
}

/// Returns the pieces between matches, at most `limit`; 0 gives none.
pub(crate) fn split<'t>(regex: &Regex, expression: &str, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
    if limit == 0 {
        return Vec::new();
    }
    if !expression.is_empty() && text.is_empty() {
        return vec![b""];
    }
    let (mut begin, mut end) = (0, 0);
    let mut pieces = Vec::new();
    for (start, matched) in find_all(regex, text, limit) {
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
pub(crate) fn replace_all(regex: &Regex, text: &[u8], template: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let (mut last, mut last_match) = (0, None);
    for groups in regex.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        if whole.is_empty() && last_match == Some(whole.start()) {
            continue;
        }
        out.extend_from_slice(&text[last..whole.start()]);
        if !expand(regex, &groups, template, &mut out, most) {
            return None;
        }
        last = whole.end();
        last_match = Some(whole.end());
    }
    out.extend_from_slice(&text[last..]);
    Some(out)
}

/// Returns `text` with each match replaced by `replacement` as it stands; nothing when that would be more than `most` bytes.
pub(crate) fn replace_literal(regex: &Regex, text: &[u8], replacement: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut last = 0;
    for (start, matched) in find_all(regex, text, -1) {
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
pub(crate) fn quote_meta(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn expand(regex: &Regex, groups: &Captures<'_>, template: &[u8], out: &mut Vec<u8>, most: usize) -> bool {
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
            name.parse().ok().and_then(|number: usize| groups.get(number))
        } else {
            regex.capture_names().flatten().any(|known| known == name).then(|| groups.name(name)).flatten()
        };
        out.extend_from_slice(group.map_or(b"".as_slice(), |group| group.as_bytes()));
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
        let regex = compile(expression).unwrap();
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
        let regex = compile("a").unwrap();
        let parts: Vec<_> = split(&regex, "a", b"banana", -1);
        assert_eq!(parts, [b"b".as_slice(), b"n", b"n", b""]);
        assert_eq!(compile("a(b").unwrap_err(), "error parsing regexp: missing closing ): `a(b`");
        assert!(compile("(?=x)").unwrap_err().contains("invalid or unsupported Perl syntax"));
        assert_eq!(quote_meta("1.2[3]"), r"1\.2\[3\]");
    }
}
