//! One environment of a service: a chart, a kustomization, or a chart whose output a kustomization changes.

mod chart;
mod explanation;
mod overlay;
mod rendered;
#[cfg(test)]
mod tests;

use kustomize_rs::Changes;
use towpath_config::{Environment, Manifests};
use towpath_helm::{Options, Profile, RenderEnv};
use towpath_model::{Diagnostic, FileTree, Kind, PinnedImage, TreePath};

use self::rendered::Made;
pub use self::rendered::RenderedEnvironment;
use crate::{
    Service,
    chart::{still_environment, system_environment},
    service::failed,
};

/// What an environment is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A cluster: charts see the system's clock, and what they call random is.
    #[default]
    Cluster,
    /// Comparing: clock and random source are fixed. It is for reading, never for a cluster, since what a chart calls random is
    /// the same everywhere.
    Comparison,
}

impl Purpose {
    /// Returns what a chart sees of the world as a release called `name`.
    pub(crate) fn world(self, name: &str, profile: Profile) -> RenderEnv {
        match self {
            Self::Cluster => system_environment(name, profile),
            Self::Comparison => still_environment(name, profile),
        }
    }
}

/// How an environment is rendered.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// What for.
    pub purpose: Purpose,
    /// The release of Helm whose bytes are wanted.
    pub profile: Profile,
    /// What stands in place of whatever image the manifests name.
    pub pin: Option<PinnedImage>,
    /// The Kubernetes version that charts see; nothing is the one that the release of Helm was built with.
    pub kube_version: Option<String>,
    /// API versions that charts see beside those that Helm knows.
    pub api_versions: Vec<String>,
    /// What of a chart is rendered, and what it may use.
    pub options: Options,
}

impl Service {
    /// Returns the manifests of one environment, with `pin` in place of whatever image they name.
    ///
    /// # Errors
    /// When there is no such environment, its files are missing or wrong, or nothing in it uses the pinned image.
    pub fn render(&self, environment: &str, pin: Option<&PinnedImage>, profile: Profile) -> Result<String, Diagnostic> {
        let manner = Manner { pin: pin.cloned(), profile, ..Manner::default() };
        Ok(self.render_as(environment, &manner)?.to_text())
    }

    /// Returns the manifests of one environment for comparing: as [`Service::render`], with clock and random source fixed.
    ///
    /// They are for reading, never for a cluster: what a chart calls random is the same everywhere.
    ///
    /// # Errors
    /// As [`Service::render`].
    pub fn preview(
        &self,
        environment: &str,
        pin: Option<&PinnedImage>,
        profile: Profile,
    ) -> Result<String, Diagnostic> {
        let manner = Manner { purpose: Purpose::Comparison, pin: pin.cloned(), profile, ..Manner::default() };
        Ok(self.render_as(environment, &manner)?.to_text())
    }

    /// Returns one environment as it is rendered in `manner`.
    ///
    /// # Errors
    /// As [`Service::render`].
    pub fn render_as(&self, environment: &str, manner: &Manner) -> Result<RenderedEnvironment, Diagnostic> {
        let (rendering, manifests) = self.rendering(environment, manner, Changes::Forgotten)?;
        let made = match manifests {
            Manifests::Chart(chart) => Made::Chart(Box::new(rendering.chart(chart)?)),
            Manifests::Kustomize(pattern) => Made::Overlay(Box::new(rendering.overlay(pattern, None)?)),
            Manifests::ChartThenKustomize(chart, pattern) => {
                Made::Overlay(Box::new(rendering.overlay(pattern, Some(&rendering.chart(chart)?.to_text()))?))
            }
        };
        let pinned = manner.pin.is_some().then(|| made.to_text());
        rendering.check_pin(pinned.as_deref().unwrap_or_default())?;
        Ok(RenderedEnvironment { made, tree: rendering.tree })
    }

    /// Returns an environment that is about to be rendered, and what its manifests are made of.
    fn rendering<'r>(
        &'r self,
        environment: &str,
        manner: &'r Manner,
        changes: Changes,
    ) -> Result<(Rendering<'r>, &'r Manifests), Diagnostic> {
        let environment = self.known(environment)?;
        let manifests = self.config.manifests.as_ref().ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("`{}` describes no manifests", self.config.file()))
                .hint("add `manifests:` with a `chart` or a `kustomize` folder")
        })?;
        let tree = self.tree.recording();
        // Without its description the service would be another.
        tree.file(&self.file).map_err(|error| failed(&error))?;
        Ok((Rendering { service: self, environment, manner, changes, tree }, manifests))
    }

    fn known(&self, name: &str) -> Result<&Environment, Diagnostic> {
        self.config.environment(name).ok_or_else(|| {
            let names: Vec<&str> = self.config.environments.iter().map(|known| known.name.as_str()).collect();
            let message = format!("`{}` has no environment `{name}`", self.config.file());
            let diagnostic = Diagnostic::new(Kind::Usage, message);
            match self.config.nearest_environment(name) {
                Some(nearest) => diagnostic.hint(format!("did you mean `{nearest}`?")),
                None => diagnostic.hint(format!("its environments are {}", names.join(", "))),
            }
        })
    }
}

/// One environment while it is rendered.
struct Rendering<'r> {
    service: &'r Service,
    environment: &'r Environment,
    manner: &'r Manner,
    changes: Changes,
    /// The service's files, whose record says what this rendering read.
    tree: FileTree,
}

impl Rendering<'_> {
    fn path(&self, relative: &str) -> Result<TreePath, Diagnostic> {
        self.service.folder.join(relative).map_err(|error| {
            Diagnostic::from_error(Kind::Usage, &error).cause(format!("named in `{}`", self.service.config.file()))
        })
    }

    /// Refuses manifests that do not use the image that is pinned, where one is.
    fn check_pin(&self, manifests: &str) -> Result<(), Diagnostic> {
        match &self.manner.pin {
            Some(pin) if !manifests.contains(&pin.digest().to_string()) => {
                let message = format!("nothing in {} uses the pinned image {pin}", self.environment.name);
                Err(Diagnostic::new(Kind::Usage, message).hint("the manifests must take the image from what is pinned"))
            }
            _ => Ok(()),
        }
    }

    /// Returns what a chart sees of the world.
    fn world(&self) -> RenderEnv {
        let mut world = self.manner.purpose.world(&self.service.config.name, self.manner.profile);
        if let Some(namespace) = &self.environment.namespace {
            world.namespace.clone_from(namespace);
        }
        world.kube_version.clone_from(&self.manner.kube_version);
        world.api_versions.clone_from(&self.manner.api_versions);
        world
    }
}
