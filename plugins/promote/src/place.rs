use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use towpath_config::{Config, Forge};
use towpath_forge::{Author, CommitId, Identity, LocalForge, Stamp, Version};
use towpath_model::{Diagnostic, Digest, Kind, Release};
use towpath_promotion::{Previous, Target};
use towpath_sign::SignedImage;

/// Which service, and where what is deployed of it stands.
#[derive(Debug, Clone)]
pub struct PlaceOptions {
    /// The service's `towpath.yaml`.
    pub config: PathBuf,
    /// Instead of `promotion.repository`.
    pub repository: Option<String>,
    /// Instead of `promotion.base`.
    pub base: Option<String>,
    /// Who commits are by.
    pub author: Author,
    /// When commits are made, in seconds since 1970; `SOURCE_DATE_EPOCH` or now, if absent.
    pub seconds: Option<i64>,
}

/// A service with the repository that holds what is deployed of it.
pub struct Place {
    /// The service's name.
    pub service: String,
    /// Its environments in the order of promotion.
    pub order: Vec<String>,
    /// The branch that promotions are merged into.
    pub base: String,
    /// The repository.
    pub forge: LocalForge,
    /// By whom and when commits are made.
    pub stamp: Stamp,
    /// The service's own `towpath.yaml`.
    pub config_file: PathBuf,
    set: Vec<String>,
}

/// The largest `towpath.yaml` that is read, in bytes.
const LARGEST: u64 = 1 << 20;

impl Place {
    /// Reads the configuration and opens the repository.
    ///
    /// # Errors
    /// When either cannot be read, or the forge is not supported.
    pub fn find(options: &PlaceOptions) -> Result<Self, Diagnostic> {
        let config = load_config(&options.config)?;
        let missing = || {
            Diagnostic::new(Kind::Usage, format!("`{}` has no `promotion`", options.config.display()))
                .hint("say where promotions are written: promotion: {repository: …, forge: local, set: …}")
        };
        let promotion = config.promotion.clone().ok_or_else(missing)?;
        let kind = match promotion.forge {
            Forge::GitHub => "github",
            Forge::GitLab => "gitlab",
            Forge::Gitea => "gitea",
            Forge::Local => "local",
        };
        let repository = options.repository.as_deref().unwrap_or(&promotion.repository);
        let forge = towpath_forge::connect(kind, repository).map_err(|error| match error {
            towpath_forge::Error::NotSupported { .. } => error.diagnostic().at(config.location(promotion.forge_span)),
            error => error.diagnostic(),
        })?;
        let set = format!("{}#{}", promotion.set.file, promotion.set.pointer);
        let seconds = options.seconds.map_or_else(now, Ok)?;
        Ok(Self {
            service: config.name.clone(),
            order: config.environments.iter().map(|environment| environment.name.clone()).collect(),
            base: options.base.clone().unwrap_or(promotion.base),
            forge,
            stamp: Stamp { author: options.author.clone(), seconds },
            config_file: options.config.clone(),
            set: vec![set],
        })
    }

    /// Refuses a release of another service.
    ///
    /// # Errors
    /// When the names differ.
    pub fn check_service(&self, release: &Release) -> Result<(), Diagnostic> {
        if release.service == self.service {
            return Ok(());
        }
        let message = format!("the release is of `{}`, the configuration of `{}`", release.service, self.service);
        Err(Diagnostic::new(Kind::Usage, message).hint("name the right ones with --release and --config"))
    }

    /// Returns which pull request promotes to `environment`.
    ///
    /// # Errors
    /// When there is no such environment.
    pub fn identity(&self, environment: &str) -> Result<Identity, Diagnostic> {
        if !self.order.iter().any(|known| known == environment) {
            let known = self.order.join(", ");
            let error = towpath_promotion::Error::UnknownEnvironment { name: environment.to_owned(), known };
            return Err(error.diagnostic());
        }
        Identity::new(&self.base, &self.service, environment).map_err(|error| error.diagnostic())
    }

    /// Returns where the digest of `environment` stands; never empty.
    ///
    /// # Errors
    /// When `promotion.set` names no place.
    pub fn targets(&self, environment: &str) -> Result<Vec<Target>, Diagnostic> {
        let parsed = self.set.iter().map(|set| Target::parse(set, &self.service, environment));
        let targets: Result<Vec<_>, _> = parsed.collect();
        targets.map_err(|error| towpath_promotion::Error::from(error).diagnostic())
    }

    /// Returns a file's text at a commit, or nothing where there is no file.
    pub(crate) fn text(&self, commit: CommitId, file: &str) -> Result<Option<String>, Diagnostic> {
        let bytes = self.forge.read(commit, file).map_err(|error| error.diagnostic())?;
        bytes.map(|bytes| text_of(bytes, file)).transpose()
    }

    /// Returns the digest that `environment` runs at a commit: what the first of its places holds.
    pub(crate) fn digest_at(&self, commit: CommitId, environment: &str) -> Result<Option<Digest>, Diagnostic> {
        let Some(target) = self.targets(environment)?.into_iter().next() else { return Ok(None) };
        Ok(self.text(commit, &target.file)?.and_then(|text| target.digest_in(&text)))
    }

    /// Returns what the environment before `environment` holds and held; nothing before the first.
    pub(crate) fn previous(&self, environment: &str, image: &SignedImage) -> Result<Previous, Diagnostic> {
        let before = self.order.iter().position(|name| name == environment).and_then(|at| at.checked_sub(1));
        let Some(before) = before.and_then(|at| self.order.get(at)) else { return Ok(Previous::default()) };
        let tip = self.forge.tip(&self.base).map_err(|error| error.diagnostic())?;
        let current = self.digest_at(tip, before)?;
        if current == Some(image.image().digest()) {
            return Ok(Previous { current, earlier: Vec::new() });
        }
        let earlier = self.versions(before)?.into_iter().filter_map(|(_, digest)| digest).collect();
        Ok(Previous { current, earlier })
    }

    /// Returns the newest commit of the base that brought `digest` to `environment`, if one did.
    pub(crate) fn brought_by(&self, environment: &str, digest: Digest) -> Result<Option<CommitId>, Diagnostic> {
        let versions = self.versions(environment)?;
        let mut same = versions.into_iter().skip_while(|(_, held)| *held != Some(digest));
        // Other edits of the same file may have come on top.
        Ok(same.by_ref().take_while(|(_, held)| *held == Some(digest)).last().map(|(commit, _)| commit))
    }

    /// Returns the digests that `environment` has held, newest first.
    fn versions(&self, environment: &str) -> Result<Vec<(CommitId, Option<Digest>)>, Diagnostic> {
        let Some(target) = self.targets(environment)?.into_iter().next() else { return Ok(Vec::new()) };
        let versions = self.forge.versions(&self.base, &target.file).map_err(|error| error.diagnostic())?;
        let digest = |content: Vec<u8>| String::from_utf8(content).ok().and_then(|text| target.digest_in(&text));
        Ok(versions.into_iter().map(|Version { commit, content }| (commit, digest(content))).collect())
    }
}

fn load_config(path: &Path) -> Result<Config, Diagnostic> {
    let shown = path.display().to_string();
    let failed = |why: String| Diagnostic::new(Kind::Usage, format!("cannot read `{shown}`")).cause(why);
    let size = fs::metadata(path).map_err(|error| failed(error.to_string()).hint("name the file with --config"))?.len();
    if size > LARGEST {
        return Err(failed(format!("it has {size} bytes; at most {LARGEST} are read")));
    }
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    Config::parse(&shown, &text_of(bytes, &shown)?).map_err(|error| error.diagnostic())
}

fn text_of(bytes: Vec<u8>, file: &str) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        Diagnostic::new(Kind::Usage, format!("`{file}` is not UTF-8")).cause(error.utf8_error().to_string())
    })
}

/// Returns the seconds that commits are stamped with.
fn now() -> Result<i64, Diagnostic> {
    if let Some(set) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|set| !set.is_empty()) {
        let seconds = set.to_str().and_then(|text| text.parse::<u32>().ok());
        let message = || format!("SOURCE_DATE_EPOCH `{}` is no count of seconds", set.display());
        return seconds.map(i64::from).ok_or_else(|| Diagnostic::new(Kind::Usage, message()));
    }
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(elapsed.as_secs()).unwrap_or_default())
}
