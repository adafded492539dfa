use std::{any::Any, rc::Rc};

use towpath_gotmpl::{CallError, Kind, List, ListType, Object, Session, Signature, Str, Type, Value};

use crate::{HelmError, Profile, RenderEnv, error::Problem, semver::Version};

/// `.Capabilities`.
#[derive(Debug, Clone)]
pub(crate) struct Capabilities {
    pub(crate) kube: KubeVersion,
    versions: Rc<[String]>,
    profile: Profile,
}

/// `.Capabilities.KubeVersion`.
#[derive(Debug, Clone)]
pub(crate) struct KubeVersion {
    /// As the user gave it, with a `v`.
    pub(crate) version: String,
    /// What constraints are checked against.
    pub(crate) normalized: String,
    major: String,
    minor: String,
    profile: Profile,
}

/// `.Capabilities.HelmVersion`.
#[derive(Debug, Clone)]
pub(crate) struct BuildInfo(Profile);

/// `.Capabilities.APIVersions`.
#[derive(Debug, Clone)]
struct Versions {
    versions: Rc<[String]>,
    profile: Profile,
}

impl Capabilities {
    /// Returns what `helm template` offers: the API versions that it knows and those that the caller adds.
    pub(crate) fn new(env: &RenderEnv) -> Result<Self, HelmError> {
        let kube = match &env.kube_version {
            Some(text) => KubeVersion::parse(text, env.profile).map_err(|error| {
                let message = format!("invalid kube version '{text}': {error}");
                HelmError::Release(Problem::new(message).hint("a version of Kubernetes looks like 1.37.0"))
            })?,
            None => KubeVersion::default_of(env.profile),
        };
        let known = match env.profile {
            Profile::Helm4 => super::api_versions::HELM4,
            Profile::Helm3 => super::api_versions::HELM3,
        };
        let added = env.api_versions.iter().cloned();
        let versions = known.lines().map(str::to_owned).chain(added).collect();
        Ok(Self { kube, versions, profile: env.profile })
    }

    fn versions(&self) -> Value {
        Value::object(Versions { versions: Rc::clone(&self.versions), profile: self.profile })
    }

    /// Returns the fields under their names in JSON.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        let fields = self.fields().into_iter();
        fields.map(|(name, value)| (name.into(), value)).collect()
    }
}

impl Object for Capabilities {
    fn object_type(&self) -> Type {
        Type::Named(
            Kind::Pointer,
            match self.profile {
                Profile::Helm4 => "*common.Capabilities",
                Profile::Helm3 => "*chartutil.Capabilities",
            },
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", Value::object(self.kube.clone())),
            ("APIVersions", self.versions()),
            ("HelmVersion", Value::object(BuildInfo(self.profile))),
        ]
    }
    fn method(&self, name: &str) -> Option<&'static Signature> {
        let signature = match self.profile {
            Profile::Helm4 => const { &Signature::new(&[], Type::Named(Kind::Pointer, "*common.Capabilities")) },
            Profile::Helm3 => const { &Signature::new(&[], Type::Named(Kind::Pointer, "*chartutil.Capabilities")) },
        };
        (name == "Copy").then_some(signature)
    }

    fn call(&self, _session: &mut Session, _name: &str, _arguments: &mut [Value]) -> Result<Value, CallError> {
        Ok(Value::object(self.clone()))
    }
}

/// The field of a Kubernetes version that only printing shows.
const NORMALIZED: &str = "normalizedVersion";

impl KubeVersion {
    /// Returns the fields under their names in JSON.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        let fields = self.fields().into_iter().filter(|(name, _)| *name != NORMALIZED);
        fields.map(|(name, value)| (name.into(), value)).collect()
    }

    fn default_of(profile: Profile) -> Self {
        let minor = if profile == Profile::Helm4 { "37" } else { "32" };
        let version = format!("v1.{minor}.0");
        Self { normalized: version.clone(), version, major: "1".to_owned(), minor: minor.to_owned(), profile }
    }

    fn parse(text: &str, profile: Profile) -> Result<Self, String> {
        if profile == Profile::Helm3 {
            let version = Version::parse(text, profile).map_err(|error| error.to_string())?;
            let shown = format!("v{version}");
            let (major, minor) = (version.major.to_string(), version.minor.to_string());
            return Ok(Self { normalized: shown.clone(), version: shown, major, minor, profile });
        }
        let bare = text.trim_start().strip_prefix('v').unwrap_or(text.trim_start());
        let end = bare.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(bare.len());
        let numbers = bare[..end].trim_end_matches('.');
        let components: Vec<&str> = numbers.split('.').collect();
        let quoted = crate::golang::quote(text);
        if numbers.is_empty() {
            return Err(format!("could not parse {quoted} as version"));
        }
        let [major, minor, ..] = components[..] else { return Err(format!("illegal version string {quoted}")) };
        for component in &components {
            let problem = if component.is_empty() || component.parse::<u64>().is_err() {
                format!("illegal non-numeric version component {} in {quoted}", crate::golang::quote(component))
            } else if component.len() > 1 && component.starts_with('0') {
                format!("illegal zero-prefixed version component {} in {quoted}", crate::golang::quote(component))
            } else {
                continue;
            };
            return Err(problem);
        }
        let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        let (major, minor) = (major.to_owned(), minor.to_owned());
        Ok(Self { version, normalized: format!("v{numbers}"), major, minor, profile })
    }
}

impl Object for KubeVersion {
    fn object_type(&self) -> Type {
        Type::Named(
            Kind::Struct,
            match self.profile {
                Profile::Helm4 => "common.KubeVersion",
                Profile::Helm3 => "chartutil.KubeVersion",
            },
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &String| Value::from(text.as_str());
        let mut fields =
            vec![("Version", text(&self.version)), ("Major", text(&self.major)), ("Minor", text(&self.minor))];
        if self.profile == Profile::Helm4 {
            fields.insert(1, (NORMALIZED, text(&self.normalized)));
        }
        fields
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        matches!(name, "String" | "GitVersion").then_some(const { &Signature::new(&[], Type::String) })
    }

    fn call(&self, _session: &mut Session, name: &str, _arguments: &mut [Value]) -> Result<Value, CallError> {
        Ok(if name == "String" { self.normalized.as_str() } else { self.version.as_str() }.into())
    }

    fn pointer_text(&self) -> Option<Str> {
        Some(self.normalized.as_str().into())
    }
}

impl BuildInfo {
    fn values(&self) -> [(&'static str, &'static str, &'static str); 5] {
        let newer = self.0 == Profile::Helm4;
        let pick = |four, three| if newer { four } else { three };
        [
            ("Version", "version", self.0.helm_version()),
            (
                "GitCommit",
                "git_commit",
                pick("c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff", "e4da49785aa6e6ee2b86efd5dd9e43400318262b"),
            ),
            ("GitTreeState", "git_tree_state", "clean"),
            ("GoVersion", "go_version", pick("go1.27.2", "go1.23.7")),
            ("KubeClientVersion", "kube_client_version", pick("v1.37", "")),
        ]
    }

    /// Returns the fields under their names in JSON, without the empty ones.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        let set = self.values().into_iter().filter(|(_, _, value)| !value.is_empty());
        set.map(|(_, key, value)| (key.into(), value.into())).collect()
    }
}

impl Object for BuildInfo {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Struct, "version.BuildInfo")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let known = self.values().into_iter();
        let known = known.filter(|(name, ..)| self.0 == Profile::Helm4 || *name != "KubeClientVersion");
        known.map(|(name, _, value)| (name, value.into())).collect()
    }
}

impl Object for Versions {
    fn object_type(&self) -> Type {
        const HELM4: &ListType = &ListType { name: "common.VersionSet", element: Type::String, is_defined: true };
        const HELM3: &ListType = &ListType { name: "chartutil.VersionSet", element: Type::String, is_defined: true };
        Type::List(if self.profile == Profile::Helm4 { HELM4 } else { HELM3 })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(List::strings(self.versions.iter().map(String::as_str)).into())
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        (name == "Has").then_some(const { &Signature::new(&[Type::String], Type::Bool) })
    }

    fn call(&self, _session: &mut Session, _name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let wanted = arguments.first().and_then(Value::as_str).unwrap_or_default();
        Ok(Value::Bool(self.versions.iter().any(|version| wanted == version.as_str())))
    }
}
