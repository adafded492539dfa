use super::{compare, escape, index};
use crate::{CallError, Session, Signature, Type, Value, fmt};

/// The functions that Go's text/template has of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    And,
    Call,
    Html,
    Index,
    Slice,
    Js,
    Len,
    Not,
    Or,
    Print,
    Printf,
    Println,
    UrlQuery,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
}

const TEXT: Signature = Signature::variadic(&[], Type::Any, Type::String);
const FORMAT: Signature = Signature::variadic(&[Type::String], Type::Any, Type::String);
const REFLECT: Signature = Signature::variadic(&[Type::Reflect], Type::Reflect, Type::Any);
const EQUAL: Signature = Signature::variadic(&[Type::Reflect], Type::Reflect, Type::Bool);
const ONE: Signature = Signature::new(&[Type::Reflect], Type::Bool);
const TWO: Signature = Signature::new(&[Type::Reflect, Type::Reflect], Type::Bool);

impl Builtin {
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"and" => Self::And,
            b"call" => Self::Call,
            b"html" => Self::Html,
            b"index" => Self::Index,
            b"slice" => Self::Slice,
            b"js" => Self::Js,
            b"len" => Self::Len,
            b"not" => Self::Not,
            b"or" => Self::Or,
            b"print" => Self::Print,
            b"printf" => Self::Printf,
            b"println" => Self::Println,
            b"urlquery" => Self::UrlQuery,
            b"eq" => Self::Eq,
            b"ge" => Self::Ge,
            b"gt" => Self::Gt,
            b"le" => Self::Le,
            b"lt" => Self::Lt,
            b"ne" => Self::Ne,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Call => "call",
            Self::Html => "html",
            Self::Index => "index",
            Self::Slice => "slice",
            Self::Js => "js",
            Self::Len => "len",
            Self::Not => "not",
            Self::Or => "or",
            Self::Print => "print",
            Self::Printf => "printf",
            Self::Println => "println",
            Self::UrlQuery => "urlquery",
            Self::Eq => "eq",
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Le => "le",
            Self::Lt => "lt",
            Self::Ne => "ne",
        }
    }

    pub(super) fn signature(self) -> &'static Signature {
        match self {
            Self::And | Self::Or | Self::Call | Self::Index | Self::Slice => &REFLECT,
            Self::Html | Self::Js | Self::UrlQuery | Self::Print | Self::Println => &TEXT,
            Self::Printf => &FORMAT,
            Self::Len | Self::Not => &ONE,
            Self::Eq => &EQUAL,
            Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne => &TWO,
        }
    }

    /// Calls it; `and`, `or`, `len`, `slice` and `call` need more than their arguments and are not called here.
    pub(super) fn call(self, session: &mut Session, values: &mut [Value]) -> Result<Value, CallError> {
        let text = |bytes: Vec<u8>| Ok(Value::Str(bytes.into()));
        match self {
            Self::Print | Self::Println | Self::Printf => session.weigh(values)?,
            Self::Html | Self::Js | Self::UrlQuery => session.weigh_escaped(values)?,
            _ => {}
        }
        match (self, &mut *values) {
            (Self::Html, values) => text(escape::html(&escape::text(values))),
            (Self::Js, values) => text(escape::js(&escape::text(values))),
            (Self::UrlQuery, values) => text(escape::url_query(&escape::text(values))),
            (Self::Print, values) => text(fmt::sprint(values)),
            (Self::Println, values) => text(fmt::sprintln(values)),
            (Self::Printf, [format, values @ ..]) => {
                let format = format.as_str().unwrap_or_default();
                let room = session.room();
                match fmt::sprintf_within(format.as_bytes(), values, room) {
                    Some(printed) => text(printed),
                    None => session.reserve(room.saturating_add(1)).map(|()| Value::Nil),
                }
            }
            (Self::Index, [item, indexes @ ..]) => index::index(std::mem::take(item), indexes),
            (Self::Not, [value]) => Ok((!value.is_true()).into()),
            (Self::Eq, [first, others @ ..]) => compare::equal_any(first, others).map(Value::Bool),
            (Self::Ne, [one, other]) => compare::equal(one, other).map(|equal| Value::Bool(!equal)),
            (Self::Lt, [one, other]) => compare::less(one, other).map(Value::Bool),
            (Self::Le, [one, other]) => compare::less_or_equal(one, other).map(Value::Bool),
            (Self::Gt, [one, other]) => compare::less_or_equal(one, other).map(|le| Value::Bool(!le)),
            (Self::Ge, [one, other]) => compare::less(one, other).map(|less| Value::Bool(!less)),
            _ => Ok(Value::Nil),
        }
    }
}

/// Calls the function value that is the first argument; `name` is how the template wrote it.
pub(super) fn call(session: &mut Session, name: &str, values: &mut [Value]) -> Result<Value, CallError> {
    let Some((function, arguments)) = values.split_first_mut() else { return Err("call of nil".into()) };
    let function = match function {
        Value::Func(function) => function.clone(),
        Value::Nil => return Err("call of nil".into()),
        other => return Err(format!("non-function {name} of type {}", other.type_name()).into()),
    };
    let signature = function.signature();
    let (n_fixed, n_given) = (signature.parameters().len(), arguments.len());
    if signature.rest().is_some() {
        if n_given < n_fixed {
            return Err(format!("wrong number of args for {name}: got {n_given} want at least {n_fixed}").into());
        }
    } else if n_given != n_fixed {
        return Err(format!("wrong number of args for {name}: got {n_given} want {n_fixed}").into());
    }
    let wanted = signature.parameters().iter().copied().chain(std::iter::repeat_with(|| signature.rest()).flatten());
    for (at, (argument, wanted)) in arguments.iter_mut().zip(wanted).enumerate() {
        *argument = prepare(std::mem::take(argument), wanted).map_err(|error| format!("arg {at}: {error}"))?;
    }
    function.call(session, arguments)
}

/// Returns the value as one of type `wanted`; integers are converted.
pub(super) fn prepare(value: Value, wanted: Type) -> Result<Value, CallError> {
    let Some(given) = value.go_type() else {
        if wanted.can_be_nil() {
            return Ok(Value::zero(wanted));
        }
        return Err(format!("value is nil; should be of type {wanted}").into());
    };
    if given.is_assignable_to(wanted) {
        return Ok(value);
    }
    match (&value, wanted) {
        (Value::Int(number, _), Type::Int(kind)) => Ok(Value::Int(*number, kind)),
        (Value::Int(number, _), Type::Uint(kind)) => Ok(Value::Uint(number.cast_unsigned(), kind)),
        (Value::Uint(number, _), Type::Int(kind)) => Ok(Value::Int(number.cast_signed(), kind)),
        (Value::Uint(number, _), Type::Uint(kind)) => Ok(Value::Uint(*number, kind)),
        _ => Err(format!("value has type {given}; should be {wanted}").into()),
    }
}
