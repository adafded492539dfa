use towpath_gotmpl::{CallError, List, Map, MapType, Signature, Str, Type, Value};

use super::{
    A, Answer, Entry, I, LIST, S, STRINGS,
    arguments::{int, shown, text, utf8},
    fail,
};
use crate::golang::words;

/// What one call may produce at most: `repeat` and `indent` multiply.
const MAX_LENGTH: usize = 256 << 20;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("abbrev", Signature::new(&[I, S], S), |_, a| Ok(abbreviate(0, int(&a[0]), &text(&a[1])))),
    ("abbrevboth", Signature::new(&[I, I, S], S), |_, a| {
        let (left, right) = (int(&a[0]), int(&a[1]));
        if right < 4 || (left > 0 && right < 7) { Ok(a[2].clone()) } else { Ok(abbreviate(left, right, &text(&a[2]))) }
    }),
    ("trunc", Signature::new(&[I, S], S), |_, a| Ok(trunc(int(&a[0]), &text(&a[1])))),
    ("trim", Signature::new(&[S], S), |_, a| Ok(trimmed(&text(&a[0]), char::is_whitespace))),
    ("upper", Signature::new(&[S], S), |_, a| Ok(each(&a[0], words::to_upper))),
    ("lower", Signature::new(&[S], S), |_, a| Ok(each(&a[0], words::to_lower))),
    ("title", Signature::new(&[S], S), |_, a| Ok(words::title(&utf8(&a[0])).into())),
    ("untitle", Signature::new(&[S], S), |_, a| Ok(words::uncapitalize(&utf8(&a[0])).into())),
    ("swapcase", Signature::new(&[S], S), |_, a| Ok(words::swap_case(&utf8(&a[0])).into())),
    ("snakecase", Signature::new(&[S], S), |_, a| Ok(words::delimited_case(&utf8(&a[0]), '_').into())),
    ("kebabcase", Signature::new(&[S], S), |_, a| Ok(words::delimited_case(&utf8(&a[0]), '-').into())),
    ("camelcase", Signature::new(&[S], S), |_, a| Ok(words::pascal_case(&utf8(&a[0])).into())),
    ("substr", Signature::new(&[I, I, S], S), |_, a| substring(int(&a[0]), int(&a[1]), &text(&a[2]))),
    ("repeat", Signature::new(&[I, S], S), |_, a| repeat(int(&a[0]), &text(&a[1]))),
    ("trimall", Signature::new(&[S, S], S), |_, a| Ok(trim_all(&a[0], &a[1]))),
    ("trimAll", Signature::new(&[S, S], S), |_, a| Ok(trim_all(&a[0], &a[1]))),
    ("trimSuffix", Signature::new(&[S, S], S), |_, a| {
        let (suffix, whole) = (text(&a[0]), text(&a[1]));
        Ok(whole
            .as_bytes()
            .strip_suffix(suffix.as_bytes())
            .map_or(Value::Str(whole.clone()), |rest| Str::new(rest).into()))
    }),
    ("trimPrefix", Signature::new(&[S, S], S), |_, a| {
        let (prefix, whole) = (text(&a[0]), text(&a[1]));
        Ok(whole
            .as_bytes()
            .strip_prefix(prefix.as_bytes())
            .map_or(Value::Str(whole.clone()), |rest| Str::new(rest).into()))
    }),
    ("nospace", Signature::new(&[S], S), |_, a| Ok(without_spaces(&text(&a[0])))),
    ("initials", Signature::new(&[S], S), |_, a| Ok(initials(&text(&a[0])))),
    ("wrap", Signature::new(&[I, S], S), |_, a| Ok(wrap(&text(&a[1]), int(&a[0]), b"", false))),
    ("wrapWith", Signature::new(&[I, S, S], S), |_, a| {
        Ok(wrap(&text(&a[2]), int(&a[0]), text(&a[1]).as_bytes(), true))
    }),
    ("contains", Signature::new(&[S, S], Type::Bool), |_, a| {
        Ok(Value::Bool(find(text(&a[1]).as_bytes(), text(&a[0]).as_bytes()).is_some()))
    }),
    ("hasPrefix", Signature::new(&[S, S], Type::Bool), |_, a| {
        Ok(Value::Bool(text(&a[1]).as_bytes().starts_with(text(&a[0]).as_bytes())))
    }),
    ("hasSuffix", Signature::new(&[S, S], Type::Bool), |_, a| {
        Ok(Value::Bool(text(&a[1]).as_bytes().ends_with(text(&a[0]).as_bytes())))
    }),
    ("quote", Signature::variadic(&[], A, S), |_, a| {
        Ok(joined(a, |value| towpath_gotmpl::fmt::quote(shown(value).as_bytes())))
    }),
    ("squote", Signature::variadic(&[], A, S), |_, a| {
        Ok(joined(a, |value| [b"'", crate::golang::display(value).as_slice(), b"'"].concat()))
    }),
    ("cat", Signature::variadic(&[], A, S), |_, a| Ok(joined(a, crate::golang::display))),
    ("indent", Signature::new(&[I, S], S), |_, a| indent(int(&a[0]), &text(&a[1]), b"")),
    ("nindent", Signature::new(&[I, S], S), |_, a| indent(int(&a[0]), &text(&a[1]), b"\n")),
    ("replace", Signature::new(&[S, S, S], S), |_, a| replace(&text(&a[0]), &text(&a[1]), &text(&a[2]))),
    ("plural", Signature::new(&[S, S, I], S), |_, a| Ok(a[usize::from(int(&a[2]) != 1)].clone())),
    ("toString", Signature::new(&[A], S), |_, a| Ok(shown(&a[0]).into())),
    ("toStrings", Signature::new(&[A], STRINGS), |_, a| Ok(List::strings(strings(&a[0])).into())),
    ("join", Signature::new(&[S, A], S), |_, a| Ok(Str::from(join(text(&a[0]).as_bytes(), &strings(&a[1]))).into())),
    ("sortAlpha", Signature::new(&[A], STRINGS), |_, a| {
        let mut sorted = if matches!(a[0], Value::Nil) { vec![shown(&a[0])] } else { strings(&a[0]) };
        sorted.sort();
        Ok(List::strings(sorted).into())
    }),
    ("split", Signature::new(&[S, S], Type::Map(MapType::STRING)), |_, a| {
        Ok(parts(&split(&text(&a[0]), &text(&a[1]), -1)))
    }),
    ("splitn", Signature::new(&[S, I, S], Type::Map(MapType::STRING)), |_, a| {
        Ok(parts(&split(&text(&a[0]), &text(&a[2]), int(&a[1]))))
    }),
    ("splitList", Signature::new(&[S, S], STRINGS), |_, a| {
        Ok(List::strings(split(&text(&a[0]), &text(&a[1]), -1)).into())
    }),
    ("hello", Signature::new(&[], S), |_, _| Ok("Hello!".into())),
    ("tuple", Signature::variadic(&[], A, LIST), |_, a| Ok(List::any(a.to_vec()).into())),
    ("list", Signature::variadic(&[], A, LIST), |_, a| Ok(List::any(a.to_vec()).into())),
];

/// Returns the strings of a list without its nils; anything else is one string, nil none.
pub(super) fn strings(value: &Value) -> Vec<Str> {
    match value {
        Value::Nil => Vec::new(),
        Value::List(list) => list.as_slice().iter().filter(|item| !matches!(item, Value::Nil)).map(shown).collect(),
        Value::Bytes(bytes) => bytes.as_bytes().iter().map(|byte| Str::from(byte.to_string())).collect(),
        other => vec![shown(other)],
    }
}

/// Returns a text without the characters at its ends that `is_cut` names; bytes that are no UTF-8 stay as they are.
fn trimmed(text: &Str, is_cut: impl Fn(char) -> bool) -> Value {
    if let Some(text) = text.to_str() {
        return text.trim_matches(is_cut).into();
    }
    let mut bytes = text.as_bytes();
    let valid = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
    while let Some(length) = (1..=bytes.len().min(4)).find(|length| valid(&bytes[..*length]).is_some_and(&is_cut)) {
        bytes = &bytes[length..];
    }
    while let Some(start) = (bytes.len().saturating_sub(4)..bytes.len())
        .rev()
        .find(|start| valid(&bytes[*start..]).is_some_and(|c| c.len_utf8() == bytes.len() - start && is_cut(c)))
    {
        bytes = &bytes[..start];
    }
    Str::new(bytes).into()
}

fn each(value: &Value, map: fn(char) -> char) -> Value {
    let text = text(value);
    if text.to_str().is_some_and(|text| text.chars().all(|c| map(c) == c)) {
        return text.into();
    }
    text.to_string_lossy().chars().map(map).collect::<String>().into()
}

fn joined(values: &[Value], show: impl Fn(&Value) -> Vec<u8>) -> Value {
    let mut shown = values.iter().filter(|value| !matches!(value, Value::Nil)).map(show);
    let mut all = shown.next().unwrap_or_default();
    for one in shown {
        all.push(b' ');
        all.extend_from_slice(&one);
    }
    Str::from(all).into()
}

fn join(separator: &[u8], parts: &[Str]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Str::as_bytes).collect();
    parts.join(separator)
}

fn trunc(count: i64, text: &Str) -> Value {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let bytes = text.as_bytes();
    let at = |position: i64| usize::try_from(position).unwrap_or(0);
    if count < 0 && length + count > 0 {
        return Str::new(&bytes[at(length + count)..]).into();
    }
    if count >= 0 && length > count {
        return Str::new(&bytes[..at(count)]).into();
    }
    text.clone().into()
}

fn substring(start: i64, end: i64, text: &Str) -> Answer {
    let bytes = text.as_bytes();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let (from, to) = match (start < 0, end < 0 || end > length) {
        (true, _) => (0, end),
        (false, true) => (start, length),
        (false, false) => (start, end),
    };
    // Go's slice expressions name what is out of bounds in these words.
    if start < 0 && end < 0 {
        return fail(format!("runtime error: slice bounds out of range [:{end}]"));
    }
    if to > length {
        return fail(format!("runtime error: slice bounds out of range [:{to}] with length {length}"));
    }
    if from > to {
        let shown = if start >= 0 && (end < 0 || end > length) {
            format!("[{from}:{length}]")
        } else {
            format!("[{from}:{to}]")
        };
        return fail(format!("runtime error: slice bounds out of range {shown}"));
    }
    let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
    Ok(Str::new(&bytes[range]).into())
}

fn repeat(count: i64, text: &Str) -> Answer {
    let Ok(count) = usize::try_from(count) else { return fail("strings: negative Repeat count") };
    match count.checked_mul(text.len()) {
        Some(length) if length <= MAX_LENGTH => Ok(Str::from(text.as_bytes().repeat(count)).into()),
        Some(length) if length < usize::MAX / 2 => {
            fail(format!("repeat would give {length} bytes, more than {MAX_LENGTH}"))
        }
        _ => fail("strings: Repeat output length overflow"),
    }
}

fn indent(spaces: i64, text: &Str, before: &[u8]) -> Answer {
    let Ok(spaces) = usize::try_from(spaces) else { return fail("strings: negative Repeat count") };
    let lines = text.as_bytes().split(|byte| *byte == b'\n').count();
    let length = lines.saturating_mul(spaces).saturating_add(text.len());
    if length > MAX_LENGTH {
        return fail(format!("indent would give {length} bytes, more than {MAX_LENGTH}"));
    }
    let mut out = Vec::with_capacity(length + before.len());
    out.extend_from_slice(before);
    for (n, line) in text.as_bytes().split(|byte| *byte == b'\n').enumerate() {
        if n > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + spaces, b' ');
        out.extend_from_slice(line);
    }
    Ok(Str::from(out).into())
}

fn trim_all(cutset: &Value, whole: &Value) -> Value {
    let cutset: Vec<char> = utf8(cutset).chars().collect();
    trimmed(&text(whole), |c| cutset.contains(&c))
}

/// As the library does, byte by byte, each taken for a character.
fn without_spaces(text: &Str) -> Value {
    let is_space = |byte: u8| matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0);
    if !text.as_bytes().iter().any(|byte| is_space(*byte)) {
        return text.clone().into();
    }
    text.as_bytes().iter().filter(|byte| !is_space(**byte)).map(|byte| char::from(*byte)).collect::<String>().into()
}

fn initials(text: &Str) -> Value {
    let mut after_gap = true;
    let mut out = String::new();
    for byte in text.as_bytes() {
        let c = char::from(*byte);
        if c.is_whitespace() {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            out.push(c);
        }
    }
    out.into()
}

fn abbreviate(offset: i64, width: i64, text: &Str) -> Value {
    let bytes = text.as_bytes();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if width < 4 || length <= width {
        return text.clone().into();
    }
    let cut = |from: i64, to: i64| &bytes[usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0)];
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return Str::from([cut(0, width - 3), b"..."].concat()).into();
    }
    if width < 7 {
        return "".into();
    }
    if offset + width - 3 < length {
        let rest = Str::new(cut(offset, length));
        let inner = width - 3;
        let shortened = if i64::try_from(rest.len()).unwrap_or(i64::MAX) <= inner {
            rest.as_bytes().to_vec()
        } else {
            [&rest.as_bytes()[..usize::try_from(inner - 3).unwrap_or(0)], b"..."].concat()
        };
        return Str::from([b"...".as_slice(), &shortened].concat()).into();
    }
    Str::from([b"...", cut(length - (width - 3), length)].concat()).into()
}

fn wrap(text: &Str, width: i64, new_line: &[u8], break_words: bool) -> Value {
    let (bytes, new_line) = (text.as_bytes(), if new_line.is_empty() { b"\n" } else { new_line });
    let width = usize::try_from(width.max(1)).unwrap_or(1);
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / width);
    let mut offset = 0;
    while bytes.len().saturating_sub(offset) > width {
        if bytes[offset] == b' ' {
            offset += 1;
            continue;
        }
        let window = &bytes[offset..=width + offset];
        let space = window.iter().rposition(|byte| *byte == b' ').map(|at| at + offset);
        let next_space = || bytes[width + offset..].iter().position(|byte| *byte == b' ').map(|at| at + width + offset);
        let (end, next) = match space {
            Some(at) => (at, at + 1),
            None if break_words => (offset + width, offset + width),
            None => {
                let Some(at) = next_space() else { break };
                (at, at + 1)
            }
        };
        out.extend_from_slice(&bytes[offset..end]);
        out.extend_from_slice(new_line);
        offset = next;
    }
    out.extend_from_slice(&bytes[offset..]);
    Str::from(out).into()
}

fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(whole, part)
}

fn replace(old: &Str, new: &Str, source: &Str) -> Answer {
    let mut out = Vec::with_capacity(source.len());
    let mut rest = source.as_bytes();
    // Nothing stands before each character and behind the last.
    let mut next = if old.is_empty() { Some(0) } else { find(rest, old.as_bytes()) };
    while let Some(at) = next {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new.as_bytes());
        rest = &rest[at + old.len()..];
        next = match old.is_empty() {
            true if rest.is_empty() => None,
            true => Some(character_length(rest)),
            false => find(rest, old.as_bytes()),
        };
        if out.len() > MAX_LENGTH {
            return Err(CallError::new(format!("replace would give more than {MAX_LENGTH} bytes")));
        }
    }
    out.extend_from_slice(rest);
    Ok(Str::from(out).into())
}

/// Returns how many bytes the first character of `bytes` takes; a byte that is no UTF-8 stands for itself.
fn character_length(bytes: &[u8]) -> usize {
    let start = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map_or(1, char::len_utf8)
}

/// Returns the pieces between separators as Go's `strings.SplitN`: at most `limit`, none for 0, all for less.
fn split(separator: &Str, whole: &Str, limit: i64) -> Vec<Str> {
    if limit == 0 {
        return Vec::new();
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut rest, mut pieces) = (whole.as_bytes(), Vec::new());
    if separator.is_empty() {
        while !rest.is_empty() && pieces.len() + 1 < limit {
            let (character, after) = rest.split_at(character_length(rest));
            pieces.push(Str::new(character));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Str::new(rest));
        }
        return pieces;
    }
    while let Some(at) = find(rest, separator.as_bytes()).filter(|_| pieces.len() + 1 < limit) {
        pieces.push(Str::new(&rest[..at]));
        rest = &rest[at + separator.len()..];
    }
    pieces.push(Str::new(rest));
    pieces
}

fn parts(pieces: &[Str]) -> Value {
    let map = Map::new(MapType::STRING);
    for (n, piece) in pieces.iter().enumerate() {
        map.insert(format!("_{n}"), piece.clone());
    }
    map.into()
}
