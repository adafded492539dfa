use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};
use towpath_model::{Digest, ImageName};

use crate::{Assembled, BlobSource, Client, Descriptor, Layout, Pushed, Reference, RegistryError, SourceError, Tag};

/// How many blobs are sent at once.
const AT_ONCE: usize = 4;
/// The most bytes of a base image's layer that are copied into a layout.
const LAYER_LIMIT: u64 = 4 << 30;

/// What a push moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PushSummary {
    /// Blobs that were sent.
    pub n_uploaded: usize,
    /// Their bytes.
    pub uploaded_bytes: u64,
    /// Blobs that the registry took from another repository.
    pub n_mounted: usize,
    /// Blobs that were there.
    pub n_existed: usize,
}

impl Assembled {
    /// Stores the image in the repository, and then sets `tags` to it; blobs that are there are not sent.
    ///
    /// The root comes last, so that whoever can see the image can pull it whole. Running it again completes it.
    ///
    /// # Errors
    /// When the registry refuses something, or a layer of the base cannot be read.
    pub async fn push(&self, client: &Client, name: &ImageName, tags: &[Tag]) -> Result<PushSummary, RegistryError> {
        let summary = self.push_blobs(client, name).await?;
        for image in &self.images {
            client.put_manifest(name, &Reference::Digest(image.manifest.digest()), &image.manifest).await?;
        }
        if self.root.is_index() {
            client.put_manifest(name, &Reference::Digest(self.digest()), &self.root).await?;
        }
        for tag in tags {
            client.put_manifest(name, &Reference::Tag(tag.clone()), &self.root).await?;
        }
        Ok(summary)
    }

    async fn push_blobs(&self, client: &Client, name: &ImageName) -> Result<PushSummary, RegistryError> {
        let mut blobs: BTreeMap<Digest, (Descriptor, BlobSource)> = BTreeMap::new();
        for image in &self.images {
            let config = (image.config.0.clone(), BlobSource::Bytes(image.config.1.clone()));
            blobs.extend(image.layers.iter().cloned().chain([config]).map(|blob| (blob.0.digest, blob)));
        }
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for (descriptor, source) in blobs.into_values() {
            let (client, name, places) = (client.clone(), name.clone(), Arc::clone(&places));
            tasks.spawn(async move {
                let _place = places.acquire().await.expect("because the semaphore is never closed");
                let pushed = client.put_blob(&name, &descriptor, &source).await?;
                Ok::<_, RegistryError>((pushed, descriptor.size))
            });
        }
        let mut summary = PushSummary::default();
        while let Some(done) = tasks.join_next().await {
            match done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))? {
                (Pushed::Existed, _) => summary.n_existed += 1,
                (Pushed::Mounted, _) => summary.n_mounted += 1,
                (Pushed::Uploaded, size) => {
                    summary.n_uploaded += 1;
                    summary.uploaded_bytes += size;
                }
            }
        }
        Ok(summary)
    }

    /// Writes the image into `layout` and lists it, under `tag` if there is one; `client` reads the layers of a base.
    ///
    /// # Errors
    /// When the layout cannot be written, or a layer of the base cannot be read.
    pub async fn write(&self, layout: &Layout, tag: Option<&Tag>, client: &Client) -> Result<(), SourceError> {
        for image in &self.images {
            for (descriptor, source) in &image.layers {
                match source {
                    BlobSource::Bytes(bytes) => layout.put_blob(bytes)?,
                    BlobSource::Repository(from) => {
                        layout.put_blob(&client.get_blob(from, descriptor, LAYER_LIMIT).await?)?
                    }
                    BlobSource::File(path) => layout.copy_blob(descriptor, path, LAYER_LIMIT)?,
                };
            }
            layout.put_blob(&image.config.1)?;
            layout.put_blob(image.manifest.bytes())?;
        }
        layout.put_blob(self.root.bytes())?;
        layout.list(self.root.descriptor(), tag.map(Tag::as_str))?;
        Ok(())
    }
}
