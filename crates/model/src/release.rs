use serde::{Deserialize, Serialize};

use crate::{Diagnostic, Digest, Kind, Location, PinnedImage, Span};

/// A release on its way: the one document that stages pass to each other, written `release.json`.
///
/// Fields are added as stages run; each stage reads the document, does its work and writes it back whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// Always [`Release::API_VERSION`].
    pub api_version: String,
    /// The service's name, as in `towpath.yaml`.
    pub service: String,
    /// The version people speak of, such as `1.4.0`.
    pub version: String,
    /// The source revision it was built from: a full git object id, or absent outside git.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The image, once built.
    pub image: PinnedImage,
    /// Digests of the manifests that carry its signatures, sorted; empty until signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Digest>,
    /// The environments that it has reached, in the order in which it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Deployment>,
}

/// That a release was merged into an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// The environment's name.
    pub name: String,
    /// The commit of the GitOps repository that brought it there.
    pub commit: String,
}

impl Release {
    /// The version of the document's format.
    pub const API_VERSION: &str = "towpath.dev/v1alpha1";

    /// Returns a release that has been built and nothing more.
    pub fn new(service: impl Into<String>, version: impl Into<String>, image: PinnedImage) -> Self {
        Self {
            api_version: Self::API_VERSION.to_owned(),
            service: service.into(),
            version: version.into(),
            revision: None,
            image,
            signatures: Vec::new(),
            environments: Vec::new(),
        }
    }

    /// Reads the content of `release.json`; `file` is what messages call it.
    ///
    /// # Errors
    /// A usage error with its place: when it has more than 1 MiB, is no such document, or is of another version.
    pub fn parse(file: &str, content: &[u8]) -> Result<Self, Diagnostic> {
        const MOST: usize = 1 << 20;
        let refused = |why: String| Diagnostic::new(Kind::Usage, format!("`{file}` is no release: {why}"));
        if content.len() > MOST {
            return Err(refused(format!("it has {} bytes; at most {MOST} are read", content.len())));
        }
        let text = std::str::from_utf8(content).map_err(|error| refused(error.to_string()))?;
        let release: Self = serde_json::from_str(text).map_err(|error| {
            let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = before + error.column().saturating_sub(1);
            refused(error.to_string()).at(Location::of(file, text, Span::new(at, at + 1)))
        })?;
        if release.api_version != Self::API_VERSION {
            return Err(refused(format!("its version is `{}`", release.api_version))
                .hint(format!("this Towpath reads `{}`", Self::API_VERSION)));
        }
        Ok(release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_survives_its_file() {
        let image = format!("r.example/shop@{}", Digest::of(b"x")).parse().unwrap();
        let release = Release::new("shop", "1.0.0", image);
        let json = serde_json::to_string(&release).unwrap();
        assert_eq!(serde_json::from_str::<Release>(&json).unwrap(), release);
        let unknown = json.replacen('{', "{\"serivce\":1,", 1);
        assert!(serde_json::from_str::<Release>(&unknown).unwrap_err().to_string().contains("serivce"));
    }

    #[test]
    fn what_is_no_release_is_refused_with_its_place() {
        let image = format!("r.example/shop@{}", Digest::of(b"x")).parse().unwrap();
        let json = serde_json::to_string_pretty(&Release::new("shop", "1.0.0", image)).unwrap();
        assert!(Release::parse("release.json", json.as_bytes()).is_ok());
        let error = Release::parse("release.json", json.replace("service", "serivce").as_bytes()).unwrap_err();
        assert!(error.message.starts_with("`release.json` is no release: unknown field `serivce`"), "{error:?}");
        assert_eq!(error.location.unwrap().line, 3);
        let newer = Release::parse("release.json", json.replace("v1alpha1", "v9").as_bytes()).unwrap_err();
        assert_eq!(newer.message, "`release.json` is no release: its version is `towpath.dev/v9`");
        assert!(
            Release::parse("release.json", &vec![b' '; (1 << 20) + 1]).unwrap_err().message.contains("1048577 bytes")
        );
        assert!(Release::parse("release.json", b"\xff").is_err());
    }
}
