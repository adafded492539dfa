use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use towpath_model::Digest;

use crate::{Descriptor, media_type};

/// The manifest of one image or artifact.
///
/// Source: OCI image specification 1.1, "OCI Image Manifest Specification"; Docker's schema 2 reads the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u32,
    /// [`media_type::MANIFEST`] or Docker's; the specification lets it be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The type of the artifact, where this is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one speaks of, as a signature speaks of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Free notes, sorted by name; may be empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Manifest {
    /// Returns an OCI manifest of `config` and `layers`, lowest first, and nothing more.
    pub fn new(config: Descriptor, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(media_type::MANIFEST.to_owned()),
            artifact_type: None,
            config,
            layers,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Returns the type by which a referrers list names it: the artifact type, else the configuration's media type.
    pub fn listed_type(&self) -> &str {
        self.artifact_type.as_deref().filter(|kind| !kind.is_empty()).unwrap_or(&self.config.media_type)
    }
}

/// A list of manifests: one an image's platforms, or what refers to a manifest.
///
/// Source: OCI image specification 1.1, "OCI Image Index Specification"; Docker's manifest list reads the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u32,
    /// [`media_type::INDEX`] or Docker's; the specification lets it be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The type of the artifact, where this is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The manifests, in the order of preference; may be empty.
    pub manifests: Vec<Descriptor>,
    /// The manifest that this one speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Free notes, sorted by name; may be empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Index {
    /// Returns an OCI index of `manifests`.
    pub fn new(manifests: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(media_type::INDEX.to_owned()),
            artifact_type: None,
            manifests,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }
}

/// A manifest or an index as its exact bytes, whose digest is proven by construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawManifest {
    media_type: String,
    digest: Digest,
    bytes: Bytes,
}

impl RawManifest {
    /// Returns the manifest that `bytes` are.
    pub fn new(media_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { media_type: media_type.into(), digest: Digest::of(&bytes), bytes }
    }

    /// Returns `manifest` as JSON in the order of its fields, which is the same in every run.
    ///
    /// # Errors
    /// When it has no JSON form, which cannot happen to the types of this crate.
    pub fn of_manifest(manifest: &Manifest) -> serde_json::Result<Self> {
        let kind = manifest.media_type.as_deref().unwrap_or(media_type::MANIFEST);
        Ok(Self::new(kind, serde_json::to_vec(manifest)?))
    }

    /// Returns `index` as JSON in the order of its fields.
    ///
    /// # Errors
    /// When it has no JSON form, which cannot happen to the types of this crate.
    pub fn of_index(index: &Index) -> serde_json::Result<Self> {
        let kind = index.media_type.as_deref().unwrap_or(media_type::INDEX);
        Ok(Self::new(kind, serde_json::to_vec(index)?))
    }

    /// Returns the media type.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Returns the digest of the bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns whether it lists other manifests.
    pub fn is_index(&self) -> bool {
        media_type::is_index(&self.media_type)
    }

    /// Returns what points at it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(self.media_type.clone(), self.digest, self.bytes.len() as u64)
    }

    /// Returns the manifest that the bytes spell.
    ///
    /// # Errors
    /// When they are no manifest.
    pub fn manifest(&self) -> serde_json::Result<Manifest> {
        serde_json::from_slice(&self.bytes)
    }

    /// Returns the index that the bytes spell.
    ///
    /// # Errors
    /// When they are no index.
    pub fn index(&self) -> serde_json::Result<Index> {
        serde_json::from_slice(&self.bytes)
    }
}
