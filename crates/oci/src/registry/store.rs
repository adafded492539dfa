use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use towpath_model::Digest;

use super::answer::Refusal;
use crate::{RawManifest, Reference, Tag};

/// The most uploads that may be open at once.
const OPEN_UPLOADS: usize = 1000;

/// Everything that the registry holds.
#[derive(Default)]
pub(super) struct Store {
    /// The content of all blobs; repositories say which of them they show.
    contents: BTreeMap<Digest, Bytes>,
    repositories: BTreeMap<String, Repository>,
    uploads: BTreeMap<String, Upload>,
    uploads_made: u64,
}

/// What one repository shows.
#[derive(Default)]
pub(super) struct Repository {
    pub(super) blobs: BTreeSet<Digest>,
    pub(super) manifests: BTreeMap<Digest, RawManifest>,
    pub(super) tags: BTreeMap<Tag, Digest>,
}

/// A blob on its way in.
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) received: Vec<u8>,
}

impl Store {
    pub(super) fn repository(&self, name: &str) -> Result<&Repository, Refusal> {
        self.repositories.get(name).ok_or_else(|| Refusal::NameUnknown(name.to_owned()))
    }

    pub(super) fn repository_mut(&mut self, name: &str) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_default()
    }

    pub(super) fn blob(&self, name: &str, digest: Digest) -> Option<&Bytes> {
        let shown = self.repositories.get(name)?.blobs.contains(&digest);
        if shown { self.contents.get(&digest) } else { None }
    }

    /// Shows the blob in the repository; its digest was checked before.
    pub(super) fn add_blob(&mut self, name: &str, digest: Digest, content: Bytes) {
        self.contents.insert(digest, content);
        self.repository_mut(name).blobs.insert(digest);
    }

    pub(super) fn delete_blob(&mut self, name: &str, digest: Digest) -> bool {
        let deleted = self.repositories.get_mut(name).is_some_and(|repository| repository.blobs.remove(&digest));
        if deleted && !self.repositories.values().any(|repository| repository.blobs.contains(&digest)) {
            self.contents.remove(&digest);
        }
        deleted
    }

    pub(super) fn open_upload(&mut self, name: &str) -> Result<String, Refusal> {
        if self.uploads.len() >= OPEN_UPLOADS {
            return Err(Refusal::TooMany);
        }
        self.uploads_made += 1;
        let id = format!("{:08x}", self.uploads_made);
        self.uploads.insert(id.clone(), Upload { name: name.to_owned(), received: Vec::new() });
        Ok(id)
    }

    pub(super) fn upload(&self, name: &str, id: &str) -> Result<&Upload, Refusal> {
        self.uploads.get(id).filter(|upload| upload.name == name).ok_or(Refusal::UploadUnknown)
    }

    pub(super) fn upload_mut(&mut self, name: &str, id: &str) -> Result<&mut Upload, Refusal> {
        self.uploads.get_mut(id).filter(|upload| upload.name == name).ok_or(Refusal::UploadUnknown)
    }

    pub(super) fn close_upload(&mut self, name: &str, id: &str) -> Result<Upload, Refusal> {
        self.upload(name, id)?;
        self.uploads.remove(id).ok_or(Refusal::UploadUnknown)
    }
}

impl Repository {
    /// Returns the manifest that `reference` points at.
    pub(super) fn manifest(&self, reference: &Reference) -> Option<&RawManifest> {
        let digest = match reference {
            Reference::Tag(tag) => self.tags.get(tag)?,
            Reference::Digest(digest) => digest,
        };
        self.manifests.get(digest)
    }
}
