//! What is meant: services, or charts and which.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use towpath_model::{Diagnostic, Kind};

use super::All;
use crate::template::read;

/// What is rendered.
pub(super) enum Subject {
    /// Charts, as [`All::list`] has them.
    Charts,
    /// The services in and below these folders.
    Services(Vec<PathBuf>),
}

impl All {
    /// Returns what is meant: folders that neither are charts nor hold some directly are looked through for services.
    pub(super) fn subject(&self) -> Result<Subject, Diagnostic> {
        let folders: Vec<PathBuf> = self.charts.iter().map(PathBuf::from).collect();
        if self.charts_from.is_none() && folders.is_empty() {
            return Ok(Subject::Services(vec![PathBuf::from(".")]));
        }
        let is_of_services = |folder: &&PathBuf| folder.is_dir() && (self.chosen.is_asked() || !is_of_charts(folder));
        let n_of_services = folders.iter().filter(is_of_services).count();
        if self.charts_from.is_none() && n_of_services == folders.len() {
            return Ok(Subject::Services(folders));
        }
        if n_of_services > 0 {
            let message = "charts and folders of services cannot be rendered in one run";
            return Err(Diagnostic::new(Kind::Usage, message).hint("make two runs of it"));
        }
        if self.chosen.is_asked() {
            let message = "--service, --environment, --revision, --changed-since and --layout are for services";
            return Err(Diagnostic::new(Kind::Usage, message).hint("name folders with a towpath.yaml in or below them"));
        }
        Ok(Subject::Charts)
    }

    /// Returns the charts in the order in which they were named; those of a folder are sorted by name.
    pub(super) fn list(&self) -> Result<Vec<String>, Diagnostic> {
        let mut named = self.charts.clone();
        if let Some(file) = &self.charts_from {
            let content = read(file)?;
            let text = String::from_utf8_lossy(&content);
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            named.extend(lines.map(str::to_owned));
        }
        let mut charts = Vec::with_capacity(named.len());
        for name in named {
            let folder = Path::new(&name);
            if folder.is_dir() && !folder.join("Chart.yaml").is_file() {
                charts.extend(charts_in(&name)?);
            } else {
                charts.push(name);
            }
        }
        if charts.is_empty() {
            return Err(
                Diagnostic::new(Kind::Usage, "no chart is named").hint("name charts, or folders that hold charts")
            );
        }
        Ok(charts)
    }

    /// Returns the file that each chart is written to; nothing where all goes to standard output.
    pub(super) fn files(&self, charts: &[String]) -> Result<Option<Vec<PathBuf>>, Diagnostic> {
        let Some(folder) = &self.output_dir else { return Ok(None) };
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        let mut files = Vec::with_capacity(charts.len());
        for chart in charts {
            let name = file_name(chart);
            if let Some(other) = taken.insert(name.clone(), chart) {
                let message = format!("charts `{other}` and `{chart}` would both be written to `{name}`");
                return Err(Diagnostic::new(Kind::Usage, message).hint("render them in two runs, into two folders"));
            }
            files.push(folder.join(name));
        }
        fs::create_dir_all(folder).map_err(|error| {
            Diagnostic::new(Kind::Remote, format!("cannot make the folder `{}`", folder.display()))
                .cause(error.to_string())
        })?;
        Ok(Some(files))
    }
}

/// Returns the charts directly below a folder, as folders or archives.
fn charts_in(folder: &str) -> Result<Vec<String>, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::new(Kind::Remote, format!("cannot read the folder `{folder}`")).cause(error.to_string())
    };
    let mut charts = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.join("Chart.yaml").is_file() || path.extension().is_some_and(|extension| extension == "tgz") {
            charts.push(path.to_string_lossy().into_owned());
        }
    }
    charts.sort();
    if charts.is_empty() {
        let message = format!("folder `{folder}` is no chart and holds none");
        return Err(Diagnostic::new(Kind::Usage, message).hint("a chart has a Chart.yaml"));
    }
    Ok(charts)
}

/// Tells a folder that is a chart, or holds charts and describes no service.
fn is_of_charts(folder: &Path) -> bool {
    if folder.join("towpath.yaml").is_file() {
        return folder.join("Chart.yaml").is_file();
    }
    let is_chart = |path: &Path| path.join("Chart.yaml").is_file() || path.extension().is_some_and(|end| end == "tgz");
    let mut entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    folder.join("Chart.yaml").is_file() || entries.any(|entry| is_chart(&entry.path()))
}

/// Returns the name of a chart's output: that of its folder or archive.
fn file_name(chart: &str) -> String {
    let path = fs::canonicalize(chart).unwrap_or_else(|_| PathBuf::from(chart));
    let name = path.file_name().map_or_else(|| chart.into(), |name| name.to_string_lossy());
    format!("{}.yaml", name.strip_suffix(".tgz").unwrap_or(&name))
}
