use std::sync::Arc;

use towpath_model::Diagnostic;
use towpath_render::{Manifests, Manner, Purpose, cache::Cache, source::Charts};

use crate::{args::Service as Options, reference::Reference};

/// What both sides are rendered with.
pub(super) struct Means<'m> {
    pub(super) options: &'m Options,
    pub(super) charts: &'m Arc<Charts>,
    pub(super) cache: Option<&'m Cache>,
}

impl Means<'_> {
    /// Returns the manifests of an environment of the service of `--config`.
    pub(super) fn environment(&self, reference: &Reference<'_>) -> Result<Manifests, Diagnostic> {
        let manner = Manner { purpose: Purpose::Comparison, ..self.options.manner()? };
        let service = reference.service(self.options, self.charts)?;
        let text = service.manifests(reference.environment, &manner, self.cache)?.text;
        let name = match reference.revision {
            Some(revision) => format!("{} at {revision}", reference.environment),
            None => reference.environment.to_owned(),
        };
        Ok(Manifests { name, place: None, text })
    }
}
