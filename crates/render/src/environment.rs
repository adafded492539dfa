use std::collections::BTreeMap;

use kustomize_rs as kustomize;
use towpath_config::{Chart, Environment, Manifests, Pattern};
use towpath_helm::{Options, Profile, RenderEnv, ValuesFile, ValuesOptions};
use towpath_model::{Diagnostic, FileTree, Kind, PinnedImage, TreePath};

use crate::{
    Service,
    chart::{still_environment, system_environment},
    service::failed,
    source::{ChartRequest, Overlay},
};

/// The folder that pins an image over a kustomization; it exists in memory alone.
const PIN: &str = ".towpath-pin";

impl Service {
    /// Returns the manifests of one environment, with `pin` in place of whatever image they name.
    ///
    /// # Errors
    /// When there is no such environment, its files are missing or wrong, or nothing in it uses the pinned image.
    pub fn render(&self, environment: &str, pin: Option<&PinnedImage>, profile: Profile) -> Result<String, Diagnostic> {
        self.render_in(system_environment(&self.config.name, profile), environment, pin)
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
        self.render_in(still_environment(&self.config.name, profile), environment, pin)
    }

    fn render_in(&self, env: RenderEnv, environment: &str, pin: Option<&PinnedImage>) -> Result<String, Diagnostic> {
        let environment = self.known(environment)?;
        let manifests = self.config.manifests.as_ref().ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("`{}` describes no manifests", self.config.file()))
                .hint("add `manifests:` with a `chart` or a `kustomize` folder")
        })?;
        let rendered = match manifests {
            Manifests::Chart(chart) => self.render_chart(chart, environment, pin, env)?,
            Manifests::Kustomize(pattern) => self.build(pattern, environment, pin)?,
        };
        match pin {
            Some(pin) if !rendered.contains(&pin.digest().to_string()) => {
                let message = format!("nothing in {} uses the pinned image {pin}", environment.name);
                Err(Diagnostic::new(Kind::Usage, message).hint("the manifests must take the image from what is pinned"))
            }
            _ => Ok(rendered),
        }
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

    fn path(&self, relative: &str) -> Result<TreePath, Diagnostic> {
        self.folder.join(relative).map_err(|error| {
            Diagnostic::from_error(Kind::Usage, &error).cause(format!("named in `{}`", self.config.file()))
        })
    }

    fn render_chart(
        &self,
        chart: &Chart,
        environment: &Environment,
        pin: Option<&PinnedImage>,
        mut env: RenderEnv,
    ) -> Result<String, Diagnostic> {
        let loaded = self.load_chart(chart, env.profile)?;
        let mut values = ValuesOptions { files: self.values(chart, environment)?, ..ValuesOptions::default() };
        values.files.extend(pin.map(|pin| self.pinned_values(pin)));
        if let Some(namespace) = &environment.namespace {
            env.namespace.clone_from(namespace);
        }
        let rendered = towpath_helm::render(&loaded, &values, &env, &Options::default());
        Ok(rendered.map_err(|error| error.diagnostic())?.to_text())
    }

    /// Loads the chart from the service's own files, or from where it is kept.
    fn load_chart(&self, chart: &Chart, profile: Profile) -> Result<towpath_helm::Chart, Diagnostic> {
        let named = |diagnostic: Diagnostic| match diagnostic.location {
            Some(_) => diagnostic,
            None => diagnostic.at(self.config.location(chart.source_span)),
        };
        if chart.source.contains("://") {
            let request = remote_request(chart, profile);
            return self.charts.load(&request).map_err(named);
        }
        let folder = self.path(&chart.source)?;
        if self.tree.entry(&folder).map_err(|error| failed(&error))?.is_none() {
            return Err(named(Diagnostic::new(Kind::Usage, format!("chart `{}` does not exist", chart.source))));
        }
        self.charts.load_from_tree(&self.tree, &folder, profile)
    }

    fn values(&self, chart: &Chart, environment: &Environment) -> Result<Vec<ValuesFile>, Diagnostic> {
        let read = |file: &towpath_config::ValuesFile| {
            let name = file.path.expand(&self.config.name, &environment.name);
            let content = self.tree.file(&self.path(&name)?).map_err(|error| failed(&error))?;
            let content = content.ok_or_else(|| {
                Diagnostic::new(Kind::Usage, format!("values file `{name}` does not exist"))
                    .at(self.config.location(file.span))
                    .hint(format!("every environment needs one; paths are relative to `{}`", self.config.file()))
            })?;
            Ok(ValuesFile { name, content: content.to_vec() })
        };
        chart.values.iter().map(read).collect()
    }

    /// Returns values that set the digest where promotions set it, and the repository beside it.
    fn pinned_values(&self, pin: &PinnedImage) -> ValuesFile {
        let pointer = self.config.promotion.as_ref().map_or("/image/digest", |promotion| &promotion.set.pointer);
        let keys: Vec<String> =
            pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
        let (last, parents) = keys.split_last().map_or(("digest", &[][..]), |(last, parents)| (last.as_str(), parents));
        let mut values = serde_json::json!({ last: pin.digest(), "repository": pin.name() });
        for key in parents.iter().rev() {
            values = serde_json::json!({ key.as_str(): values });
        }
        ValuesFile { name: "the pinned image".to_owned(), content: values.to_string().into_bytes() }
    }

    fn build(
        &self,
        pattern: &Pattern,
        environment: &Environment,
        pin: Option<&PinnedImage>,
    ) -> Result<String, Diagnostic> {
        let root = self.path(&pattern.expand(&self.config.name, &environment.name))?;
        let (tree, root) = match pin {
            Some(pin) => self.pinned_kustomization(&root, pin)?,
            None => (self.tree.clone(), root),
        };
        let output = kustomize::build(&tree, &root, &kustomize::Options::default());
        Ok(output.map_err(|error| error.diagnostic())?.to_yaml())
    }

    /// Returns a tree in which a kustomization beside `root` sets the image of what `root` gives.
    fn pinned_kustomization(&self, root: &TreePath, pin: &PinnedImage) -> Result<(FileTree, TreePath), Diagnostic> {
        let image = self.config.image.as_ref().map_or_else(|| pin.name().clone(), |image| image.repository.clone());
        let beside = root.parent().join(PIN).map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?;
        let file = beside.join("kustomization.yaml").map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?;
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
        let files = BTreeMap::from([(file, text.to_string().into_bytes())]);
        Ok((FileTree::new(Overlay::new(self.tree.clone(), files)), beside))
    }
}

/// Returns the request for a chart that is kept elsewhere: `https://charts.example.com/web` is the chart `web` of the
/// repository `https://charts.example.com`, unless it names an archive itself.
fn remote_request(chart: &Chart, profile: Profile) -> ChartRequest {
    let mut request = ChartRequest {
        chart: chart.source.clone(),
        version: chart.version.clone(),
        profile,
        ..ChartRequest::default()
    };
    let is_repository =
        chart.source.starts_with("http") && !chart.source.split('?').next().unwrap_or_default().ends_with(".tgz");
    if is_repository && let Some((repository, name)) = chart.source.trim_end_matches('/').rsplit_once('/') {
        request.repository = Some(repository.to_owned());
        name.clone_into(&mut request.chart);
    }
    request
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::{ChartSettings, Charts, Network};

    fn service(manifests: &str, files: &[(&str, &str)]) -> Service {
        let config = format!(
            "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: shop}}\nmanifests: {manifests}\n\
             environments: [{{name: dev}}, {{name: prod, namespace: shop}}]\n"
        );
        let all =
            files.iter().map(|(path, text)| (*path, text.as_bytes())).chain([("towpath.yaml", config.as_bytes())]);
        let tree = FileTree::from_files(all).unwrap();
        Service::in_tree(tree, &TreePath::parse("towpath.yaml").unwrap(), "towpath.yaml").unwrap()
    }

    const CHART: &[(&str, &str)] = &[
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "chart/templates/a.yaml",
            "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\nns: {{ .Release.Namespace }}\nr: {{ randAlphaNum 12 }}\n",
        ),
        ("dev.yaml", "image: {repository: r.example/old, digest: none}\n"),
    ];

    fn pin() -> PinnedImage {
        PinnedImage::new("r.example/shop".parse().unwrap(), towpath_model::Digest::of(b"x"))
    }

    #[test]
    fn an_image_is_pinned_over_a_chart_and_over_a_kustomization() {
        let chart = service("{chart: chart, values: ['{env}.yaml']}", CHART);
        let rendered = chart.render("dev", Some(&pin()), Profile::default()).unwrap();
        assert!(rendered.contains(&format!("image: {}", pin())), "{rendered}");

        let files = [
            ("k/dev/kustomization.yaml", "resources: [pod.yaml]\n"),
            (
                "k/dev/pod.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: r.example/shop}]}\n",
            ),
        ];
        let kustomize = service("{kustomize: 'k/{env}'}", &files);
        let rendered = kustomize.render("dev", Some(&pin()), Profile::default()).unwrap();
        assert!(rendered.contains(&format!("image: {}", pin())), "{rendered}");
    }

    #[test]
    fn previews_are_the_same_each_time_and_renderings_are_not() {
        let chart = service("{chart: chart, values: ['dev.yaml']}", CHART);
        let preview = || chart.preview("prod", None, Profile::default()).unwrap();
        assert_eq!(preview(), preview());
        assert!(preview().contains("ns: shop"));
        let render = || chart.render("prod", None, Profile::default()).unwrap();
        assert_ne!(render(), render());
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        let told = |manifests: &str, environment: &str, pin: Option<&PinnedImage>| {
            let offline = ChartSettings { network: Network::Offline, ..ChartSettings::default() };
            let service = service(manifests, CHART).with_charts(Arc::new(Charts::new(offline)));
            let error = service.render(environment, pin, Profile::default()).unwrap_err();
            let line = error.location.as_ref().map_or(0, |location| location.line);
            (error.message, error.hints.join("; "), line)
        };
        let (message, _, line) = told("{chart: chart, values: ['{env}.yaml']}", "prod", None);
        assert_eq!((message.as_str(), line), ("values file `prod.yaml` does not exist", 4));
        let (message, hint, _) = told("{chart: chart}", "prd", None);
        assert_eq!(message, "`towpath.yaml` has no environment `prd`");
        assert_eq!(hint, "did you mean `prod`?");
        let (message, _, line) = told("{chart: none}", "dev", None);
        assert_eq!((message.as_str(), line), ("chart `none` does not exist", 4));
        let (message, _, line) = told("{chart: oci://r.example/c, version: 1.0.0}", "dev", None);
        assert_eq!((message.as_str(), line), ("chart r.example/c:1.0.0 would have to be fetched", 4));
    }

    #[test]
    fn a_pin_that_nothing_uses_is_an_error() {
        let files =
            [("chart/Chart.yaml", CHART[0].1), ("chart/templates/a.yaml", "kind: ConfigMap\nmetadata: {name: a}\n")];
        let error = service("{chart: chart}", &files).render("dev", Some(&pin()), Profile::default()).unwrap_err();
        assert!(error.message.starts_with("nothing in dev uses the pinned image r.example/shop@sha256:"), "{error:?}");
    }
}
