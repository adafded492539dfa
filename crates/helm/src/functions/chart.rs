//! Helm's own functions: `include`, `tpl`, `required`, `fail`, and the two that ask a cluster or the network.

use towpath_gotmpl::{CallError, ErrorKind, Map, Session, Signature, Str, Value};

use super::{
    A, Answer, Entry, M, S,
    arguments::{text, utf8},
    fail,
};
use crate::engine::{FAILURE_END, FAILURE_START, State, without_no_value};

/// How often a template may stand inside itself.
const MAX_NESTING: usize = 1000;

/// The name that texts given to `tpl` have, in messages too.
const TPL_NAME: Str = Str::from_static("gotpl");

pub(super) const FUNCTIONS: &[Entry] = &[
    ("include", Signature::new(&[S, A], S), |s, a| include(s, &text(&a[0]), std::mem::take(&mut a[1]))),
    ("tpl", Signature::new(&[S, A], S), |s, a| tpl(s, &text(&a[0]), std::mem::take(&mut a[1]))),
    ("required", Signature::new(&[S, A], A), |_, a| {
        let missing = match &a[1] {
            Value::Nil => true,
            Value::Str(text) => text.is_empty(),
            _ => false,
        };
        if missing { wrapped(&text(&a[0])) } else { Ok(std::mem::take(&mut a[1])) }
    }),
    ("fail", Signature::new(&[S], S), |_, a| wrapped(&text(&a[0]))),
    ("lookup", Signature::new(&[S, S, S, S], M), |s, a| {
        lookup(s, &[utf8(&a[0]), utf8(&a[1]), utf8(&a[2]), utf8(&a[3])])
    }),
    ("getHostByName", Signature::new(&[S], S), |s, a| host(s, &utf8(&a[0]))),
];

fn lookup(session: &mut Session, [api_version, kind, namespace, name]: &[String; 4]) -> Answer {
    match State::of(session)?.objects() {
        None => Ok(Map::any().into()),
        Some(objects) => objects.lookup(api_version, kind, namespace, name).map(Value::Map).map_err(CallError::new),
    }
}

fn host(session: &mut Session, name: &str) -> Answer {
    match State::of(session)?.resolver() {
        None => Ok("".into()),
        // Sprig picks one of no addresses, which Go answers so.
        Some(resolver) => {
            resolver.resolve(name).map_or_else(|| fail("invalid argument to Intn"), |host| Ok(host.into()))
        }
    }
}

/// Marks a chart's own message, so that Helm shows it alone.
fn wrapped(message: &Str) -> Answer {
    fail(format!("{FAILURE_START}{message}{FAILURE_END}"))
}

fn include(session: &mut Session, name: &Str, data: Value) -> Answer {
    let nesting = State::of(session)?.nesting(name);
    if *nesting > MAX_NESTING {
        return fail(format!("rendering template has a nested reference name: {name}: unable to execute template"));
    }
    *nesting += 1;
    let result = session.include(name, data);
    *State::of(session)?.nesting(name) -= 1;
    Ok(result?.into())
}

fn tpl(session: &mut Session, source: &Str, data: Value) -> Answer {
    let result = session.evaluate(&TPL_NAME, source, data);
    match result {
        Ok(output) => Ok(without_no_value(output).into()),
        Err(error) => {
            let quoted = crate::golang::quote(&source.to_string_lossy());
            let what = match error.kind() {
                ErrorKind::Parse => "cannot parse template",
                _ => "error during tpl function execution for",
            };
            Err(CallError::wrap(format!("{what} {quoted}: "), error))
        }
    }
}
