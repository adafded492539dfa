use std::any::Any;

use towpath_gotmpl::{CallError, Kind, Object, Session, Signature, Str, Type, Value};

use crate::semver::Version;

/// What Sprig's `semver` returns: a `*semver.Version` with its methods.
#[derive(Debug, Clone)]
pub(crate) struct VersionValue(pub(crate) Version);

/// `*semver.Version`.
pub(crate) const VERSION: Type = Type::Named(Kind::Pointer, "*semver.Version");
const PLAIN_VERSION: Type = Type::Named(Kind::Struct, "semver.Version");
const UINT64: Type = Type::Uint(towpath_gotmpl::UintKind::Uint64);

impl Object for VersionValue {
    fn object_type(&self) -> Type {
        VERSION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let number = |number: u64| Value::Uint(number, towpath_gotmpl::UintKind::Uint64);
        let text = |text: &str| Value::from(text);
        vec![
            ("major", number(self.0.major)),
            ("minor", number(self.0.minor)),
            ("patch", number(self.0.patch)),
            ("pre", text(&self.0.prerelease)),
            ("metadata", text(&self.0.metadata)),
            ("original", text(&self.0.original)),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        Some(match name {
            "Major" | "Minor" | "Patch" => const { &Signature::new(&[], UINT64) },
            "Prerelease" | "Metadata" | "Original" | "String" => const { &Signature::new(&[], Type::String) },
            "Compare" => const { &Signature::new(&[VERSION], Type::INT) },
            "Equal" | "LessThan" | "GreaterThan" | "LessThanEqual" | "GreaterThanEqual" => {
                const { &Signature::new(&[VERSION], Type::Bool) }
            }
            "IncMajor" | "IncMinor" | "IncPatch" => const { &Signature::new(&[], PLAIN_VERSION) },
            _ => return None,
        })
    }

    fn call(&self, _session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let version = &self.0;
        let number = |number: u64| Value::Uint(number, towpath_gotmpl::UintKind::Uint64);
        Ok(match name {
            "Major" => number(version.major),
            "Minor" => number(version.minor),
            "Patch" => number(version.patch),
            "Prerelease" => Value::from(version.prerelease.as_str()),
            "Metadata" => Value::from(version.metadata.as_str()),
            "Original" => Value::from(version.original.as_str()),
            "String" => Value::from(version.to_string()),
            "IncMajor" | "IncMinor" | "IncPatch" => Value::object(Self(next(version, name))),
            _ => {
                let other = arguments.first().and_then(Value::downcast::<Self>).ok_or("argument is not a version")?;
                let order = version.cmp(&other.0);
                match name {
                    "Compare" => Value::int(order as i64),
                    "Equal" => Value::Bool(order.is_eq()),
                    "LessThan" => Value::Bool(order.is_lt()),
                    "LessThanEqual" => Value::Bool(order.is_le()),
                    "GreaterThan" => Value::Bool(order.is_gt()),
                    _ => Value::Bool(order.is_ge()),
                }
            }
        })
    }
}

/// Returns the version after `version`: a prerelease's next patch is its release.
fn next(version: &Version, method: &str) -> Version {
    let mut next = Version { prerelease: String::new(), metadata: String::new(), ..version.clone() };
    match method {
        "IncMajor" => (next.major, next.minor, next.patch) = (version.major + 1, 0, 0),
        "IncMinor" => (next.minor, next.patch) = (version.minor + 1, 0),
        _ if version.prerelease.is_empty() => next.patch = version.patch + 1,
        _ => {}
    }
    let prefix = if version.original.starts_with('v') { "v" } else { "" };
    next.original = format!("{prefix}{next}");
    next
}
