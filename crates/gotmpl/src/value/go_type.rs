use std::{borrow::Cow, fmt};

use super::{
    Map, Value,
    kind::{IntKind, Kind, UintKind},
};
use crate::{CallError, Session, Signature};

/// A Go type: of a value, of a parameter, of an element.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `interface {}`.
    Any,
    /// `reflect.Value`: a parameter that takes everything, also a missing value.
    Reflect,
    /// `bool`.
    Bool,
    /// A signed integer.
    Int(IntKind),
    /// An unsigned integer.
    Uint(UintKind),
    /// `float32`.
    Float32,
    /// `float64`.
    Float64,
    /// `complex128`.
    Complex128,
    /// `string`.
    String,
    /// A slice.
    List(&'static ListType),
    /// A map with string keys.
    Map(&'static MapType),
    /// Any other type, by its kind and name.
    Named(Kind, &'static str),
}

/// The type of a list.
#[derive(Debug)]
pub struct ListType {
    /// What `%T` prints: `[]interface {}`.
    pub name: &'static str,
    /// The type of the elements.
    pub element: Type,
    /// Whether the type is defined by name (`common.Files`) rather than written out (`[]string`).
    pub is_defined: bool,
}

/// The type of a map; keys are strings.
#[derive(Debug)]
pub struct MapType {
    /// What `%T` prints: `map[string]interface {}`.
    pub name: &'static str,
    /// The type of the elements.
    pub element: Type,
    /// Whether the type is defined by name (`common.Values`) rather than written out.
    pub is_defined: bool,
    /// The methods of a defined type; they come before the entries.
    pub methods: &'static [MapMethod],
}

/// A method of a map type.
#[derive(Debug)]
pub struct MapMethod {
    /// Its name.
    pub name: &'static str,
    /// What it takes and gives.
    pub signature: Signature,
    /// Calls it.
    pub call: fn(&mut Session, &Map, &mut [Value]) -> Result<Value, CallError>,
}

impl ListType {
    /// `[]interface {}`.
    pub const ANY: &'static Self = &Self { name: "[]interface {}", element: Type::Any, is_defined: false };
    /// `[]string`.
    pub const STRING: &'static Self = &Self { name: "[]string", element: Type::String, is_defined: false };
    /// `[]int`.
    pub const INT: &'static Self = &Self { name: "[]int", element: Type::INT, is_defined: false };
    /// `[]uint8`, which Go also calls `[]byte`. Such values are [`Value::Bytes`](crate::Value::Bytes).
    pub const BYTE: &'static Self = &Self { name: "[]uint8", element: Type::Uint(UintKind::Uint8), is_defined: false };
    /// `[][]interface {}`.
    pub const ANY_LIST: &'static Self =
        &Self { name: "[][]interface {}", element: Type::List(Self::ANY), is_defined: false };
    /// `[]map[string]interface {}`.
    pub const ANY_MAP: &'static Self =
        &Self { name: "[]map[string]interface {}", element: Type::Map(MapType::ANY), is_defined: false };
}

impl ListType {
    /// Tells whether it is `[]uint8`.
    pub fn is_bytes(&self) -> bool {
        std::ptr::eq(self, Self::BYTE) || self.name == Self::BYTE.name
    }
}

impl MapType {
    /// `map[string]interface {}`.
    pub const ANY: &'static Self =
        &Self { name: "map[string]interface {}", element: Type::Any, is_defined: false, methods: &[] };
    /// `map[string]string`.
    pub const STRING: &'static Self =
        &Self { name: "map[string]string", element: Type::String, is_defined: false, methods: &[] };
}

impl MapType {
    /// Returns the method of this name.
    pub(crate) fn method(&self, name: &[u8]) -> Option<&'static MapMethod> {
        self.methods.iter().find(|method| method.name.as_bytes() == name)
    }
}

impl Type {
    /// `int`.
    pub const INT: Self = Self::Int(IntKind::Int);
    /// `int64`.
    pub const INT64: Self = Self::Int(IntKind::Int64);
    /// `[]interface {}`.
    pub const ANY_LIST: Self = Self::List(ListType::ANY);
    /// `[]string`.
    pub const STRING_LIST: Self = Self::List(ListType::STRING);
    /// `map[string]interface {}`.
    pub const ANY_MAP: Self = Self::Map(MapType::ANY);

    /// Returns the kind.
    pub fn kind(self) -> Kind {
        match self {
            Self::Any => Kind::Interface,
            Self::Reflect => Kind::Struct,
            Self::Bool => Kind::Bool,
            Self::Int(kind) => kind.kind(),
            Self::Uint(kind) => kind.kind(),
            Self::Float32 => Kind::Float32,
            Self::Float64 => Kind::Float64,
            Self::Complex128 => Kind::Complex128,
            Self::String => Kind::String,
            Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Named(kind, _) => kind,
        }
    }

    /// Returns the name as `%T` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::List(list) => list.name,
            Self::Map(map) => map.name,
            Self::Named(_, name) => name,
            basic => basic.kind().as_str(),
        }
    }

    /// Tells whether nil may stand where this type is expected.
    pub fn can_be_nil(self) -> bool {
        matches!(self, Self::Reflect)
            || matches!(self.kind(), Kind::Interface | Kind::Map | Kind::Pointer | Kind::Slice | Kind::Func)
    }

    fn is_defined(self) -> bool {
        match self {
            Self::List(list) => list.is_defined,
            Self::Map(map) => map.is_defined,
            // A pointer or function type is written out, everything else has a name of its own.
            Self::Named(kind, _) => !matches!(kind, Kind::Pointer | Kind::Func),
            _ => true,
        }
    }

    /// Tells whether a value of this type may be assigned to `target`.
    ///
    /// Source: "Assignability" in the Go specification.
    pub fn is_assignable_to(self, target: Self) -> bool {
        if matches!(target, Self::Any | Self::Reflect) || self == target {
            return true;
        }
        let same_underlying = match (self, target) {
            (Self::List(one), Self::List(other)) => one.element == other.element,
            (Self::Map(one), Self::Map(other)) => one.element == other.element,
            _ => false,
        };
        same_underlying && (!self.is_defined() || !target.is_defined())
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map(one), Self::Map(other)) if std::ptr::eq(*one, *other) => true,
            (Self::List(one), Self::List(other)) if std::ptr::eq(*one, *other) => true,
            (Self::String, Self::String) | (Self::Bool, Self::Bool) => true,
            (one, other) => one.kind() == other.kind() && one.name() == other.name(),
        }
    }
}

impl Eq for Type {}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Type> for Cow<'static, str> {
    fn from(from: Type) -> Self {
        Cow::Borrowed(from.name())
    }
}
