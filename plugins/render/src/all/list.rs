//! Which charts are meant.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use towpath_model::{Diagnostic, Kind};

use super::All;
use crate::template::read;

impl All {
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

/// Returns the name of a chart's output: that of its folder or archive.
fn file_name(chart: &str) -> String {
    let path = fs::canonicalize(chart).unwrap_or_else(|_| PathBuf::from(chart));
    let name = path.file_name().map_or_else(|| chart.into(), |name| name.to_string_lossy());
    format!("{}.yaml", name.strip_suffix(".tgz").unwrap_or(&name))
}
