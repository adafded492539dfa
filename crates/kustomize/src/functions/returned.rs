use super::{HASH, ID, PREFIXES, PREVIOUS_NAMES, SUFFIXES};
use crate::{origin::Note, resource::Resource};

/// Annotations in which kustomize remembers things of a resource.
const MARKS: &[&str] = &[PREVIOUS_NAMES, PREFIXES, SUFFIXES, HASH, Note::TRANSFORMATIONS];

/// A resource that a function returned.
///
/// What kustomize remembers of a resource stays only where the annotation for it is still there.
pub(super) struct Returned {
    resource: Resource,
    marks: Vec<&'static str>,
}

impl Returned {
    pub(super) fn read(mut resource: Resource) -> Self {
        let pairs = resource.metadata_pairs("annotations");
        let marks = MARKS.iter().copied().filter(|mark| pairs.iter().any(|(key, _)| key == mark)).collect();
        let origin = pairs.iter().find(|(key, _)| *key == Note::ORIGIN).and_then(|(_, text)| Note::parse(text));
        resource.drop_build_annotations();
        resource.annotate([(ID, None), (Note::ORIGIN, None), (Note::TRANSFORMATIONS, None)]);
        Self { resource: Resource { note: origin, ..resource }, marks }
    }

    /// Returns a resource that was not there before.
    pub(super) fn into_new(self) -> Resource {
        self.resource
    }

    /// Puts it in the place of the resource that has its name.
    pub(super) fn replace(self, known: &mut Resource) {
        let keeps = |mark: &str| self.marks.contains(&mark);
        if !keeps(PREVIOUS_NAMES) {
            known.previous.clear();
        }
        if !keeps(PREFIXES) {
            known.prefixes.clear();
        }
        if !keeps(SUFFIXES) {
            known.suffixes.clear();
        }
        if !keeps(Note::TRANSFORMATIONS) {
            known.transformations.clear();
        }
        known.needs_hash &= keeps(HASH);
        known.note = self.resource.note;
        known.node = self.resource.node;
    }
}
