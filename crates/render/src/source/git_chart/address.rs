use std::path::PathBuf;

use towpath_model::{Diagnostic, Kind, TreePath};
use url::Url;

use crate::source::web::redact;

/// A folder in a git repository at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct GitAddress {
    /// The repository, without what stands behind it.
    pub(in crate::source) repository: Url,
    /// The folder in it.
    pub(in crate::source) path: TreePath,
    /// A branch, a tag or a commit; nothing is the default branch.
    pub(in crate::source) reference: Option<String>,
}

impl GitAddress {
    pub(super) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let invalid = |cause: String| {
            Diagnostic::new(Kind::Usage, format!("invalid git address: `{}`", redact(text)))
                .cause(cause)
                .hint("charts in git are named git+https://HOST/REPOSITORY//PATH?ref=REVISION")
        };
        let bare = text.strip_prefix("git+").unwrap_or(text);
        let mut url: Url = bare.parse().map_err(|error: url::ParseError| invalid(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http" | "file") {
            return Err(invalid(format!("`{}` is not spoken", url.scheme()))
                .hint("clone it first and name the folder, or use its https:// address"));
        }
        let mut reference = None;
        for (name, value) in url.query_pairs() {
            match &*name {
                "ref" | "version" => reference = Some(value.into_owned()).filter(|value| !value.is_empty()),
                // What helm-git and kustomize say about how to fetch; there is one way here.
                "sparse" | "depupdate" | "submodules" | "timeout" | "package" | "cachekey" => {}
                other => return Err(invalid(format!("the parameter `{other}` is not understood"))),
            }
        }
        url.set_query(None);
        let whole = url.path().to_owned();
        let (repository, path) = whole.split_once("//").or_else(|| whole.split_once('@')).unwrap_or((&whole, ""));
        let path = percent_decoded(path);
        url.set_path(repository);
        let path = TreePath::parse(path.trim_matches('/')).map_err(|error| invalid(error.to_string()))?;
        Ok(Self { repository: url, path, reference })
    }

    /// Returns the repository's folder, if it stands on this machine.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        (self.repository.scheme() == "file").then(|| percent_decoded(self.repository.path()).into())
    }

    /// Returns the repository's address without secrets.
    pub(super) fn shown(&self) -> String {
        format!("git+{}", redact(self.repository.as_str()))
    }
}

pub(crate) fn percent_decoded(text: &str) -> String {
    let encoded = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(encoded.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_kustomize_and_helm_git_write_them() {
        for (text, repository, path, reference) in [
            ("git+https://g.example/a/b//charts/web?ref=v1.0.0", "https://g.example/a/b", "charts/web", Some("v1.0.0")),
            (
                "git+https://g.example/a/b.git@charts?ref=main&sparse=0",
                "https://g.example/a/b.git",
                "charts",
                Some("main"),
            ),
            ("git+https://me:pw@g.example/a/b", "https://me:pw@g.example/a/b", "", None),
            ("git+file:///srv/git/b//web", "file:///srv/git/b", "web", None),
        ] {
            let read = GitAddress::parse(text).unwrap();
            assert_eq!(
                (read.repository.as_str(), read.path.as_str(), read.reference.as_deref()),
                (repository, path, reference)
            );
            assert!(!read.shown().contains("pw@"));
        }
        for (bad, cause) in [
            ("git+ssh://g.example/a/b", "`ssh` is not spoken"),
            ("git+https://g.example/a@../x", "leaves the tree"),
            ("git+https://g.example/a//x?reff=1", "`reff` is not understood"),
        ] {
            let error = GitAddress::parse(bad).unwrap_err();
            assert!(error.causes[0].contains(cause), "{error:?}");
        }
    }
}
