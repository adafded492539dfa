use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use serde_json::json;
use towpath_model::{Diagnostic, Digest, Kind};

use crate::{Descriptor, Index, RawManifest};

/// The annotation that names an image in a layout's index.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The most that is read of a manifest or an index.
const MANIFEST_LIMIT: u64 = 4 << 20;

/// An OCI image layout: a folder with `oci-layout`, `index.json` and `blobs/`.
///
/// Every file appears whole or not at all, so that a writer that dies leaves a layout that can be read, and that the
/// next one completes. One writer at a time holds the layout's lock.
///
/// Source: OCI image specification 1.1, "OCI Image Layout Specification".
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
    /// Held as long as somebody may write.
    lock: Option<Arc<File>>,
}

/// Why a layout could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A file of it cannot be read or written.
    #[error("cannot {verb} `{path}`")]
    Io {
        /// `read` or `write`.
        verb: &'static str,
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder is no layout.
    #[error("`{path}` is no image layout: {detail}")]
    NotALayout {
        /// The folder.
        path: String,
        /// What is wrong.
        detail: String,
    },
    /// The content is not what its name says.
    #[error("`{path}` has digest {found}, expected {expected}")]
    DigestMismatch {
        /// The file.
        path: String,
        /// The digest in its name.
        expected: Digest,
        /// The digest that it has.
        found: Digest,
    },
    /// The content is shorter or longer than its descriptor says, or than is ever read.
    #[error("`{path}` has {found} bytes, expected {expected}")]
    SizeMismatch {
        /// The file.
        path: String,
        /// The size in its descriptor, or the limit.
        expected: u64,
        /// The size that it has.
        found: u64,
    },
    /// Nothing, or too much, answers to the name.
    #[error("image layout `{path}` {detail}")]
    Choice {
        /// The folder.
        path: String,
        /// What it holds.
        detail: String,
    },
}

impl LayoutError {
    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> Diagnostic {
        let kind = match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => Kind::Usage,
            Self::Io { .. } => Kind::Remote,
            _ => Kind::Usage,
        };
        Diagnostic::from_error(kind, self)
    }
}

impl Layout {
    /// Returns the layout at `root` for writing; makes it if there is none, and waits for another writer to end.
    ///
    /// # Errors
    /// When the folder cannot be written, or holds something else.
    pub fn create(root: &Path) -> Result<Self, LayoutError> {
        let blobs = root.join("blobs/sha256");
        fs::create_dir_all(&blobs).map_err(|source| failed("write", &blobs, source))?;
        let marker = root.join("oci-layout");
        if !marker.exists() {
            let text = json!({ "imageLayoutVersion": "1.0.0" }).to_string();
            let written = write_whole(&marker, text.as_bytes());
            // Another writer may have made it at the same moment.
            if !marker.exists() {
                written.map_err(|source| failed("write", &marker, source))?;
            }
        }
        let mut layout = Self::open(root)?;
        let file = File::open(&marker).map_err(|source| failed("read", &marker, source))?;
        file.lock().map_err(|source| failed("write", &marker, source))?;
        layout.lock = Some(Arc::new(file));
        Ok(layout)
    }

    /// Returns the layout at `root` for reading.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(root: &Path) -> Result<Self, LayoutError> {
        let marker = root.join("oci-layout");
        let bytes = read_limited(&marker, 4096)?;
        let version = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
        let version = version.as_ref().and_then(|value| value["imageLayoutVersion"].as_str());
        match version {
            Some(version) if version.starts_with("1.") => Ok(Self { root: root.to_owned(), lock: None }),
            other => {
                let detail = format!("`oci-layout` says version `{}`", other.unwrap_or_default());
                Err(LayoutError::NotALayout { path: root.display().to_string(), detail })
            }
        }
    }

    /// Returns the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the file of the blob `digest`, which may not exist.
    pub fn blob_path(&self, digest: Digest) -> PathBuf {
        self.root.join("blobs/sha256").join(digest.hex())
    }

    /// Returns the index of what the layout holds; empty if there is none yet.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn index(&self) -> Result<Index, LayoutError> {
        let path = self.root.join("index.json");
        if !path.exists() {
            return Ok(Index::new(Vec::new()));
        }
        let bytes = read_limited(&path, MANIFEST_LIMIT)?;
        serde_json::from_slice(&bytes).map_err(|error| LayoutError::NotALayout {
            path: self.root.display().to_string(),
            detail: format!("`index.json` is no index: {error}"),
        })
    }

    /// Returns the entry called `name`, or the only one.
    ///
    /// # Errors
    /// When there is no such entry, or several and no name.
    pub fn find(&self, name: Option<&str>) -> Result<Descriptor, LayoutError> {
        let index = self.index()?;
        let choice = |detail: String| LayoutError::Choice { path: self.root.display().to_string(), detail };
        match name {
            Some(name) => {
                let found = index.manifests.into_iter().find(|entry| {
                    entry.annotations.get(REF_NAME).is_some_and(|written| written == name)
                        || entry.digest.to_string() == name
                });
                found.ok_or_else(|| choice(format!("holds no image `{name}`")))
            }
            None => match <[Descriptor; 1]>::try_from(index.manifests) {
                Ok([only]) => Ok(only),
                Err(entries) => Err(choice(format!("holds {} images; say which one", entries.len()))),
            },
        }
    }

    /// Returns the manifest `digest`, proven.
    ///
    /// # Errors
    /// When it cannot be read, or is something else.
    pub fn manifest(&self, digest: Digest) -> Result<RawManifest, LayoutError> {
        let path = self.blob_path(digest);
        let bytes = read_limited(&path, MANIFEST_LIMIT)?;
        check_digest(&path, digest, &bytes)?;
        let written = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap_or_default();
        let guessed =
            if written["manifests"].is_array() { crate::media_type::INDEX } else { crate::media_type::MANIFEST };
        let kind = written["mediaType"].as_str().unwrap_or(guessed);
        Ok(RawManifest::new(kind, bytes))
    }

    /// Returns the blob, its digest and size proven, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is something else.
    pub fn blob(&self, descriptor: &Descriptor, limit: u64) -> Result<Bytes, LayoutError> {
        let path = self.blob_path(descriptor.digest);
        let bytes = read_limited(&path, limit.min(descriptor.size))?;
        if bytes.len() as u64 != descriptor.size {
            let (expected, found) = (descriptor.size, bytes.len() as u64);
            return Err(LayoutError::SizeMismatch { path: path.display().to_string(), expected, found });
        }
        check_digest(&path, descriptor.digest, &bytes)?;
        Ok(bytes.into())
    }

    /// Stores `bytes` and returns whether they had to be written.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<bool, LayoutError> {
        let path = self.blob_path(Digest::of(bytes));
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(false);
        }
        write_whole(&path, bytes).map_err(|source| failed("write", &path, source))?;
        Ok(true)
    }

    /// Stores the blob that stands in `file`, its digest and size proven.
    ///
    /// # Errors
    /// When it cannot be read, is something else, or cannot be written.
    pub(crate) fn copy_blob(&self, descriptor: &Descriptor, file: &Path, limit: u64) -> Result<bool, LayoutError> {
        let bytes = read_limited(file, limit.min(descriptor.size))?;
        check_digest(file, descriptor.digest, &bytes)?;
        self.put_blob(&bytes)
    }

    /// Lists `entry` in the index, under `name` if there is one, in the place of what had that name or that digest.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn list(&self, mut entry: Descriptor, name: Option<&str>) -> Result<(), LayoutError> {
        let mut index = self.index()?;
        if let Some(name) = name {
            entry.annotations.insert(REF_NAME.to_owned(), name.to_owned());
        }
        let name = entry.annotations.get(REF_NAME);
        index.manifests.retain(|old| match (old.annotations.get(REF_NAME), name) {
            (Some(old), Some(name)) => old != name,
            (None, None) => old.digest != entry.digest,
            _ => true,
        });
        index.manifests.push(entry.clone());
        index
            .manifests
            .sort_by(|a, b| (a.annotations.get(REF_NAME), a.digest).cmp(&(b.annotations.get(REF_NAME), b.digest)));
        let path = self.root.join("index.json");
        let bytes = serde_json::to_vec(&index).map_err(|error| failed("write", &path, error.into()))?;
        write_whole(&path, &bytes).map_err(|source| failed("write", &path, source))
    }
}

/// Writes a file so that it is never seen half written. What a writer that died left is written over.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.partial"));
    let mut file = File::create(&partial)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&partial, path)
}

fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, LayoutError> {
    let found = fs::metadata(path).map_err(|source| failed("read", path, source))?.len();
    if found > limit {
        return Err(LayoutError::SizeMismatch { path: path.display().to_string(), expected: limit, found });
    }
    fs::read(path).map_err(|source| failed("read", path, source))
}

fn check_digest(path: &Path, expected: Digest, bytes: &[u8]) -> Result<(), LayoutError> {
    let found = Digest::of(bytes);
    if found == expected {
        return Ok(());
    }
    Err(LayoutError::DigestMismatch { path: path.display().to_string(), expected, found })
}

fn failed(verb: &'static str, path: &Path, source: io::Error) -> LayoutError {
    LayoutError::Io { verb, path: path.display().to_string(), source }
}
