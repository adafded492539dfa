use towpath_gotmpl::{Object, Str, Value};

use super::time::Time;
use crate::{
    Profile,
    chart::{Embedded, Metadata, Record},
    engine::{BuildInfo, Capabilities, KubeVersion},
    semver_value::VersionValue,
};

/// What an object becomes in JSON, YAML and TOML.
pub(crate) enum Marshal {
    /// Another value.
    Value(Value),
    /// A struct's fields under their names in JSON.
    Fields(Vec<(Str, Value)>),
    /// A struct without visible fields, or a function.
    Unsupported,
    /// A time that RFC 3339 cannot write, and why.
    Failed(&'static str),
}

/// Returns Go's error of a time that is no JSON; the Go of Helm 4 finds the method of a pointer.
pub(crate) fn unwritable(of: impl std::fmt::Display, problem: &str, profile: Profile) -> String {
    match profile {
        Profile::Helm4 => format!("json: error calling MarshalJSON for type *{of}: {problem}"),
        Profile::Helm3 => format!("json: error calling MarshalJSON for type {of}: Time.MarshalJSON: {problem}"),
    }
}

impl Marshal {
    /// Returns what Go's `encoding/json` makes of `object`: its `MarshalJSON` method, its tagged fields, its data.
    pub(crate) fn of(object: &dyn Object) -> Self {
        let any = object.as_any();
        if let Some(time) = any.downcast_ref::<Time>() {
            return match time.marshaled() {
                Ok(text) => Self::Value(Value::from(text)),
                Err(problem) => Self::Failed(problem),
            };
        }
        if let Some(version) = any.downcast_ref::<VersionValue>() {
            return Self::Value(Value::from(version.version.to_string()));
        }
        if let Some(metadata) = any.downcast_ref::<Metadata>() {
            return Self::Fields(metadata.json_fields());
        }
        if let Some(metadata) = any.downcast_ref::<Embedded>() {
            return Self::Fields(metadata.json_fields());
        }
        if let Some(record) = any.downcast_ref::<Record>() {
            return Self::Fields(record.json_fields());
        }
        if let Some(build) = any.downcast_ref::<BuildInfo>() {
            return Self::Fields(build.json_fields());
        }
        if let Some(version) = any.downcast_ref::<KubeVersion>() {
            return Self::Fields(version.json_fields());
        }
        if let Some(capabilities) = any.downcast_ref::<Capabilities>() {
            return Self::Fields(capabilities.json_fields());
        }
        if let Some(underlying) = object.underlying() {
            return Self::Value(underlying);
        }
        let fields = object.fields();
        if fields.is_empty() {
            return Self::Unsupported;
        }
        Self::Fields(fields.into_iter().map(|(name, value)| (Str::from(name), value)).collect())
    }
}
