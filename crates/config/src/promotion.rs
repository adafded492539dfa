use towpath_model::Span;

use crate::{ConfigError, Pattern, read::Field};

/// Where promotions are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Promotion {
    /// The repository that holds what is deployed.
    pub repository: String,
    /// What serves it.
    pub forge: Forge,
    /// Where `forge` stands in the file.
    pub forge_span: Span,
    /// The branch that environments are deployed from.
    pub base: String,
    /// What a promotion writes.
    pub set: Target,
}

/// What serves a repository and its pull requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// A bare git repository and nothing beside it.
    Local,
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
}

/// A value in a file of the repository: `apps/{service}/{env}/values.yaml#/image/digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file, relative to the repository's root.
    pub file: Pattern,
    /// The JSON pointer to the value that becomes the image's digest.
    pub pointer: String,
}

impl Promotion {
    pub(crate) fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(&["repository", "forge", "base", "set"])?;
        let forge = table.need("forge")?;
        let kind = match forge.text()? {
            "local" => Forge::Local,
            "github" => Forge::GitHub,
            "gitlab" => Forge::GitLab,
            "gitea" => Forge::Gitea,
            other => return Err(forge.wrong(other, "local, github, gitlab or gitea", None)),
        };
        Ok(Self {
            repository: table.need("repository")?.text()?.to_owned(),
            forge: kind,
            forge_span: forge.node.span(),
            base: table.get("base").map_or(Ok("main".to_owned()), |field| field.text().map(str::to_owned))?,
            set: Target::read(&table.need("set")?)?,
        })
    }
}

impl Target {
    fn read(field: &Field<'_>) -> Result<Self, ConfigError> {
        let pattern = field.pattern()?;
        let text = pattern.as_str();
        let expected =
            "a file, `#` and the path of the digest in it, such as apps/{service}/{env}/values.yaml#/image/digest";
        match text.split_once('#') {
            Some((file, pointer)) if !file.is_empty() && pointer.starts_with('/') && pointer.len() > 1 => {
                let file = Pattern::parse(file).map_err(|_| field.wrong(text, expected, None))?;
                Ok(Self { file, pointer: pointer.to_owned() })
            }
            _ => Err(field.wrong(text, expected, None)),
        }
    }
}
