use std::collections::BTreeMap;

use towpath_model::{Diagnostic, Digest, Kind, PinnedImage};
use towpath_oci::{
    Assembled, BaseImage, Client, Entry, FileCopy, ImagePlan, ImageSource, Layer, Layout, Parents, Platform,
    PushSummary, assemble, load_entries,
};

use crate::{
    Base, Options,
    elf::{Below, check},
    options::Push,
};

/// An image that was built, and what became of it.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its name and digest: of the manifest for one platform, of the index for several.
    pub image: PinnedImage,
    /// Its platforms in the order asked for.
    pub platforms: Vec<BuiltPlatform>,
    /// What the push moved, if it was pushed.
    pub pushed: Option<PushSummary>,
}

/// The image of one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltPlatform {
    /// What it runs on.
    pub platform: Platform,
    /// The digest of its manifest.
    pub digest: Digest,
    /// The bytes of its layers as they are stored, the base's among them.
    pub size: u64,
}

/// A layer, and the files it is made of, so that platforms with the same files share it.
struct Contents {
    copies: Vec<FileCopy>,
    entries: BTreeMap<String, Entry>,
    layers: Vec<Layer>,
}

/// Returns the image that `options` describe, after it is where they want it; it may be run again at any time.
///
/// # Errors
/// When a file or the base cannot be read, the program cannot start on a platform, or the destination refuses it.
pub async fn build(client: &Client, options: &Options) -> Result<Built, Diagnostic> {
    let assembled = put_together(client, options).await?;
    let mut pushed = None;
    if let Some(folder) = &options.destination.layout {
        let layout = Layout::create(folder).map_err(|error| error.diagnostic())?;
        let tags: Vec<_> = options.tags.iter().map(Some).collect();
        for tag in if tags.is_empty() { vec![None] } else { tags } {
            assembled.write(&layout, tag, client).await.map_err(|error| error.diagnostic())?;
        }
    }
    if options.destination.push == Push::Yes {
        let summary = assembled.push(client, &options.repository, &options.tags).await;
        pushed = Some(summary.map_err(|error| error.diagnostic())?);
    }
    let platform = |image: &towpath_oci::Image| BuiltPlatform {
        platform: image.platform.clone(),
        digest: image.manifest.digest(),
        size: image.layers.iter().map(|(layer, _)| layer.size).sum(),
    };
    Ok(Built {
        image: PinnedImage::new(options.repository.clone(), assembled.digest()),
        platforms: assembled.images().iter().map(platform).collect(),
        pushed,
    })
}

/// Puts the image together twice, reading everything again, and returns its digest if both are the same.
///
/// # Errors
/// A verdict that names the first layer that differs; whatever keeps it from being built.
pub(crate) async fn check_twice(client: &Client, options: &Options) -> Result<Digest, Diagnostic> {
    let (first, second) = (put_together(client, options).await?, put_together(client, options).await?);
    if first.digest() == second.digest() {
        return Ok(first.digest());
    }
    let message = format!("built twice, the image differs: {}, then {}", first.digest(), second.digest());
    let mut diagnostic = Diagnostic::new(Kind::Verdict, message);
    for (one, other) in first.images().iter().zip(second.images()) {
        if one.layers.iter().map(|(layer, _)| layer).ne(other.layers.iter().map(|(layer, _)| layer)) {
            diagnostic = diagnostic.cause(format!("the files for {} changed in between", one.platform));
        }
    }
    Err(diagnostic)
}

async fn put_together(client: &Client, options: &Options) -> Result<Assembled, Diagnostic> {
    if options.binary.is_none() && options.files.is_empty() {
        return Err(Diagnostic::new(Kind::Usage, "the image would hold nothing of its own")
            .hint("name a binary or files: --binary PATH, --file SRC:DST"));
    }
    let base = base(client, &options.base)?;
    let mut plans: Vec<ImagePlan> = Vec::new();
    let mut contents: Vec<Contents> = Vec::new();
    for platform in &options.platforms {
        let settings = options.settings(platform);
        let copies = options.copies(platform);
        let known = contents.iter().position(|known| known.copies == copies);
        let at = if let Some(at) = known {
            at
        } else {
            contents.push(load(copies, base.is_some())?);
            contents.len() - 1
        };
        let Contents { entries, layers, .. } = &contents[at];
        let below = if base.is_some() { Below::Base } else { Below::Scratch(entries) };
        if let Some(program) = settings.entrypoint.as_ref().and_then(|words| words.first()) {
            check(program, entries, platform, &below, options.linking)?;
        }
        let base = match &base {
            Some((source, digest)) => {
                Some(BaseImage::load(source, *digest, platform).await.map_err(|e| e.diagnostic())?)
            }
            None => None,
        };
        plans.push(ImagePlan { platform: platform.clone(), base, layers: layers.clone(), settings });
    }
    assemble(&plans, options.created, &options.annotations).map_err(|error| error.diagnostic())
}

fn base(client: &Client, base: &Base) -> Result<Option<(ImageSource, Digest)>, Diagnostic> {
    match base {
        Base::Scratch => Ok(None),
        Base::Registry(image) => {
            let source = ImageSource::Repository { client: client.clone(), name: image.name().clone() };
            Ok(Some((source, image.digest())))
        }
        Base::Layout { folder, name } => {
            let layout = Layout::open(folder).map_err(|error| error.diagnostic())?;
            let digest = layout.find(name.as_deref()).map_err(|error| error.diagnostic())?.digest;
            Ok(Some((ImageSource::Layout(layout), digest)))
        }
    }
}

fn load(copies: Vec<FileCopy>, on_base: bool) -> Result<Contents, Diagnostic> {
    let parents = if on_base { Parents::Left } else { Parents::Listed };
    let entries = load_entries(&copies, parents).map_err(|error| error.diagnostic())?;
    let layers = vec![Layer::of(&entries).map_err(|error| error.diagnostic())?];
    Ok(Contents { copies, entries, layers })
}
