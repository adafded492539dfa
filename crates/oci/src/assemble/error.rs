use std::io;

use towpath_model::{Diagnostic, Digest, Kind};

use crate::{Platform, SourceError};

/// Why an image could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// A file or folder of this machine.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file name that is not UTF-8.
    #[error("the name of `{path}` is not UTF-8")]
    Name {
        /// The file, as well as it can be shown.
        path: String,
    },
    /// A socket, device or pipe.
    #[error("`{path}` is neither a file, a folder nor a link")]
    Special {
        /// The file.
        path: String,
    },
    /// More files, bytes or nesting than a layer is given.
    #[error("too much for one layer at `{path}`: at most 200,000 files, 4 GiB and 64 folders deep")]
    TooMuch {
        /// Where the limit was met.
        path: String,
    },
    /// A path of the image that cannot be.
    #[error("`{path}` is no path for a file in an image; it starts with `/` and holds no `..`")]
    Target {
        /// The path.
        path: String,
    },
    /// Two things go to one path.
    #[error("two files go to `/{path}`")]
    Twice {
        /// The path.
        path: String,
    },
    /// A path or link that cannot stand in an archive.
    #[error("cannot archive `{path}`")]
    Archive {
        /// The path in the image.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The compressor failed.
    #[error("cannot compress the layer")]
    Compress,
    /// No platform was asked for, or one twice.
    #[error("platform `{0}` is asked for twice")]
    PlatformTwice(Platform),
    /// An image needs one at least.
    #[error("an image needs a platform")]
    NoPlatform,
    /// The base image has no such platform.
    #[error("base image {base} has no platform `{platform}`; it has {}", .has)]
    BasePlatform {
        /// The digest of the base.
        base: Digest,
        /// What was asked for.
        platform: String,
        /// What there is, separated by commas.
        has: String,
    },
    /// The base image's configuration or manifest is not what it should be.
    #[error("base image {base} cannot be used: {detail}")]
    Base {
        /// The digest of the base.
        base: Digest,
        /// What is wrong.
        detail: String,
    },
    /// The base image's configuration has other types than the specification.
    #[error("the base image's configuration does not follow the specification")]
    BaseConfig,
    /// The base image could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A document has no JSON form.
    #[error("cannot write the image's documents")]
    Json(#[from] serde_json::Error),
}

impl AssembleError {
    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> Diagnostic {
        let kind = match self {
            Self::Source(error) => return error.diagnostic(),
            Self::Read { source, .. } if source.kind() != io::ErrorKind::NotFound => Kind::Remote,
            Self::Compress | Self::Json(_) => Kind::Bug,
            _ => Kind::Usage,
        };
        Diagnostic::from_error(kind, self)
    }
}
