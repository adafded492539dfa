//! What is asked of the limits before a function runs that could take long or make much of little.

use towpath_gotmpl::{CallError, Session, Value};

use super::arguments::{int, text};
use crate::golang::regexp;

/// What a function could do to a process that renders the charts of others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Care {
    /// It walks through all that its arguments hold, and that can be a map that holds itself, or the same map twice, twice, …
    Walks,
    /// As [`Self::Walks`], and escapes characters.
    Escapes,
    /// As [`Self::Walks`], and compares each with each.
    Compares,
    /// It makes a value of so many bytes.
    Makes(fn(&[Value]) -> usize),
    /// It works as long as so many steps.
    Works(u64),
    /// It works as long as its arguments tell.
    WorksBy(fn(&[Value]) -> u64),
    /// It runs a regular expression, which is its first argument, over the second.
    Matches,
    /// As [`Self::Matches`], and makes a list of what it finds.
    Finds,
    /// As [`Self::Matches`], and does something with each match.
    Replaces,
}

impl Care {
    /// Returns what a function needs; most need none.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "toYaml" | "toYamlPretty" | "mustToYaml" | "toJson" | "mustToJson" | "toPrettyJson"
            | "mustToPrettyJson" | "toRawJson" | "mustToRawJson" | "toToml" | "mustToToml" | "quote" => Self::Escapes,
            "deepCopy" | "mustDeepCopy" | "deepEqual" | "merge" | "mustMerge" | "mergeOverwrite"
            | "mustMergeOverwrite" | "squote" | "cat" | "toString" | "toStrings" | "sortAlpha" | "has" | "mustHas"
            | "without" | "mustWithout" => Self::Walks,
            "uniq" | "mustUniq" => Self::Compares,
            "repeat" => Self::Makes(|a| count(&a[0]).saturating_mul(length(&a[1]))),
            "indent" | "nindent" => Self::Makes(|a| lines(&a[1]).saturating_mul(count(&a[0]))),
            "join" => Self::Makes(|a| joined(&a[0], &a[1])),
            "until" => Self::Makes(|a| numbers(0, int(&a[0]), 1).saturating_mul(ELEMENT)),
            "untilStep" => Self::Makes(|a| numbers(int(&a[0]), int(&a[1]), int(&a[2])).saturating_mul(ELEMENT)),
            "seq" => Self::Makes(|a| sequence(a).saturating_mul(2 * ELEMENT)),
            "concat" => Self::Makes(|a| a.iter().map(elements).sum::<usize>().saturating_mul(ELEMENT)),
            "append" | "push" | "mustAppend" | "mustPush" | "prepend" | "mustPrepend" | "reverse" | "mustReverse"
            | "rest" | "mustRest" | "initial" | "mustInitial" | "compact" | "mustCompact" => {
                Self::Makes(|a| elements(&a[0]).saturating_mul(ELEMENT))
            }
            "chunk" | "mustChunk" => Self::Makes(|a| elements(&a[1]).saturating_mul(3 * ELEMENT)),
            "splitList" => Self::Makes(|a| pieces(&a[0], &a[1]).saturating_mul(ELEMENT)),
            "split" => Self::Makes(|a| pieces(&a[0], &a[1]).saturating_mul(3 * ELEMENT)),
            "splitn" => Self::Makes(|a| pieces(&a[0], &a[2]).min(count(&a[1])).saturating_mul(3 * ELEMENT)),
            "shuffle" => Self::Makes(|a| length(&a[0]).saturating_mul(8)),
            "wrap" => Self::Makes(|a| length(&a[1]).saturating_mul(2)),
            "wrapWith" => Self::Makes(|a| (length(&a[2]) / count(&a[0]).max(1) + 1).saturating_mul(length(&a[1]))),
            // A piece is found and copied in more time than its bytes take.
            "replace" => Self::Makes(|a| (pieces(&a[0], &a[2]) - 1).saturating_mul(length(&a[1]).max(8))),
            "fromYaml" | "fromYamlArray" => Self::Makes(|a| length(&a[0]).saturating_mul(8)),
            "fromJson" | "fromJsonArray" | "mustFromJson" => Self::Makes(|a| {
                length(&a[0]).saturating_mul(2).saturating_add(n_marks(&a[0], b",:[{").saturating_mul(OBJECT))
            }),
            "fromToml" => Self::Makes(|a| {
                length(&a[0]).saturating_mul(8).saturating_add(n_marks(&a[0], b"=,.[{").saturating_mul(2 * OBJECT))
            }),
            "keys" | "values" | "pick" | "omit" | "pluck" => {
                Self::Makes(|a| a.iter().map(elements).sum::<usize>().saturating_mul(ELEMENT))
            }
            "bcrypt" | "htpasswd" => Self::Works(250_000),
            "derivePassword" => Self::Works(600_000),
            // Keys are given less than their time: public charts make a dozen, which must not end them.
            "genPrivateKey" => Self::WorksBy(|a| match text(&a[0]).as_bytes() {
                b"" | b"rsa" | b"dsa" => 400_000,
                _ => 10_000,
            }),
            "genCA"
            | "genCAWithKey"
            | "genSelfSignedCert"
            | "genSelfSignedCertWithKey"
            | "genSignedCert"
            | "genSignedCertWithKey" => Self::Works(50_000),
            "randAlphaNum" | "randAlpha" | "randAscii" | "randNumeric" | "randBytes" => {
                Self::WorksBy(|a| count(&a[0]) as u64 / 4)
            }
            "date" | "dateInZone" | "date_in_zone" | "toDate" | "mustToDate" => {
                Self::WorksBy(|a| a.iter().map(length).sum::<usize>() as u64 / 2)
            }
            name if name.starts_with("regex") || name.starts_with("mustRegex") => match name {
                "regexQuoteMeta" => return None,
                name if name.contains("Replace") => Self::Replaces,
                name if name.contains("FindAll") || name.contains("Split") => Self::Finds,
                _ => Self::Matches,
            },
            _ => return None,
        })
    }

    /// Asks whether the function may run.
    pub(super) fn check(self, session: &mut Session, arguments: &[Value]) -> Result<(), CallError> {
        match self {
            Self::Walks => session.weigh(arguments),
            Self::Escapes => session.weigh_escaped(arguments),
            Self::Compares => {
                let n = arguments.first().map_or(0, elements) as u64;
                session.weigh(arguments)?;
                session.work(n.saturating_mul(n) / 64)
            }
            Self::Makes(bytes) => {
                let bytes = bytes(arguments);
                session.reserve(bytes)?;
                session.work((bytes / MADE_A_STEP) as u64)
            }
            Self::Works(steps) => session.work(steps),
            Self::WorksBy(steps) => session.work(steps(arguments)),
            Self::Matches | Self::Finds | Self::Replaces => {
                let [expression, subject, ..] = arguments else { return Ok(()) };
                let size = regexp::size(&text(expression).to_string_lossy());
                if !regexp::is_kept(&text(expression).to_string_lossy()) {
                    session.work((size as u64).saturating_mul(3))?;
                }
                if !matches!(self, Self::Matches) {
                    session.work((length(subject) / 4) as u64)?;
                }
                if matches!(self, Self::Finds) && length(subject) > LONG {
                    session.reserve(length(subject).saturating_mul(ELEMENT))?;
                }
                session.work((size.saturating_mul(length(subject)) / BYTES_A_STEP) as u64)
            }
        }
    }
}

/// What an element of a list takes.
const ELEMENT: usize = size_of::<Value>();
/// What a table of one entry takes.
const OBJECT: usize = 160;
/// A list or text of so many bytes is made in the time of one step.
const MADE_A_STEP: usize = 128;
/// A part of an expression goes through so many bytes in the time of one step.
const BYTES_A_STEP: usize = 512;

/// Pieces of a longer text could fill the memory.
const LONG: usize = 1 << 20;

fn count(value: &Value) -> usize {
    usize::try_from(int(value)).unwrap_or(0)
}

fn length(value: &Value) -> usize {
    text(value).len()
}

/// Returns how many of these characters there are: about as many values as a text of data holds.
fn n_marks(value: &Value, marks: &[u8]) -> usize {
    text(value).as_bytes().iter().filter(|byte| marks.contains(byte)).count()
}

fn lines(value: &Value) -> usize {
    memchr::memchr_iter(b'\n', text(value).as_bytes()).count() + 1
}

fn elements(value: &Value) -> usize {
    value.length().unwrap_or(0)
}

/// Returns how many pieces there are between separators.
fn pieces(separator: &Value, whole: &Value) -> usize {
    let (separator, whole) = (text(separator), text(whole));
    if separator.is_empty() {
        return whole.len() + 1;
    }
    memchr::memmem::find_iter(whole.as_bytes(), separator.as_bytes()).count() + 1
}

fn joined(separator: &Value, list: &Value) -> usize {
    let texts = match list {
        Value::List(list) => list.as_slice(),
        other => std::slice::from_ref(other),
    };
    // What is no text has been weighed where it was made.
    let text = |value: &Value| if let Value::Str(text) = value { text.len() } else { 32 };
    texts.iter().map(text).sum::<usize>().saturating_add(texts.len().saturating_mul(length(separator)))
}

fn numbers(start: i64, end: i64, step: i64) -> usize {
    usize::try_from(start.abs_diff(end) / step.unsigned_abs().max(1)).unwrap_or(usize::MAX)
}

fn sequence(parameters: &[Value]) -> usize {
    match *parameters.iter().map(int).collect::<Vec<_>>() {
        [end] => numbers(1, end, 1),
        [start, end] => numbers(start, end, 1),
        [start, step, end] => numbers(start, end, step),
        _ => 0,
    }
}
