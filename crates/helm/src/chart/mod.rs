//! Charts as files and metadata, and charts as they take part in a release.

mod archive;
mod ignore;
mod instance;
mod load;
mod metadata;
mod metadata_value;
mod pack;
mod stored;
mod unpack;

use std::sync::Arc;

pub(crate) use instance::Instance;
pub use load::ChartLimits;
pub use metadata::{Dependency, Metadata};
pub(crate) use metadata_value::{Embedded, Record};
pub use pack::{PackedChart, pack_chart};
pub(crate) use stored::{Failure, StoredFile};
pub use unpack::unpack_chart;

use towpath_model::FileTree;

use crate::{HelmError, Profile};

/// A chart with its subcharts. Nothing of it is rendered yet.
#[derive(Debug, Clone)]
pub struct Chart {
    pub(crate) metadata: Metadata,
    pub(crate) templates: Vec<ChartFile>,
    pub(crate) files: Arc<[StoredFile]>,
    pub(crate) values: Option<Arc<[u8]>>,
    pub(crate) schema: Option<Arc<[u8]>>,
    pub(crate) subcharts: Vec<Chart>,
    pub(crate) failure: Failure,
}

/// One file of a chart.
#[derive(Debug, Clone)]
pub struct ChartFile {
    /// The path below the chart, `/` between its parts.
    pub name: String,
    /// The content, without a byte order mark.
    pub data: Arc<[u8]>,
}

impl Chart {
    /// Returns what `Chart.yaml` says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Returns the content of `values.yaml`.
    pub fn values(&self) -> Option<&[u8]> {
        self.values.as_deref()
    }

    /// Returns the content of `values.schema.json`.
    pub fn schema(&self) -> Option<&[u8]> {
        self.schema.as_deref()
    }

    /// Returns the files below `templates/`.
    pub fn templates(&self) -> &[ChartFile] {
        &self.templates
    }

    /// Returns the chart for one of several renderings that share what was loaded: a file that turns out unreadable ends that
    /// rendering alone, and where `tree` is given, files that only templates ask for are read, and recorded, there.
    ///
    /// `tree` must hold what the chart was loaded from, at the same paths.
    #[must_use]
    pub fn for_rendering(&self, tree: Option<&FileTree>) -> Self {
        self.reread(tree, &Failure::default())
    }

    fn reread(&self, tree: Option<&FileTree>, failure: &Failure) -> Self {
        Self {
            metadata: self.metadata.clone(),
            templates: self.templates.clone(),
            files: self.files.iter().map(|file| file.reread(tree, failure)).collect(),
            values: self.values.clone(),
            schema: self.schema.clone(),
            subcharts: self.subcharts.iter().map(|subchart| subchart.reread(tree, failure)).collect(),
            failure: failure.clone(),
        }
    }

    /// Checks that everything `Chart.yaml` depends on stands in `charts/`.
    ///
    /// # Errors
    /// Helm's message with what is missing.
    pub fn check_dependencies(&self, profile: Profile) -> Result<(), HelmError> {
        Instance::new(self, profile)?.check_dependencies(profile)
    }

    /// Returns the charts below `charts/`, sorted by folder or archive name.
    pub fn subcharts(&self) -> &[Self] {
        &self.subcharts
    }
}
