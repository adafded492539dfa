use std::io::Read;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use towpath_model::{Diagnostic, Digest, Kind};

use crate::{Descriptor, ImageSource, Manifest, RawManifest, SourceError, assemble::CONFIG_LIMIT, gzip, media_type};

/// The most bytes of a compressed layer that are read.
const LAYER_LIMIT: u64 = 4 << 30;
/// The most bytes that a layer may unpack to.
const UNPACKED_LIMIT: u64 = 16 << 30;
/// The most manifests in an index that are read.
const MANIFESTS_LIMIT: usize = 1000;

/// An image that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum InvalidImage {
    /// Something cannot be read whole, or is not its digest or size.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A document is not what the specification says.
    #[error("image {manifest}: {detail}")]
    Document {
        /// The digest of the manifest or index.
        manifest: Digest,
        /// What is wrong.
        detail: String,
    },
    /// A layer does not unpack to what the configuration says.
    #[error("layer {layer} of image {manifest} unpacks to {found}, its configuration says {expected}")]
    DiffId {
        /// The digest of the manifest.
        manifest: Digest,
        /// The digest of the layer.
        layer: Digest,
        /// What the configuration says.
        expected: Digest,
        /// What it unpacks to.
        found: Digest,
    },
}

impl InvalidImage {
    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Source(error) => error.diagnostic(),
            _ => Diagnostic::from_error(Kind::Verdict, self),
        }
    }
}

/// Returns the manifests of the image `digest`, one a platform, after everything in it was read and checked.
///
/// Checked are the digest and size of every manifest, configuration and layer, that the configuration lists the layers,
/// and that each layer unpacks to its diff id and is a whole tar archive. Layers in zstd are refused.
///
/// # Errors
/// At the first thing that is wrong.
pub async fn validate(source: &ImageSource, digest: Digest) -> Result<Vec<RawManifest>, InvalidImage> {
    let root = source.manifest(digest).await?;
    if !root.is_index() {
        check_image(source, &root).await?;
        return Ok(vec![root]);
    }
    let document = |detail: String| InvalidImage::Document { manifest: digest, detail };
    let index = root.index().map_err(|error| document(error.to_string()))?;
    if index.manifests.len() > MANIFESTS_LIMIT {
        return Err(document(format!("it lists {} manifests", index.manifests.len())));
    }
    let mut images = Vec::new();
    for entry in &index.manifests {
        let image = source.manifest(entry.digest).await?;
        let size = image.bytes().len() as u64;
        if size != entry.size {
            return Err(document(format!("manifest {} has {size} bytes, the index says {}", entry.digest, entry.size)));
        }
        check_image(source, &image).await?;
        images.push(image);
    }
    Ok(images)
}

async fn check_image(source: &ImageSource, raw: &RawManifest) -> Result<(), InvalidImage> {
    let digest = raw.digest();
    let document = |detail: String| InvalidImage::Document { manifest: digest, detail };
    let manifest = raw.manifest().map_err(|error| document(error.to_string()))?;
    let config = source.blob(&manifest.config, CONFIG_LIMIT).await?;
    let config: Value =
        serde_json::from_slice(&config).map_err(|error| document(format!("its configuration: {error}")))?;
    let diff_ids = diff_ids(&manifest, &config).map_err(document)?;
    for (layer, expected) in manifest.layers.iter().zip(diff_ids) {
        let bytes = source.blob(layer, LAYER_LIMIT).await?;
        let found = unpacked_digest(layer, &bytes).map_err(|why| document(format!("layer {}: {why}", layer.digest)))?;
        if found != expected {
            return Err(InvalidImage::DiffId { manifest: digest, layer: layer.digest, expected, found });
        }
    }
    Ok(())
}

fn diff_ids(manifest: &Manifest, config: &Value) -> Result<Vec<Digest>, String> {
    let listed = config["rootfs"]["diff_ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    if listed.len() != manifest.layers.len() {
        return Err(format!("{} layers, but {} diff ids", manifest.layers.len(), listed.len()));
    }
    let parse = |id: &Value| id.as_str().unwrap_or_default().parse::<Digest>().map_err(|error| error.to_string());
    listed.iter().map(parse).collect()
}

/// Returns the digest of the archive in a layer, which must be whole.
fn unpacked_digest(layer: &Descriptor, bytes: &[u8]) -> Result<Digest, String> {
    let reader: Box<dyn Read + '_> = match layer.media_type.as_str() {
        media_type::LAYER_GZIP | media_type::DOCKER_LAYER => Box::new(gzip::decompress(bytes, UNPACKED_LIMIT)),
        media_type::LAYER_TAR => Box::new(bytes),
        other => return Err(format!("media type `{other}` cannot be unpacked")),
    };
    let mut hashing = Hashing { reader, hasher: Sha256::new() };
    let mut archive = tar::Archive::new(&mut hashing);
    for entry in archive.entries().map_err(|error| error.to_string())? {
        std::io::copy(&mut entry.map_err(|error| error.to_string())?, &mut std::io::sink())
            .map_err(|error| error.to_string())?;
    }
    // Behind the archive's end there may be padding, which the digest covers too.
    std::io::copy(&mut hashing, &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok(Digest::from_bytes(hashing.hasher.finalize().into()))
}

struct Hashing<R> {
    reader: R,
    hasher: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
