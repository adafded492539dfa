use std::any::Any;

use towpath_gotmpl::{CallError, Kind, List, Object, Session, Signature, Str, Type, Value};

/// A struct with methods, used as a pointer; without content, the nil pointer.
pub(crate) struct Person(pub(crate) Option<Str>);

const GREET: &Signature = &Signature::new(&[Type::String], Type::String);
const SUM: &Signature = &Signature::variadic(&[], Type::INT, Type::INT);
const FAIL: &Signature = &Signature::new(&[], Type::String);
const ANY: &Signature = &Signature::new(&[Type::Any], Type::String);

impl Person {
    pub(crate) fn named(name: &str) -> Self {
        Self(Some(name.into()))
    }
}

impl Object for Person {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Pointer, "*main.Person")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    fn field(&self, name: &str) -> Option<(Value, Type)> {
        let own = self.0.clone().unwrap_or_default();
        Some(match name {
            "Name" => (own.into(), Type::String),
            "Age" => (Value::int(36), Type::INT),
            "Tags" => (List::strings(["x", "y"]).into(), Type::STRING_LIST),
            "Extra" => (Value::Nil, Type::Any),
            "Inner" => (Value::object(Self(None)), self.object_type()),
            _ => return None,
        })
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        ["Name", "Age", "Tags", "Extra", "Inner"]
            .into_iter()
            .filter_map(|name| Some((name, self.field(name)?.0)))
            .collect()
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        match name {
            "Greet" => Some(GREET),
            "Sum" => Some(SUM),
            "Fail" => Some(FAIL),
            "Any" => Some(ANY),
            _ => None,
        }
    }

    fn call(&self, _: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let Some(own) = &self.0 else {
            return Err("runtime error: invalid memory address or nil pointer dereference".into());
        };
        match name {
            "Greet" => Ok(format!("{}, {own}", arguments[0].as_str().unwrap_or_default()).into()),
            "Sum" => Ok(Value::int(i64::try_from(own.len() + arguments.len()).unwrap_or(0))),
            "Any" => Ok(arguments[0].type_name().into()),
            _ => Err("person failed".into()),
        }
    }
}

/// `Point{1, 2}`, a struct without methods.
pub(crate) struct Point;

impl Object for Point {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Struct, "main.Point")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("X", Value::int(1)), ("Y", Value::int(2))]
    }

    fn equals(&self, _: &dyn Object) -> bool {
        true
    }
}

/// `time.Duration`, as far as whole milliseconds, seconds and minutes go.
pub(crate) struct Duration(pub(crate) i64);

impl Object for Duration {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Int64, "time.Duration")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn with_underlying(&self, underlying: Value) -> Value {
        match underlying {
            Value::Int(number, _) => Value::object(Self(number)),
            other => other,
        }
    }

    fn text(&self) -> Option<Str> {
        let (minutes, rest) = (self.0 / 60_000_000_000, self.0 % 60_000_000_000);
        Some(match (minutes, rest) {
            (0, 0) => "0s".into(),
            (0, rest) if rest.abs() < 1000 => format!("{rest}ns").into(),
            (0, rest) if rest < 1_000_000_000 => format!("{}ms", rest / 1_000_000).into(),
            (0, rest) => format!("{}s", rest / 1_000_000_000).into(),
            (minutes, rest) => format!("{minutes}m{}s", rest / 1_000_000_000).into(),
        })
    }
}
