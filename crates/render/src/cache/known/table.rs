use std::sync::atomic::{AtomicBool, Ordering};

use towpath_model::Digest;

use crate::cache::{seal::unseal, settings::Secret};

/// Returns the first line of the index with this key. The number rises with every change to the form of the others.
pub(super) fn heading(key: Digest) -> String {
    format!("known files 1 {}\n", key.hex())
}

/// The lines of an index, sorted by path. Only those that are asked for are taken apart.
#[derive(Default)]
pub(super) struct Table {
    text: String,
    /// Where each begins, and whether it was asked for.
    lines: Vec<(u32, AtomicBool)>,
}

impl Table {
    /// Returns the lines of an index; nothing where it is not one of this folder, or not whole.
    pub(super) fn parse(bytes: &[u8], key: Digest, secret: Option<&Secret>) -> Option<Self> {
        let body = unseal(bytes, key, secret).ok()?;
        let text = std::str::from_utf8(body).ok()?.strip_prefix(heading(key).as_str())?.to_owned();
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            lines.push((u32::try_from(start).ok()?, AtomicBool::new(false)));
            start += line.len();
        }
        Some(Self { text, lines })
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns a path and the rest of its line.
    fn line(&self, start: u32) -> (&str, &str) {
        let line = usize::try_from(start).ok().and_then(|start| self.text.get(start..)).unwrap_or_default();
        line.split('\n').next().unwrap_or_default().split_once('\t').unwrap_or_default()
    }

    /// Compares the path of a line with another. What ends it sorts before whatever a longer path has there.
    fn compare(&self, start: u32, path: &str) -> std::cmp::Ordering {
        let line = usize::try_from(start).ok().and_then(|start| self.text.as_bytes().get(start..)).unwrap_or_default();
        let (same, rest) = line.split_at(path.len().min(line.len()));
        same.cmp(path.as_bytes()).then_with(|| rest.first().copied().unwrap_or(b'\t').cmp(&b'\t'))
    }

    /// Returns what stands behind a path.
    pub(super) fn find(&self, path: &str) -> Option<&str> {
        let at = self.lines.binary_search_by(|(start, _)| self.compare(*start, path)).ok()?;
        let (start, is_used) = self.lines.get(at)?;
        is_used.store(true, Ordering::Relaxed);
        Some(self.line(*start).1)
    }

    /// Returns each path, what stands behind it, and whether it was asked for.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.lines.iter().map(|(start, is_used)| {
            let (path, rest) = self.line(*start);
            (path, rest, is_used.load(Ordering::Relaxed))
        })
    }
}
