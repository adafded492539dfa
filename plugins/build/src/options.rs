use std::{collections::BTreeMap, path::PathBuf};

use towpath_model::{ImageName, PinnedImage};
use towpath_oci::{FileCopy, Platform, Settings, Tag};

use crate::Linking;

/// What is built and where it goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// The repository it belongs to, also where it is not pushed.
    pub repository: ImageName,
    /// What it stands on.
    pub base: Base,
    /// The folder that the paths of this machine are relative to.
    pub folder: PathBuf,
    /// A program that goes to `/` under its own name and is the entry point unless `settings` name one.
    pub binary: Option<String>,
    /// Further files.
    pub files: Vec<FileSpec>,
    /// What it runs on, each once; several make an index.
    pub platforms: Vec<Platform>,
    /// How it starts.
    pub settings: Settings,
    /// Annotations of the manifest, and of the index if there is one.
    pub annotations: BTreeMap<String, String>,
    /// When it says it was made, in seconds since 1970.
    pub created: u64,
    /// Whether the program may need a loader that the image does not hold.
    pub linking: Linking,
    /// Tags that are set to it where it goes.
    pub tags: Vec<Tag>,
    /// Where it goes.
    pub destination: Destination,
}

/// What an image stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An image of a registry.
    Registry(PinnedImage),
    /// An image in a layout on disk: the only one, or the one with this name.
    Layout {
        /// The layout's folder.
        folder: PathBuf,
        /// The image's name in it.
        name: Option<String>,
    },
}

/// A file or folder on its way into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSpec {
    /// The path on this machine; `{os}` and `{arch}` stand for the platform's.
    pub from: String,
    /// The absolute path in the image; with a `/` at its end, a file keeps its name below it.
    pub to: String,
    /// Permission bits of files; without, 0755 for what may run and 0644 for the rest.
    pub mode: Option<u32>,
}

/// Where an image goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
    /// Whether it is pushed to its repository.
    pub push: Push,
    /// The layout that it is written to.
    pub layout: Option<PathBuf>,
}

/// Whether the image is pushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Push {
    /// It stays here.
    #[default]
    No,
    /// It goes to its repository.
    Yes,
}

impl Options {
    /// Returns a build of nothing yet onto scratch, for linux/amd64, which goes nowhere.
    ///
    /// # Panics
    /// Never: the platform is a constant.
    pub fn new(repository: ImageName) -> Self {
        let platform = Platform { os: "linux".to_owned(), architecture: "amd64".to_owned(), variant: None };
        Self {
            repository,
            base: Base::Scratch,
            folder: PathBuf::new(),
            binary: None,
            files: Vec::new(),
            platforms: vec![platform],
            settings: Settings::default(),
            annotations: BTreeMap::new(),
            created: 0,
            linking: Linking::Static,
            tags: Vec::new(),
            destination: Destination::default(),
        }
    }

    /// Returns where the binary stands in the image.
    pub(crate) fn binary_target(&self) -> Option<String> {
        let name = self.binary.as_deref()?.rsplit('/').next()?;
        Some(format!("/{name}"))
    }

    /// Returns what is copied for `platform`.
    pub(crate) fn copies(&self, platform: &Platform) -> Vec<FileCopy> {
        let here =
            |path: &str| self.folder.join(path.replace("{arch}", &platform.architecture).replace("{os}", &platform.os));
        let target = self.binary_target().map(|target| target.replace("{arch}", &platform.architecture));
        let binary = self.binary.as_deref().zip(target);
        let binary = binary.map(|(from, to)| FileCopy { from: here(from), to, mode: Some(0o755) });
        let files =
            self.files.iter().map(|file| FileCopy { from: here(&file.from), to: file.to.clone(), mode: file.mode });
        binary.into_iter().chain(files).collect()
    }

    /// Returns how the image of `platform` starts.
    pub(crate) fn settings(&self, platform: &Platform) -> Settings {
        let mut settings = self.settings.clone();
        if settings.entrypoint.is_none() {
            let target = self.binary_target().map(|target| target.replace("{arch}", &platform.architecture));
            settings.entrypoint = target.map(|target| vec![target]);
        }
        settings
    }
}
