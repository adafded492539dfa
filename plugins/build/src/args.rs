use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser};
use towpath_config::Config;
use towpath_model::{Diagnostic, ImageName, Kind};
use towpath_oci::{ClientOptions, CredentialSource, Tag};
use towpath_report::OutputArgs;

use crate::{
    Base, Destination, FileSpec, Linking, Options,
    config::{layout_base, parse_platform, parse_ports},
    options::Push,
    release_file::Naming,
};

/// Builds an image from files and static binaries, reproducibly, and names it by its digest.
#[derive(Debug, Parser)]
#[command(name = "towpath-build", version, after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    contents: ContentsArgs,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    destination: DestinationArgs,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    release: ReleaseArgs,
    /// Build twice and fail unless both are the same; nothing is pushed or written
    #[arg(long, conflicts_with_all = ["push", "layout", "release"])]
    pub(crate) check: bool,
}

const EXAMPLES: &str = "\
Examples:
  towpath-build --push                          builds what ./towpath.yaml says and pushes it
  towpath-build --image registry.example.com/acme/shop --binary target/shop --push --tag 1.4.0
  towpath-build --image acme/shop --binary bin/{arch}/shop --platform linux/amd64 --platform linux/arm64 --layout out
  towpath-build --image acme/web --from nginx@sha256:… --file public:/usr/share/nginx/html --push
  towpath-build --push --release release.json   records name@sha256 for the stages that follow
  towpath-build --check                         builds twice and compares

The pinned name, name@sha256:…, is the one line on stdout. The same input gives the same digest on every machine at
every time: entries are sorted, owners are 0:0, times are fixed, and the time of creation is SOURCE_DATE_EPOCH or 0.
Options win over towpath.yaml; --file, --env, --label and --expose add to it. Registry credentials come from Docker's
configuration.

Exit codes: 0 done; 1 --check found a difference; 2 wrong usage, configuration or input; 3 the registry or the file
system failed; 4 a defect of Towpath.";

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "What the image holds")]
struct ContentsArgs {
    /// The configuration; ./towpath.yaml if neither --image nor this is given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The repository that the image belongs to: REGISTRY/PATH
    #[arg(long, value_name = "REPOSITORY")]
    image: Option<ImageName>,
    /// What it stands on: scratch, NAME@sha256:…, or oci:FOLDER[:NAME]
    #[arg(long, value_name = "IMAGE")]
    from: Option<String>,
    /// A file or folder and where it goes; may be repeated
    #[arg(long, value_name = "SRC:DST[:MODE]", value_parser = parse_file)]
    file: Vec<FileSpec>,
    /// A static program that goes to / and is the entry point; {arch} stands for the platform's
    #[arg(long, value_name = "PATH")]
    binary: Option<String>,
    /// Allow a program on scratch whose loader is not in the image
    #[arg(long)]
    allow_dynamic: bool,
    /// What it runs on: OS/ARCHITECTURE; may be repeated [default: linux/amd64]
    #[arg(long, value_name = "PLATFORM")]
    platform: Vec<String>,
    /// When it says it was made, in seconds since 1970
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH", default_value_t = 0)]
    created: u64,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "How it starts")]
struct SettingsArgs {
    /// The program and its first arguments; may be repeated, one word each
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    entrypoint: Vec<String>,
    /// Further arguments; may be repeated, one word each
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    cmd: Vec<String>,
    /// An environment variable; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    env: Vec<(String, String)>,
    /// A label; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    label: Vec<(String, String)>,
    /// An annotation of the manifest; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    annotation: Vec<(String, String)>,
    /// The user: NAME, UID or UID:GID
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// The folder it starts in
    #[arg(long, value_name = "PATH")]
    workdir: Option<String>,
    /// A port it listens on: 8080 or 8080/udp; may be repeated
    #[arg(long, value_name = "PORT")]
    expose: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Where it goes")]
struct DestinationArgs {
    /// Push it to its repository; blobs that are there are not sent
    #[arg(long)]
    push: bool,
    /// Write it to an OCI image layout
    #[arg(long, value_name = "FOLDER")]
    layout: Option<PathBuf>,
    /// A tag that is set to it; may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<Tag>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Registry")]
struct RegistryArgs {
    /// A registry that speaks plain HTTP, as HOST or HOST:PORT; loopback addresses always may
    #[arg(long, value_name = "REGISTRY")]
    plain_http: Vec<String>,
    /// A file with further certificate authorities, in PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Release")]
struct ReleaseArgs {
    /// The release document to write or update
    #[arg(long, value_name = "FILE")]
    release: Option<PathBuf>,
    /// The service's name in it [default: as in towpath.yaml, else the last part of the repository]
    #[arg(long, value_name = "NAME", requires = "release")]
    service: Option<String>,
    /// The version people speak of [default: the first --tag, else the digest's first 12 digits]
    #[arg(long, value_name = "VERSION", requires = "release")]
    release_version: Option<String>,
    /// The source revision [default: what Jenkins, GitHub or GitLab say they build]
    #[arg(long, value_name = "COMMIT", requires = "release")]
    revision: Option<String>,
}

/// What the command line asks for, once.
pub(crate) struct Request {
    pub(crate) options: Options,
    pub(crate) client: ClientOptions,
    pub(crate) release: Option<ReleaseRequest>,
}

/// Where a release is written and what it is called as far as is known before the build.
pub(crate) struct ReleaseRequest {
    pub(crate) path: PathBuf,
    service: String,
    version: Option<String>,
    revision: Option<String>,
}

impl ReleaseRequest {
    pub(crate) fn naming(&self, image: &towpath_model::PinnedImage) -> Naming {
        let version = self.version.clone().unwrap_or_else(|| image.digest().hex()[..12].to_owned());
        Naming { service: self.service.clone(), version, revision: self.revision.clone() }
    }
}

impl Args {
    pub(crate) fn request(self) -> Result<Request, Diagnostic> {
        let (mut options, service) = self.contents.start()?;
        self.contents.apply(&mut options)?;
        let version = self.release.release_version.or_else(|| self.destination.tag.first().map(ToString::to_string));
        self.settings.apply(&mut options)?;
        let push = if self.destination.push { Push::Yes } else { Push::No };
        options.destination = Destination { push, layout: self.destination.layout };
        options.tags = self.destination.tag;
        let last = options.repository.repository().rsplit('/').next().unwrap_or_default().to_owned();
        let (service, revision) = (self.release.service.or(service).unwrap_or(last), self.release.revision);
        let release = self.release.release.map(|path| ReleaseRequest {
            path,
            service,
            version,
            revision: revision.or_else(revision_of_job),
        });
        Ok(Request { options, client: self.registry.options()?, release })
    }
}

impl ContentsArgs {
    /// Returns what `towpath.yaml` says with the service's name, or an empty build if only options are given.
    fn start(&self) -> Result<(Options, Option<String>), Diagnostic> {
        let path = match (&self.config, &self.image) {
            (Some(path), _) => path.as_path(),
            (None, None) => Path::new("towpath.yaml"),
            (None, Some(image)) => return Ok((Options::new(image.clone()), None)),
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            Diagnostic::new(Kind::Usage, format!("cannot read the configuration `{}`", path.display()))
                .cause(error.to_string())
                .hint("name it with --config FILE, or build without one: --image REPOSITORY --binary PATH")
        })?;
        let config = Config::parse(&path.display().to_string(), &text)?;
        let mut options = Options::from_config(&config, path.parent().unwrap_or(Path::new("")))?;
        if let Some(image) = &self.image {
            options.repository.clone_from(image);
        }
        Ok((options, Some(config.name)))
    }

    fn apply(&self, options: &mut Options) -> Result<(), Diagnostic> {
        // Paths on the command line are relative to where it was typed, not to the configuration.
        let here = std::env::current_dir().map_err(|error| {
            Diagnostic::new(Kind::Remote, "cannot tell the working directory").cause(error.to_string())
        })?;
        let absolute = |path: &str| here.join(path).to_string_lossy().into_owned();
        if let Some(from) = &self.from {
            options.base = parse_base(from, &here)?;
        }
        if let Some(binary) = &self.binary {
            options.binary = Some(absolute(binary));
        }
        options.files.extend(self.file.iter().map(|file| FileSpec { from: absolute(&file.from), ..file.clone() }));
        if !self.platform.is_empty() {
            options.platforms = self.platform.iter().map(|text| parse_platform(text)).collect::<Result<_, _>>()?;
        }
        if self.allow_dynamic {
            options.linking = Linking::Any;
        }
        options.created = self.created;
        Ok(())
    }
}

impl SettingsArgs {
    fn apply(self, options: &mut Options) -> Result<(), Diagnostic> {
        let settings = &mut options.settings;
        if !self.entrypoint.is_empty() {
            settings.entrypoint = Some(self.entrypoint);
        }
        if !self.cmd.is_empty() {
            settings.cmd = Some(self.cmd);
        }
        settings.env.extend(self.env);
        settings.labels.extend(self.label);
        settings.user = self.user.or(settings.user.take());
        settings.workdir = self.workdir.or(settings.workdir.take());
        settings.ports.extend(parse_ports(&self.expose)?);
        options.annotations.extend(self.annotation);
        Ok(())
    }
}

impl RegistryArgs {
    fn options(self) -> Result<ClientOptions, Diagnostic> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| {
                Diagnostic::new(Kind::Usage, format!("cannot read `{}`", path.display())).cause(error.to_string())
            })
        };
        Ok(ClientOptions {
            credentials: CredentialSource::docker(),
            plain_http: self.plain_http,
            authorities: self.ca_file.iter().map(read).collect::<Result<_, _>>()?,
            ..ClientOptions::default()
        })
    }
}

/// Returns the revision that Jenkins, GitHub or GitLab builds.
fn revision_of_job() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"].into_iter().find_map(set)
}

fn parse_base(text: &str, here: &Path) -> Result<Base, Diagnostic> {
    if text == "scratch" {
        return Ok(Base::Scratch);
    }
    if let Some(layout) = text.strip_prefix("oci:") {
        return Ok(layout_base(layout, here));
    }
    text.parse().map(Base::Registry).map_err(|error: towpath_model::ImageError| {
        Diagnostic::from_error(Kind::Usage, &error)
            .hint("a base is pinned, so that builds can be repeated: NAME@sha256:…")
    })
}

fn parse_file(text: &str) -> Result<FileSpec, String> {
    let octal = |text: &str| matches!(text.len(), 3 | 4).then(|| u32::from_str_radix(text, 8).ok()).flatten();
    let (rest, mode) = match text.rsplit_once(':').map(|(rest, mode)| (rest, octal(mode))) {
        Some((rest, Some(mode))) => (rest, Some(mode)),
        _ => (text, None),
    };
    match rest.rsplit_once(':') {
        Some((from, to)) if !from.is_empty() && to.starts_with('/') => {
            Ok(FileSpec { from: from.to_owned(), to: to.to_owned(), mode })
        }
        _ => Err("expected SRC:DST or SRC:DST:MODE with an absolute DST and an octal MODE such as 0755".to_owned()),
    }
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "expected NAME=VALUE".to_owned())
}
