use std::{collections::BTreeMap, fmt, sync::Arc};

use towpath_gotmpl::Str;
use towpath_yaml::{Dialect, Document, Emitter, Node, NodeKind, Profile as Yaml, Style, parse_all};

use crate::{HelmError, Profile, error::Problem, output};

/// A program that changes what was rendered before Helm goes on with it.
///
/// In Helm 3 it gets what would be printed, without the hooks. In Helm 4 it gets every document, hooks too, each with an
/// annotation that names its file; what it returns is sorted anew.
///
/// # Deviation
/// Helm 4 hands on comments and the style of each scalar; here a document is written anew, in the same order and without
/// comments.
#[derive(Clone)]
pub struct PostRenderer(Arc<Rewrite>);

type Rewrite = dyn Fn(&str) -> Result<String, String> + Send + Sync;

impl PostRenderer {
    /// Returns a post-renderer that gives a YAML text to `rewrite`; its error is a message.
    pub fn from_fn(rewrite: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(rewrite))
    }

    fn run(&self, text: &str) -> Result<String, HelmError> {
        let failed = |message| failed(format!("error while running post render on files: {message}"));
        (self.0)(text).map_err(failed)
    }
}

impl fmt::Debug for PostRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostRenderer")
    }
}

/// Names the file of a document while it is with the post-renderer.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";

fn failed(message: String) -> HelmError {
    HelmError::PostRenderer(Problem::new(message).hint("it is the program that --post-renderer names"))
}

/// Returns what the post-renderer makes of the text.
pub(crate) fn text(text: &str, post_renderer: &PostRenderer) -> Result<String, HelmError> {
    post_renderer.run(text)
}

/// Returns what the post-renderer makes of the files, sorted by path.
///
/// Source: `annotateAndMerge` and `splitAndDeannotate` in Helm's `pkg/action`.
pub(crate) fn files(
    outputs: &[(String, Str)],
    post_renderer: &PostRenderer,
    profile: Profile,
) -> Result<Vec<(String, Str)>, HelmError> {
    let merged = merge(outputs, profile)?;
    let text = post_renderer.run(&merged)?;
    let parsing = |error: towpath_yaml::Error| {
        failed(format!("error while parsing post rendered output: error parsing YAML: {error}"))
    };
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (at, document) in parse_all(&text, Yaml::Go3).map_err(parsing)?.iter().enumerate() {
        let file = document.root().at("/metadata/annotations").and_then(|annotations| annotations.get(FILE));
        let file = file.and_then(Node::text).filter(|file| !file.is_empty());
        let file = file.map_or_else(|| format!("generated-by-postrender-{at}.yaml"), str::to_owned);
        files.entry(file).or_default().push(write(document, &Annotation::Remove)?);
    }
    Ok(files.into_iter().map(|(file, documents)| (file, documents.join("---\n").into())).collect())
}

fn merge(outputs: &[(String, Str)], profile: Profile) -> Result<String, HelmError> {
    let mut documents = Vec::new();
    for (path, output) in outputs {
        let text = output.to_string_lossy();
        if crate::engine::is_partial(path) || text.trim().is_empty() {
            continue;
        }
        for document in output::split(&text, profile) {
            let parsing = |error| failed(format!("error merging manifests: parsing {path}: {error}"));
            let parsed = parse_all(document, Yaml::Go3).map_err(parsing)?;
            for document in &parsed {
                documents.push(write(document, &Annotation::Set(path))?);
            }
        }
    }
    Ok(documents.join("---\n"))
}

/// What becomes of the annotation that names the file.
enum Annotation<'a> {
    Set(&'a str),
    Remove,
}

/// A document may have this many nodes once its aliases are followed.
const MOST_NODES: usize = 1_000_000;

struct Writer {
    emitter: Emitter,
    nodes_left: usize,
}

fn write(document: &Document<'_>, annotation: &Annotation<'_>) -> Result<String, HelmError> {
    let mut out = Writer { emitter: Emitter::new(Dialect::Go3Compact), nodes_left: MOST_NODES };
    match document.root().resolved().kind() {
        NodeKind::Mapping(_) => out.object(document.root(), annotation),
        _ => out.node(document.root()),
    }
    if out.nodes_left == 0 {
        return Err(failed(format!("a document has more than {MOST_NODES} nodes once its aliases are followed")));
    }
    Ok(out.emitter.finish())
}

impl Writer {
    fn object(&mut self, object: Node<'_, '_>, annotation: &Annotation<'_>) {
        self.emitter.start_map();
        let mut seen = false;
        for (key, value) in entries(object) {
            self.node(key);
            if key.text() == Some("metadata") {
                seen = true;
                self.metadata(Some(value), annotation);
            } else {
                self.node(value);
            }
        }
        if let (false, Annotation::Set(_)) = (seen, annotation) {
            self.emitter.str("metadata");
            self.metadata(None, annotation);
        }
        self.emitter.end_map();
    }

    fn metadata(&mut self, metadata: Option<Node<'_, '_>>, annotation: &Annotation<'_>) {
        self.emitter.start_map();
        let mut seen = false;
        for (key, value) in metadata.map(entries).unwrap_or_default() {
            if key.text() == Some("annotations") {
                seen = true;
                self.annotations(Some(value), annotation);
            } else {
                self.node(key);
                self.node(value);
            }
        }
        if !seen {
            self.annotations(None, annotation);
        }
        self.emitter.end_map();
    }

    /// Writes the key and the map; an empty map is left self.emitter.
    fn annotations(&mut self, annotations: Option<Node<'_, '_>>, annotation: &Annotation<'_>) {
        let mut kept = annotations.map(entries).unwrap_or_default();
        kept.retain(|(key, _)| key.text() != Some(FILE));
        if let (true, Annotation::Remove) = (kept.is_empty(), annotation) {
            return;
        }
        self.emitter.str("annotations");
        self.emitter.start_map();
        for (key, value) in kept {
            self.node(key);
            self.node(value);
        }
        if let Annotation::Set(file) = annotation {
            self.emitter.str(FILE);
            self.emitter.str(file);
        }
        self.emitter.end_map();
    }

    fn node(&mut self, node: Node<'_, '_>) {
        self.nodes_left = self.nodes_left.saturating_sub(1);
        if self.nodes_left == 0 {
            return;
        }
        match node.kind() {
            NodeKind::Scalar(text, Style::Plain) => self.emitter.plain(if text.is_empty() { "null" } else { text }),
            NodeKind::Scalar(text, _) => self.emitter.str(text),
            NodeKind::Sequence(items) => {
                self.emitter.start_list();
                items.for_each(|item| self.node(item));
                self.emitter.end_list();
            }
            NodeKind::Mapping(_) => {
                self.emitter.start_map();
                for (key, value) in entries(node) {
                    self.node(key);
                    self.node(value);
                }
                self.emitter.end_map();
            }
            NodeKind::Alias(_, target) => self.node(target),
        }
    }
}

fn entries<'d, 'a>(node: Node<'d, 'a>) -> Vec<(Node<'d, 'a>, Node<'d, 'a>)> {
    match node.resolved().kind() {
        NodeKind::Mapping(entries) => entries.collect(),
        _ => Vec::new(),
    }
}
