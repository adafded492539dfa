use std::{
    io::{self, Read},
    sync::Arc,
};

use super::{
    ChartLimits,
    load::{Problem, Room},
    stored::StoredFile,
};
use crate::golang::paths;

/// What names and attributes of one file may take; Go's own limit.
const LONGEST_EXTENSION: u64 = 1 << 20;

type Entry<'a, R> = tar::Entry<'a, R>;

/// Returns the files of a packed chart, without the name of its top folder.
///
/// Folders are passed over; links, devices and pipes are empty files, as in Helm.
///
/// # Deviation
/// Sparse files, links that have content, and sizes that attributes tell otherwise are refused: readers of archives
/// disagree about them.
///
/// # Errors
/// Helm's message: no archive, a path that leaves it, or more than the limits.
pub(super) fn files(bytes: &[u8], limits: &ChartLimits, room: &mut Room) -> Result<Vec<StoredFile>, Problem> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err("gzip: invalid header".into());
    }
    let mut archive = tar::Archive::new(flate2::read::MultiGzDecoder::new(bytes));
    let mut files = Vec::new();
    let mut extensions = Extensions::default();
    for entry in archive.entries().map_err(words)?.raw(true) {
        room.take_entry(limits)?;
        let mut entry = entry.map_err(words)?;
        if extensions.read(&mut entry)? {
            continue;
        }
        let extensions = std::mem::take(&mut extensions);
        let path = extensions.name(&entry);
        let header = entry.header();
        let kind = header.entry_type();
        let is_blank = header.as_old().mode.iter().all(|byte| matches!(byte, 0 | b' '));
        let mode = if is_blank { 0 } else { header.mode().map_err(words)? };
        let is_old_folder = header.as_old().linkflag == [0] && path.ends_with('/');
        if kind.is_dir() && entry.size() > 0 {
            return Err("archive/tar: invalid tar header".into());
        }
        if kind.is_dir() || is_old_folder || mode & 0o170_000 == 0o040_000 {
            continue;
        }
        let name = inner_path(&path)?;
        if kind.is_gnu_sparse() || extensions.is_sparse || extensions.size.is_some_and(|size| size != entry.size()) {
            return Err(format!("{} is a sparse file, or its size is told twice", crate::golang::quote(&path)).into());
        }
        let is_empty = kind.is_symlink() || kind.is_hard_link() || matches!(kind.as_byte(), b'3' | b'4' | b'6');
        if is_empty && entry.size() > 0 {
            return Err(format!("{} is a link or a device that has content", crate::golang::quote(&path)).into());
        }
        if entry.size() > limits.file_bytes {
            let (quoted, most) = (crate::golang::quote(&path), limits.file_bytes);
            return Err(format!("decompressed chart file {quoted} is larger than the maximum file size {most}").into());
        }
        room.take_file(entry.size(), limits, "decompressed chart")?;
        files.push(StoredFile::here(name, content(&mut entry).map_err(words)?));
    }
    if files.is_empty() {
        return Err("no files in chart archive".into());
    }
    Ok(files)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn words(error: io::Error) -> Problem {
    error.to_string().into()
}

/// Reads a file into its place, without a byte order mark.
fn content<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Arc<[u8]>> {
    let size = usize::try_from(entry.size()).map_err(io::Error::other)?;
    let mut start = [0; 3];
    let start = &mut start[..size.min(3)];
    entry.read_exact(start)?;
    let start = if *start == *b"\xef\xbb\xbf" { &[] } else { &*start };
    let rest = size - size.min(3);
    // An iterator of known length makes the shared bytes at once.
    let mut content: Arc<[u8]> = (0..start.len() + rest).map(|_| 0).collect();
    if let Some(place) = Arc::get_mut(&mut content) {
        place[..start.len()].copy_from_slice(start);
        entry.read_exact(&mut place[start.len()..])?;
    }
    Ok(content)
}

/// What stands before a file about it.
#[derive(Default)]
struct Extensions {
    gnu_name: Option<Vec<u8>>,
    pax_name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl Extensions {
    /// Takes what an entry says of the next one. Returns whether it is of that kind.
    fn read<R: Read>(&mut self, entry: &mut Entry<'_, R>) -> Result<bool, Problem> {
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            return Ok(true);
        }
        if !(kind.is_gnu_longname() || kind.is_gnu_longlink() || kind.is_pax_local_extensions()) {
            return Ok(false);
        }
        if entry.size() > LONGEST_EXTENSION {
            return Err("archive/tar: header field too long".into());
        }
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(words)?;
        if kind.is_gnu_longname() {
            let end = memchr::memchr(0, &text).unwrap_or(text.len());
            text.truncate(end);
            self.gnu_name = Some(text);
        } else if kind.is_pax_local_extensions() {
            self.attributes(&text).ok_or("archive/tar: invalid tar header")?;
        }
        Ok(true)
    }

    /// Reads records of the form `LENGTH KEY=VALUE`, each with a line break behind it.
    fn attributes(&mut self, mut text: &[u8]) -> Option<()> {
        while !text.is_empty() {
            let space = memchr::memchr(b' ', text)?;
            let length: usize = std::str::from_utf8(&text[..space]).ok()?.parse().ok()?;
            let record = text.get(space + 1..length)?.strip_suffix(b"\n")?;
            let equals = memchr::memchr(b'=', record).filter(|at| *at > 0)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                // An empty value takes the attribute back.
                b"path" if memchr::memchr(0, value).is_some() => return None,
                b"path" => self.pax_name = (!value.is_empty()).then(|| value.to_vec()),
                b"size" => self.size = Some(std::str::from_utf8(value).ok()?.parse().ok()?),
                key => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
            text = &text[length..];
        }
        Some(())
    }

    fn name<R: Read>(&self, entry: &Entry<'_, R>) -> String {
        let own = || entry.header().path_bytes();
        let name = self.pax_name.as_deref().or(self.gnu_name.as_deref()).map_or_else(own, Into::into);
        String::from_utf8_lossy(&name).into_owned()
    }
}

/// Returns the path below the top folder of the archive.
fn inner_path(path: &str) -> Result<String, Problem> {
    let delimiter = if path.contains('\\') { '\\' } else { '/' };
    let (top, rest) = path.split_once(delimiter).unwrap_or((path, ""));
    let inner = rest.replace(delimiter, "/");
    if inner.starts_with('/') {
        return Err("chart illegally contains absolute paths".into());
    }
    let inner = paths::clean(&inner);
    if inner == "." {
        let quoted = crate::golang::quote(path);
        return Err(format!("chart illegally contains content outside the base directory: {quoted}").into());
    }
    if inner.starts_with("..") {
        return Err("chart illegally references parent directory".into());
    }
    if matches!(inner.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err("chart contains illegally named files".into());
    }
    if top == "Chart.yaml" {
        return Err("chart yaml not in base directory".into());
    }
    Ok(inner)
}
