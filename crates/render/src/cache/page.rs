//! What stands under a key: the read sets under which it was rendered, the newest first, and the digest of each result.
//!
//! It is JSON behind a seal, and names the key, so that a page is no other key's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use towpath_model::{BlobId, Digest, EntryKind, FileTree, Probe, Read, TreePath};

use super::{
    key::SCHEMA,
    seal::{SealError, bytes, seal, unseal},
    settings::Secret,
};

/// How many read sets stand under one key; branches that are built in turn have one each.
const MOST_CANDIDATES: usize = 6;
/// A page may have this many bytes.
pub(super) const LARGEST_PAGE: u64 = 4 << 20;
/// A result may have this many bytes.
pub(super) const LARGEST_RESULT: u64 = 64 << 20;

/// A read set and what was rendered from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Candidate {
    /// The digest of the result.
    pub(super) result: Digest,
    /// How many bytes the result has.
    pub(super) bytes: u64,
    /// What was read, by path from the tree's root.
    reads: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    schema: u32,
    key: Digest,
    candidates: Vec<Candidate>,
}

impl Candidate {
    /// Returns what is to be kept of a rendering from `tree`; nothing where a read failed or nothing was read.
    pub(super) fn of(tree: &FileTree, result: &[u8]) -> Option<Self> {
        let reads: Option<BTreeMap<String, String>> =
            tree.reads().iter().map(|(path, read)| Some((path.as_str().to_owned(), written(read)?))).collect();
        let reads = reads.filter(|reads| !reads.is_empty())?;
        Some(Self { result: Digest::of(result), bytes: result.len() as u64, reads })
    }

    /// Tells whether a rendering from `tree` would read the same. It stops at the first thing that is not.
    pub(super) fn holds(&self, tree: &FileTree) -> bool {
        !self.reads.is_empty()
            && self.bytes <= LARGEST_RESULT
            && self.reads.iter().all(|(path, read)| match (TreePath::parse(path), parsed(read)) {
                (Ok(path), Some(read)) => tree.holds(&path, &read),
                _ => false,
            })
    }
}

/// Returns `newest` in front of what was known, without what it replaces.
pub(super) fn merged(newest: Candidate, known: &[Candidate]) -> Vec<Candidate> {
    let others = known.iter().filter(|other| other.reads != newest.reads).take(MOST_CANDIDATES - 1).cloned();
    let others: Vec<Candidate> = others.collect();
    std::iter::once(newest).chain(others).collect()
}

/// Returns the page of a key.
pub(super) fn encode(key: Digest, candidates: &[Candidate], secret: Option<&Secret>) -> Vec<u8> {
    let body = Body { schema: SCHEMA, key, candidates: candidates.to_vec() };
    // Maps of texts have a JSON form.
    let body = serde_json::to_vec(&body).unwrap_or_default();
    seal(key, &body, secret)
}

/// Returns what stands under a key. With a secret only pages count that were sealed with it.
pub(super) fn decode(page: &[u8], key: Digest, secret: Option<&Secret>) -> Result<Vec<Candidate>, SealError> {
    let body = unseal(page, key, secret)?;
    let body: Body = serde_json::from_slice(body).map_err(|_| SealError::Torn)?;
    if body.schema != SCHEMA || body.key != key {
        return Err(SealError::Foreign);
    }
    Ok(body.candidates)
}

/// Returns a read as pages have it: `file DIGEST [BLOB]`, `folder DIGEST`, `nothing`, `size N`, `a folder`, `is file`, `is folder`.
fn written(read: &Read) -> Option<String> {
    Some(match read {
        Read::File { digest, blob: None } => format!("file {}", digest.hex()),
        Read::File { digest, blob: Some(blob) } => format!("file {} {blob}", digest.hex()),
        Read::Directory(digest) => format!("folder {}", digest.hex()),
        Read::Absent => "nothing".to_owned(),
        Read::Probed(Probe::File { bytes }) => format!("size {bytes}"),
        Read::Probed(Probe::Directory) => "a folder".to_owned(),
        Read::Seen(EntryKind::File) => "is file".to_owned(),
        Read::Seen(EntryKind::Directory) => "is folder".to_owned(),
        Read::Failed => return None,
    })
}

fn parsed(text: &str) -> Option<Read> {
    let digest = Digest::from_hex;
    let words: Vec<&str> = text.split(' ').collect();
    Some(match words.as_slice() {
        ["file", digits] => Read::File { digest: digest(digits)?, blob: None },
        ["file", digits, blob] => {
            Read::File { digest: digest(digits)?, blob: Some(BlobId(bytes(blob)?.try_into().ok()?)) }
        }
        ["folder", digits] => Read::Directory(digest(digits)?),
        ["nothing"] => Read::Absent,
        ["size", bytes] => Read::Probed(Probe::File { bytes: bytes.parse().ok()? }),
        ["a", "folder"] => Read::Probed(Probe::Directory),
        ["is", "file"] => Read::Seen(EntryKind::File),
        ["is", "folder"] => Read::Seen(EntryKind::Directory),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str) -> Candidate {
        let tree = FileTree::from_files([(name, b"x".as_slice())]).unwrap();
        tree.file(&TreePath::parse(name).unwrap()).unwrap();
        Candidate::of(&tree, name.as_bytes()).unwrap()
    }

    #[test]
    fn every_read_survives_its_page() {
        let digest = Digest::of(b"x");
        let reads = [
            Read::File { digest, blob: None },
            Read::File { digest, blob: Some(BlobId([7; 20])) },
            Read::Directory(digest),
            Read::Absent,
            Read::Probed(Probe::File { bytes: 12 }),
            Read::Probed(Probe::Directory),
            Read::Seen(EntryKind::File),
            Read::Seen(EntryKind::Directory),
        ];
        for read in reads {
            assert_eq!(parsed(&written(&read).unwrap()), Some(read));
        }
        for wrong in ["", "file", "file x", "size -1", "is", "nothing more"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_newest_stands_first_and_few_stand_behind_it() {
        let many: Vec<_> = (0..9).map(|n| candidate(&format!("f{n}"))).collect();
        let kept = merged(many[3].clone(), &many);
        let names: Vec<_> = kept.iter().map(|kept| kept.reads.keys().next().unwrap().as_str()).collect();
        assert_eq!(names, ["f3", "f0", "f1", "f2", "f4", "f5"]);
    }

    #[test]
    fn what_is_torn_foreign_or_not_sealed_does_not_count() {
        let (key, secret, other) = (Digest::of(b"k"), Secret::new("s"), Secret::new("t"));
        let candidates = [candidate("a")];
        let (plain, sealed) = (encode(key, &candidates, None), encode(key, &candidates, Some(&secret)));
        assert_eq!(decode(&plain, key, None).unwrap(), candidates);
        assert_eq!(decode(&sealed, key, Some(&secret)).unwrap(), candidates);
        let refused =
            |page: &[u8], key: Digest, secret: Option<&Secret>| decode(page, key, secret).unwrap_err().to_string();
        assert_eq!(refused(&plain, key, Some(&secret)), "it was not made by a holder of the secret");
        assert_eq!(refused(&sealed, key, None), "it is not what its seal says");
        assert_eq!(refused(&sealed, key, Some(&other)), "it is not what its seal says");
        assert_eq!(refused(&plain, Digest::of(b"l"), None), "it belongs to something else");
        assert_eq!(refused(&sealed, Digest::of(b"l"), Some(&secret)), "it is not what its seal says");
        for end in 0..plain.len() {
            assert!(decode(&plain[..end], key, None).is_err(), "{end} bytes of it");
            assert!(decode(&sealed[..end], key, Some(&secret)).is_err(), "{end} bytes of it");
        }
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(decode(&changed, key, Some(&secret)).is_err(), "byte {place}");
        }
    }
}
