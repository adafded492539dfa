use towpath_gotmpl::{CallError, Signature, Value};

use super::{B, Entry, S, arguments::utf8};
use crate::{
    engine::State,
    semver::{Constraints, Version},
    semver_value::{VERSION, VersionValue},
};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("semver", Signature::new(&[S], VERSION), |s, a| {
        let profile = State::of(s)?.profile();
        let version = Version::parse(&utf8(&a[0]), profile).map_err(|error| CallError::new(error.to_string()))?;
        Ok(Value::object(VersionValue::new(version, profile)))
    }),
    ("semverCompare", Signature::new(&[S, S], B), |s, a| {
        let profile = State::of(s)?.profile();
        let constraints =
            Constraints::parse(&utf8(&a[0]), profile).map_err(|error| CallError::new(error.to_string()))?;
        let version = Version::parse(&utf8(&a[1]), profile).map_err(|error| CallError::new(error.to_string()))?;
        Ok(Value::Bool(constraints.check(&version)))
    }),
];
