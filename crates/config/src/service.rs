use std::{collections::BTreeMap, time::Duration};

use towpath_model::{ImageName, PinnedImage};

use crate::Template;

/// What `towpath.yaml` says about one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The service's name: lower-case letters, digits and `-`, at most 63 characters.
    pub service: String,
    /// The team that owns it.
    pub team: Option<String>,
    /// Its image and how that is built.
    pub image: Image,
    /// What its manifests are rendered from.
    pub manifests: Manifests,
    /// Where it runs, in the order of promotion; never empty, names are unique.
    pub environments: Vec<Environment>,
    /// Where and how a promotion is written; without it nothing can be promoted.
    pub promotion: Option<Promotion>,
}

impl Config {
    /// Returns the environment `name`.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// Returns the environment that a release must have reached before it may go to `name`; nothing for the first.
    pub fn before(&self, name: &str) -> Option<&Environment> {
        let index = self.environments.iter().position(|environment| environment.name == name)?;
        self.environments.get(index.checked_sub(1)?)
    }

    /// Returns `template` for an environment of this service.
    pub fn expand(&self, template: &Template, environment: &Environment) -> String {
        template.expand(&self.service, &environment.name)
    }

    /// Returns the values files of an environment, in the order in which later ones win.
    pub fn values_of(&self, environment: &Environment) -> Vec<String> {
        self.manifests.values.iter().map(|template| self.expand(template, environment)).collect()
    }
}

/// An image and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Where it is pushed.
    pub repository: ImageName,
    /// What it stands on.
    pub from: Base,
    /// What is put onto that.
    pub contents: Contents,
    /// Never empty; `linux/amd64` where nothing is said.
    pub platforms: Vec<Platform>,
    /// The command; empty where the base image's stays.
    pub entrypoint: Vec<String>,
    /// Variables of the environment.
    pub env: BTreeMap<String, String>,
    /// Labels of the image's configuration.
    pub labels: BTreeMap<String, String>,
    /// `uid`, `uid:gid` or a name.
    pub user: Option<String>,
    /// The directory the command starts in.
    pub working_directory: Option<String>,
    /// How it is signed; without it nothing can be promoted.
    pub sign: Option<Signing>,
}

/// What an image stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An image, by its digest.
    Image(PinnedImage),
}

/// What is put onto the base; paths are relative to `towpath.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// A Java archive that can be run.
    Jar(String),
    /// A static binary.
    Binary(String),
    /// Files and directories, in the order of the layers' entries.
    Files(Vec<CopiedFile>),
    /// A Dockerfile.
    Dockerfile(String),
}

/// A file or directory that goes into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// The path beside `towpath.yaml`.
    pub from: String,
    /// The absolute path in the image.
    pub to: String,
    /// The permission bits, at most `0o7777`; the source's where nothing is said.
    pub mode: Option<u32>,
}

/// An operating system and a processor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// Such as `linux`.
    pub os: String,
    /// Such as `amd64` or `arm64`.
    pub architecture: String,
    /// Such as `v7`.
    pub variant: Option<String>,
}

/// How an image is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// With a key: `env://NAME` for a variable that holds it, or the path of its file.
    Key(String),
    /// With an identity that the build's own token proves.
    Keyless,
}

/// What the manifests are rendered from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifests {
    /// The chart or the overlay.
    pub source: ManifestSource,
    /// Values files of a chart, later ones win; may be empty.
    pub values: Vec<Template>,
}

/// A chart or an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestSource {
    /// A Helm chart: a path, or `oci://…` or `https://…` with a version.
    Chart {
        /// Where it is.
        chart: Template,
        /// Which version of a chart in a repository; nothing for a path.
        version: Option<String>,
    },
    /// A directory with a kustomization.
    Kustomize(Template),
}

/// A place where the service runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Lower-case letters, digits and `-`, at most 63 characters.
    pub name: String,
    /// How a release takes over the traffic; at once where nothing is said.
    pub canary: Option<Canary>,
}

/// How traffic goes over to a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Canary {
    /// Shares of the traffic in percent, each larger than the one before, 1 to 100; never empty.
    pub steps: Vec<u8>,
    /// How long one look takes; at least a millisecond.
    pub interval: Duration,
    /// The chance of a false rollback that is accepted, between 0 and 1; 0.01 where nothing is said.
    pub alpha: f64,
    /// How long the whole may take before it is inconclusive.
    pub deadline: Option<Duration>,
}

/// Where a promotion is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The URL of the repository that holds the environments' state.
    pub repository: String,
    /// Who keeps its pull requests.
    pub forge: Forge,
    /// Which scalars become the digest, at least one.
    pub set: Vec<Target>,
}

/// Who keeps the pull requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Forge {
    /// github.com or GitHub Enterprise.
    GitHub,
    /// gitlab.com or one's own.
    GitLab,
    /// Gitea or Forgejo.
    Gitea,
    /// A bare repository alone.
    Local,
}

/// A scalar in a file of the repository: `apps/{service}/{env}/values.yaml#/image/digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The path of the file in the repository.
    pub file: Template,
    /// The JSON pointer of the scalar, such as `/image/digest`.
    pub pointer: String,
}
