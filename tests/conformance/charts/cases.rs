use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::{Args, vary};

/// The release of Helm that is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Profile {
    Helm4,
    Helm3,
}

impl Profile {
    /// Returns what `--helm-version` takes.
    pub(crate) fn major(self) -> &'static str {
        match self {
            Self::Helm4 => "4",
            Self::Helm3 => "3",
        }
    }
}

/// One rendering: a chart, perhaps with a values file, in one profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case {
    /// The folder of the command line that it was found in.
    pub(crate) collection: String,
    /// The chart's folder or archive.
    pub(crate) chart: PathBuf,
    pub(crate) values: Option<PathBuf>,
    pub(crate) profile: Profile,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chart = self.chart.strip_prefix(&self.collection).unwrap_or(&self.chart);
        let chart = if chart.as_os_str().is_empty() { &self.chart } else { chart };
        write!(f, "helm{} {}", self.profile.major(), chart.display())?;
        match &self.values {
            Some(values) => {
                // Values that were made stand outside of the chart, for as long as this runs.
                let own = values.strip_prefix(&self.chart).ok().or(values.file_name().map(Path::new));
                write!(f, " {}", own.unwrap_or(values).display())
            }
            None => Ok(()),
        }
    }
}

/// Returns every case of the folders, sorted. `changed` is an empty folder for values that are made here.
pub(crate) fn find(args: &Args, changed: &Path) -> io::Result<Vec<Case>> {
    let profiles: Vec<Profile> = [Profile::Helm4, Profile::Helm3]
        .into_iter()
        .filter(|profile| args.profile.as_ref().is_none_or(|wanted| wanted == profile.major()))
        .collect();
    let mut cases = Vec::new();
    for folder in &args.folders {
        let mut charts = Vec::new();
        charts_below(folder, &mut charts)?;
        if charts.is_empty() {
            return Err(io::Error::other(format!("there is no chart in `{}`", folder.display())));
        }
        charts.retain(|chart| args.only.as_ref().is_none_or(|text| chart.display().to_string().contains(text)));
        for chart in charts {
            let mut files = variants(&chart, &args.values)?;
            if let Some(seed) = args.changed {
                let folder = changed.join(cases.len().to_string());
                vary::write(&chart, seed, &folder)?;
                files.extend(variants(&folder, &["*.yaml".to_owned()])?);
            }
            for values in std::iter::once(None).chain(files.into_iter().map(Some)) {
                cases.extend(profiles.iter().map(|profile| Case {
                    collection: folder.display().to_string(),
                    chart: chart.clone(),
                    values: values.clone(),
                    profile: *profile,
                }));
            }
        }
    }
    cases.sort();
    Ok(cases)
}

fn charts_below(folder: &Path, charts: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.join("Chart.yaml").is_file() || (folder.is_file() && folder.extension().is_some_and(|end| end == "tgz")) {
        charts.push(folder.to_owned());
    } else if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            charts_below(&entry?.path(), charts)?;
        }
    }
    Ok(())
}

/// Returns the values files of a chart that match one of the patterns, sorted.
fn variants(chart: &Path, patterns: &[String]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for pattern in patterns {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or((".", pattern));
        let folder = if folder == "." { chart.to_owned() } else { chart.join(folder) };
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let matches = path.file_name().is_some_and(|file| is_like(&file.to_string_lossy(), name));
            if matches && path.is_file() && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether `name` is `pattern`, in which `*` stands for any text.
fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, rest)) => name
            .strip_prefix(start)
            .is_some_and(|name| (0..=name.len()).any(|at| name.is_char_boundary(at) && is_like(&name[at..], rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (name, pattern, is) in [
            ("a-values.yaml", "*-values.yaml", true),
            ("values.yaml", "*-values.yaml", false),
            ("values-a-b.yaml", "values-*.yaml", true),
            ("x", "*", true),
            ("ü.yaml", "*.yaml", true),
        ] {
            assert_eq!(is_like(name, pattern), is, "{name} {pattern}");
        }
    }
}
