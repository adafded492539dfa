//! What changed each resource, for builds that are to be explained.

use towpath_model::{Span, TreePath};

use crate::{
    node::Node,
    output::{Origin, pass_through_json, yaml_of},
    resource::Resource,
    resources::Resources,
    target::Target,
};

/// A step of a build that changed a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field of a kustomization file that asks for it, such as `patches`, or what a build does by itself when all is gathered:
    /// `name suffix hash`, `name references`, `vars`, `annotations`.
    pub by: &'static str,
    /// The kustomization file and the line in it, counted from 1; nothing for what a build does by itself.
    pub place: Option<(TreePath, usize)>,
    /// The file that the field names, which holds the patch, the replacement or the configuration.
    pub source: Option<TreePath>,
    /// The resource before, as YAML.
    pub before: String,
    /// The resource after it, as YAML.
    pub after: String,
}

/// What is known of one resource so far.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    /// As it was after the last step.
    seen: Node,
    changes: Vec<Change>,
}

/// A step, while its changes are looked for.
struct Step<'s> {
    by: &'static str,
    place: Option<(TreePath, usize)>,
    source: Option<&'s TreePath>,
}

impl Target<'_> {
    /// Writes down what the field `by`, written at `span`, has changed since the last step; `source` is the file that it names.
    pub(crate) fn trace(&self, resources: &mut Resources, by: &'static str, span: Span, source: Option<&TreePath>) {
        if self.keeps_changes() {
            let line = self.written().location(span).line;
            let source = source.filter(|source| **source != self.file);
            resources.trace(&Step { by, place: Some((self.file.clone(), line)), source });
        }
    }

    /// Writes down what the generator at `origin` has changed since the last step; what is new begins to be watched.
    pub(crate) fn trace_generated(&self, resources: &mut Resources, origin: &Origin) {
        let source = Some(&origin.file).filter(|file| **file != self.file);
        // What another file configures is asked for by the field that names that file.
        let line = match source {
            None => origin.line,
            Some(_) => self.written().location(self.kustomization.span("generators")).line,
        };
        let by = origin.generator.unwrap_or("generators");
        resources.trace(&Step { by, place: Some((self.file.clone(), line)), source });
    }

    /// Writes down what the build has done by itself since the last step.
    pub(crate) fn trace_own(&self, resources: &mut Resources, by: &'static str) {
        if self.keeps_changes() {
            resources.trace(&Step { by, place: None, source: None });
        }
    }
}

impl Resources {
    fn trace(&mut self, step: &Step<'_>) {
        self.list.iter_mut().for_each(|resource| resource.take_step(step));
    }
}

impl Resource {
    fn take_step(&mut self, step: &Step<'_>) {
        let Some(trace) = &mut self.trace else {
            self.trace = Some(Box::new(Trace { seen: self.node.clone(), changes: Vec::new() }));
            return;
        };
        if trace.seen == self.node {
            return;
        }
        let before = std::mem::replace(&mut trace.seen, self.node.clone());
        let written = |node: Node| {
            let mut value = node.into_document().ok()?;
            pass_through_json(&mut value).then(|| yaml_of(&value))
        };
        // What cannot be written ends the build.
        let (Some(before), Some(after)) = (written(before), written(self.node.clone())) else { return };
        if before != after {
            let Step { by, place, source } = step;
            trace.changes.push(Change { by, place: place.clone(), source: source.cloned(), before, after });
        }
    }

    /// Returns the steps that changed it, oldest first.
    pub(crate) fn changes(&mut self) -> Vec<Change> {
        self.trace.take().map(|trace| trace.changes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::FileTree;

    use super::*;
    use crate::{Changes, Options, build};

    const FILES: [(&str, &str); 5] = [
        ("base/kustomization.yaml", "resources: [web.yaml]\nconfigMapGenerator:\n- {name: c, literals: [a=b]}\n"),
        (
            "base/web.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\n\
             spec: {containers: [{name: a, image: x, envFrom: [{configMapRef: {name: c}}]}]}\n",
        ),
        (
            "prod/kustomization.yaml",
            "resources:\n- ../base\nimages:\n- {name: w}\n- {name: x, newTag: v1}\npatches:\n- path: patch.yaml\n\
             configMapGenerator:\n- {name: c, behavior: merge, literals: [d=e]}\ntransformers: [label.yaml]\n",
        ),
        ("prod/patch.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true}\n"),
        (
            "prod/label.yaml",
            "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\n\
             fieldSpecs: [{path: metadata/labels, kind: Pod, create: true}]\n",
        ),
    ];

    fn told(changes: Changes) -> Vec<(String, String, Vec<String>)> {
        let tree = FileTree::from_files(FILES.map(|(path, text)| (path, text.as_bytes()))).unwrap();
        let options = Options { changes, ..Options::default() };
        let output = build(&tree, &TreePath::parse("prod").unwrap(), &options).unwrap();
        let step = |change: &Change| {
            let place = change.place.as_ref().map_or_else(String::new, |(file, line)| format!(" {file}:{line}"));
            let source = change.source.as_ref().map_or_else(String::new, |source| format!(" {source}"));
            format!("{}{place}{source}", change.by)
        };
        let resources = output.resources.iter();
        let told = resources.map(|built| {
            let from = format!("{}:{}", built.origin.file, built.origin.line);
            (built.kind.clone(), from, built.changes.iter().map(step).collect())
        });
        told.collect()
    }

    #[test]
    fn each_step_that_changed_a_resource_is_kept_in_order() {
        let steps = |steps: &[&str]| steps.iter().map(ToString::to_string).collect::<Vec<_>>();
        let pod = [
            "patches prod/kustomization.yaml:7 prod/patch.yaml",
            "images prod/kustomization.yaml:5",
            "transformers prod/kustomization.yaml:10 prod/label.yaml",
            "name references",
        ];
        let map = ["configMapGenerator prod/kustomization.yaml:9", "name suffix hash"];
        let expected = [
            ("ConfigMap".to_owned(), "base/kustomization.yaml:3".to_owned(), steps(&map)),
            ("Service".to_owned(), "base/web.yaml:1".to_owned(), Vec::new()),
            ("Pod".to_owned(), "base/web.yaml:5".to_owned(), steps(&pod)),
        ];
        assert_eq!(told(Changes::Kept), expected);
        assert!(told(Changes::Forgotten).iter().all(|(_, _, steps)| steps.is_empty()));
    }

    #[test]
    fn a_change_holds_the_resource_before_and_after() {
        let tree = FileTree::from_files(FILES.map(|(path, text)| (path, text.as_bytes()))).unwrap();
        let options = Options { changes: Changes::Kept, ..Options::default() };
        let output = build(&tree, &TreePath::parse("prod").unwrap(), &options).unwrap();
        let pod = output.resources.iter().find(|built| built.kind == "Pod").unwrap();
        assert!(!pod.changes[0].before.contains("hostNetwork"), "{}", pod.changes[0].before);
        for (change, next) in pod.changes.iter().zip(&pod.changes[1..]) {
            assert_eq!(change.after, next.before);
        }
        assert_eq!(pod.changes.last().map(|change| change.after.clone()), Some(pod.to_yaml()));
    }
}
