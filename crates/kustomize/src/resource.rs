use towpath_model::TreePath;

use crate::{
    error::{KustomizeError, Problem},
    id::{Gvk, ResId},
    kustomization::Pairs,
    node::{Entry, Kind, Node, Scalar, Value},
    origin::Note,
    output::Origin,
    shared::Shared,
    trace::Trace,
};

/// What a generated object does where one of its name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

impl Behavior {
    /// Returns what a configuration names.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            _ => Self::Unspecified,
        }
    }
}

/// A resource with what a build must remember of it.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) node: Node,
    /// The names it had before, oldest first.
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) suffixes: Vec<String>,
    pub(crate) behavior: Behavior,
    pub(crate) needs_hash: bool,
    /// The variables that read from it.
    pub(crate) vars: Vec<String>,
    /// Whether it came out of a Helm chart.
    pub(crate) from_helm: bool,
    pub(crate) origin: Origin,
    /// What `buildMetadata` writes down about where it came from.
    pub(crate) note: Option<Note>,
    pub(crate) transformations: Vec<Note>,
    /// The scalars that are one, where there are several.
    pub(crate) shared: Vec<Shared>,
    /// The last number given to such scalars.
    pub(crate) n_shared: u32,
    /// What changed it, where the build is to be explained.
    pub(crate) trace: Option<Box<Trace>>,
}

/// A name that a resource had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) name: String,
    /// The effective namespace.
    pub(crate) namespace: String,
    pub(crate) kind: String,
}

/// Annotations with which kustomize marks its own work; none of them is ever written.
const BUILD_ANNOTATIONS: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/helm-generated",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// The label with which validators may sign.
const VALIDATED: &str = "validated-by";

impl Resource {
    pub(crate) fn new(node: Node, origin: Origin) -> Self {
        Self {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Unspecified,
            needs_hash: false,
            vars: Vec::new(),
            from_helm: false,
            origin,
            note: None,
            transformations: Vec::new(),
            shared: Vec::new(),
            n_shared: 0,
            trace: None,
        }
    }

    pub(crate) fn gvk(&self) -> Gvk {
        let text = |name: &str| self.node.field(name).map_or("", Node::as_text);
        Gvk::parse(text("apiVersion"), text("kind"))
    }

    pub(crate) fn kind(&self) -> &str {
        self.node.field("kind").map_or("", Node::as_text)
    }

    pub(crate) fn name(&self) -> &str {
        self.metadata("name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.metadata("namespace")
    }

    fn metadata(&self, name: &str) -> &str {
        let metadata = self.node.field("metadata").filter(|node| !node.is_null_or_empty());
        metadata.and_then(|node| node.field(name)).filter(|node| !node.is_null_or_empty()).map_or("", Node::as_text)
    }

    pub(crate) fn id(&self) -> ResId {
        ResId { gvk: self.gvk(), name: self.name().to_owned(), namespace: self.namespace().to_owned() }
    }

    /// Returns what it was first called.
    pub(crate) fn first_id(&self) -> ResId {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        let now = self.gvk();
        let is_known = self.previous.iter().any(|previous| !previous.name.is_empty());
        self.previous.iter().filter(move |_| is_known).map(move |previous| ResId {
            gvk: Gvk { kind: previous.kind.clone(), ..now.clone() },
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
        })
    }

    /// Returns everything it was and is called, the oldest first.
    pub(crate) fn all_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.previous_ids().chain(std::iter::once_with(|| self.id()))
    }

    /// Tells whether the names it had can be told apart: kustomize keeps them in lists that leave empty ones out.
    pub(crate) fn knows_previous(&self) -> Result<(), &'static str> {
        let count = |part: fn(&Previous) -> &str| {
            let texts = self.previous.iter().map(part).filter(|text| !text.is_empty());
            texts.map(|text| text.split(',').count()).sum::<usize>()
        };
        let n_names = count(|previous| &previous.name);
        let is_equal = n_names == count(|previous| &previous.kind) && n_names == count(|previous| &previous.namespace);
        if n_names == 0 || is_equal {
            Ok(())
        } else {
            Err("number of previous names, number of previous namespaces, number of previous kinds not equal")
        }
    }

    /// Writes down what it is called now, before that changes.
    pub(crate) fn remember_id(&mut self) {
        let id = self.id();
        let namespace = id.effective_namespace().to_owned();
        self.previous.push(Previous { name: id.name, namespace, kind: id.gvk.kind });
    }

    pub(crate) fn set_name(&mut self, name: &str) {
        self.set_metadata("name", Some(Node::unset(name)));
    }

    pub(crate) fn set_namespace(&mut self, namespace: &str) {
        self.set_metadata("namespace", (!namespace.is_empty()).then(|| Node::unset(namespace)));
    }

    pub(crate) fn set_kind(&mut self, kind: &str) {
        // A document that is a resource is a mapping.
        let _ = self.node.set_field("kind", Some(Node::unset(kind)));
    }

    fn set_metadata(&mut self, name: &str, value: Option<Node>) {
        if self.node.field("metadata").is_none() && value.is_some() {
            let _ = self.node.set_field("metadata", Some(Kind::Mapping.empty()));
        }
        if let Some(metadata) = self.node.field_mut("metadata") {
            let _ = metadata.set_field(name, value);
        }
    }

    /// Returns labels or annotations as (key, value) in the order of the text.
    pub(crate) fn metadata_pairs(&self, name: &str) -> Vec<(&str, &str)> {
        match self.node.field("metadata").and_then(|metadata| metadata.field(name)) {
            Some(Node::Mapping(entries)) => {
                entries.iter().map(|entry| (entry.key.text.as_str(), entry.value.as_text())).collect()
            }
            // kustomize does not look what it is, and finds names and values in turn.
            Some(Node::Sequence(items)) => {
                items.chunks_exact(2).map(|pair| (pair[0].as_text(), pair[1].as_text())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Replaces labels or annotations; they become texts, sorted, and none at all leaves no field but `metadata`.
    pub(crate) fn set_metadata_pairs(&mut self, name: &str, pairs: Pairs) {
        if self.node.field("metadata").is_none() {
            let _ = self.node.set_field("metadata", Some(Kind::Mapping.empty()));
        }
        self.set_metadata(name, None);
        if !pairs.is_empty() {
            let entries = pairs.into_iter().map(|(key, value)| {
                let value = crate::node::quoted_where_ambiguous(Node::Scalar(Scalar::text(value)));
                Entry::new(key, value)
            });
            self.set_metadata(name, Some(Node::Mapping(entries.collect())));
        }
    }

    /// Takes over the label of a validator that left everything else as it was.
    pub(crate) fn take_validation(&mut self, after: &Self) {
        let labels: Pairs =
            after.metadata_pairs("labels").into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        if labels.contains_key(VALIDATED) && self.metadata_pairs("labels").iter().all(|(key, _)| *key != VALIDATED) {
            self.set_metadata_pairs("labels", labels);
        }
    }

    /// Tells whether a validator left it as it was; the label `validated-by` may be new.
    pub(crate) fn is_validated_as(&self, after: &Self) -> bool {
        let labels = |resource: &Self| -> Pairs {
            let pairs = resource.metadata_pairs("labels").into_iter();
            pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        };
        let mut after_labels = labels(after);
        let mut without = after.clone();
        if after_labels.remove(VALIDATED).is_some() {
            without.set_metadata_pairs("labels", after_labels);
        }
        let names = |resource: &Self| (resource.previous.clone(), resource.prefixes.clone(), resource.suffixes.clone());
        self.node == without.node && names(self) == names(&without)
    }

    /// Sets annotations, or takes away those that have no value.
    pub(crate) fn annotate<const N: usize>(&mut self, changes: [(&str, Option<String>); N]) {
        let mut pairs: Pairs = self.annotations();
        for (name, value) in changes {
            match value {
                Some(value) => drop(pairs.insert(name.to_owned(), value)),
                None => drop(pairs.remove(name)),
            }
        }
        self.set_metadata_pairs("annotations", pairs);
    }

    /// Takes kustomize's own annotations away.
    pub(crate) fn drop_build_annotations(&mut self) {
        let mut pairs = self.annotations();
        pairs.retain(|name, _| !BUILD_ANNOTATIONS.contains(&name.as_str()));
        self.set_metadata_pairs("annotations", pairs);
    }

    fn annotations(&self) -> Pairs {
        let pairs = self.metadata_pairs("annotations").into_iter();
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// Takes kustomize's own annotations away and adds what `buildMetadata` asks for.
    pub(crate) fn finish_annotations(&mut self, with_origin: bool, with_transformations: bool) {
        if with_origin && with_transformations && self.metadata_pairs("annotations").is_empty() && self.note.is_none() {
            return;
        }
        let mut pairs: Pairs = self
            .metadata_pairs("annotations")
            .into_iter()
            .filter(|(key, _)| !BUILD_ANNOTATIONS.contains(key))
            .filter(|(key, _)| *key != Note::ORIGIN && *key != Note::TRANSFORMATIONS)
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        if let (true, Some(note)) = (with_origin, &self.note) {
            pairs.insert(Note::ORIGIN.to_owned(), note.to_yaml());
        }
        if with_transformations && !self.transformations.is_empty() {
            pairs.insert(Note::TRANSFORMATIONS.to_owned(), Note::list_to_yaml(&self.transformations));
        }
        self.set_metadata_pairs("annotations", pairs);
    }

    /// Returns the document as data and leaves an empty one.
    pub(crate) fn take_value(&mut self) -> Result<Value, KustomizeError> {
        let (id, empty) = (self.id(), Node::Mapping(Vec::new()));
        let value = std::mem::replace(&mut self.node, empty).into_document();
        value.map_err(|problem| KustomizeError::Resource {
            problem: Box::new(problem.into()),
            id: id.to_string(),
            file: self.file().clone(),
        })
    }

    pub(crate) fn error(&self, problem: impl Into<Problem>) -> KustomizeError {
        KustomizeError::Resource {
            problem: Box::new(problem.into()),
            id: self.id().to_string(),
            file: self.file().clone(),
        }
    }

    fn file(&self) -> &TreePath {
        &self.origin.file
    }
}
