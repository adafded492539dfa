use std::any::Any;

use towpath_gotmpl::{CallError, Kind, ListType, Object, Session, Signature, Str, Type, Value};

use crate::{Profile, semver::Version};

/// What Sprig's `semver` returns: a `*semver.Version`, or the `semver.Version` that its methods make of it.
#[derive(Debug, Clone)]
pub(crate) struct VersionValue {
    pub(crate) version: Version,
    /// Whether it is the struct rather than a pointer to it.
    is_plain: bool,
    profile: Profile,
}

/// `*semver.Version`.
pub(crate) const VERSION: Type = Type::Named(Kind::Pointer, "*semver.Version");
const PLAIN_VERSION: Type = Type::Named(Kind::Struct, "semver.Version");
const UINT64: Type = Type::Uint(towpath_gotmpl::UintKind::Uint64);
const BYTES: Type = Type::List(ListType::BYTE);
/// A `driver.Value`, which is any value.
const DRIVER_VALUE: Type = Type::Named(Kind::Interface, "driver.Value");

impl VersionValue {
    /// Returns a pointer to a version.
    pub(crate) fn new(version: Version, profile: Profile) -> Self {
        Self { version, is_plain: false, profile }
    }

    /// Returns a version that was never read: 0.0.0.
    pub(crate) fn empty() -> Value {
        let text = String::new;
        let version = Version { major: 0, minor: 0, patch: 0, prerelease: text(), metadata: text(), original: text() };
        Value::object(Self::new(version, Profile::Helm4))
    }
}

impl Object for VersionValue {
    fn object_type(&self) -> Type {
        if self.is_plain { PLAIN_VERSION } else { VERSION }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let number = |number: u64| Value::Uint(number, towpath_gotmpl::UintKind::Uint64);
        let text = |text: &str| Value::from(text);
        vec![
            ("major", number(self.version.major)),
            ("minor", number(self.version.minor)),
            ("patch", number(self.version.patch)),
            ("pre", text(&self.version.prerelease)),
            ("metadata", text(&self.version.metadata)),
            ("original", text(&self.version.original)),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        Some(match name {
            "Major" | "Minor" | "Patch" => const { &Signature::new(&[], UINT64) },
            "Prerelease" | "Metadata" | "String" => const { &Signature::new(&[], Type::String) },
            "IncMajor" | "IncMinor" | "IncPatch" => const { &Signature::new(&[], PLAIN_VERSION) },
            "SetPrerelease" | "SetMetadata" => const { &Signature::new(&[Type::String], PLAIN_VERSION) },
            "MarshalJSON" | "MarshalText" => const { &Signature::new(&[], BYTES) },
            "Value" => const { &Signature::new(&[], DRIVER_VALUE) },
            // The others belong to the pointer alone.
            _ if self.is_plain => return None,
            "Original" => const { &Signature::new(&[], Type::String) },
            "Compare" => const { &Signature::new(&[VERSION], Type::INT) },
            "Equal" | "LessThan" | "GreaterThan" | "LessThanEqual" | "GreaterThanEqual" => {
                const { &Signature::new(&[VERSION], Type::Bool) }
            }
            _ => return None,
        })
    }

    fn call(&self, _session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let version = &self.version;
        let number = |number: u64| Value::Uint(number, towpath_gotmpl::UintKind::Uint64);
        let made = |version: Version| Value::object(Self { version, is_plain: true, ..self.clone() });
        Ok(match name {
            "Major" => number(version.major),
            "Minor" => number(version.minor),
            "Patch" => number(version.patch),
            "Prerelease" => Value::from(version.prerelease.as_str()),
            "Metadata" => Value::from(version.metadata.as_str()),
            "Original" => Value::from(version.original.as_str()),
            "String" | "Value" => Value::from(version.to_string()),
            "MarshalText" => Value::Bytes(version.to_string().into()),
            "MarshalJSON" => Value::Bytes(crate::golang::quote(&version.to_string()).into()),
            "IncMajor" | "IncMinor" | "IncPatch" => made(next(version, name, self.profile)?),
            "SetPrerelease" | "SetMetadata" => {
                let part = arguments.first().and_then(Value::as_str).unwrap_or_default();
                made(with_part(version, name, &part.to_string_lossy(), self.profile)?)
            }
            _ => {
                let other = arguments.first().and_then(Value::downcast::<Self>).ok_or("argument is not a version")?;
                let order = version.cmp(&other.version);
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
fn next(version: &Version, method: &str, profile: Profile) -> Result<Version, CallError> {
    let after = |number: u64, part: &str| match (number.checked_add(1), profile) {
        (Some(next), _) => Ok(next),
        (None, Profile::Helm3) => Ok(0),
        (None, Profile::Helm4) => Err(CallError::new(format!("{part} version increment would overflow uint64"))),
    };
    let mut next = Version { prerelease: String::new(), metadata: String::new(), ..version.clone() };
    match method {
        "IncMajor" => (next.major, next.minor, next.patch) = (after(version.major, "major")?, 0, 0),
        "IncMinor" => (next.minor, next.patch) = (after(version.minor, "minor")?, 0),
        _ if version.prerelease.is_empty() => next.patch = after(version.patch, "patch")?,
        _ => {}
    }
    next.original = format!("{}{next}", prefix(version));
    Ok(next)
}

/// Returns the version with another prerelease or other metadata.
fn with_part(version: &Version, method: &str, part: &str, profile: Profile) -> Result<Version, CallError> {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let words = |newer: &str, older: &str| Err(CallError::new(if profile == Profile::Helm4 { newer } else { older }));
    let mut changed = version.clone();
    for word in part.split('.').filter(|_| !part.is_empty()) {
        match method {
            "SetPrerelease" if is_number(word) && word.len() > 1 && word.starts_with('0') => {
                return words("version segment starts with 0", "Version segment starts with 0");
            }
            "SetPrerelease" if !is_word(word) => {
                return words("invalid prerelease string", "Invalid Prerelease string");
            }
            _ if !is_word(word) => return words("invalid metadata string", "Invalid Metadata string"),
            _ => {}
        }
    }
    let slot = if method == "SetPrerelease" { &mut changed.prerelease } else { &mut changed.metadata };
    part.clone_into(slot);
    changed.original = format!("{}{changed}", prefix(version));
    Ok(changed)
}

fn prefix(version: &Version) -> &'static str {
    if version.original.starts_with('v') { "v" } else { "" }
}
