use towpath_model::{Location, Span, nearest};
use towpath_yaml::{Profile, parse_all};

use crate::{
    ConfigError, Environment, Image, Manifests, Problem, Promotion,
    read::{Field, File},
};

/// A service's description.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The service's name: lower-case letters, digits and `-`.
    pub name: String,
    /// Who answers for it.
    pub team: Option<String>,
    /// What its image holds; absent for a service that others build.
    pub image: Option<Image>,
    /// Where its manifests come from; absent for one that is only built.
    pub manifests: Option<Manifests>,
    /// Where it is promoted to, in that order; names are unique; may be empty.
    pub environments: Vec<Environment>,
    /// Where promotions are made.
    pub promotion: Option<Promotion>,
    file: String,
    text: String,
}

impl Config {
    /// The version of the file's format.
    pub const API_VERSION: &str = "towpath.dev/v1alpha1";

    /// Reads the content of `towpath.yaml`; `file` is what messages call it.
    ///
    /// # Errors
    /// When it is no YAML, or not a service's description.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let source = File { name: file, text };
        let documents = parse_all(text, Profile::Go3)
            .map_err(|error| source.error(error.span(), Problem::Yaml(Box::new(error.diagnostic(file, text)))))?;
        let document = documents.first().ok_or_else(|| source.error(Span::default(), Problem::Empty))?;
        let root = Field { file: source, node: document.root(), path: String::new() };
        if let Some(second) = documents.get(1) {
            let more = Field { node: second.root(), path: "the file".to_owned(), ..root };
            return Err(more.wrong("---", "one document", Some("a service has a file of its own")));
        }
        if root.node.layout().is_none() && root.node.text().is_none_or(str::is_empty) {
            return Err(source.error(Span::default(), Problem::Empty));
        }
        let table =
            root.table(&["apiVersion", "kind", "metadata", "image", "manifests", "environments", "promotion"])?;
        for (key, expected) in [("apiVersion", Self::API_VERSION), ("kind", "Service")] {
            let field = table.need(key)?;
            let found = field.text()?;
            if found != expected {
                return Err(field.wrong(found, format!("`{expected}`"), None));
            }
        }
        let metadata = table.need("metadata")?.table(&["name", "team"])?;
        let environments = table.get("environments").map_or_else(|| Ok(Vec::new()), |field| unique(&field))?;
        Ok(Self {
            name: metadata.need("name")?.name()?,
            team: metadata.get("team").map(|field| field.text().map(str::to_owned)).transpose()?,
            image: table.get("image").map(Image::read).transpose()?,
            manifests: table.get("manifests").map(Manifests::read).transpose()?,
            environments,
            promotion: table.get("promotion").map(Promotion::read).transpose()?,
            file: file.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Returns where `span` of the configuration stands, for messages about what it asks for.
    pub fn location(&self, span: Span) -> Location {
        Location::of(&self.file, &self.text, span)
    }

    /// Returns what messages call the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// Returns the environment before the one of this name: what a release must have reached first.
    pub fn before(&self, name: &str) -> Option<&Environment> {
        let index = self.environments.iter().position(|environment| environment.name == name)?;
        self.environments.get(index.checked_sub(1)?)
    }

    /// Returns the name of the environment that `name` was probably meant to be.
    pub fn nearest_environment(&self, name: &str) -> Option<&str> {
        let names: Vec<&str> = self.environments.iter().map(|environment| environment.name.as_str()).collect();
        nearest(name, &names)
    }
}

fn unique(field: &Field<'_>) -> Result<Vec<Environment>, ConfigError> {
    let mut environments: Vec<Environment> = Vec::new();
    for item in field.list()? {
        let environment = Environment::read(item.clone())?;
        if environments.iter().any(|other| other.name == environment.name) {
            let path = format!("{}.name", item.path);
            return Err(Field { path, ..item }.wrong(environment.name, "each environment once", None));
        }
        environments.push(environment);
    }
    Ok(environments)
}
