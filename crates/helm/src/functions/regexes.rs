use std::rc::Rc;

use towpath_gotmpl::{CallError, List, ListType, Session, Signature, Str, Value};

use super::{
    B, Entry, I, S, STRINGS,
    arguments::{int, text, utf8},
};
use crate::golang::regexp::{self, Expression};

const FIND_ALL: Entry = ("mustRegexFindAll", Signature::new(&[S, S, I], STRINGS), |_, a| {
    let (regex, subject) = (compiled(a, Failure::Error)?, text(&a[1]));
    Ok(texts(regexp::find_all(&regex, subject.as_bytes(), int(&a[2])).into_iter().map(|(_, found)| found)))
});
const FIND: Entry = ("mustRegexFind", Signature::new(&[S, S], S), |_, a| {
    let (regex, subject) = (compiled(a, Failure::Error)?, text(&a[1]));
    Ok(regex.find(subject.as_bytes()).map_or_else(|| "".into(), |found| Str::new(found).into()))
});
const REPLACE: Entry = ("mustRegexReplaceAll", Signature::new(&[S, S, S], S), |s, a| {
    let regex = compiled(a, Failure::Error)?;
    fitting(s, regexp::replace_all(&regex, text(&a[1]).as_bytes(), text(&a[2]).as_bytes(), s.room()))
});
const REPLACE_LITERAL: Entry = ("mustRegexReplaceAllLiteral", Signature::new(&[S, S, S], S), |s, a| {
    let regex = compiled(a, Failure::Error)?;
    fitting(s, regexp::replace_literal(&regex, text(&a[1]).as_bytes(), text(&a[2]).as_bytes(), s.room()))
});
const SPLIT: Entry = ("mustRegexSplit", Signature::new(&[S, S, I], STRINGS), |_, a| {
    let (regex, subject) = (compiled(a, Failure::Error)?, text(&a[1]));
    if int(&a[2]) == 0 {
        return Ok(List::nil(ListType::STRING).into());
    }
    let pieces = regexp::split(&regex, &utf8(&a[0]), subject.as_bytes(), int(&a[2]));
    Ok(List::strings(pieces.into_iter().map(Str::new)).into())
});

pub(super) const FUNCTIONS: &[Entry] = &[
    ("regexMatch", Signature::new(&[S, S], B), |_, a| {
        Ok(Value::Bool(compiled(a, Failure::Error).is_ok_and(|regex| regex.is_match(text(&a[1]).as_bytes()))))
    }),
    ("mustRegexMatch", Signature::new(&[S, S], B), |_, a| {
        Ok(Value::Bool(compiled(a, Failure::Error)?.is_match(text(&a[1]).as_bytes())))
    }),
    FIND_ALL,
    ("regexFindAll", FIND_ALL.1, |s, a| panicking(a, |a| FIND_ALL.2(s, a))),
    FIND,
    ("regexFind", FIND.1, |s, a| panicking(a, |a| FIND.2(s, a))),
    REPLACE,
    ("regexReplaceAll", REPLACE.1, |s, a| panicking(a, |a| REPLACE.2(s, a))),
    REPLACE_LITERAL,
    ("regexReplaceAllLiteral", REPLACE_LITERAL.1, |s, a| panicking(a, |a| REPLACE_LITERAL.2(s, a))),
    SPLIT,
    ("regexSplit", SPLIT.1, |s, a| panicking(a, |a| SPLIT.2(s, a))),
    ("regexQuoteMeta", Signature::new(&[S], S), |_, a| Ok(regexp::quote_meta(text(&a[0]).as_bytes()).into())),
];

/// How an unreadable expression is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// By the message alone.
    Error,
    /// As `regexp.MustCompile` panics.
    Panic,
}

/// Compiles the first argument for the second, which is what it is looked for in.
fn compiled(arguments: &[Value], failure: Failure) -> Result<Rc<Expression>, CallError> {
    let expression = utf8(&arguments[0]);
    regexp::compile(&expression, text(&arguments[1]).as_bytes()).map_err(|error| {
        CallError::new(match failure {
            Failure::Error => error,
            Failure::Panic => {
                let quoted = if expression.contains('`') {
                    crate::golang::quote(&expression)
                } else {
                    format!("`{expression}`")
                };
                format!("regexp: Compile({quoted}): {error}")
            }
        })
    })
}

fn panicking(
    arguments: &mut [Value],
    call: impl FnOnce(&mut [Value]) -> Result<Value, CallError>,
) -> Result<Value, CallError> {
    compiled(arguments, Failure::Panic)?;
    call(arguments)
}

/// Returns a text, or the limit's error where there was no room for it.
fn fitting(session: &Session, text: Option<Vec<u8>>) -> Result<Value, CallError> {
    match text {
        Some(text) => Ok(Str::from(text).into()),
        None => session.reserve(usize::MAX).map(|()| Value::Nil),
    }
}

/// Go gives the nil slice where nothing is found.
fn texts<'t>(found: impl ExactSizeIterator<Item = &'t [u8]>) -> Value {
    if found.len() == 0 { List::nil(ListType::STRING).into() } else { List::strings(found.map(Str::new)).into() }
}
