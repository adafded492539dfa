use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    time::{SystemTime, UNIX_EPOCH},
};

/// A file that changed less than this before it was looked at could change once more without a trace: file systems count time in
/// steps. Those of FAT have two seconds, all others are shorter. In whole seconds, with one for what they leave out.
const STEP: i64 = 3;

/// What the file system said of a file before it was read: worth noting once it is known what the file holds.
pub(crate) struct Sight(String);

impl Sight {
    /// Returns what the file system says of a file that is looked at after `now`; nothing where the file has just been changed.
    ///
    /// The time is taken first: a run that is stopped between the two must not take a file for an old one.
    pub(crate) fn of(now: SystemTime, metadata: &Metadata) -> Option<Self> {
        let now = i64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
        let changed = metadata.mtime().max(metadata.ctime());
        // File systems without the time of the last change of an inode say 0.
        (metadata.ctime() > 0 && changed < now - STEP).then(|| Self(fingerprint(metadata)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns what the file system says of a file, as git asks for it: while it says the same, the file holds the same. A program
/// that sets the time of the last change back cannot set that of the inode.
pub(super) fn fingerprint(metadata: &Metadata) -> String {
    format!(
        "{} {} {} {}.{} {}.{}",
        metadata.dev(),
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec()
    )
}
