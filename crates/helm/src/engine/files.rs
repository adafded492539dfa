use std::{any::Any, collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_gotmpl::{CallError, List, ListType, Map, MapType, Object, Session, Signature, Str, Type, Value};

use crate::{
    chart::StoredFile,
    golang::{Glob, paths, yaml},
};

/// `.Files`: the files of a chart that are neither templates nor values.
#[derive(Debug, Clone)]
pub(crate) struct Files(Arc<[StoredFile]>);

const FILES: &MapType =
    &MapType { name: "engine.files", element: Type::List(ListType::BYTE), is_defined: true, methods: &[] };

impl Files {
    /// Returns the files of a chart.
    pub(super) fn of(files: &Arc<[StoredFile]>) -> Self {
        Self(Arc::clone(files))
    }

    fn content(&self, name: &Value) -> Str {
        let name = name.as_str().unwrap_or_default();
        // Of files with one name the last counts, as in Go's map of them.
        let found = self.0.iter().rev().find(|file| file.name.as_bytes() == name.as_bytes());
        found.map(|file| file.data().into()).unwrap_or_default()
    }

    fn glob(&self, pattern: &str) -> Self {
        // A malformed pattern matches everything, as in Helm.
        let glob = Glob::parse(pattern);
        let matches = |name: &str| glob.as_ref().is_none_or(|glob| glob.matches(name));
        Self(self.0.iter().filter(|file| matches(&file.name)).cloned().collect())
    }

    /// Asks the limits whether a method may run.
    fn check(&self, session: &mut Session, name: &str, arguments: &[Value]) -> Result<(), CallError> {
        let argument = || arguments.first().and_then(Value::as_str).unwrap_or_default();
        match name {
            "Glob" => {
                let names: usize = self.0.iter().map(|file| file.name.len() + 16).sum();
                session.work((names.saturating_mul(argument().len() + 1) / 128) as u64)
            }
            "Lines" => {
                session.work((self.0.len() / 64) as u64)?;
                let content = self.content(&arguments[0]);
                let n_lines = memchr::memchr_iter(b'\n', content.as_bytes()).count();
                session.reserve(n_lines.saturating_mul(size_of::<Value>() + 32).saturating_add(content.len()))
            }
            "AsConfig" | "AsSecrets" => {
                let bytes = self.0.iter().map(|file| file.data().len()).fold(0, usize::saturating_add);
                session.reserve(bytes.saturating_mul(3))
            }
            _ => session.work((self.0.len() / 64) as u64),
        }
    }

    /// Returns the files as YAML under their last names.
    fn as_yaml(&self, content: fn(&Arc<[u8]>) -> Value) -> String {
        let by_path: BTreeMap<&str, &StoredFile> = self.0.iter().map(|file| (file.name.as_str(), file)).collect();
        let entries = by_path.into_iter().map(|(name, file)| (Str::from(paths::base(name)), content(&file.data())));
        yaml::emit(&Value::Map(Map::from_entries(MapType::STRING, entries.collect()))).unwrap_or_default()
    }

    fn lines(&self, name: &Value) -> Value {
        let content = self.content(name);
        let bytes = content.as_bytes();
        if bytes.is_empty() {
            return List::strings(Vec::<Str>::new()).into();
        }
        let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        List::strings(body.split(|byte| *byte == b'\n').map(Str::new)).into()
    }
}

impl Object for Files {
    fn object_type(&self) -> Type {
        Type::Map(FILES)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        let entries = self.0.iter().map(|file| (Str::from(file.name.as_str()), Value::Bytes(file.data().into())));
        Some(Value::Map(Map::from_entries(FILES, entries.collect())))
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        const FILES_TYPE: Type = Type::Map(FILES);
        Some(match name {
            "Get" => const { &Signature::new(&[Type::String], Type::String) },
            "GetBytes" => const { &Signature::new(&[Type::String], Type::List(ListType::BYTE)) },
            "Glob" => const { &Signature::new(&[Type::String], FILES_TYPE) },
            "AsConfig" | "AsSecrets" => const { &Signature::new(&[], Type::String) },
            "Lines" => const { &Signature::new(&[Type::String], Type::STRING_LIST) },
            _ => return None,
        })
    }

    fn call(&self, session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        self.check(session, name, arguments)?;
        Ok(match (name, arguments) {
            ("Get", [file]) => Value::Str(self.content(file)),
            ("GetBytes", [file]) => Value::Bytes(self.content(file)),
            ("Glob", [pattern]) => Value::object(self.glob(&pattern.as_str().unwrap_or_default().to_string_lossy())),
            ("Lines", [file]) => self.lines(file),
            ("AsConfig", _) => self.as_yaml(|data| Value::Str(Arc::clone(data).into())).into(),
            ("AsSecrets", _) => self.as_yaml(|data| STANDARD.encode(data).into()).into(),
            (name, _) => return Err(CallError::new(format!("engine.files has no method {name}"))),
        })
    }
}
