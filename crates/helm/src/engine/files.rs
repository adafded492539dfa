use std::{any::Any, collections::BTreeMap, rc::Rc, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_gotmpl::{CallError, List, ListType, Map, MapType, Object, Session, Signature, Str, Type, Value};

use crate::{
    chart::ChartFile,
    golang::{Glob, paths, yaml},
};

/// `.Files`: the files of a chart that are neither templates nor values.
#[derive(Debug, Clone)]
pub(crate) struct Files(Rc<BTreeMap<String, Arc<[u8]>>>);

const FILES: &MapType = &MapType { name: "engine.files", element: Type::List(ListType::BYTE), is_defined: true };

impl Files {
    /// Returns the files of a chart.
    pub(super) fn of(files: &[ChartFile]) -> Self {
        Self(Rc::new(files.iter().map(|file| (file.name.clone(), Arc::clone(&file.data))).collect()))
    }

    fn content(&self, name: &Value) -> Str {
        let name = name.as_str().unwrap_or_default();
        self.0.get(name.to_string_lossy().as_ref()).map(|data| Str::from(Arc::clone(data))).unwrap_or_default()
    }

    fn glob(&self, pattern: &str) -> Self {
        // A malformed pattern matches everything, as in Helm.
        let glob = Glob::parse(pattern);
        let matches = |name: &str| glob.as_ref().is_none_or(|glob| glob.matches(name));
        let kept = self.0.iter().filter(|(name, _)| matches(name));
        Self(Rc::new(kept.map(|(name, data)| (name.clone(), Arc::clone(data))).collect()))
    }

    /// Returns the files as YAML under their last names.
    fn as_yaml(&self, content: fn(&Arc<[u8]>) -> Value) -> String {
        let entries = self.0.iter().map(|(name, data)| (Str::from(paths::base(name)), content(data)));
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
        let entries = self.0.iter();
        let entries = entries.map(|(name, data)| (Str::from(name.as_str()), Value::Bytes(Arc::clone(data).into())));
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

    fn call(&self, _session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
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
