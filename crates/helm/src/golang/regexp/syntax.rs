//! Reads an expression as Go does and writes it as the `regex` crate must read it.
//!
//! Source: `regexp/syntax/parse.go` of Go, flags `Perl`.

use std::fmt::Write as _;

use super::classes::{named_class, perl_class, unicode_class};

/// Go's limit on the product of nested repetitions.
const MAX_REPEAT: u64 = 1_000;
/// Go's limit on the nesting of groups.
const MAX_DEPTH: usize = 1_000;

/// What is wrong with an expression; Display is Go's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {what}: `{part}`")]
pub(super) struct SyntaxError {
    what: &'static str,
    part: String,
}

pub(super) fn error<T>(what: &'static str, part: &str) -> Result<T, SyntaxError> {
    Err(SyntaxError { what, part: part.to_owned() })
}

/// An expression in the language of the `regex` crate.
pub(super) struct Translation {
    pub(super) text: String,
    /// The names of the groups that have one, by number. The crate is stricter about names, so it does not see them.
    pub(super) names: Vec<(String, usize)>,
}

/// Returns the translation of `expression`.
pub(super) fn translate(expression: &str) -> Result<Translation, SyntaxError> {
    let mut parser = Parser {
        whole: expression,
        rest: expression,
        out: String::with_capacity(expression.len() + 16),
        groups: Vec::new(),
        operand: None,
        weight: 1,
        last_repeat: None,
        names: Vec::new(),
        count: 0,
    };
    parser.run()?;
    Ok(Translation { text: parser.out, names: parser.names })
}

struct Parser<'e> {
    whole: &'e str,
    rest: &'e str,
    out: String,
    /// For each open group the weight of what stands before it.
    groups: Vec<u64>,
    /// The product of repetitions in what a repetition would repeat; nothing where there is nothing to repeat.
    operand: Option<u64>,
    /// The highest such product in the open group.
    weight: u64,
    /// Where the repetition begins that has just ended.
    last_repeat: Option<&'e str>,
    names: Vec<(String, usize)>,
    count: usize,
}

impl<'e> Parser<'e> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        while let Some(c) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeat = None;
            match c {
                '(' if before.starts_with("(?") => self.flags_or_name()?,
                '(' => self.open("(", true)?,
                '|' => {
                    self.skip(1);
                    self.out.push('|');
                    self.operand = None;
                }
                ')' => self.close()?,
                '^' | '$' | '.' => {
                    self.skip(1);
                    self.push(&c.to_string());
                }
                '[' => self.class()?,
                '*' | '+' | '?' => {
                    self.skip(1);
                    self.repeat(before, None)?;
                    repeat = Some(before);
                }
                '{' => {
                    if let Some((low, high, length)) = counts(before) {
                        self.skip(length);
                        self.counted(before, low, high)?;
                        repeat = Some(before);
                    } else {
                        self.skip(1);
                        self.literal('{');
                    }
                }
                '\\' => self.escape()?,
                c => {
                    self.skip(c.len_utf8());
                    self.literal(c);
                }
            }
            self.last_repeat = repeat;
        }
        if self.groups.is_empty() { Ok(()) } else { error("missing closing )", self.whole) }
    }

    fn skip(&mut self, length: usize) {
        self.rest = &self.rest[length..];
    }

    /// Writes something that can be repeated.
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.operand = Some(1);
    }

    fn literal(&mut self, c: char) {
        self.push(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
    }

    fn open(&mut self, text: &str, is_capture: bool) -> Result<(), SyntaxError> {
        self.skip(1);
        self.out.push_str(text);
        self.count += usize::from(is_capture);
        self.groups.push(self.weight);
        (self.weight, self.operand) = (1, None);
        if self.groups.len() > MAX_DEPTH { error("expression nests too deeply", self.whole) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(outer) = self.groups.pop() else { return error("unexpected )", self.whole) };
        self.skip(1);
        self.out.push(')');
        self.operand = Some(self.weight);
        self.weight = self.weight.max(outer);
        Ok(())
    }

    /// Writes a repetition, whose text ends where the rest begins; `counts` are its bounds, where it has any.
    fn repeat(&mut self, before: &'e str, counts: Option<(u64, Option<u64>)>) -> Result<(), SyntaxError> {
        let operator = &before[..before.len() - self.rest.len()];
        let lazy = self.rest.starts_with('?');
        self.skip(usize::from(lazy));
        let taken = |from: &'e str, rest: &str| &from[..from.len() - rest.len()];
        if let Some(last) = self.last_repeat {
            return error("invalid nested repetition operator", taken(last, self.rest));
        }
        let Some(inner) = self.operand else {
            return error("missing argument to repetition operator", taken(before, self.rest));
        };
        let mut weight = inner;
        if let Some((low, high)) = counts {
            weight = match high {
                Some(0) => 1,
                high => inner.saturating_mul(high.unwrap_or(low).max(1)),
            };
            if (low >= 2 || high.is_some_and(|high| high >= 2)) && weight > MAX_REPEAT {
                return error("invalid repeat count", taken(before, self.rest));
            }
        }
        self.out.push_str(operator);
        if lazy {
            self.out.push('?');
        }
        self.operand = Some(weight);
        self.weight = self.weight.max(weight);
        Ok(())
    }

    fn counted(&mut self, before: &'e str, low: u64, high: Option<u64>) -> Result<(), SyntaxError> {
        if low > MAX_REPEAT || high.is_some_and(|high| high > MAX_REPEAT || low > high) {
            return error("invalid repeat count", &before[..before.len() - self.rest.len()]);
        }
        self.repeat(before, Some((low, high)))
    }

    /// Reads what begins with `(?`: a named group, flags, or a group that is not captured.
    fn flags_or_name(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        let skipped = if start.starts_with("(?P<") && start.len() > 4 {
            4
        } else if start.starts_with("(?<") && start.len() > 3 {
            3
        } else {
            return self.flags(start);
        };
        let Some(end) = start.find('>') else { return error("invalid named capture", start) };
        let name = start.get(skipped..end).unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return error("invalid named capture", &start[..=end]);
        }
        self.skip(end);
        self.open("(", true)?;
        self.names.push((name.to_owned(), self.count));
        Ok(())
    }

    fn flags(&mut self, start: &'e str) -> Result<(), SyntaxError> {
        let (mut on, mut off) = (String::new(), String::new());
        let (mut negated, mut saw_flag) = (false, false);
        for (at, c) in start.char_indices().skip(2) {
            match c {
                'i' | 'm' | 's' | 'U' => {
                    saw_flag = true;
                    let target = if negated { &mut off } else { &mut on };
                    if !target.contains(c) {
                        target.push(c);
                    }
                }
                '-' if !negated => (negated, saw_flag) = (true, false),
                ':' | ')' if !negated || saw_flag => {
                    on.retain(|flag| !off.contains(flag));
                    let minus = if off.is_empty() { "" } else { "-" };
                    if c == ':' {
                        self.skip(at);
                        return self.open(&format!("(?{on}{minus}{off}:"), false);
                    }
                    self.skip(at + 1);
                    if !on.is_empty() || !off.is_empty() {
                        write!(self.out, "(?{on}{minus}{off})").unwrap_or_default();
                    }
                    return Ok(());
                }
                c => return error("invalid or unsupported Perl syntax", &start[..at + c.len_utf8()]),
            }
        }
        error("invalid or unsupported Perl syntax", start)
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        let assertion = match start.as_bytes().get(1) {
            Some(b'A') => "\\A",
            Some(b'b') => "(?-u:\\b)",
            Some(b'B') => "(?-u:\\B)",
            Some(b'z') => "\\z",
            Some(b'C') => return error("invalid escape sequence", "\\C"),
            Some(b'Q') => {
                let (literal, rest) = start[2..].split_once("\\E").unwrap_or((&start[2..], ""));
                literal.chars().for_each(|c| self.literal(c));
                self.rest = rest;
                return Ok(());
            }
            _ => {
                if let Some((class, rest)) = unicode_class(start)?.or_else(|| perl_class(start)) {
                    self.rest = rest;
                    self.push(&class);
                    return Ok(());
                }
                let (c, rest) = escaped(start)?;
                self.rest = rest;
                self.literal(c);
                return Ok(());
            }
        };
        self.skip(2);
        self.push(assertion);
        Ok(())
    }

    fn class(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        let mut rest = &start[1..];
        let mut out = "[".to_owned();
        if let Some(after) = rest.strip_prefix('^') {
            (rest, out) = (after, "[^".to_owned());
        }
        let mut first = true;
        while first || !rest.starts_with(']') {
            first = false;
            if let Some((name, after)) = named_class(rest)? {
                out.push_str(name);
                rest = after;
                continue;
            }
            if let Some((class, after)) = unicode_class(rest)?.or_else(|| perl_class(rest)) {
                out.push_str(&class);
                rest = after;
                continue;
            }
            let range = rest;
            let low;
            (low, rest) = class_character(rest, start)?;
            let mut high = low;
            if rest.len() >= 2 && rest.starts_with('-') && !rest.starts_with("-]") {
                (high, rest) = class_character(&rest[1..], start)?;
                if high < low {
                    return error("invalid character class range", &range[..range.len() - rest.len()]);
                }
            }
            write!(out, "\\x{{{:x}}}-\\x{{{:x}}}", u32::from(low), u32::from(high)).unwrap_or_default();
        }
        out.push(']');
        self.rest = &rest[1..];
        self.push(&out);
        Ok(())
    }
}

fn class_character<'e>(rest: &'e str, class: &'e str) -> Result<(char, &'e str), SyntaxError> {
    match rest.chars().next() {
        None => error("missing closing ]", class),
        Some('\\') => escaped(rest),
        Some(c) => Ok((c, &rest[c.len_utf8()..])),
    }
}

/// Returns the bounds of a repetition such as `{2,3}` and its length.
fn counts(text: &str) -> Option<(u64, Option<u64>, usize)> {
    let end = text.find('}')?;
    let (low, high) = match text[1..end].split_once(',') {
        None => (&text[1..end], None),
        Some((low, high)) => (low, Some(high)),
    };
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && (digits.len() == 1 || !digits.starts_with('0'))).then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let low = number(low)?;
    let high = match high {
        None => Some(low),
        Some("") => None,
        Some(digits) => Some(number(digits)?),
    };
    Some((low, high, end + 1))
}

/// Returns the character that an escape stands for, and what follows it.
fn escaped(start: &str) -> Result<(char, &str), SyntaxError> {
    let body = &start[1..];
    let Some(c) = body.chars().next() else { return error("trailing backslash at end of expression", "") };
    let after = &body[c.len_utf8()..];
    let digit = |text: &str| text.bytes().next().filter(|byte| (b'0'..=b'7').contains(byte));
    match c {
        '1'..='7' if digit(after).is_none() => error("invalid escape sequence", &start[..2]),
        '0'..='7' => {
            let mut length = 1;
            while length < 3 && digit(&body[length..]).is_some() {
                length += 1;
            }
            let value = u32::from_str_radix(&body[..length], 8).ok().and_then(char::from_u32);
            Ok((value.unwrap_or_default(), &body[length..]))
        }
        'x' => hexadecimal(start),
        'a' => Ok(('\u{7}', after)),
        'f' => Ok(('\u{c}', after)),
        'n' => Ok(('\n', after)),
        'r' => Ok(('\r', after)),
        't' => Ok(('\t', after)),
        'v' => Ok(('\u{b}', after)),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok((c, after)),
        _ => error("invalid escape sequence", &start[..=c.len_utf8()]),
    }
}

/// Reads `\x7f` or `\x{1f600}`.
fn hexadecimal(start: &str) -> Result<(char, &str), SyntaxError> {
    let body = &start[2..];
    let fail = |length: usize| {
        let end = body.char_indices().nth(length).map_or(start.len(), |(at, _)| at + 2);
        error("invalid escape sequence", &start[..end])
    };
    let Some(braced) = body.strip_prefix('{') else {
        let digits = body.get(..2).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let is_hex = body.chars().take(2).all(|c| c.is_ascii_hexdigit());
        return match digits.filter(|_| is_hex).and_then(char::from_u32) {
            Some(c) => Ok((c, &body[2..])),
            None => fail(2),
        };
    };
    let mut value = 0u32;
    for (at, c) in braced.chars().enumerate() {
        match c.to_digit(16) {
            _ if c == '}' && at > 0 => {
                // Go takes surrogates, which no text contains.
                return Ok((char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), &braced[at + 1..]));
            }
            Some(digit) if value * 16 + digit <= 0x0010_ffff => value = value * 16 + digit,
            _ => return fail(at + 2),
        }
    }
    error("invalid escape sequence", start)
}
