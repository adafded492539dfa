use std::{collections::BTreeMap, sync::Arc};

use kustomize_rs::{Helm, Options, Output, Remote};
use towpath_config::{Manifests, Pattern};
use towpath_model::{Diagnostic, FileTree, Kind, PinnedImage, TreePath};

use super::Rendering;
use crate::{
    Inflation,
    source::{Bases, Overlay},
};

/// The folder that pins an image over a kustomization; it exists in memory alone.
pub(super) const PIN: &str = ".towpath-pin";

impl Rendering<'_> {
    /// Builds the kustomization of the environment, with the pinned image set in what it gives, and with what a chart gave put
    /// into its folder.
    pub(super) fn overlay(&self, pattern: &Pattern, chart: Option<&str>) -> Result<Output, Diagnostic> {
        let root = self.path(&pattern.expand(&self.service.config.name, &self.environment.name))?;
        let mut files = BTreeMap::new();
        let mut start = root.clone();
        if let Some(pin) = &self.manner.pin {
            let (file, text) = self.pinned_kustomization(&root, pin)?;
            start = file.parent();
            files.insert(file, text);
        }
        let Some(chart) = chart else {
            return if files.is_empty() {
                self.build(&self.tree, &start)
            } else {
                self.build(&FileTree::new(Overlay::new(self.tree.clone(), files)), &start)
            };
        };
        let chart_file = inside(&root, Manifests::CHART_FILE)?;
        files.insert(chart_file.clone(), chart.as_bytes().to_vec());
        let tree = FileTree::new(Overlay::new(self.tree.clone(), files));
        let output = self.build(&tree, &start)?;
        if !tree.reads().contains_key(&chart_file) {
            let message = format!("the kustomization in `{root}` does not use the chart");
            let hint =
                format!("name `{}`, which holds what the chart gives, in its `resources`", Manifests::CHART_FILE);
            return Err(Diagnostic::new(Kind::Usage, message).hint(hint));
        }
        Ok(output)
    }

    /// Builds a kustomization; charts that it inflates are rendered, since the service asks for its manifests whole.
    fn build(&self, tree: &FileTree, root: &TreePath) -> Result<Output, Diagnostic> {
        let (charts, manner) = (&self.service.charts, self.manner);
        let engine = Inflation::new(Arc::clone(charts), manner.profile).seeing(manner.purpose);
        let helm = Helm {
            engine: Arc::new(engine),
            api_versions: manner.api_versions.clone(),
            kube_version: manner.kube_version.clone().unwrap_or_default(),
        };
        let remote = Some(Arc::new(Bases::new(Arc::clone(charts))) as Arc<dyn Remote>);
        let options = Options { remote, helm: Some(helm), changes: self.changes, ..Options::default() };
        let output = kustomize_rs::build(tree, root, &options).map_err(|error| error.diagnostic())?;
        for fetched in &output.fetched {
            self.tree.note_outside(fetched.address.as_str());
        }
        if output.is_passing {
            self.tree.note_outside("the clock, a random source or the environment");
        }
        Ok(output)
    }

    /// Returns a kustomization that stands beside `root` and sets the image of what `root` gives: its path and content.
    fn pinned_kustomization(&self, root: &TreePath, pin: &PinnedImage) -> Result<(TreePath, Vec<u8>), Diagnostic> {
        let image = self.service.config.image.as_ref().map_or_else(|| pin.name(), |image| &image.repository);
        if root.name().is_empty() {
            let message = "an image cannot be pinned over a kustomization in the repository's root";
            return Err(Diagnostic::new(Kind::Usage, message).hint("move it into a folder"));
        }
        let text = serde_json::json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [format!("../{}", root.name())],
            "images": [{ "name": image, "newName": pin.name(), "digest": pin.digest() }],
        });
        let file = inside(&inside(&root.parent(), PIN)?, "kustomization.yaml")?;
        Ok((file, text.to_string().into_bytes()))
    }
}

fn inside(folder: &TreePath, name: &str) -> Result<TreePath, Diagnostic> {
    folder.join(name).map_err(|error| Diagnostic::from_error(Kind::Bug, &error))
}
