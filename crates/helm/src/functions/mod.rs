//! The functions that templates can call besides Go's own: Sprig's and Helm's.
//!
//! Source: `Masterminds/sprig` 3.3.0 and Helm's `pkg/engine/funcs.go`.

mod arguments;
mod care;
mod certificates;
mod chart;
mod crypto;
mod dates;
mod defaults;
mod dicts;
mod durations;
mod encodings;
mod lists;
mod merge;
mod numbers;
mod paths;
mod random;
mod reflection;
mod regexes;
mod strings;
mod urls;
mod versions;

use std::sync::{Arc, OnceLock};

use towpath_gotmpl::{CallError, Functions, Session, Signature, Type, Value};

use self::care::Care;
pub(crate) use self::defaults::{deep_copy, deep_copy_map};
use crate::Profile;

/// One function: name, Go signature, body.
type Entry = (&'static str, Signature, Call);
type Call = fn(&mut Session, &mut [Value]) -> Result<Value, CallError>;
type Answer = Result<Value, CallError>;

const A: Type = Type::Any;
const S: Type = Type::String;
const I: Type = Type::INT;
const L: Type = Type::INT64;
const F: Type = Type::Float64;
const B: Type = Type::Bool;
const M: Type = Type::ANY_MAP;
const LIST: Type = Type::ANY_LIST;
const STRINGS: Type = Type::STRING_LIST;

/// Returns the functions of `profile`, built once.
pub(crate) fn functions(profile: Profile) -> &'static Arc<Functions> {
    static HELM4: OnceLock<Arc<Functions>> = OnceLock::new();
    static HELM3: OnceLock<Arc<Functions>> = OnceLock::new();
    match profile {
        Profile::Helm4 => HELM4.get_or_init(|| build(Profile::Helm4).into()),
        Profile::Helm3 => HELM3.get_or_init(|| build(Profile::Helm3).into()),
    }
}

fn build(profile: Profile) -> Functions {
    let common = [
        strings::FUNCTIONS,
        numbers::FUNCTIONS,
        defaults::FUNCTIONS,
        lists::FUNCTIONS,
        dicts::FUNCTIONS,
        dates::FUNCTIONS,
        encodings::FUNCTIONS,
        regexes::FUNCTIONS,
        urls::FUNCTIONS,
        paths::FUNCTIONS,
        versions::FUNCTIONS,
        reflection::FUNCTIONS,
        crypto::FUNCTIONS,
        certificates::FUNCTIONS,
        random::FUNCTIONS,
        chart::FUNCTIONS,
    ];
    let newer = [durations::FUNCTIONS, encodings::HELM4_FUNCTIONS];
    let tables = common.into_iter().chain(newer.into_iter().filter(|_| profile == Profile::Helm4));
    let mut functions = Functions::with_capacity(tables.clone().map(<[Entry]>::len).sum());
    for (name, signature, call) in tables.flatten() {
        let call = *call;
        match Care::of(name) {
            None => functions.add(name, *signature, call),
            Some(care) => functions.add(name, *signature, move |session, arguments| {
                care.check(session, arguments)?;
                call(session, arguments)
            }),
        }
    }
    functions
}

/// Returns Go's error of a panic with `message`.
fn fail<T>(message: impl Into<String>) -> Result<T, CallError> {
    Err(CallError::new(message))
}
