//! How rendered manifests differ, as it is found, shown and put into pull requests.

mod hunk;
mod identity;

use std::collections::BTreeSet;

pub use self::{
    hunk::{Hunk, Line, Side},
    identity::{Identity, Place},
};

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// It stands only in the new manifests.
    Added,
    /// It stands only in the old manifests.
    Removed,
    /// It stands in both and differs.
    Changed,
    /// It stands in both under another name or in another namespace.
    Renamed,
}

impl Change {
    /// All of them, in the order of summaries.
    pub const ALL: [Self; 4] = [Self::Changed, Self::Renamed, Self::Added, Self::Removed];

    /// Returns its word: `added`, `removed`, `changed`, `renamed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
        }
    }
}

/// How a field differs; values of Secrets are redacted. Values are YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldEdit {
    /// It has another value; both fit on a line.
    Set {
        /// The old value.
        before: String,
        /// The new value.
        after: String,
    },
    /// It has another text, of several lines.
    Text(Vec<Hunk>),
    /// The same elements of a list stand in another order.
    Order {
        /// The elements as they stood.
        before: String,
        /// The elements as they stand.
        after: String,
    },
    /// It is new, with this value, which may have several lines.
    Added(String),
    /// It is gone, and had this value, which may have several lines.
    Removed(String),
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where it stands: `spec.template.spec.containers[name=app].image`; empty for the whole object.
    pub path: String,
    /// How it differs.
    pub edit: FieldEdit,
}

/// An object's difference, in one of its two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Line by line.
    Lines(Vec<Hunk>),
    /// Field by field.
    Fields(Vec<FieldChange>),
}

/// One object that differs, at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Where it was rendered; nothing where only one place is compared.
    pub place: Option<Place>,
    /// What it is known by; what it was known by where it is gone.
    pub identity: Identity,
    /// What it was known by, where that was something else: another API version, name or namespace.
    pub former: Option<Identity>,
}

/// How one object differs, or several alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDifference {
    /// The objects that differ in this way, never empty; the detail is the first one's.
    pub occurrences: Vec<Occurrence>,
    /// What happened to it.
    pub change: Change,
    /// The difference, its values of Secrets redacted.
    pub detail: Detail,
    /// Lines, or fields, that are new.
    pub added: usize,
    /// Lines, or fields, that are gone.
    pub removed: usize,
    /// Whether the occurrences differ from the first in names and checksums.
    pub names_vary: bool,
}

impl ObjectDifference {
    /// Returns which object is shown.
    pub fn identity(&self) -> &Identity {
        &self.occurrences[0].identity
    }

    /// Returns the object that is shown, as a title: `Deployment shop (was extensions/v1beta1)`.
    pub fn title(&self) -> String {
        let first = &self.occurrences[0];
        let Some(former) = &first.former else { return first.identity.to_string() };
        let was = if (&former.namespace, &former.name) == (&first.identity.namespace, &first.identity.name) {
            former.api_version.clone()
        } else if former.namespace == first.identity.namespace {
            former.name.clone()
        } else {
            format!("{}/{}", former.namespace, former.name)
        };
        format!("{} (was {was})", first.identity)
    }

    /// Returns the difference in unified form, with both names before it; nothing where it is told by fields.
    pub fn unified(&self) -> String {
        let Detail::Lines(hunks) = &self.detail else { return String::new() };
        let first = &self.occurrences[0];
        let name = |identity: &Identity| match &first.place {
            None => identity.to_string(),
            Some(place) => format!("{place}: {identity}"),
        };
        let none = || "/dev/null".to_owned();
        let old =
            if self.change == Change::Added { none() } else { name(first.former.as_ref().unwrap_or(&first.identity)) };
        let new = if self.change == Change::Removed { none() } else { name(&first.identity) };
        let hunks: String = hunks.iter().map(ToString::to_string).collect();
        format!("--- {old}\n+++ {new}\n{hunks}")
    }
}

/// How manifests differ, object by object; the order of objects does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What differs: of each place the changed and removed objects in the old order, then the added ones in the new.
    pub objects: Vec<ObjectDifference>,
    /// The objects that differ in form alone, such as the order of their keys; found only field by field.
    pub formatting: Vec<Occurrence>,
    /// Places that stand only in the new manifests.
    pub new_places: Vec<Place>,
    /// Places that stand only in the old manifests.
    pub gone_places: Vec<Place>,
}

impl Difference {
    /// Returns whether no object differs.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Returns the whole difference in unified form.
    pub fn unified(&self) -> String {
        self.objects.iter().map(ObjectDifference::unified).collect()
    }

    /// Returns to how many objects `change` happened.
    pub fn count(&self, change: Change) -> usize {
        self.objects.iter().filter(|object| object.change == change).map(|object| object.occurrences.len()).sum()
    }

    /// Returns the places where something differs, sorted; empty where only one place is compared.
    pub fn places(&self) -> BTreeSet<&Place> {
        self.objects.iter().flat_map(|object| &object.occurrences).filter_map(|one| one.place.as_ref()).collect()
    }

    /// Returns one line for people: `2 changed, 1 added, 0 removed`; renamed ones are told where there are any.
    pub fn summary(&self) -> String {
        let renamed = match self.count(Change::Renamed) {
            0 => String::new(),
            count => format!("{count} renamed, "),
        };
        format!(
            "{} changed, {renamed}{} added, {} removed",
            self.count(Change::Changed),
            self.count(Change::Added),
            self.count(Change::Removed)
        )
    }
}
