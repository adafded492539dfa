//! Files that need not be read, since nobody has touched them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read as _,
    path::Path,
    time::SystemTime,
};

use towpath_model::Digest;

use super::{Of, OutputFolder, Owner};
use crate::cache::{HeldResult, Manifests, Sight};

impl OutputFolder {
    /// Takes the file of an environment as given if it still is the text of `result`, and returns how many bytes it has. Neither
    /// is read for that: the file is as it was when both were compared.
    pub fn keep(&self, of: Of<'_>, name: &str, result: HeldResult) -> Option<u64> {
        let known = self.known.as_ref()?;
        let metadata = fs::metadata(self.root.join(name)).ok()?;
        // Warnings stand in the result alone, and are to be told.
        if !metadata.is_file() || metadata.len() + Manifests::BYTES_BEFORE_TEXT != result.bytes {
            return None;
        }
        let noted = known.digest(name, &metadata)?;
        let owner = Owner::of(of);
        let mut state = self.state();
        // A run that was killed leaves two digests, of which nobody knows which one holds.
        let content = Some(state.ledger.digests(name)).filter(|digests| digests.len() == 1)?.first().copied()?;
        if noted != self::of(result, content) {
            return None;
        }
        state.ledger.set(name, owner, content);
        state.given.insert((of.service.to_owned(), of.environment.to_owned()), BTreeSet::from([name.to_owned()]));
        state.counts.unchanged += 1;
        Some(metadata.len())
    }

    /// Tells whether a file holds this, and notes that it is what was made of `made_of`.
    pub(super) fn is_there(&self, path: &Path, name: &str, content: &[u8], made_of: Option<Digest>) -> bool {
        let now = SystemTime::now();
        let Ok(mut file) = File::open(path) else { return false };
        let Ok(metadata) = file.metadata() else { return false };
        if !metadata.is_file() || metadata.len() != content.len() as u64 {
            return false;
        }
        let mut present = Vec::with_capacity(content.len() + 1);
        if file.read_to_end(&mut present).is_err() || present != content {
            return false;
        }
        if let (Some(known), Some(made_of), Some(sight)) = (&self.known, made_of, Sight::of(now, &metadata)) {
            known.learn(name, &sight, made_of);
        }
        true
    }
}

/// Returns what is noted of a file with this content: that it was made of `result`.
pub(super) fn of(result: HeldResult, content: Digest) -> Digest {
    Digest::of(&[result.digest.as_bytes().as_slice(), content.as_bytes()].concat())
}
