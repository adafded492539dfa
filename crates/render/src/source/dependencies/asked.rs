use serde_json::{Map, Value, json};
use towpath_model::{Diagnostic, Digest, FileTree, Kind, Location, TreePath};
use towpath_yaml::{Node, NodeKind, Profile, Scalar};

use crate::source::{fetch::Fetch, git_chart, repositories::Repositories, service_failed};

/// What a chart asks for, as `Chart.yaml` or `requirements.yaml` says it.
pub(super) struct Asked {
    pub(super) dependencies: Vec<AskedFor>,
    /// Whether it is a chart of the first generation, whose lock has another name.
    is_first: bool,
    file: &'static str,
}

/// One dependency that is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct AskedFor {
    pub(super) name: String,
    /// The constraint.
    pub(super) version: String,
    pub(super) repository: String,
    /// Where it stands.
    pub(super) location: Option<Location>,
    /// All fields as Go writes them.
    fields: Vec<(&'static str, Value)>,
}

/// The fields of a dependency in the order of Helm's struct.
const FIELDS: [&str; 8] = ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

impl Asked {
    /// Reads what the chart in `files` asks for.
    pub(super) fn read(files: &FileTree) -> Result<Self, Diagnostic> {
        let chart = text(files, "Chart.yaml")?.unwrap_or_default();
        let document = parse("Chart.yaml", &chart)?;
        let root = document.as_ref().map(towpath_yaml::Document::root);
        let is_first =
            root.and_then(|root| root.get("apiVersion")).and_then(Node::text).is_none_or(|version| version == "v1");
        if let Some(requirements) = text(files, "requirements.yaml")? {
            let document = parse("requirements.yaml", &requirements)?;
            if let Some(list) = document.as_ref().and_then(|document| document.root().get("dependencies")) {
                let dependencies =
                    list.items().map(|node| dependency(node, "requirements.yaml", &requirements)).collect();
                return Ok(Self { dependencies, is_first, file: "requirements.yaml" });
            }
        }
        let list = root.and_then(|root| root.get("dependencies"));
        let items = list.into_iter().flat_map(Node::items);
        let dependencies = items.map(|node| dependency(node, "Chart.yaml", &chart)).collect();
        Ok(Self { dependencies, is_first, file: "Chart.yaml" })
    }

    /// Returns the name of the file that pins the versions.
    pub(super) fn lock_name(&self) -> &'static str {
        if self.is_first { "requirements.lock" } else { "Chart.lock" }
    }

    /// Returns the name of the file that asks.
    pub(super) fn file_name(&self) -> &'static str {
        if self.is_first { "requirements.yaml" } else { self.file }
    }

    /// Puts the addresses of repositories in place of their names: `@example`, `alias:example`.
    pub(super) fn name_repositories(&mut self, fetch: &Fetch<'_>) -> Result<(), Diagnostic> {
        let known = Repositories::load(&fetch.charts.settings.helm.repository_config)?;
        let mut missing: Vec<&AskedFor> = Vec::new();
        for asked in &mut self.dependencies {
            let repository = asked.repository.as_str();
            if repository.is_empty() || repository.contains("://") || git_chart::is_git(repository) {
                continue;
            }
            let name = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
            match name.and_then(|name| known.named(name)) {
                Some(named) => asked.set("repository", named.written.clone()),
                None => missing.push(asked),
            }
        }
        let Some(first) = missing.first() else { return Ok(()) };
        let names: Vec<&str> = missing.iter().map(|asked| asked.repository.as_str()).collect();
        let message = format!("no repository definition for {}. Please add them via 'helm repo add'", names.join(", "));
        let diagnostic = Diagnostic::new(Kind::Usage, message).hint(
            "repositories are addresses such as https://charts.example.com/, or names with an at sign: \"@example\"",
        );
        Err(first.location.clone().into_iter().fold(diagnostic, Diagnostic::at))
    }

    /// Returns the digest of what is asked for and what was found, which stands in the lock.
    ///
    /// Source: `HashReq` in Helm's `internal/resolver`.
    pub(super) fn digest(&self, found: &[Value]) -> Digest {
        let asked: Vec<Value> = self.dependencies.iter().map(AskedFor::json).collect();
        Digest::of(go_json(&json!([asked, found])).as_bytes())
    }

    /// Returns the digest that Helm 2 wrote into locks, of what is asked for alone; nothing but for its charts.
    pub(super) fn digest_of_helm_2(&self) -> Option<Digest> {
        let asked: Vec<Value> = self.dependencies.iter().map(AskedFor::json).collect();
        self.is_first.then(|| Digest::of(go_json(&json!({ "dependencies": asked })).as_bytes()))
    }
}

impl AskedFor {
    fn set(&mut self, field: &'static str, value: String) {
        if let Some((_, old)) = self.fields.iter_mut().find(|(name, _)| *name == field) {
            *old = Value::String(value.clone());
        }
        self.repository = value;
    }

    /// Returns it as Go's `encoding/json` does: empty fields are left out, but for the two that never are.
    fn json(&self) -> Value {
        let kept =
            self.fields.iter().filter(|(name, value)| matches!(*name, "name" | "repository") || !is_empty(value));
        Value::Object(kept.map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) | Value::Number(_) => false,
    }
}

fn text(files: &FileTree, name: &str) -> Result<Option<String>, Diagnostic> {
    let path = TreePath::parse(name).unwrap_or_default();
    let bytes = files.file(&path).map_err(|error| service_failed(&error))?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()))
}

fn parse<'a>(name: &str, text: &'a str) -> Result<Option<towpath_yaml::Document<'a>>, Diagnostic> {
    towpath_yaml::parse_first(text, Profile::Go2)
        .map_err(|error| Diagnostic::new(Kind::Usage, format!("cannot load {name}: {error}")))
}

fn dependency(node: Node<'_, '_>, file: &str, source: &str) -> AskedFor {
    let string = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let value = |key: &str| match key {
        "tags" | "import-values" | "enabled" => node.get(key).map_or(Value::Null, value_of),
        _ => Value::String(string(key)),
    };
    AskedFor {
        name: string("name"),
        version: string("version"),
        repository: string("repository"),
        location: Some(Location::of(file, source, node.span())),
        fields: FIELDS.iter().map(|key| (*key, value(key))).collect(),
    }
}

/// Returns a node as JSON has it; keys are sorted, as Go writes those of a map.
fn value_of(node: Node<'_, '_>) -> Value {
    match node.resolved().kind() {
        NodeKind::Sequence(items) => Value::Array(items.map(value_of).collect()),
        NodeKind::Mapping(entries) => {
            let mut pairs: Vec<(String, Value)> =
                entries.map(|(key, value)| (key.text().unwrap_or_default().to_owned(), value_of(value))).collect();
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(pairs.into_iter().collect::<Map<_, _>>())
        }
        NodeKind::Scalar(text, _) => match towpath_yaml::resolve(node.resolved(), Profile::Go2) {
            Ok(Scalar::Null) => Value::Null,
            Ok(Scalar::Bool(truth)) => Value::Bool(truth),
            _ => Value::String(text.to_owned()),
        },
        NodeKind::Alias(..) => Value::Null,
    }
}

/// Returns JSON as Go writes it: without white space, and with what HTML minds escaped.
fn go_json(value: &Value) -> String {
    let mut out = String::new();
    for character in value.to_string().chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_go_does() {
        assert_eq!(go_json(&json!({"a": ">=1 <2 & \u{2028}"})), "{\"a\":\"\\u003e=1 \\u003c2 \\u0026 \\u2028\"}");
    }

    #[test]
    fn what_a_chart_asks_for_is_read_with_its_place() {
        let chart = "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- name: d\n  version: ^1\n  repository: '@e'\n  \
                     import-values: [x, {parent: b, child: a}]\n  tags: [t]\n";
        let files = FileTree::from_files([("Chart.yaml", chart.as_bytes())]).unwrap();
        let asked = Asked::read(&files).unwrap();
        let [first] = asked.dependencies.as_slice() else { panic!("one is asked for") };
        assert_eq!(first.location.as_ref().unwrap().line, 5);
        let expected = r#"{"name":"d","version":"^1","repository":"@e","tags":["t"],"import-values":["x",{"child":"a","parent":"b"}]}"#;
        assert_eq!(first.json().to_string(), expected);
        assert_eq!((asked.lock_name(), asked.digest_of_helm_2()), ("Chart.lock", None));
    }
}
