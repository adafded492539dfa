//! The resources of a build in their order, each known by its name.

use foldhash::HashSet;

use crate::{
    error::{KustomizeError, Problem},
    id::ResId,
    marks::{self, Forgets},
    patch::strategic,
    resource::{Behavior, Resource},
    selector::{Selector, SelectorError},
};

/// Resources, no two of which have one name.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    pub(crate) list: Vec<Resource>,
}

/// What makes two resources one: everything but the way in which the namespace is written.
type Key = (String, String, String, String, String);

fn key(id: &ResId) -> Key {
    let namespace = id.effective_namespace().to_owned();
    (id.gvk.group.clone(), id.gvk.version.clone(), id.gvk.kind.clone(), id.name.clone(), namespace)
}

impl Resources {
    /// Adds resources; a name that is there already is an error.
    pub(crate) fn append(&mut self, more: Vec<Resource>) -> Result<(), KustomizeError> {
        let mut known: HashSet<Key> = self.list.iter().map(|resource| key(&resource.id())).collect();
        for resource in more {
            let id = resource.id();
            if !known.insert(key(&id)) {
                let problem = format!("may not add resource with an already registered id: {id}");
                return Err(resource.error(Problem::Other(problem.into())));
            }
            self.list.push(resource);
        }
        Ok(())
    }

    /// Checks that no two resources have one name.
    pub(crate) fn check_unique(&mut self) -> Result<(), KustomizeError> {
        let list = std::mem::take(&mut self.list);
        self.append(list)
    }

    /// Adds a generated resource: new, in place of an old one or merged with it, as its behavior says.
    pub(crate) fn absorb(&mut self, mut new: Resource) -> Result<(), KustomizeError> {
        let id = new.id();
        let matches = self.with_any_id(|other| id.names_same(other));
        let changes = matches!(new.behavior, Behavior::Merge | Behavior::Replace);
        let fail = |new: &Resource, problem: String| Err(new.error(Problem::Other(problem.into())));
        match (matches.as_slice(), changes) {
            ([], true) => fail(&new, format!("id {} does not exist; cannot merge or replace", id.go_syntax())),
            ([], false) => self.append(vec![new]),
            ([at], true) => {
                let merges = new.behavior == Behavior::Merge;
                let old = &self.list[*at];
                new.take_identity(old);
                if merges {
                    new.merge_data(old);
                    new.note = old.note.clone().or(new.note);
                    new.origin = old.origin.clone();
                }
                self.list[*at] = new;
                Ok(())
            }
            ([_], false) => {
                let behavior = if new.behavior == Behavior::Create { "create" } else { "unspecified" };
                let problem = format!(
                    "id {} exists; can not use behavior: '{behavior}', behavior must be merge or replace",
                    id.go_syntax()
                );
                fail(&new, problem)
            }
            _ => fail(&new, format!("found multiple objects that could accept merge of {id}")),
        }
    }

    /// Returns the places of the resources that are or were called so.
    pub(crate) fn with_any_id(&self, matches: impl Fn(&ResId) -> bool) -> Vec<usize> {
        let fits = |resource: &Resource| resource.all_ids().any(|id| matches(&id));
        self.list.iter().enumerate().filter(|(_, resource)| fits(resource)).map(|(at, _)| at).collect()
    }

    /// Returns the one resource that is or was called so.
    pub(crate) fn get(&self, id: &ResId) -> Result<usize, String> {
        let found = self.with_any_id(|other| id.names_same(other));
        let problem = match found.as_slice() {
            [at] => return Ok(*at),
            [] => "no matches",
            _ => "multiple matches",
        };
        Err(format!("{problem} for Id {id}; failed to find unique target for patch {id}"))
    }

    /// Returns the places of the selected resources.
    pub(crate) fn select(&self, selector: &Selector) -> Result<Vec<usize>, KustomizeError> {
        let wrong = |error: SelectorError| KustomizeError::Resources(error.to_string());
        let compiled = selector.compile().map_err(wrong)?;
        let mut places = Vec::new();
        for (at, resource) in self.list.iter().enumerate() {
            let (now, first) = (resource.id(), resource.first_id());
            let is_named = (compiled.fits_namespace(first.effective_namespace())
                || compiled.fits_namespace(now.effective_namespace()))
                && (compiled.fits_name(&first.name) || compiled.fits_name(&now.name))
                && compiled.fits_gvk(&now.gvk);
            if is_named
                && compiled.fits_labels(&resource.metadata_pairs("labels")).map_err(wrong)?
                && compiled.fits_annotations(&resource.metadata_pairs("annotations")).map_err(wrong)?
            {
                places.push(at);
            }
        }
        Ok(places)
    }

    /// Applies a strategic merge patch to the selected resources; those that it deletes are gone.
    pub(crate) fn apply_patch(&mut self, places: &[usize], patch: &Patching) -> Result<(), KustomizeError> {
        let mut gone = Vec::new();
        for at in places {
            let mut own = patch.clone();
            own.normalize();
            // The patch is read as one of the resource's own kind, but keeps its kind.
            let gvk = self.list[*at].gvk();
            let _ = own.resource.node.set_field("apiVersion", Some(crate::node::Node::unset(gvk.api_version())));
            if !self.list[*at].patch(own)? {
                gone.push(*at);
            }
        }
        self.remove(&gone);
        self.check_unique()
    }

    pub(crate) fn remove(&mut self, places: &[usize]) {
        let mut at = 0;
        self.list.retain(|_| {
            at += 1;
            !places.contains(&(at - 1))
        });
    }
}

/// A strategic merge patch, and what it may change.
#[derive(Debug, Clone)]
pub(crate) struct Patching {
    pub(crate) resource: Resource,
    pub(crate) may_rename: bool,
    pub(crate) may_change_kind: bool,
}

impl Patching {
    /// Makes its labels and annotations texts, as kustomize does with patches that have a target.
    fn normalize(&mut self) {
        for name in ["labels", "annotations"] {
            let pairs = self.resource.metadata_pairs(name).into_iter();
            let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            self.resource.set_metadata_pairs(name, pairs);
        }
        let (name, namespace) = (self.resource.name().to_owned(), self.resource.namespace().to_owned());
        self.resource.set_name(&name);
        self.resource.set_namespace(&namespace);
    }
}

impl Resource {
    /// Applies a strategic merge patch; returns whether anything is left.
    pub(crate) fn patch(&mut self, patch: Patching) -> Result<bool, KustomizeError> {
        let (name, namespace, kind) = (self.name().to_owned(), self.namespace().to_owned(), self.kind().to_owned());
        let id = self.id();
        if patch.may_rename || patch.may_change_kind {
            self.remember_id();
        }
        let may_forget = marks::can_be_lost(&patch.resource.node);
        if may_forget {
            self.write_marks();
        }
        let left = strategic::apply(&mut self.node, patch.resource.node).map_err(|error| KustomizeError::Resource {
            problem: Box::new(error.into()),
            id: id.to_string(),
            file: patch.resource.origin.file.clone(),
        })?;
        if !left || self.node.is_null_or_empty() {
            return Ok(false);
        }
        if may_forget {
            self.read_marks(Forgets::Everything);
        }
        self.spread();
        if !patch.may_change_kind {
            self.set_kind(&kind);
        }
        if !patch.may_rename {
            self.set_name(&name);
        }
        self.set_namespace(&namespace);
        Ok(true)
    }

    /// Takes over name and history of the resource that this one replaces.
    fn take_identity(&mut self, old: &Self) {
        for name in ["labels", "annotations"] {
            let own = self.metadata_pairs(name);
            let pairs = old.metadata_pairs(name).into_iter().chain(own);
            let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            self.set_metadata_pairs(name, pairs);
        }
        let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
        self.set_name(&name);
        self.set_namespace(&namespace);
        self.previous.clone_from(&old.previous);
        self.prefixes.clone_from(&old.prefixes);
        self.suffixes.clone_from(&old.suffixes);
        self.vars.clone_from(&old.vars);
        self.transformations.clone_from(&old.transformations);
        self.trace.clone_from(&old.trace);
        self.needs_hash = self.needs_hash && old.needs_hash;
        self.behavior = old.behavior;
        self.note = self.note.take().or_else(|| old.note.clone());
    }
}
