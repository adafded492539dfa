use std::{collections::BTreeMap, fs, path::PathBuf};

use towpath_config::Key;
use towpath_forge::{Edit, Effect, Error, Proposal, Pull};
use towpath_model::{Diagnostic, Kind, PinnedImage, Release, difference::Difference};
use towpath_oci::{Client, ClientOptions};
use towpath_promotion::{BUDGET, Promotion, Rendered, Request, plan};
use towpath_report::difference::markdown;
use towpath_sign::{Policy, PublicKey, SignedImage};

use crate::{Place, PlaceOptions, load_release, rendered_difference};

/// How often a promotion is planned anew because the base moved on meanwhile.
const ATTEMPTS: u32 = 8;
/// How many lines stand around a change in the body.
const CONTEXT: usize = 3;

/// What `open` needs.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The environment to promote to.
    pub to: String,
    /// The file that holds the release.
    pub release: PathBuf,
    /// Where the public key is, in PEM.
    pub key: Key,
    /// How the registry is spoken to.
    pub registry: ClientOptions,
    /// The service and the repository.
    pub place: PlaceOptions,
}

/// What `open` did.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whether something was opened or updated.
    pub effect: Effect,
    /// The pull request; absent where the environment had the image already and nothing was ever open.
    pub pull: Option<Pull>,
    /// What is promoted.
    pub promotion: Promotion,
    /// How the rendered manifests differ; nothing where they do not stand in the repository.
    pub difference: Option<Difference>,
}

/// Verifies the image's signature, then opens the pull request or brings the one that is open up to date.
///
/// # Errors
/// Where the image is not signed, the order of environments is not kept, or the repository cannot be used.
pub async fn open(options: &OpenOptions) -> Result<Opened, Diagnostic> {
    let release = load_release(&options.release)?;
    let place = Place::find(&options.place)?;
    place.check_service(&release)?;
    let signed = verify(&release.image, options).await?;
    propose(&place, &release, &signed, &options.to)
}

/// Returns `image` as signed, if its registry holds a signature of it by the key.
///
/// # Errors
/// When there is none that counts, or the registry or the key cannot be read.
pub async fn verify(image: &PinnedImage, options: &OpenOptions) -> Result<SignedImage, Diagnostic> {
    let key = load_key(&options.key)?;
    let client = Client::new(options.registry.clone()).map_err(|error| error.diagnostic())?;
    towpath_sign::verify(&client, image, &key, Policy::default()).await.map_err(|error| error.diagnostic())
}

fn load_key(place: &Key) -> Result<PublicKey, Diagnostic> {
    let failed = |what: String, why: String| {
        Diagnostic::new(Kind::Usage, format!("cannot read the key {what}"))
            .cause(why)
            .hint("name the public key with --key; towpath-sign key generate writes one")
    };
    let pem = match place {
        Key::File(path) => fs::read(path).map_err(|error| failed(format!("`{path}`"), error.to_string()))?,
        Key::Environment(name) => std::env::var_os(name)
            .ok_or_else(|| failed(format!("from `{name}`"), "the variable is not set".to_owned()))?
            .into_encoded_bytes(),
    };
    PublicKey::from_pem(&pem).map_err(|error| error.diagnostic())
}

/// Opens or updates the pull request of an image that is known to be signed.
///
/// The plan and the rendered difference belong to one commit of the base. Where the base moves on meanwhile, both are
/// made anew; nothing is ever rebased.
///
/// # Errors
/// Where the order of environments is not kept, or the repository cannot be used.
pub fn propose(place: &Place, release: &Release, image: &SignedImage, to: &str) -> Result<Opened, Diagnostic> {
    let mut attempt = 1;
    loop {
        match try_propose(place, release, image, to)? {
            Ok(opened) => return Ok(opened),
            Err(Error::MovedBase { .. }) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error.diagnostic()),
        }
    }
}

fn try_propose(
    place: &Place,
    release: &Release,
    image: &SignedImage,
    to: &str,
) -> Result<Result<Opened, Error>, Diagnostic> {
    let base = place.forge.tip(&place.base).map_err(|error| error.diagnostic())?;
    place.identity(to)?;
    let targets = place.targets(to)?;
    let request = Request {
        service: &place.service,
        version: &release.version,
        revision: release.revision.as_deref(),
        environment: to,
        order: &place.order,
        image,
        previous: place.previous(to, image)?,
    };
    let mut files = BTreeMap::new();
    for target in &targets {
        if let Some(text) = place.text(base, &target.file)? {
            files.insert(target.file.clone(), text);
        }
    }
    let promotion = plan(&request, &targets, &files).map_err(|error| error.diagnostic())?;
    let difference = rendered_difference(place, base, &promotion, CONTEXT)?;
    let rendered = difference.as_ref().map(|difference| {
        move |room: usize| {
            if difference.is_empty() {
                return "The rendered manifests stay as they are.".to_owned();
            }
            markdown(difference, "Rendered manifests", room)
        }
    });
    let body = promotion.body(rendered.as_ref().map(|rendered| rendered as Rendered<'_>), BUDGET);
    let proposal = Proposal {
        identity: place.identity(to)?,
        base,
        edits: promotion.files.iter().map(edit).collect(),
        title: promotion.title.clone(),
        body,
        stamp: place.stamp.clone(),
    };
    Ok(place.forge.propose(&proposal).map(|proposed| Opened {
        effect: proposed.effect,
        pull: proposed.pull,
        promotion,
        difference,
    }))
}

fn edit((path, content): (&String, &String)) -> Edit {
    Edit { path: path.clone(), content: content.clone().into_bytes() }
}
