use std::sync::Arc;

use towpath_helm::{Crds, Hooks, Profile, Schema};
use towpath_model::{Diagnostic, Digest};

use super::{Cache, CacheKey, HeldResult};
use crate::{Manner, Purpose, RenderedEnvironment, Service, chart};

/// The manifests of an environment, and what was warned of while they were rendered: what the cache keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifests {
    /// What `helm template` or `kustomize build` prints.
    pub text: String,
    /// What kustomize warns of, each one line.
    pub warnings: Vec<String>,
}

impl Manifests {
    fn of(rendered: &RenderedEnvironment) -> Self {
        Self { text: rendered.to_text(), warnings: rendered.warnings().to_vec() }
    }

    /// Returns a result as the cache keeps it: the warnings as a line of JSON, then the text.
    pub fn to_result(&self) -> Vec<u8> {
        // A list of texts has a JSON form.
        let mut result = serde_json::to_vec(&self.warnings).unwrap_or_default();
        result.push(b'\n');
        result.extend_from_slice(self.text.as_bytes());
        result
    }

    /// Returns which result these are.
    pub fn result(&self) -> HeldResult {
        let result = self.to_result();
        HeldResult { digest: Digest::of(&result), bytes: result.len() as u64 }
    }

    /// Returns how many bytes stand before the text in a result without warnings.
    pub(crate) const BYTES_BEFORE_TEXT: u64 = "[]\n".len() as u64;

    /// Returns what [`Manifests::to_result`] made a result of; nothing where it is none.
    pub fn from_result(result: &[u8]) -> Option<Self> {
        let end = result.iter().position(|byte| *byte == b'\n')?;
        let warnings = serde_json::from_slice(&result[..end]).ok()?;
        let text = std::str::from_utf8(&result[end + 1..]).ok()?.to_owned();
        Some(Self { text, warnings })
    }
}

impl Service {
    /// Returns the key of one of its environments, rendered in `manner`; nothing where the result may not be kept.
    pub fn cache_key(&self, environment: &str, manner: &Manner) -> Option<CacheKey> {
        let options = &manner.options;
        if options.post_renderer.is_some() {
            return None;
        }
        let (purpose, zone) = match manner.purpose {
            Purpose::Cluster => ("cluster", chart::time_zone().unwrap_or_default()),
            Purpose::Comparison => ("comparison", String::new()),
        };
        let profile = match manner.profile {
            Profile::Helm3 => "helm 3",
            Profile::Helm4 => "helm 4",
        };
        let crds = match options.crds {
            Crds::Omit => "omit",
            Crds::Include => "include",
        };
        let hooks = match options.hooks {
            Hooks::All => "all",
            Hooks::WithoutTests => "without tests",
            Hooks::Omit => "omit",
        };
        let schema = match options.schema {
            Schema::Check => "check",
            Schema::Skip => "skip",
        };
        let key = CacheKey::new("environment")
            .with("service", self.file.as_str())
            .with("environment", environment)
            .with("purpose", purpose)
            .with("time zone", zone)
            .with("profile", profile)
            .with("crds", crds)
            .with("hooks", hooks)
            .with("schema", schema)
            .with("show only", options.show_only.join("\0"))
            .with("api versions", manner.api_versions.join("\0"));
        // What is not given differs from what is given empty.
        let pin = manner.pin.as_ref().map(|pin| ("pin", pin.to_string()));
        let kube = manner.kube_version.as_ref().map(|version| ("kube version", version.clone()));
        Some([pin, kube].into_iter().flatten().fold(key, |key, (name, value)| key.with(name, value)))
    }

    /// Returns which result the folder of the cache has for one environment, without reading it.
    pub fn held_result(&self, cache: &Cache, environment: &str, manner: &Manner) -> Option<HeldResult> {
        cache.held_result(&self.cache_key(environment, manner)?, &self.tree)
    }

    /// Returns the manifests of one environment: from `cache` where there is one and it has them, else rendered.
    ///
    /// # Errors
    /// As [`Service::render_as`]; the cache never fails.
    pub fn manifests(
        &self,
        environment: &str,
        manner: &Manner,
        cache: Option<&Cache>,
    ) -> Result<Manifests, Diagnostic> {
        match cache {
            Some(cache) => self.render_through(cache, environment, manner),
            None => Ok(Manifests::of(&self.render_as(environment, manner)?)),
        }
    }

    /// Returns the manifests of one environment from the cache, or renders them and puts them there.
    ///
    /// # Errors
    /// As [`Service::render_as`]; the cache never fails.
    pub fn render_through(&self, cache: &Cache, environment: &str, manner: &Manner) -> Result<Manifests, Diagnostic> {
        let key = self.cache_key(environment, manner);
        let kept = key.as_ref().and_then(|key| cache.get(key, &self.tree));
        if let Some(manifests) = kept.and_then(|result: Arc<[u8]>| Manifests::from_result(&result)) {
            return Ok(manifests);
        }
        let rendered = self.render_as(environment, manner)?;
        let manifests = Manifests::of(&rendered);
        if let Some(key) = key {
            cache.put(&key, rendered.tree(), manifests.to_result());
        }
        Ok(manifests)
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::{FileTree, TreePath};

    use super::*;
    use crate::cache::CacheSettings;

    fn service(template: &str, values: &str) -> Service {
        let description = "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: shop}\n\
                           manifests: {chart: chart, values: ['{env}.yaml']}\nenvironments: [{name: dev}, {name: prod}]\n";
        let files = [
            ("shop/towpath.yaml", description),
            ("shop/chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            ("shop/chart/templates/a.yaml", template),
            ("shop/dev.yaml", "size: 1\n"),
            ("shop/prod.yaml", values),
        ];
        let tree = FileTree::from_files(files.iter().map(|(path, text)| (*path, text.as_bytes()))).unwrap();
        Service::in_tree(tree, &TreePath::parse("shop/towpath.yaml").unwrap(), "towpath.yaml").unwrap()
    }

    #[test]
    fn an_environment_is_rendered_again_only_when_what_it_read_has_changed() {
        let cache = Cache::open(CacheSettings::default());
        let template = "kind: ConfigMap\ndata: {size: {{ .Values.size }}}\n";
        let render = |service: &Service, environment: &str| {
            service.render_through(&cache, environment, &Manner::default()).unwrap().text
        };
        let before = service(template, "size: 3\n");
        let first = render(&before, "prod");
        assert!(first.contains("size: 3"));
        assert_eq!(render(&service(template, "size: 3\n"), "prod"), first);
        assert!(render(&before, "dev").contains("size: 1"));
        assert!(render(&service(template, "size: 4\n"), "prod").contains("size: 4"));
        assert!(render(&service(template, "size: 4\n"), "dev").contains("size: 1"), "another's values are none of its");
        assert!(render(&service(&template.replace("data", "binaryData"), "size: 3\n"), "prod").contains("binaryData"));
        let stats = cache.stats();
        assert_eq!((stats.memory_hits, stats.misses, stats.passing), (2, 4, 0));
        let comparison = Manner { purpose: Purpose::Comparison, ..Manner::default() };
        before.render_through(&cache, "prod", &comparison).unwrap();
        assert_eq!(cache.stats().misses, 5);
    }

    #[test]
    fn what_is_random_is_kept_for_comparisons_alone() {
        let cache = Cache::open(CacheSettings::default());
        let service = service("kind: ConfigMap\ndata: {password: {{ randAlphaNum 20 }}}\n", "");
        let render = |manner: &Manner| service.render_through(&cache, "prod", manner).unwrap();
        assert_ne!(render(&Manner::default()), render(&Manner::default()));
        assert_eq!((cache.stats().passing, cache.stats().kept), (2, 0));
        let comparison = Manner { purpose: Purpose::Comparison, ..Manner::default() };
        assert_eq!(render(&comparison), render(&comparison));
        assert_eq!((cache.stats().memory_hits, cache.stats().kept), (1, 1));
    }
}
