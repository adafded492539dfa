use serde_json::Value;
use towpath_model::Digest;

use crate::{AssembleError, Descriptor, ImageSource, Manifest, Platform, RawManifest, media_type};

/// The most that is read of an image's configuration.
pub(crate) const CONFIG_LIMIT: u64 = 8 << 20;

/// The image of one platform that others are built on.
#[derive(Debug, Clone)]
pub struct BaseImage {
    /// What was named: the digest of its manifest, or of the index that lists it.
    pub digest: Digest,
    /// Where its layers are taken from.
    pub source: ImageSource,
    pub(super) config: Value,
    pub(super) layers: Vec<Descriptor>,
}

impl BaseImage {
    /// Returns the image `digest` of `source` for `platform`; its layers are not read yet.
    ///
    /// # Errors
    /// When it cannot be read, is not for the platform, or holds what cannot be copied.
    pub async fn load(source: &ImageSource, digest: Digest, platform: &Platform) -> Result<Self, AssembleError> {
        let base = |detail: &str| AssembleError::Base { base: digest, detail: detail.to_owned() };
        let raw = choose(source, digest, platform).await?;
        let manifest = raw.manifest().map_err(|error| base(&format!("its manifest: {error}")))?;
        let config = source.blob(&manifest.config, CONFIG_LIMIT).await?;
        let config: Value =
            serde_json::from_slice(&config).map_err(|error| base(&format!("its configuration: {error}")))?;
        let text = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
        if (text("os"), text("architecture")) != (platform.os.clone(), platform.architecture.clone()) {
            let has = format!("{}/{}", text("os"), text("architecture"));
            return Err(AssembleError::BasePlatform { base: digest, platform: platform.to_string(), has });
        }
        if config["rootfs"]["diff_ids"].as_array().map(Vec::len) != Some(manifest.layers.len()) {
            return Err(base("its configuration does not list its layers"));
        }
        let layers = layers(&manifest).ok_or_else(|| base("one of its layers may not be distributed"))?;
        Ok(Self { digest, source: source.clone(), config, layers })
    }
}

/// Returns the manifest for `platform`: the one named, or the entry of the index.
async fn choose(source: &ImageSource, digest: Digest, platform: &Platform) -> Result<RawManifest, AssembleError> {
    let raw = source.manifest(digest).await?;
    if !raw.is_index() {
        return Ok(raw);
    }
    let index = raw.index()?;
    let fits = |entry: &&Descriptor| entry.platform.as_ref().is_some_and(|has| runs(has, platform));
    if let Some(entry) = index.manifests.iter().find(fits) {
        return Ok(source.manifest(entry.digest).await?);
    }
    let has = index.manifests.iter().filter_map(|entry| entry.platform.as_ref().map(ToString::to_string));
    let has = has.collect::<Vec<_>>().join(", ");
    Err(AssembleError::BasePlatform { base: digest, platform: platform.to_string(), has })
}

/// Returns whether `has` is what `wanted` names; `arm64` is `arm64/v8`, which some write and some do not.
fn runs(has: &Platform, wanted: &Platform) -> bool {
    let variant = |platform: &Platform| match (platform.architecture.as_str(), platform.variant.as_deref()) {
        ("arm64", None | Some("v8")) => None,
        (_, variant) => variant.map(str::to_owned),
    };
    has.os == wanted.os && has.architecture == wanted.architecture && variant(has) == variant(wanted)
}

/// Returns the layers in OCI's media types, whose content is Docker's.
fn layers(manifest: &Manifest) -> Option<Vec<Descriptor>> {
    let known = |layer: &Descriptor| {
        let kind = match layer.media_type.as_str() {
            media_type::DOCKER_LAYER => media_type::LAYER_GZIP,
            media_type::LAYER_GZIP | media_type::LAYER_TAR | media_type::LAYER_ZSTD => &layer.media_type,
            _ => return None,
        };
        let mut copy = Descriptor::new(kind, layer.digest, layer.size);
        copy.annotations.clone_from(&layer.annotations);
        Some(copy)
    };
    manifest.layers.iter().map(known).collect()
}
