//! `.Chart` as templates see it, and its JSON.

use std::any::Any;

use towpath_gotmpl::{Kind, List, ListType, Map, MapType, Object, Str, Type, Value};

use super::metadata::{Import, Metadata};
use crate::Profile;

impl Metadata {
    /// Returns `.Chart`: in Helm 4 a map by the names of the fields, in Helm 3 the struct itself.
    pub(crate) fn value(&self, profile: Profile) -> Value {
        match profile {
            Profile::Helm3 => Value::object(self.clone()),
            Profile::Helm4 => {
                let any =
                    |list: &[String]| Value::from(List::any(list.iter().map(|text| text.as_str().into()).collect()));
                let any_list = |records, _: &ListType| List::any(records).into();
                self.go_fields(any, |fields| fields.into_iter().collect::<Map>().into(), any_list)
                    .into_iter()
                    .collect::<Map>()
                    .into()
            }
        }
    }

    /// Returns the fields by their Go names; `list` and `record` make the values of lists and of inner structs.
    fn go_fields(
        &self,
        list: fn(&[String]) -> Value,
        record: fn(Vec<(&'static str, Value)>) -> Value,
        records: fn(Vec<Value>, &'static ListType) -> Value,
    ) -> Vec<(&'static str, Value)> {
        let text = |text: &String| Value::from(text.as_str());
        let maintainers = self
            .maintainers
            .iter()
            .map(|[name, email, url]| record(vec![("Name", text(name)), ("Email", text(email)), ("URL", text(url))]));
        let dependencies = self.dependencies.iter().flatten().map(|one| {
            record(vec![
                ("Name", text(&one.name)),
                ("Version", text(&one.version)),
                ("Repository", text(&one.repository)),
                ("Condition", text(&one.condition)),
                ("Tags", list(&one.tags)),
                ("Enabled", Value::Bool(one.enabled)),
                ("ImportValues", List::any(one.import_values.iter().map(Import::value).collect()).into()),
                ("Alias", text(&one.alias)),
            ])
        });
        let annotations = match &self.annotations {
            None => Map::nil(MapType::STRING),
            Some(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()));
                Map::from_entries(MapType::STRING, entries.collect())
            }
        };
        vec![
            ("Name", text(&self.name)),
            ("Home", text(&self.home)),
            ("Sources", list(&self.sources)),
            ("Version", text(&self.version)),
            ("Description", text(&self.description)),
            ("Keywords", list(&self.keywords)),
            ("Maintainers", records(maintainers.collect(), MAINTAINERS)),
            ("Icon", text(&self.icon)),
            ("APIVersion", text(&self.api_version)),
            ("Condition", text(&self.condition)),
            ("Tags", text(&self.tags)),
            ("AppVersion", text(&self.app_version)),
            ("Deprecated", Value::Bool(self.deprecated)),
            ("Annotations", annotations.into()),
            ("KubeVersion", text(&self.kube_version)),
            ("Dependencies", records(dependencies.collect(), DEPENDENCIES)),
            ("Type", text(&self.chart_type)),
            ("IsRoot", Value::Bool(self.is_root)),
        ]
    }

    /// Returns the fields under their names in JSON, without the empty ones.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        let record = |fields: Vec<(&'static str, Value)>| Value::object(Record(fields));
        let fields = self.go_fields(strings_value, record, records_value);
        let named = fields.into_iter().filter(|(name, value)| *name == "IsRoot" || value.is_true());
        named.map(|(name, value)| (json_key(name).into(), value)).collect()
    }
}

const MAINTAINER: Type = Type::Named(Kind::Pointer, "*chart.Maintainer");
const DEPENDENCY: Type = Type::Named(Kind::Pointer, "*chart.Dependency");
const MAINTAINERS: &ListType = &ListType { name: "[]*chart.Maintainer", element: MAINTAINER, is_defined: false };
const DEPENDENCIES: &ListType = &ListType { name: "[]*chart.Dependency", element: DEPENDENCY, is_defined: false };

fn records_value(records: Vec<Value>, list_type: &'static ListType) -> Value {
    if records.is_empty() { List::nil(list_type) } else { List::new(list_type, records) }.into()
}

fn strings_value(list: &[String]) -> Value {
    if list.is_empty() { List::nil(ListType::STRING) } else { List::strings(list.iter().map(String::as_str)) }.into()
}

/// Returns a field's name in JSON.
pub(crate) fn json_key(name: &str) -> String {
    match name {
        "APIVersion" => "apiVersion".to_owned(),
        "AppVersion" => "appVersion".to_owned(),
        "KubeVersion" => "kubeVersion".to_owned(),
        "ImportValues" => "import-values".to_owned(),
        "IsRoot" => "IsRoot".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// `.Chart` of Helm 3: an unnamed struct around the metadata, whose fields it takes for its own.
impl Object for Metadata {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Struct, "struct { chart.Metadata; IsRoot bool }")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn field(&self, name: &str) -> Option<(Value, Type)> {
        let mut fields = self.struct_fields();
        fields.push((EMBEDDED, Value::object(Embedded(self.clone()))));
        let (_, value) = fields.into_iter().find(|(field, _)| *field == name)?;
        let of = value.go_type().unwrap_or(Type::Any);
        Some((value, of))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![(EMBEDDED, Value::object(Embedded(self.clone()))), ("IsRoot", Value::Bool(self.is_root))]
    }
}

const EMBEDDED: &str = "Metadata";

/// The metadata itself, which Helm 3 shows as a struct in a struct.
pub(crate) struct Embedded(Metadata);

impl Object for Embedded {
    fn object_type(&self) -> Type {
        Type::Named(Kind::Struct, "chart.Metadata")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.0.struct_fields().into_iter().filter(|(name, _)| *name != "IsRoot").collect()
    }
}

impl Embedded {
    /// Returns the fields under their names in JSON, without the empty ones.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        self.0.json_fields().into_iter().filter(|(name, _)| name.as_bytes() != b"IsRoot").collect()
    }
}

impl Metadata {
    fn struct_fields(&self) -> Vec<(&'static str, Value)> {
        self.go_fields(strings_value, |fields| Value::object(Record(fields)), records_value)
    }
}

/// A struct below the metadata: a maintainer or a dependency.
pub(crate) struct Record(Vec<(&'static str, Value)>);

impl Record {
    /// Returns the fields under their names in JSON, without the empty ones.
    pub(crate) fn json_fields(&self) -> Vec<(Str, Value)> {
        let kept = self.0.iter().filter(|(name, value)| value.is_true() || *name == "Repository");
        kept.map(|(name, value)| (json_key(name).into(), value.clone())).collect()
    }
}

impl Object for Record {
    fn object_type(&self) -> Type {
        let is_dependency = self.0.iter().any(|(name, _)| *name == "Alias");
        if is_dependency { DEPENDENCY } else { MAINTAINER }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.0.clone()
    }
}

impl Import {
    fn value(&self) -> Value {
        let (child, parent) = match self {
            Self::Exported(name) => (format!("exports.{name}"), "."),
            Self::Table { child, parent, .. } => (child.clone(), parent.as_str()),
        };
        let entries = [("child", child.as_str()), ("parent", parent)];
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
        Map::from_entries(MapType::STRING, entries.collect()).into()
    }
}
