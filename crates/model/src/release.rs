use serde::{Deserialize, Serialize};

use crate::{Digest, PinnedImage};

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
}
