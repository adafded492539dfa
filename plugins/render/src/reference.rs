use std::{path::Path, sync::Arc};

use towpath_model::{Diagnostic, Kind, PinnedImage, Release, explanation::Explanation};
use towpath_render::{
    Manner, Service,
    cache::{Cache, Manifests},
    source::Charts,
};

use crate::args::Service as Options;

/// An environment, as it is or as it was at a revision: `prod`, `prod@HEAD~1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) environment: &'a str,
    pub(crate) revision: Option<&'a str>,
}

impl<'a> Reference<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        match text.split_once('@') {
            Some((environment, revision)) => Self { environment, revision: Some(revision) },
            None => Self { environment: text, revision: None },
        }
    }

    /// Returns its manifests, ready for a cluster; from `cache`, where there is one and it has them.
    pub(crate) fn render(
        &self,
        options: &Options,
        charts: &Arc<Charts>,
        cache: Option<&Cache>,
    ) -> Result<Manifests, Diagnostic> {
        let service = self.service(options, charts)?;
        let manner = options.manner()?;
        service.manifests(self.environment, &manner, cache)
    }

    /// Returns the service's name, and where the documents of the environment come from.
    pub(crate) fn explain(&self, options: &Options, charts: &Arc<Charts>) -> Result<(String, Explanation), Diagnostic> {
        let service = self.service(options, charts)?;
        let manner = options.manner()?;
        let explanation = service.explain(self.environment, &manner)?;
        Ok((service.config.name, explanation))
    }

    /// Returns the service of `--config`, as it is or as it was.
    pub(crate) fn service(&self, options: &Options, charts: &Arc<Charts>) -> Result<Service, Diagnostic> {
        let service = match self.revision {
            Some(revision) => Service::at_revision(&options.config, revision),
            None => Service::open(&options.config),
        };
        Ok(service?.with_charts(Arc::clone(charts)))
    }
}

impl Options {
    /// Returns how its environments are rendered for a cluster.
    pub(crate) fn manner(&self) -> Result<Manner, Diagnostic> {
        Ok(Manner { pin: self.pin()?, profile: self.helm_version.profile(), ..Manner::default() })
    }

    /// Returns the image that is pinned, if one is.
    fn pin(&self) -> Result<Option<PinnedImage>, Diagnostic> {
        if let Some(image) = &self.image {
            return image.parse().map(Some).map_err(|error: towpath_model::ImageError| {
                Diagnostic::from_error(Kind::Usage, &error).hint("--image takes name@sha256:…")
            });
        }
        self.release.as_deref().map(load_release).transpose().map(|release| release.map(|release| release.image))
    }
}

fn load_release(path: &Path) -> Result<Release, Diagnostic> {
    let shown = path.display().to_string();
    let content = std::fs::read(path)
        .map_err(|error| Diagnostic::new(Kind::Usage, format!("cannot read `{shown}`")).cause(error.to_string()))?;
    Release::parse(&shown, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_stands_behind_the_first_at() {
        let reference = Reference::parse("prod@HEAD@{1}");
        assert_eq!((reference.environment, reference.revision), ("prod", Some("HEAD@{1}")));
        assert_eq!(Reference::parse("dev").revision, None);
    }
}
