mod entries;
mod from;
mod go_type;
mod kind;
mod list;
mod map;
mod object;
mod owned;
mod str;

use std::{borrow::Cow, fmt, rc::Rc, sync::Arc};

pub(crate) use self::owned::{CONTAINER, ELEMENT, ENTRY};
pub use self::{
    entries::{Entries, EntriesIter},
    go_type::{ListType, MapMethod, MapType, Type},
    kind::{IntKind, Kind, UintKind},
    list::List,
    map::Map,
    object::Object,
    str::Str,
};
use crate::Function;

/// A Go value as templates see it. Cloning copies at most 24 bytes.
#[derive(Clone, Default)]
pub enum Value {
    /// Nil without a type.
    #[default]
    Nil,
    /// A truth value.
    Bool(bool),
    /// A signed integer, and which.
    Int(i64, IntKind),
    /// An unsigned integer, and which.
    Uint(u64, UintKind),
    /// A `float32`.
    Float32(f32),
    /// A `float64`.
    Float(f64),
    /// A `complex128`: real and imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(Str),
    /// A `[]byte`.
    Bytes(Str),
    /// A slice.
    List(List),
    /// A map, shared by its holders.
    Map(Map),
    /// A value with fields and methods.
    Object(Rc<dyn Object>),
    /// A function.
    Func(Arc<Function>),
}

impl Value {
    /// Returns a Go `int`.
    pub const fn int(number: i64) -> Self {
        Self::Int(number, IntKind::Int)
    }

    /// Returns a Go `int64`.
    pub const fn int64(number: i64) -> Self {
        Self::Int(number, IntKind::Int64)
    }

    /// Returns a string.
    pub fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// Returns an object.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// Returns the kind; `Invalid` for nil.
    pub fn kind(&self) -> Kind {
        self.go_type().map_or(Kind::Invalid, Type::kind)
    }

    /// Returns the type, or nothing for nil. A function's is `Type::Named(Kind::Func, "func")`.
    pub fn go_type(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(_, kind) => Type::Int(*kind),
            Self::Uint(_, kind) => Type::Uint(*kind),
            Self::Float32(_) => Type::Float32,
            Self::Float(_) => Type::Float64,
            Self::Complex(..) => Type::Complex128,
            Self::Str(_) => Type::String,
            Self::Bytes(_) => Type::List(ListType::BYTE),
            Self::List(list) => Type::List(list.list_type()),
            Self::Map(map) => Type::Map(map.map_type()),
            Self::Object(object) => object.object_type(),
            Self::Func(_) => Type::Named(Kind::Func, "func"),
        })
    }

    /// Returns what `%T` prints; `<nil>` for nil, and just `func` for a function.
    pub fn type_name(&self) -> &'static str {
        self.go_type().map_or("<nil>", Type::name)
    }

    /// Returns the type's name in full, also of a function.
    pub(crate) fn full_type_name(&self) -> Cow<'static, str> {
        match self {
            Self::Func(function) => function.signature().to_string().into(),
            other => other.type_name().into(),
        }
    }

    /// Returns the name of the type behind a pointer, else of the type: what remains when Go has followed it.
    pub(crate) fn pointed_type_name(&self) -> &'static str {
        let name = self.type_name();
        if self.kind() == Kind::Pointer { name.trim_start_matches('*') } else { name }
    }

    /// Tells what `if` makes of it: false for nil, zero and empty values.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(truth) => *truth,
            Self::Int(number, _) => *number != 0,
            Self::Uint(number, _) => *number != 0,
            Self::Float32(number) => *number != 0.0,
            Self::Float(number) => *number != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Str(text) | Self::Bytes(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => match object.underlying() {
                Some(underlying) if object.object_type().kind() != Kind::Pointer => underlying.is_true(),
                _ => !object.is_nil(),
            },
            Self::Func(_) => true,
        }
    }

    /// Tells whether it is nil, or a nil slice, map or pointer.
    pub fn is_nil(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::List(list) => list.is_nil(),
            Self::Map(map) => map.is_nil(),
            Self::Object(object) => object.is_nil(),
            _ => false,
        }
    }

    /// Returns the string, also of a defined string type.
    pub fn as_str(&self) -> Option<Str> {
        match self {
            Self::Str(text) => Some(text.clone()),
            Self::Object(object) => match object.underlying()? {
                Self::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the map of a map value.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// Returns the list of a list value; not of bytes.
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// Returns the object as its Rust type.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        if let Self::Object(object) = self { object.as_any().downcast_ref() } else { None }
    }

    /// Returns the number of elements, entries or bytes; nothing for what has no length.
    pub fn length(&self) -> Option<usize> {
        match self {
            Self::Str(text) | Self::Bytes(text) => Some(text.len()),
            Self::List(list) => Some(list.len()),
            Self::Map(map) => Some(map.len()),
            Self::Object(object) => object.underlying()?.length(),
            _ => None,
        }
    }

    /// Returns the zero value of a type, such as `""`.
    pub fn zero(of: Type) -> Self {
        match of {
            Type::Any | Type::Reflect | Type::Named(..) => Self::Nil,
            Type::Bool => Self::Bool(false),
            Type::Int(kind) => Self::Int(0, kind),
            Type::Uint(kind) => Self::Uint(0, kind),
            Type::Float32 => Self::Float32(0.0),
            Type::Float64 => Self::Float(0.0),
            Type::Complex128 => Self::Complex(0.0, 0.0),
            Type::String => Self::Str(Str::default()),
            Type::List(list) => Self::List(List::nil(list)),
            Type::Map(map) => Self::Map(Map::nil(map)),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number, kind) => write!(f, "{}({number})", kind.kind()),
            Self::Uint(number, kind) => write!(f, "{}({number})", kind.kind()),
            Self::Float32(number) => write!(f, "{number}f32"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Complex(real, imaginary) => write!(f, "({real:?}{imaginary:+?}i)"),
            Self::Str(text) => write!(f, "{text:?}"),
            Self::Bytes(text) => write!(f, "b{text:?}"),
            Self::List(list) => f.debug_list().entries(list.as_slice()).finish(),
            Self::Map(map) => f.debug_map().entries(map.entries()).finish(),
            Self::Object(object) => write!(f, "{}", object.object_type()),
            Self::Func(_) => f.write_str("func"),
        }
    }
}
