//! From nodes to values, with an error that shows the place for whatever is not as expected.

use towpath_model::{Location, Span, nearest};
use towpath_yaml::{Node, NodeKind, Profile, Scalar, resolve};

use crate::{ConfigError, Pattern, Problem};

type Result<T> = std::result::Result<T, ConfigError>;

/// The file that is read.
#[derive(Clone, Copy)]
pub(crate) struct File<'t> {
    pub(crate) name: &'t str,
    pub(crate) text: &'t str,
}

impl File<'_> {
    pub(crate) fn error(self, span: Span, problem: Problem) -> ConfigError {
        ConfigError { problem, location: Box::new(Location::of(self.name, self.text, span)) }
    }
}

/// A node and what it is called.
#[derive(Clone)]
pub(crate) struct Field<'f> {
    pub(crate) file: File<'f>,
    pub(crate) node: Node<'f, 'f>,
    pub(crate) path: String,
}

/// A mapping whose keys are all known and stand once.
pub(crate) struct Table<'f> {
    field: Field<'f>,
    entries: Vec<(&'f str, Node<'f, 'f>)>,
}

impl<'f> Field<'f> {
    pub(crate) fn wrong(
        &self,
        value: impl Into<String>,
        expected: impl Into<String>,
        hint: Option<&str>,
    ) -> ConfigError {
        let hint = hint.map(str::to_owned);
        let problem = Problem::Value { path: self.path.clone(), value: value.into(), expected: expected.into(), hint };
        self.file.error(self.node.span(), problem)
    }

    fn wrong_type(&self, expected: &'static str) -> ConfigError {
        let found = match self.node.resolved().kind() {
            NodeKind::Sequence(_) => "a list",
            NodeKind::Mapping(_) => "a mapping",
            _ => match resolve(self.node.resolved(), Profile::Go3) {
                Ok(Scalar::Null) => "empty",
                Ok(Scalar::Bool(_)) => "a boolean",
                Ok(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => "a number",
                _ => "a text",
            },
        };
        self.file.error(self.node.span(), Problem::WrongType { path: self.path.clone(), expected, found })
    }

    pub(crate) fn table(self, known: &[&str]) -> Result<Table<'f>> {
        let within = if self.path.is_empty() { "the service".to_owned() } else { self.path.clone() };
        if !matches!(self.node.resolved().kind(), NodeKind::Mapping(_)) {
            return Err(Field { path: within, ..self }.wrong_type("a mapping"));
        }
        let mut entries: Vec<(&str, Node<'_, '_>)> = Vec::new();
        for (key, value) in self.node.entries() {
            let name = key.text().unwrap_or_default();
            if !known.contains(&name) {
                let problem = Problem::UnknownKey {
                    key: name.to_owned(),
                    within,
                    nearest: nearest(name, known).map(str::to_owned),
                    known: known.iter().map(|key| (*key).to_owned()).collect(),
                };
                return Err(self.file.error(key.span(), problem));
            }
            if entries.iter().any(|(other, _)| *other == name) {
                return Err(self.file.error(key.span(), Problem::DuplicateKey { key: name.to_owned(), within }));
            }
            entries.push((name, value));
        }
        Ok(Table { field: self, entries })
    }

    pub(crate) fn list(&self) -> Result<Vec<Field<'f>>> {
        if !matches!(self.node.resolved().kind(), NodeKind::Sequence(_)) {
            return Err(self.wrong_type("a list"));
        }
        let item = |(index, node)| Field { file: self.file, node, path: format!("{}[{index}]", self.path) };
        Ok(self.node.items().enumerate().map(item).collect())
    }

    /// Returns the entries of a mapping whose keys are the user's own.
    pub(crate) fn pairs(&self) -> Result<Vec<(String, Field<'f>)>> {
        if !matches!(self.node.resolved().kind(), NodeKind::Mapping(_)) {
            return Err(self.wrong_type("a mapping"));
        }
        let mut pairs: Vec<(String, Field<'f>)> = Vec::new();
        for (key, node) in self.node.entries() {
            let name = key.text().unwrap_or_default().to_owned();
            if pairs.iter().any(|(other, _)| *other == name) {
                let problem = Problem::DuplicateKey { key: name, within: self.path.clone() };
                return Err(self.file.error(key.span(), problem));
            }
            let path = format!("{}.{name}", self.path);
            pairs.push((name, Field { file: self.file, node, path }));
        }
        Ok(pairs)
    }

    /// Returns a text; a number or boolean must be quoted, since its spelling would be lost.
    pub(crate) fn text(&self) -> Result<&'f str> {
        match (self.node.text(), resolve(self.node.resolved(), Profile::Go3)) {
            (Some(""), Ok(Scalar::Str(_))) => Err(self.wrong("", "a text", None)),
            (Some(text), Ok(Scalar::Str(_) | Scalar::Timestamp(_))) => Ok(text),
            _ => Err(self.wrong_type("a text")),
        }
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        self.list()?.iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    pub(crate) fn pattern(&self) -> Result<Pattern> {
        let text = self.text()?;
        Pattern::parse(text).map_err(|placeholder| {
            let hint = format!("`{placeholder}` is no placeholder");
            self.wrong(text, "a text with no placeholders but {service} and {env}", Some(&hint))
        })
    }

    pub(crate) fn float(&self) -> Result<f64> {
        match resolve(self.node.resolved(), Profile::Go3) {
            Ok(Scalar::Float(value)) => Ok(value),
            Ok(Scalar::Int(_) | Scalar::Uint(_)) => {
                Ok(self.node.text().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN))
            }
            _ => Err(self.wrong_type("a number")),
        }
    }

    pub(crate) fn int(&self) -> Result<i64> {
        match resolve(self.node.resolved(), Profile::Go3) {
            Ok(Scalar::Int(value)) => Ok(value),
            _ => Err(self.wrong_type("a whole number")),
        }
    }

    /// Returns a name that can be a DNS label.
    pub(crate) fn name(&self) -> Result<String> {
        self.parsed("lower-case letters, digits and `-`", |text| {
            let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            (allowed && !text.starts_with('-') && !text.ends_with('-') && text.len() <= 63).then(|| text.to_owned())
        })
    }

    /// Returns a parsed text; `expected` says what it should have been.
    pub(crate) fn parsed<T>(&self, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let text = self.text()?;
        parse(text).ok_or_else(|| self.wrong(text, expected, None))
    }
}

impl<'f> Table<'f> {
    pub(crate) fn get(&self, key: &str) -> Option<Field<'f>> {
        let (_, node) = self.entries.iter().find(|(name, _)| *name == key)?;
        let path = if self.field.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.field.path) };
        Some(Field { file: self.field.file, node: *node, path })
    }

    pub(crate) fn need(&self, key: &str) -> Result<Field<'f>> {
        self.get(key).ok_or_else(|| self.without(&[key]))
    }

    /// Returns the error that this mapping has none of `keys`.
    pub(crate) fn without(&self, keys: &[&str]) -> ConfigError {
        let within = if self.field.path.is_empty() { "the service".to_owned() } else { self.field.path.clone() };
        self.field.file.error(self.start(), Problem::MissingKey { key: keys.join("` or `"), within })
    }

    /// Returns the one of `choices` that stands here.
    pub(crate) fn one_of(&self, choices: &[&'static str]) -> Result<(&'static str, Field<'f>)> {
        let mut found: Vec<_> = choices.iter().filter_map(|key| Some((*key, self.get(key)?))).collect();
        if found.len() == 1 {
            return Ok(found.remove(0));
        }
        let quoted = |keys: Vec<&str>| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let names: Vec<&str> = found.iter().map(|(key, _)| *key).collect();
        let problem = Problem::Choice {
            within: self.field.path.clone(),
            found: if names.is_empty() { "none".to_owned() } else { quoted(names) },
            choices: quoted(choices.to_vec()),
        };
        Err(self.field.file.error(self.start(), problem))
    }

    /// Returns the place of the mapping's first key, where the eye looks for what is missing.
    fn start(&self) -> Span {
        self.field.node.entries().next().map_or_else(|| self.field.node.span(), |(key, _)| key.span())
    }
}
