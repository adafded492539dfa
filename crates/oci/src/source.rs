use bytes::Bytes;
use towpath_model::{Digest, ImageName};

use crate::{BlobSource, Client, Descriptor, Layout, LayoutError, RawManifest, Reference, RegistryError};

/// A place that images are read from.
#[derive(Debug, Clone)]
pub enum ImageSource {
    /// A repository of a registry.
    Repository {
        /// What reads it.
        client: Client,
        /// Its name.
        name: ImageName,
    },
    /// An image layout on disk.
    Layout(Layout),
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// From a registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// From a layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl SourceError {
    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> towpath_model::Diagnostic {
        match self {
            Self::Registry(error) => error.diagnostic(),
            Self::Layout(error) => error.diagnostic(),
        }
    }
}

impl ImageSource {
    /// Returns the manifest `digest`, proven.
    ///
    /// # Errors
    /// When it cannot be read whole and right.
    pub async fn manifest(&self, digest: Digest) -> Result<RawManifest, SourceError> {
        match self {
            Self::Repository { client, name } => Ok(client.get_manifest(name, &Reference::Digest(digest)).await?),
            Self::Layout(layout) => Ok(layout.manifest(digest)?),
        }
    }

    /// Returns the blob, its digest and size proven, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// When it cannot be read whole and right.
    pub async fn blob(&self, descriptor: &Descriptor, limit: u64) -> Result<Bytes, SourceError> {
        match self {
            Self::Repository { client, name } => Ok(client.get_blob(name, descriptor, limit).await?),
            Self::Layout(layout) => Ok(layout.blob(descriptor, limit)?),
        }
    }

    /// Returns where a client can take the blob from to store it elsewhere.
    pub fn blob_source(&self, digest: Digest) -> BlobSource {
        match self {
            Self::Repository { name, .. } => BlobSource::Repository(name.clone()),
            Self::Layout(layout) => BlobSource::File(layout.blob_path(digest)),
        }
    }
}
