use std::collections::BTreeMap;

use bytes::Bytes;
use tar::{EntryType, Header};
use towpath_model::Digest;

use crate::{AssembleError, Descriptor, gzip, media_type};

/// The time that every file in a layer bears: one second after the epoch.
///
/// Zero is taken for "unknown" by some programs. It does not follow the time of the source revision, so that a layer
/// whose files did not change is the same layer in the next release.
const MODIFIED: u64 = 1;

/// A file, folder or link in a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Permission bits.
    pub mode: u32,
    /// The user that owns it.
    pub uid: u64,
    /// The group that owns it.
    pub gid: u64,
    /// What it is.
    pub content: Content,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A file with its bytes.
    File(Bytes),
    /// A folder.
    Folder,
    /// A symbolic link and where it points.
    Link(String),
}

/// A layer: a tar archive in gzip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What points at it.
    pub descriptor: Descriptor,
    /// The digest of the archive before compression.
    pub diff_id: Digest,
    /// The compressed archive.
    pub bytes: Bytes,
}

impl Layer {
    /// Returns the layer of `entries`, by paths relative to the root: sorted, with fixed times and no names of owners.
    ///
    /// # Errors
    /// When a path or a link cannot stand in an archive.
    pub fn of(entries: &BTreeMap<String, Entry>) -> Result<Self, AssembleError> {
        let archive = archive(entries)?;
        let bytes: Bytes = gzip::compress(&archive).map_err(|_| AssembleError::Compress)?.into();
        let descriptor = Descriptor::of(media_type::LAYER_GZIP, &bytes);
        Ok(Self { descriptor, diff_id: Digest::of(&archive), bytes })
    }
}

fn archive(entries: &BTreeMap<String, Entry>) -> Result<Vec<u8>, AssembleError> {
    let size: usize = entries.values().map(|entry| 1024 + entry.content.size()).sum();
    let mut builder = tar::Builder::new(Vec::with_capacity(size + 1024));
    for (path, entry) in entries {
        append(&mut builder, path, entry).map_err(|source| AssembleError::Archive { path: path.clone(), source })?;
    }
    builder.into_inner().map_err(|source| AssembleError::Archive { path: String::new(), source })
}

fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, entry: &Entry) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.mode);
    header.set_uid(entry.uid);
    header.set_gid(entry.gid);
    header.set_mtime(MODIFIED);
    header.set_size(entry.content.size() as u64);
    match &entry.content {
        Content::File(bytes) => {
            header.set_entry_type(EntryType::Regular);
            builder.append_data(&mut header, path, bytes.as_ref())
        }
        Content::Folder => {
            header.set_entry_type(EntryType::Directory);
            builder.append_data(&mut header, format!("{path}/"), std::io::empty())
        }
        Content::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            builder.append_link(&mut header, path, target)
        }
    }
}

impl Content {
    fn size(&self) -> usize {
        if let Self::File(bytes) = self { bytes.len() } else { 0 }
    }
}
