//! Field specs that OpenAPI definitions of custom kinds bring, as `crds` names them.
//!
//! Source: kustomize `api/internal/accumulator/loadconfigfromcrds.go` 0.21.1.

use super::{BackReferences, Config};
use crate::{
    data,
    fieldspec::{self, Conflict, FieldSpec},
    id::Gvk,
    node::Value,
};

/// How many schemas may lead to each other.
const MOST_DEPTH: usize = 100;

/// Definitions by the names of their types.
type Definitions<'v> = Vec<(&'v str, &'v Value)>;

/// Reads a file of definitions, in JSON or YAML.
pub(crate) fn from_definitions(text: &str) -> Result<Config, String> {
    if text.is_empty() {
        // kustomize ends with a fault of its own here.
        return Err("the file is empty".to_owned());
    }
    let root = if text.starts_with('{') { data::from_json(text)? } else { data::from_yaml(text)? };
    let mut definitions = Definitions::new();
    for (name, definition) in entries(&root, "the file")? {
        let schema = entries(definition, name)?.iter().find(|(key, _)| key.eq_ignore_ascii_case("schema"));
        if let Some((_, schema)) = schema {
            entries(schema, name)?;
            definitions.push((name, schema));
        }
    }
    let mut config = Config::default();
    for (name, schema) in &definitions {
        let has = |field: &str| properties(schema).iter().any(|(known, _)| known == field);
        if ["kind", "apiVersion", "metadata"].into_iter().all(has) {
            let kind = Gvk::new("", "", name.rsplit('.').next().unwrap_or(name));
            let mut reader = Reader { definitions: &definitions, kind, config: &mut config };
            reader.read(name, &mut Vec::new())?;
        }
    }
    config.sort();
    Ok(config)
}

fn entries<'v>(value: &'v Value, what: &str) -> Result<&'v [(String, Value)], String> {
    match value {
        Value::Map(entries) => Ok(entries),
        Value::Null => Ok(&[]),
        _ => Err(format!("`{what}` holds no definition")),
    }
}

fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Map(entries) = value else { return None };
    entries.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    match field(value, name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn properties(schema: &Value) -> &[(String, Value)] {
    match field(schema, "properties") {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

/// Follows the fields of one kind.
struct Reader<'r> {
    definitions: &'r Definitions<'r>,
    kind: Gvk,
    config: &'r mut Config,
}

impl<'r> Reader<'r> {
    fn read(&mut self, name: &str, path: &mut Vec<&'r str>) -> Result<(), String> {
        if path.len() > MOST_DEPTH {
            return Err(format!("`{name}` leads to itself"));
        }
        let Some((_, schema)) = self.definitions.iter().find(|(known, _)| *known == name) else { return Ok(()) };
        for (field, property) in properties(schema) {
            path.push(field);
            self.add(property, path).map_err(|conflict| conflict.to_string())?;
            if let Some(reference) = text(property, "$ref") {
                self.read(reference, path)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn spec(&self, path: &[&str]) -> FieldSpec {
        FieldSpec { gvk: self.kind.clone(), path: path.join("/"), create: false }
    }

    fn add(&mut self, property: &Value, path: &[&str]) -> Result<(), Conflict> {
        let spec = self.spec(path);
        for (mark, specs) in [
            ("x-kubernetes-annotation", &mut self.config.common_annotations),
            ("x-kubernetes-label-selector", &mut self.config.common_labels),
            ("x-kubernetes-identity", &mut self.config.name_prefix),
        ] {
            if text(property, mark).is_some() {
                fieldspec::merge(specs, std::slice::from_ref(&spec))?;
            }
        }
        let version = text(property, "x-kubernetes-object-ref-api-version");
        let (Some(version), Some(kind)) = (version, text(property, "x-kubernetes-object-ref-kind")) else {
            return Ok(());
        };
        let name = text(property, "x-kubernetes-object-ref-name-key").unwrap_or("name");
        let referrer = FieldSpec { path: format!("{}/{name}", spec.path), ..spec };
        self.config.add_reference(&BackReferences { gvk: Gvk::new("", version, kind), referrers: vec![referrer] })
    }
}
