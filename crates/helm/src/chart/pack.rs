use flate2::{Compression, GzBuilder};
use towpath_model::FileTree;

use super::{
    ChartLimits, Failure, Metadata, StoredFile,
    load::{Problem, Room, directory_files, from_files},
};
use crate::HelmError;

/// A chart as `helm package` makes it.
#[derive(Debug, Clone)]
pub struct PackedChart {
    /// What its `Chart.yaml` says.
    pub metadata: Metadata,
    /// The archive: a tar in gzip, the files below a folder of the chart's name. The same files give the same bytes.
    pub bytes: Vec<u8>,
}

impl PackedChart {
    /// Returns the name of the file that Helm would write: `NAME-VERSION.tgz`.
    pub fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.metadata.name, self.metadata.version)
    }
}

/// Returns the chart whose `Chart.yaml` stands in the root of `tree`, packed; `.helmignore` is heeded.
///
/// # Deviation
/// Files are packed as they are. `helm package` writes `Chart.yaml` anew, and the time of packing beside each file.
///
/// # Errors
/// As [`Chart::load`](crate::Chart::load).
pub fn pack_chart(tree: &FileTree, limits: &ChartLimits) -> Result<PackedChart, HelmError> {
    let mut room = Room::of(limits);
    let files = directory_files(tree, limits, &Failure::default(), &mut room)?;
    let bytes = |name: &str| archive(name, &files);
    let metadata = from_files(files.clone(), limits, &mut room, 0)?.metadata;
    let bytes = bytes(&metadata.name)?;
    Ok(PackedChart { metadata, bytes })
}

fn archive(name: &str, files: &[StoredFile]) -> Result<Vec<u8>, Problem> {
    let failed = |error: std::io::Error| Problem::from(error.to_string());
    let gzip = GzBuilder::new().write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(gzip);
    for file in files {
        let mut header = tar::Header::new_gnu();
        let data = file.load()?;
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{name}/{}", file.name), &*data).map_err(failed)?;
    }
    archive.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chart;

    #[test]
    fn a_packed_chart_is_the_chart() {
        let tree = FileTree::from_files([
            ("Chart.yaml", b"apiVersion: v2\nname: c\nversion: 1.0.0\n".as_slice()),
            ("templates/a.yaml", b"a: 1\n"),
            ("values.yaml", b"x: 1\n"),
            (".helmignore", b"left\n"),
            ("left", b"out"),
            ("charts/d/Chart.yaml", b"apiVersion: v2\nname: d\nversion: 1.0.0\n"),
        ])
        .unwrap();
        let limits = ChartLimits::default();
        let packed = pack_chart(&tree, &limits).unwrap();
        assert_eq!(packed.file_name(), "c-1.0.0.tgz");
        assert_eq!(packed.bytes, pack_chart(&tree, &limits).unwrap().bytes);
        let chart = Chart::from_archive(&packed.bytes, &limits).unwrap();
        assert_eq!((chart.templates.len(), chart.subcharts.len(), chart.values()), (1, 1, Some(b"x: 1\n".as_slice())));
        assert!(!chart.files.iter().any(|file| file.name == "left"));
    }
}
