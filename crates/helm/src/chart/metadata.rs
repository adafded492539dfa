use towpath_gotmpl::{Map, Str, Value};

use crate::{Profile, golang::yaml, semver::Version};

/// What `Chart.yaml` says, with the dependencies of `requirements.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// The chart's name; an alias where it is used as a dependency under one.
    pub name: String,
    /// The version of the chart.
    pub version: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// `application`, `library` or empty.
    pub chart_type: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// The constraint on the version of Kubernetes; may be empty.
    pub kube_version: String,
    /// One sentence.
    pub description: String,
    /// Whether the chart asks not to be used any more.
    pub deprecated: bool,
    /// The subcharts it asks for; nothing where the file has no such list.
    pub dependencies: Option<Vec<Dependency>>,
    pub(crate) home: String,
    pub(crate) icon: String,
    pub(crate) condition: String,
    pub(crate) tags: String,
    pub(crate) sources: Vec<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) maintainers: Vec<[String; 3]>,
    pub(crate) annotations: Option<Vec<(String, String)>>,
    pub(crate) is_root: bool,
}

/// A chart upon which another depends.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// The name in the dependency's own `Chart.yaml`; later its alias, if it has one.
    pub name: String,
    /// The constraint on its version.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths of booleans in the values, separated by commas.
    pub condition: String,
    /// Names below `tags` in the values.
    pub tags: Vec<String>,
    /// The name under which it is used.
    pub alias: String,
    pub(crate) enabled: bool,
    pub(crate) import_values: Vec<Import>,
}

/// A table of a child's values that its parent takes over.
#[derive(Debug, Clone)]
pub(crate) enum Import {
    /// A name below `exports`.
    Exported(String),
    Table {
        child: String,
        parent: String,
        /// Whether both are texts: `on` and `1` are none.
        is_text: bool,
    },
}

impl Metadata {
    /// Reads `Chart.yaml`, or `requirements.yaml` over it.
    ///
    /// # Errors
    /// Go's message.
    pub(crate) fn read(&mut self, text: &[u8]) -> Result<(), String> {
        let value = yaml::read_exact(text)?;
        let fields = match value {
            Value::Map(fields) => fields,
            Value::Nil => return Ok(()),
            other => {
                return Err(format!(
                    "{DECODING}cannot unmarshal {} into Go value of type chart.Metadata",
                    json_name(&other)
                ));
            }
        };
        let field = |key: &str, slot: &mut String| -> Result<(), String> {
            if let Some(value) = fields.get(key) {
                *slot = string(&value, || format!("Metadata.{key}"))?.unwrap_or_else(|| slot.clone());
            }
            Ok(())
        };
        field("name", &mut self.name)?;
        field("version", &mut self.version)?;
        field("apiVersion", &mut self.api_version)?;
        field("type", &mut self.chart_type)?;
        field("appVersion", &mut self.app_version)?;
        field("kubeVersion", &mut self.kube_version)?;
        field("description", &mut self.description)?;
        field("home", &mut self.home)?;
        field("icon", &mut self.icon)?;
        field("condition", &mut self.condition)?;
        field("tags", &mut self.tags)?;
        match fields.get("deprecated") {
            Some(Value::Bool(deprecated)) => self.deprecated = deprecated,
            None | Some(Value::Nil) => {}
            Some(other) => return Err(mismatch(&other, "Metadata.deprecated", "bool")),
        }
        if let Some(value) = fields.get("sources") {
            self.sources = strings(&value, "Metadata.sources")?;
        }
        if let Some(value) = fields.get("keywords") {
            self.keywords = strings(&value, "Metadata.keywords")?;
        }
        if let Some(value) = fields.get("maintainers") {
            let items = items(&value, "Metadata.maintainers")?;
            self.maintainers = items.iter().enumerate().map(maintainer).collect::<Result<_, _>>()?;
        }
        if let Some(Value::Map(annotations)) = fields.get("annotations") {
            let entry = |(key, value): (Str, Value)| {
                let key = key.to_string_lossy().into_owned();
                let value = string(&value, || format!("Metadata.annotations.{key}"))?;
                Ok((key, value.unwrap_or_default()))
            };
            self.annotations = Some(annotations.entries().into_iter().map(entry).collect::<Result<_, String>>()?);
        }
        match fields.get("dependencies") {
            None => {}
            Some(Value::Nil) => self.dependencies = None,
            Some(value) => {
                self.dependencies = Some(dependencies(&value, "Metadata.dependencies")?);
            }
        }
        Ok(())
    }

    /// Refuses a `Chart.lock` that Helm cannot read; what it says is for those who fetch charts.
    ///
    /// # Errors
    /// Go's message.
    pub(crate) fn check_lock(text: &[u8]) -> Result<(), String> {
        let fields = match yaml::read_exact(text)? {
            Value::Map(fields) => fields,
            Value::Nil => return Ok(()),
            other => {
                return Err(format!(
                    "{DECODING}cannot unmarshal {} into Go value of type chart.Lock",
                    json_name(&other)
                ));
            }
        };
        if let Some(digest) = fields.get("digest") {
            string(&digest, || "Lock.digest".to_owned())?;
        }
        match fields.get("generated") {
            None | Some(Value::Nil) => {}
            Some(Value::Str(text)) if text.to_string_lossy().parse::<jiff::Timestamp>().is_ok() => {}
            Some(_) => return Err(format!("{DECODING}Time.UnmarshalJSON: input is not a JSON string of RFC 3339")),
        }
        match fields.get("dependencies") {
            None | Some(Value::Nil) => Ok(()),
            Some(value) => dependencies(&value, "Lock.dependencies").map(drop),
        }
    }

    /// Cleans the texts and checks what Helm demands.
    ///
    /// # Errors
    /// Helm's message.
    pub(crate) fn validate(&mut self, profile: Profile) -> Result<(), String> {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        let lists = self.sources.iter_mut().chain(&mut self.keywords).chain(self.maintainers.iter_mut().flatten());
        texts.into_iter().chain(lists).for_each(sanitize);
        let fail = |what: &str| Err(format!("validation: {what}"));
        if self.api_version.is_empty() {
            return fail("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return fail("chart.metadata.name is required");
        }
        let quoted = crate::golang::quote(&self.name);
        if profile == Profile::Helm4 && matches!(self.name.as_str(), "." | "..") {
            return fail(&format!("chart.metadata.name {quoted} is not allowed"));
        }
        if self.name != crate::golang::paths::base(&self.name) {
            return fail(&format!("chart.metadata.name {quoted} is invalid"));
        }
        if self.version.is_empty() {
            return fail("chart.metadata.version is required");
        }
        if Version::parse(&self.version, profile).is_err() {
            return fail(&format!("chart.metadata.version {} is invalid", crate::golang::quote(&self.version)));
        }
        if !matches!(self.chart_type.as_str(), "" | "application" | "library") {
            return fail("chart.metadata.type must be application or library");
        }
        let mut known = Vec::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            dependency.sanitize();
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !dependency.alias.chars().all(allowed) {
                let name = crate::golang::quote(&dependency.name);
                return fail(&format!("dependency {name} has disallowed characters in the alias"));
            }
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if known.contains(key) {
                return fail(&format!("more than one dependency with name or alias {}", crate::golang::quote(key)));
            }
            known.push(key.clone());
        }
        Ok(())
    }

    /// Returns whether only its `_` templates count.
    pub fn is_library(&self) -> bool {
        self.chart_type.eq_ignore_ascii_case("library")
    }
}

impl Dependency {
    fn sanitize(&mut self) {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().for_each(sanitize);
    }
}

const DECODING: &str = "error unmarshaling JSON: while decoding JSON: json: ";

fn dependencies(value: &Value, at: &str) -> Result<Vec<Dependency>, String> {
    let items = items(value, at)?;
    items.iter().enumerate().map(|(index, item)| dependency(item, &format!("{at}.{index}"))).collect()
}

fn dependency(value: &Value, at: &str) -> Result<Dependency, String> {
    let Value::Map(fields) = value else {
        return Err(mismatch(value, at, "chart.Dependency"));
    };
    let field = |key: &str| text(fields, at, key);
    let import = |value: &Value| match value {
        Value::Map(pair) => {
            let part = |key| {
                pair.get(key).map_or("<nil>".to_owned(), |value| {
                    String::from_utf8_lossy(&crate::golang::display(&value)).into_owned()
                })
            };
            let is_text = ["child", "parent"].iter().all(|key| matches!(pair.get(*key), Some(Value::Str(_))));
            Some(Import::Table { child: part("child"), parent: part("parent"), is_text })
        }
        Value::Str(name) => Some(Import::Exported(name.to_string_lossy().into_owned())),
        _ => None,
    };
    Ok(Dependency {
        name: field("name")?,
        version: field("version")?,
        repository: field("repository")?,
        condition: field("condition")?,
        alias: field("alias")?,
        tags: fields.get("tags").map_or(Ok(Vec::new()), |value| strings(&value, &format!("{at}.tags")))?,
        enabled: false,
        import_values: match fields.get("import-values") {
            Some(Value::List(list)) => list.as_slice().iter().filter_map(import).collect(),
            _ => Vec::new(),
        },
    })
}

fn maintainer((index, value): (usize, &Value)) -> Result<[String; 3], String> {
    let at = format!("Metadata.maintainers.{index}");
    let Value::Map(fields) = value else {
        return Err(mismatch(value, &at, "chart.Maintainer"));
    };
    Ok([text(fields, &at, "name")?, text(fields, &at, "email")?, text(fields, &at, "url")?])
}

fn text(fields: &Map, at: &str, key: &str) -> Result<String, String> {
    let value = fields.get(key).map_or(Ok(None), |value| string(&value, || format!("{at}.{key}")));
    value.map(Option::unwrap_or_default)
}

fn items(value: &Value, field: &str) -> Result<Vec<Value>, String> {
    match value {
        Value::List(list) => Ok(list.as_slice().to_vec()),
        Value::Nil => Ok(Vec::new()),
        other => Err(mismatch(other, field, "[]string")),
    }
}

fn strings(value: &Value, at: &str) -> Result<Vec<String>, String> {
    let text = |(index, value)| string(value, || format!("{at}.{index}")).map(Option::unwrap_or_default);
    items(value, at)?.iter().enumerate().map(text).collect()
}

/// Returns a scalar as a field of type string has it; nothing for null. `at` is asked for where it stands.
fn string(value: &Value, at: impl FnOnce() -> String) -> Result<Option<String>, String> {
    Ok(Some(match value {
        Value::Nil => return Ok(None),
        Value::Str(text) => text.to_string_lossy().into_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number, _) => number.to_string(),
        Value::Uint(number, _) => number.to_string(),
        Value::Float(number) => crate::golang::float_g(*number),
        other => return Err(mismatch(other, &at(), "string")),
    }))
}

fn json_name(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    }
}

fn mismatch(value: &Value, field: &str, wanted: &str) -> String {
    format!("{DECODING}cannot unmarshal {} into Go struct field {field} of type {wanted}", json_name(value))
}

/// White space becomes blanks, what cannot be printed goes.
fn sanitize(text: &mut String) {
    if text.chars().any(|c| c != ' ' && (c.is_whitespace() || c.is_control())) {
        *text = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    }
}
