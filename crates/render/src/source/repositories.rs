use std::{fs, io, path::Path};

use towpath_model::{Diagnostic, Kind, Location};
use towpath_yaml::{Node, Profile, Scalar};
use url::Url;

use super::{
    access::{Login, Servers, ShownTo, TlsFiles},
    web::Repository,
};

/// The repositories that `helm repo add` knows, in the file's order; may be empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repositories {
    known: Vec<(String, Repository)>,
}

impl Repositories {
    /// Reads `repositories.yaml`; a file that does not exist holds none.
    ///
    /// # Errors
    /// When it cannot be read or is not what Helm writes.
    pub(crate) fn load(path: &Path) -> Result<Self, Diagnostic> {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                let message = format!("couldn't load repositories file ({shown})");
                return Err(Diagnostic::new(Kind::Usage, message).cause(error.to_string()));
            }
        };
        let wrong = |error: towpath_yaml::Error| {
            Diagnostic::new(Kind::Usage, format!("`{shown}` is not a list of repositories")).cause(error.to_string())
        };
        let Some(document) = towpath_yaml::parse_first(&text, Profile::Go2).map_err(wrong)? else {
            return Ok(Self::default());
        };
        let mut known = Vec::new();
        for node in document.root().get("repositories").into_iter().flat_map(Node::items) {
            let name = node.get("name").and_then(Node::text).unwrap_or_default();
            let address = node.get("url").and_then(Node::text).unwrap_or_default();
            // Helm tells it when the repository is used.
            if address.is_empty() {
                continue;
            }
            // An address may hold a password, which its line would show.
            let at = |diagnostic: Diagnostic| {
                let has_secret = address.contains('@');
                if has_secret { diagnostic } else { diagnostic.at(Location::of(&shown, &text, node.span())) }
            };
            let url = parse_url(address).map_err(at)?;
            known.push((name.to_owned(), repository(node, url)));
        }
        Ok(Self { known })
    }

    /// Returns the repository called `name`.
    pub(crate) fn named(&self, name: &str) -> Option<&Repository> {
        self.known.iter().find(|(known, _)| known == name).map(|(_, repository)| repository)
    }

    /// Returns the name and the repository at `url`; a slash at the end does not count.
    pub(crate) fn at(&self, url: &Url) -> Option<(&str, &Repository)> {
        let bare = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
        self.known.iter().find(|(_, known)| bare(&known.url) == bare(url)).map(|(name, known)| (name.as_str(), known))
    }

    /// Returns the repository below whose address `url` stands.
    pub(crate) fn owner_of(&self, url: &Url) -> Option<&Repository> {
        let owns = |owner: &Url| {
            let folder = owner.path().trim_end_matches('/');
            owner.origin() == url.origin() && url.path().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.known.iter().map(|(_, known)| known).find(|known| owns(&known.url))
    }
}

/// Returns the address in `text`.
pub(crate) fn parse_url(text: &str) -> Result<Url, Diagnostic> {
    let url = text.parse::<Url>().map_err(|error| {
        let shown = super::web::redact(text);
        Diagnostic::new(Kind::Usage, format!("invalid chart URL format: {shown}")).cause(error.to_string())
    })?;
    if matches!(url.scheme(), "http" | "https" | "oci" | "file") {
        return Ok(url);
    }
    Err(Diagnostic::new(Kind::Usage, format!("could not find protocol handler for: {}", url.scheme()))
        .hint("charts come from https://, http:// and oci:// addresses, and from folders"))
}

fn repository(node: Node<'_, '_>, url: Url) -> Repository {
    let text = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    let is_true = |key: &str| {
        let value = node.get(key).and_then(|value| towpath_yaml::resolve(value, Profile::Go2).ok());
        value == Some(Scalar::Bool(true))
    };
    let login = text("username").zip(text("password"));
    Repository {
        written: text("url").unwrap_or_default().to_owned(),
        url,
        login: login.map(|(user, password)| Login { user: user.to_owned(), password: password.to_owned() }),
        tls: TlsFiles {
            authorities: text("caFile").map(Into::into),
            certificate: text("certFile").map(Into::into),
            key: text("keyFile").map(Into::into),
            servers: if is_true("insecure_skip_tls_verify") { Servers::Unchecked } else { Servers::Checked },
        },
        shown_to: if is_true("pass_credentials_all") { ShownTo::Everybody } else { ShownTo::Repository },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_read_as_helm_writes_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repositories.yaml");
        assert!(Repositories::load(&path).unwrap().named("a").is_none());
        let text = "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: /ca.pem\n  certFile: \"\"\n  \
                    insecure_skip_tls_verify: true\n  keyFile: \"\"\n  name: a\n  pass_credentials_all: false\n  \
                    password: pw\n  url: https://example.com/charts/\n  username: me\n- name: b\n  url: http://b.example\n";
        fs::write(&path, text).unwrap();
        let known = Repositories::load(&path).unwrap();
        let a = known.named("a").unwrap();
        assert_eq!(a.login.as_ref().unwrap().user, "me");
        assert_eq!((a.tls.servers, a.shown_to), (Servers::Unchecked, ShownTo::Repository));
        assert!(!format!("{known:?}").contains("\"pw\""), "{known:?}");
        assert!(known.at(&"https://example.com/charts".parse().unwrap()).is_some());
        assert!(known.owner_of(&"https://example.com/charts/x-1.tgz".parse().unwrap()).is_some());
        assert!(known.owner_of(&"https://example.com/chartsx/x-1.tgz".parse().unwrap()).is_none());
        assert!(known.owner_of(&"https://example.com:8443/charts/x-1.tgz".parse().unwrap()).is_none());
        fs::write(&path, "repositories:\n- name: a\n  url: ftp://x\n").unwrap();
        let wrong = Repositories::load(&path).unwrap_err();
        assert_eq!(wrong.message, "could not find protocol handler for: ftp");
        assert!(wrong.location.is_some());
    }
}
