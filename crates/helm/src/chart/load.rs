use std::{collections::BTreeMap, sync::Arc};

use towpath_model::{Entry, EntryKind, FileTree, Location, Probe, TreePath};

use super::{
    Chart, ChartFile, Metadata, archive,
    ignore::{IgnoreRules, Node},
    stored::{Failure, StoredFile},
};
use crate::{HelmError, Profile, error, golang::paths};

/// What a chart may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartLimits {
    /// Bytes of all files together, subcharts included; Helm's own limit is 100 MiB.
    pub chart_bytes: u64,
    /// Bytes of one file; Helm 3's own limit is 5 MiB, Helm 4 has none: ours is 32 MiB.
    pub file_bytes: u64,
    /// How many files.
    pub files: usize,
    /// How deep subcharts may nest.
    pub depth: usize,
}

impl Default for ChartLimits {
    fn default() -> Self {
        Self { chart_bytes: 100 << 20, file_bytes: 32 << 20, files: 50_000, depth: 32 }
    }
}

impl ChartLimits {
    /// Returns the limits of a release of Helm; where it has none of its own, ours.
    pub fn of(profile: Profile) -> Self {
        match profile {
            Profile::Helm4 => Self::default(),
            Profile::Helm3 => Self { file_bytes: 5 << 20, ..Self::default() },
        }
    }
}

/// What is left of the limits for a chart and the charts packed into it.
pub(super) struct Room {
    bytes: u64,
    files: usize,
    /// What archives may hold beside files: names, folders, attributes.
    entries: usize,
}

impl Room {
    pub(super) fn of(limits: &ChartLimits) -> Self {
        Self { bytes: limits.chart_bytes, files: limits.files, entries: limits.files.saturating_mul(4) }
    }

    pub(super) fn take_entry(&mut self, limits: &ChartLimits) -> Result<(), Problem> {
        self.entries = self.entries.checked_sub(1).ok_or_else(|| too_many_files(limits))?;
        Ok(())
    }

    /// Counts a file; `whole` is what messages call that which it is part of.
    pub(super) fn take_file(&mut self, bytes: u64, limits: &ChartLimits, whole: &str) -> Result<(), Problem> {
        self.files = self.files.checked_sub(1).ok_or_else(|| too_many_files(limits))?;
        // Helm refuses what fills the last byte, too.
        self.bytes =
            self.bytes.checked_sub(bytes).filter(|left| *left > 0).ok_or_else(|| {
                Problem::from(format!("{whole} is larger than the maximum size {}", limits.chart_bytes))
            })?;
        Ok(())
    }
}

fn too_many_files(limits: &ChartLimits) -> Problem {
    format!("chart has more than {} files", limits.files).into()
}

/// Why files are no chart: a message, or what the source of the files said.
pub(super) enum Problem {
    /// Helm's message, and where the file breaks.
    Message(String, Option<Box<Location>>),
    Source(towpath_model::SourceError),
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self::Message(message, None)
    }
}

impl From<&str> for Problem {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned(), None)
    }
}

impl From<towpath_model::SourceError> for Problem {
    fn from(error: towpath_model::SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<Problem> for HelmError {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Message(message, at) => Self::Chart(error::Problem::new(message).at(at.map(|at| *at))),
            Problem::Source(error) => Self::Source(error),
        }
    }
}

impl Chart {
    /// Returns the chart whose `Chart.yaml` stands in the root of `tree`.
    ///
    /// `.helmignore` is heeded; subcharts come from `charts/`, as folders or packed.
    ///
    /// # Errors
    /// When a file cannot be read, `Chart.yaml` is missing or wrong, or a limit is broken.
    pub fn load(tree: &FileTree, limits: &ChartLimits) -> Result<Self, HelmError> {
        let (failure, mut room) = (Failure::default(), Room::of(limits));
        let files = directory_files(tree, limits, &failure, &mut room)?;
        Ok(Self { failure, ..from_files(files, limits, &mut room, 0)? })
    }

    /// Returns the chart in the bytes of a packed one (`.tgz`). `.helmignore` does not count there.
    ///
    /// # Errors
    /// When it is no archive, leaves its folder, `Chart.yaml` is missing or wrong, or a limit is broken.
    pub fn from_archive(bytes: &[u8], limits: &ChartLimits) -> Result<Self, HelmError> {
        let mut room = Room::of(limits);
        Ok(from_files(archive::files(bytes, limits, &mut room)?, limits, &mut room, 0)?)
    }
}

/// Returns the content without a byte order mark.
pub(super) fn without_bom(data: Arc<[u8]>) -> Arc<[u8]> {
    match data.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => rest.into(),
        None => data,
    }
}

/// Returns the files of a folder that are not ignored, in the order in which Go walks.
pub(super) fn directory_files(
    tree: &FileTree,
    limits: &ChartLimits,
    failure: &Failure,
    room: &mut Room,
) -> Result<Vec<StoredFile>, Problem> {
    let root = TreePath::root();
    let ignore_path = root.join(".helmignore").unwrap_or_default();
    // A link that leads nowhere is an error as it is everywhere, and not an absent file.
    tree.kind(&ignore_path)?;
    let ignore_text = match tree.entry(&ignore_path)? {
        Some(Entry::Directory(_)) => return Err("read .helmignore: is a directory".into()),
        Some(Entry::File(text)) => Some(text),
        None => None,
    };
    let ignore_text = ignore_text.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let rules = IgnoreRules::parse(&ignore_text).map_err(|error| error.to_string())?;
    let mut walk = Walk { tree, rules, limits, failure, room, files: Vec::new(), n_matches: 0 };
    walk.directory(&root, 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    tree: &'a FileTree,
    rules: IgnoreRules,
    limits: &'a ChartLimits,
    failure: &'a Failure,
    room: &'a mut Room,
    files: Vec<StoredFile>,
    /// How often a rule has been held against a path.
    n_matches: usize,
}

/// A hundred rules for every one of as many files as a chart may have.
const MOST_MATCHES: usize = 5_000_000;

impl Walk<'_> {
    fn directory(&mut self, path: &TreePath, depth: usize) -> Result<(), Problem> {
        if depth > 256 {
            return Err(format!("folder {path} stands deeper than 256 levels").into());
        }
        let Some(Entry::Directory(names)) = self.tree.entry(path)? else { return Ok(()) };
        for name in names.iter() {
            let Ok(path) = path.join(name) else { continue };
            self.n_matches += self.rules.len();
            if self.n_matches > MOST_MATCHES {
                let n_rules = self.rules.len();
                return Err(
                    format!("the {n_rules} rules of .helmignore are too many for the files of the chart").into()
                );
            }
            match self.tree.kind(&path)? {
                Some(EntryKind::Directory) if !self.rules.ignores(path.as_str(), Node::Directory) => {
                    self.directory(&path, depth + 1)?;
                }
                Some(EntryKind::File) if !self.rules.ignores(path.as_str(), Node::File) => {
                    if let Some(bytes) = self.size(&path)? {
                        self.file(path, bytes)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns how large a file is. What is read in any case is read at once, and not looked at first.
    fn size(&self, path: &TreePath) -> Result<Option<u64>, Problem> {
        let is_template = path.as_str().starts_with("templates/") || path.as_str().contains("/templates/");
        let is_read = is_template || matches!(path.name(), "Chart.yaml" | "values.yaml" | "values.schema.json");
        if is_read && let Some(bytes) = self.tree.file(path)? {
            return Ok(Some(bytes.len() as u64));
        }
        Ok(match self.tree.probe(path)? {
            Some(Probe::File { bytes }) => Some(bytes),
            _ => None,
        })
    }

    fn file(&mut self, path: TreePath, size: u64) -> Result<(), Problem> {
        if size > self.limits.file_bytes {
            let quoted = crate::golang::quote(path.name());
            return Err(
                format!("chart file {quoted} is larger than the maximum file size {}", self.limits.file_bytes).into()
            );
        }
        self.room.take_file(size, self.limits, "chart")?;
        self.files.push(StoredFile::there(self.tree, path, self.failure));
        Ok(())
    }
}

/// Sorts files into what Helm makes of them.
pub(super) fn from_files(
    files: Vec<StoredFile>,
    limits: &ChartLimits,
    room: &mut Room,
    depth: usize,
) -> Result<Chart, Problem> {
    if depth > limits.depth {
        return Err(format!("subcharts nest deeper than {} levels", limits.depth).into());
    }
    let mut metadata = None;
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let metadata: &mut Metadata = metadata.get_or_insert_default();
        let data = file.load()?;
        metadata.read(&data).map_err(|error| unreadable(&file.name, &data, &error))?;
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
    }
    let mut chart = Chart {
        metadata: Metadata::default(),
        templates: Vec::new(),
        files: Arc::default(),
        values: None,
        schema: None,
        subcharts: Vec::new(),
        failure: Failure::default(),
    };
    let mut stored = Vec::new();
    let mut subcharts: BTreeMap<String, Vec<StoredFile>> = BTreeMap::new();
    for mut file in files {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => check_lock(&file)?,
            "values.yaml" => chart.values = Some(file.load()?),
            "values.schema.json" => chart.schema = Some(file.load()?),
            "requirements.yaml" | "requirements.lock" => {
                let metadata = metadata.get_or_insert_default();
                if file.name == "requirements.lock" {
                    check_lock(&file)?;
                }
                if file.name == "requirements.yaml" {
                    let data = file.load()?;
                    metadata.read(&data).map_err(|error| unreadable(&file.name, &data, &error))?;
                }
                if metadata.api_version == "v1" {
                    stored.push(file);
                }
            }
            name if name.starts_with("templates/") => {
                let data = file.load()?;
                chart.templates.push(ChartFile { name: file.name, data });
            }
            name if name.starts_with("charts/") && paths::ext(name) != ".prov" => {
                let inner = name["charts/".len()..].to_owned();
                let folder = inner.split('/').next().unwrap_or_default().to_owned();
                file.name = inner;
                subcharts.entry(folder).or_default().push(file);
            }
            _ => stored.push(file),
        }
    }
    chart.files = stored.into();
    chart.metadata = metadata.ok_or("Chart.yaml file is missing")?;
    // What only one release refuses is refused when its profile renders.
    let checked = chart.metadata.validate(Profile::Helm4);
    checked.or_else(|message| chart.metadata.validate(Profile::Helm3).map_err(|_| message))?;
    for (folder, files) in subcharts {
        if folder.starts_with(['_', '.']) {
            continue;
        }
        let words = format!("error unpacking subchart {folder} in {}: ", chart.metadata.name);
        let subchart = if paths::ext(&folder) == ".tgz" {
            packed(&folder, &files, &chart.metadata.name, limits, room, depth)
        } else {
            from_files(inner_files(files), limits, room, depth + 1)
                .map_err(|problem| problem.of_subchart(&folder, &words))
        }?;
        chart.subcharts.push(subchart);
    }
    Ok(chart)
}

fn check_lock(file: &StoredFile) -> Result<(), Problem> {
    let data = file.load()?;
    Metadata::check_lock(&data).map_err(|error| unreadable(&file.name, &data, &error))
}

/// Returns why a file of metadata cannot be read, with the place where its YAML breaks.
fn unreadable(name: &str, data: &[u8], error: &str) -> Problem {
    let at = towpath_yaml::decode(data).ok().and_then(|text| {
        let error = towpath_yaml::parse_first(&text, towpath_yaml::Profile::Go2).err()?;
        Some(Box::new(Location::of(name, &text, error.span())))
    });
    Problem::Message(format!("cannot load {name}: {error}"), at)
}

impl Problem {
    /// Puts the words for a subchart before its message, and names its file as the chart that holds it does.
    fn of_subchart(self, folder: &str, words: &str) -> Self {
        match self {
            Self::Message(message, at) => {
                let at = at.map(|mut at| {
                    at.file = format!("charts/{folder}/{}", at.file);
                    at
                });
                Self::Message(format!("{words}{message}"), at)
            }
            source @ Self::Source(_) => source,
        }
    }
}

fn packed(
    folder: &str,
    files: &[StoredFile],
    parent: &str,
    limits: &ChartLimits,
    room: &mut Room,
    depth: usize,
) -> Result<Chart, Problem> {
    let file = files.first().filter(|file| file.name == folder).ok_or_else(|| {
        let got = files.first().map_or("", |file| file.name.as_str());
        format!("error unpacking subchart tar in {parent}: expected {folder}, got {got}")
    })?;
    let read = archive::files(&file.load()?, limits, room).and_then(|files| from_files(files, limits, room, depth + 1));
    read.map_err(|problem| problem.of_subchart(folder, &format!("error unpacking subchart {folder} in {parent}: ")))
}

/// Returns the files of a subchart under their own names; a lone file beside the folders is no chart.
fn inner_files(files: Vec<StoredFile>) -> Vec<StoredFile> {
    let inner = |mut file: StoredFile| {
        let name = file.name.split_once('/')?.1.to_owned();
        file.name = name;
        Some(file)
    };
    files.into_iter().filter_map(inner).collect()
}
