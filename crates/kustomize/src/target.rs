//! A directory with its kustomization file, and what that file names.
//!
//! Source: kustomize `api/internal/target/kusttarget.go` 0.21.1.

use std::sync::Arc;

use towpath_model::TreePath;

use crate::{
    config::{self, Config},
    error::KustomizeError,
    kustomization::{Decoder, Kustomization, Manner, Text},
    loader::{Place, Written},
    open_api,
    options::Changes,
    origin::{Note, Way},
    read,
    remote::RepositoryAddress,
    site::Site,
};

/// A directory with its kustomization file.
pub(crate) struct Target<'t> {
    pub(crate) place: Place<'t>,
    pub(crate) kustomization: Kustomization,
    pub(crate) file: TreePath,
    content: String,
    pub(crate) build_metadata: Vec<String>,
    /// The way from the root of the build, if it is to be written down.
    pub(crate) noted: Option<Way>,
    /// The namespace of the kustomizations above, which charts go to.
    namespace_above: String,
}

impl<'t> Target<'t> {
    pub(crate) fn load(place: Place<'t>, warnings: &mut Vec<String>) -> Result<Self, KustomizeError> {
        let (file, bytes) = place.kustomization()?;
        let content = String::from_utf8_lossy(&bytes).into_owned();
        let kustomization = Self::decode(&file, &content)?;
        warnings.extend(kustomization.deprecated.iter().map(|field| deprecation(field)));
        Ok(Self {
            place,
            kustomization,
            file,
            content,
            build_metadata: Vec::new(),
            noted: None,
            namespace_above: String::new(),
        })
    }

    fn decode(file: &TreePath, content: &str) -> Result<Kustomization, KustomizeError> {
        let name = file.to_string();
        let document = read::configuration(&name, content)?;
        let decoder = Decoder { file: &name, text: content, manner: Manner::Kustomization };
        let Some(document) = document else {
            return Err(decoder.error(
                towpath_model::Span::default(),
                "kustomization.yaml is empty".to_owned(),
                Vec::new(),
            ));
        };
        let kustomization = Kustomization::decode(decoder, document.root())?;
        if kustomization.is_empty {
            return Err(decoder.error(document.span(), "kustomization.yaml is empty".to_owned(), Vec::new()));
        }
        let kind = &kustomization.kind;
        if ![Kustomization::KIND, Kustomization::COMPONENT].contains(&kind.text.as_str()) {
            return Err(decoder.error(kind.span, "kind should be Kustomization or Component".to_owned(), Vec::new()));
        }
        let version = if kustomization.is_component() { "v1alpha1" } else { "v1beta1" };
        let wanted = format!("kustomize.config.k8s.io/{version}");
        let given = &kustomization.api_version;
        if !given.text.is_empty() && given.text != wanted {
            let message = format!("apiVersion for {} should be {wanted}", kind.text);
            return Err(decoder.error(given.span, message, Vec::new()));
        }
        Ok(kustomization)
    }

    /// Returns whether it is kept what changed each resource.
    pub(crate) fn keeps_changes(&self) -> bool {
        self.place.session.options.changes == Changes::Kept
    }

    pub(crate) fn written(&self) -> Written<'_> {
        Written { file: &self.file, content: &self.content }
    }

    pub(crate) fn site(&self) -> Site<'_> {
        Site::of_file(&self.place, &self.file, &self.content)
    }

    pub(crate) fn decoder(&self) -> Decoder<'_> {
        Decoder { file: self.file.as_str(), text: &self.content, manner: Manner::Kustomization }
    }

    /// Returns what `buildMetadata` writes for an object that stands in the kustomization file itself.
    pub(crate) fn file_note(&self) -> Option<Note> {
        self.noted.as_ref().map(|noted| Note::of_file(noted.on_to(self.file.name())))
    }

    /// Loads a file that the kustomization file names.
    pub(crate) fn load_file(&self, path: &Text) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        self.place.load(path, self.written())
    }

    /// Returns the namespace that charts without one go to; it may be empty.
    pub(crate) fn chart_namespace(&self) -> &String {
        let own = &self.kustomization.namespace;
        if own.is_empty() { &self.namespace_above } else { own }
    }

    /// Returns what `buildMetadata` writes for one of kustomize's own plugins.
    pub(crate) fn plugin_note(&self, plugin: &'static str) -> Option<Note> {
        let noted = self.noted.as_ref()?;
        Some(Note::of_plugin(noted.on_to(self.file.name()), plugin))
    }

    pub(crate) fn enter(&self, path: &Text, warnings: &mut Vec<String>) -> Result<Self, KustomizeError> {
        if RepositoryAddress::is_forced(&path.text) {
            warnings.push(FORCED_GIT.to_owned());
        }
        let mut below = Self::load(self.place.enter(path, self.written())?, warnings)?;
        below.set_schema()?;
        below.build_metadata.clone_from(&self.build_metadata);
        below.namespace_above.clone_from(self.chart_namespace());
        below.noted = self.noted.as_ref().map(|noted| noted.on_to(&path.text));
        Ok(below)
    }

    pub(crate) fn config(&self) -> Result<Arc<Config>, KustomizeError> {
        let mut config = Config::standard();
        for path in &self.kustomization.configurations {
            let (file, bytes) = self.load_file(path)?;
            let text = String::from_utf8_lossy(&bytes);
            let Some(document) = read::strict_configuration(file.as_str(), &text)? else { continue };
            let decoder = Decoder { file: file.as_str(), text: &text, manner: Manner::Strict };
            let more = config::from_configuration(decoder, document.root())?;
            config = Config::merged(&config, &Arc::new(more))?;
        }
        Ok(config)
    }

    /// Takes the OpenAPI document or version that the file names, unless one was taken before.
    pub(crate) fn set_schema(&self) -> Result<(), KustomizeError> {
        let open_api = &self.kustomization.open_api;
        let field = |name: &str| open_api.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let document = field("path").map(|path| self.load_file(path)).transpose()?;
        let document = document.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        let version = field("version");
        open_api::set(version.map(|version| version.text.as_str()), document.as_deref()).map_err(|refused| {
            let hint = match refused {
                open_api::Refused::Both => "take one of `path` and `version` away",
                open_api::Refused::Version => "only v1.21.2 is",
            };
            let span = version.map(|version| version.span).unwrap_or_default();
            self.decoder().error(span, refused.to_string(), vec![hint.to_owned()])
        })
    }

    /// Returns the field specs that definitions of custom kinds bring.
    pub(crate) fn crds(&self) -> Result<Arc<Config>, KustomizeError> {
        let mut config = Arc::new(Config::default());
        for path in &self.kustomization.crds {
            let (_, bytes) = self.load_file(path)?;
            let more = config::from_definitions(&String::from_utf8_lossy(&bytes)).map_err(|problem| {
                let message = format!("unable to parse open API definition from '{}': {problem}", path.text);
                let hint = "`crds` takes OpenAPI definitions by the names of types, no CustomResourceDefinition";
                self.written().error(path, message, vec![hint.to_owned()])
            })?;
            config = Config::merged(&config, &Arc::new(more))?;
        }
        Ok(config)
    }
}

const FORCED_GIT: &str = "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. Kustomize currently \
     strips this invalid prefix, but will stop doing so in a future release. Please remove the 'git::' prefix from your \
     configuration.";

fn deprecation(field: &str) -> String {
    let instead = match field {
        "bases" => "resources",
        "commonLabels" => "labels",
        "imageTags" => "images",
        "vars" => "replacements",
        _ => "patches",
    };
    let experimental = if field == "vars" { "[EXPERIMENTAL] " } else { "" };
    format!(
        "# Warning: '{field}' is deprecated. Please use '{instead}' instead. \
         {experimental}Run 'kustomize edit fix' to update your Kustomization automatically."
    )
}
