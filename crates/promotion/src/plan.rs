use std::collections::BTreeMap;

use towpath_model::Digest;
use towpath_sign::SignedImage;

use crate::{Error, Previous, Target, gate};

/// A promotion that somebody asks for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The service's name.
    pub service: &'a str,
    /// The version people speak of.
    pub version: &'a str,
    /// The source revision, if it is known.
    pub revision: Option<&'a str>,
    /// Where to.
    pub environment: &'a str,
    /// All environments in the order of promotion.
    pub order: &'a [String],
    /// What; only verification makes one of these.
    pub image: &'a SignedImage,
    /// What the environment before holds.
    pub previous: Previous,
}

/// What a promotion changes and says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The service's name.
    pub service: String,
    /// The version people speak of.
    pub version: String,
    /// The source revision, if it is known.
    pub revision: Option<String>,
    /// Where to.
    pub environment: String,
    /// The environment that it comes from; none for the first.
    pub previous: Option<String>,
    /// What.
    pub image: SignedImage,
    /// The digest that stands there before; none if the value was no digest.
    pub from: Option<Digest>,
    /// Where the digest stands; never empty.
    pub targets: Vec<Target>,
    /// The files' whole new content, by path, sorted; nothing but the values differs.
    pub files: BTreeMap<String, String>,
    /// One line, for the pull request and its commit.
    pub title: String,
}

/// Returns what promoting does to `files`, which hold the content of each target's file by its path.
///
/// # Errors
/// [`Error::Order`] when the image was not merged into the environment before; [`Error::NoFile`] when a target's file is
/// not there; [`Error::Edit`], with file and line, when the file has no such place.
pub fn plan(request: &Request<'_>, targets: &[Target], files: &BTreeMap<String, String>) -> Result<Promotion, Error> {
    gate::check(request)?;
    let image = request.image.image();
    let first = targets.first().ok_or(Error::NoTarget)?;
    let digest = image.digest().to_string();
    let mut edited = BTreeMap::new();
    for target in targets {
        let before = edited.get(&target.file).or_else(|| files.get(&target.file));
        let text: &String = before.ok_or_else(|| Error::NoFile { file: target.file.clone() })?;
        let content = target.set(text, &digest)?;
        edited.insert(target.file.clone(), content);
    }
    let title = format!("promote {} {} to {}", request.service, request.version, request.environment);
    Ok(Promotion {
        service: request.service.to_owned(),
        version: request.version.to_owned(),
        revision: request.revision.map(str::to_owned),
        environment: request.environment.to_owned(),
        previous: gate::before(request.order, request.environment)?.map(str::to_owned),
        image: request.image.clone(),
        from: files.get(&first.file).and_then(|text| first.digest_in(text)),
        targets: targets.to_vec(),
        files: edited,
        title: one_line(&title),
    })
}

/// Returns `text` without line breaks and other control characters, at most 200 characters of it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
