//! Names of other resources follow those that were renamed.
//!
//! Source: kustomize `api/filters/nameref` and `api/resmap/reswrangler.go` 0.21.1.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use crate::{
    accumulator::Accumulator,
    config::BackReferences,
    error::{KustomizeError, Problem},
    fieldspec::Leaf,
    id::{Gvk, ResId},
    marks::Forgets,
    node::{Node, Scalar, Value},
    resource::Resource,
};

/// A resource that others may name.
struct Candidate {
    id: ResId,
    first: ResId,
    previous: Vec<ResId>,
    is_cluster_scoped: bool,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

/// All resources, by the names that they had.
struct Candidates {
    all: Vec<Candidate>,
    by_name: HashMap<String, Vec<usize>>,
}

/// One field of one resource that may name another.
struct Reference<'a> {
    candidates: &'a Candidates,
    referrer: &'a Candidate,
    /// Namespaces of the service accounts that a `RoleBinding` names.
    bound: &'a HashSet<String>,
    target: &'a Gvk,
    /// The kind in `roleRef`, where that is the field.
    role: Option<Gvk>,
}

/// Updates all fields that name renamed resources.
pub(crate) fn update(all: &mut Accumulator) -> Result<(), KustomizeError> {
    for resource in &all.resources.list {
        resource.knows_previous().map_err(|problem| resource.error(Problem::Other(problem.into())))?;
    }
    let candidates = Candidates::of(&all.resources.list);
    let config = std::sync::Arc::clone(&all.config);
    for (at, resource) in all.resources.list.iter_mut().enumerate() {
        update_one(resource, &candidates.all[at], &candidates, &config.name_reference)?;
    }
    Ok(())
}

fn update_one(
    resource: &mut Resource,
    referrer: &Candidate,
    candidates: &Candidates,
    references: &[BackReferences],
) -> Result<(), KustomizeError> {
    // What only a resource that can name others must have is looked for once one can.
    let mut bound = None;
    for BackReferences { gvk: target, referrers } in references {
        for spec in referrers.iter().filter(|spec| referrer.first.gvk.is_selected(&spec.gvk)) {
            let bound = match &mut bound {
                Some(bound) => bound,
                none => {
                    let problem = |problem: String| resource.error(Problem::Other(problem.into()));
                    check_version(&resource.node).map_err(problem)?;
                    none.insert(bound_namespaces(resource).map_err(problem)?)
                }
            };
            let role = if spec.path.ends_with("roleRef/name") { role(&resource.node) } else { None };
            let reference = Reference { candidates, referrer, bound, target, role };
            // It finds annotations where kustomize keeps some of its own.
            let meets_marks = spec.path.starts_with("metadata/annotations");
            if meets_marks {
                resource.write_marks();
            }
            spec.apply_to_any(&mut resource.node, Leaf::None, &mut |node| reference.set(node))
                .map_err(|error| resource.error(error))?;
            if meets_marks {
                resource.read_marks(Forgets::Everything);
            }
        }
    }
    Ok(())
}

/// kustomize reads `apiVersion` in two ways, which differ where it is a null that is written or has no group before the `/`.
fn check_version(node: &Node) -> Result<(), String> {
    let Some(version) = node.field("apiVersion") else { return Ok(()) };
    let known = version.as_text();
    let (read, known) = (version.text_or_empty(), known.strip_prefix('/').unwrap_or(known));
    if read == known {
        return Ok(());
    }
    Err(format!("node-referrerOriginal 'APIVersion' mismatch '{read}' != '{known}'"))
}

/// Returns the namespaces of the service accounts that a `RoleBinding` names.
fn bound_namespaces(resource: &Resource) -> Result<HashSet<String>, String> {
    let mut bound = HashSet::new();
    if resource.kind() != "RoleBinding" {
        return Ok(bound);
    }
    for subject in resource.node.field("subjects").map_or(&[][..], Node::items) {
        if !matches!(subject, Node::Mapping(_)) {
            // kustomize ends with a fault of its own here, and where a kind is no text.
            return Err(format!("a subject of resource \"{}\" is no object", resource.id()));
        }
        let (Some(kind), Some(namespace)) = (subject.field("kind"), subject.field("namespace")) else { continue };
        let text = |node: &Node| match node.clone().into_value() {
            Ok(Value::Text(text)) => Some(text),
            _ => None,
        };
        let kind =
            text(kind).ok_or_else(|| format!("the kind of a subject of resource \"{}\" is no text", resource.id()))?;
        if kind == "ServiceAccount" {
            let blank = || format!("Invalid Input: namespace is blank for resource \"{}\"", resource.id());
            bound.insert(text(namespace).ok_or_else(blank)?);
        }
    }
    Ok(bound)
}

fn role(node: &Node) -> Option<Gvk> {
    let reference = node.field("roleRef")?;
    Some(Gvk::new(reference.field("apiGroup")?.as_text(), "", reference.field("kind")?.as_text()))
}

impl Candidates {
    fn of(resources: &[Resource]) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        let mut all = Vec::with_capacity(resources.len());
        for (at, resource) in resources.iter().enumerate() {
            let id = resource.id();
            let previous: Vec<ResId> = resource.previous_ids().collect();
            for old in &previous {
                let places = by_name.entry(old.name.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
            all.push(Candidate {
                is_cluster_scoped: id.gvk.is_cluster_scoped(),
                first: resource.first_id(),
                id,
                previous,
                prefixes: resource.prefixes.clone(),
                suffixes: resource.suffixes.clone(),
            });
        }
        Self { all, by_name }
    }
}

impl Candidate {
    fn same_context(&self, other: &Self, empty_fits: bool) -> bool {
        let fits = |a: &[String], b: &[String]| (empty_fits && (a.is_empty() || b.is_empty())) || same_ending(a, b);
        fits(&self.prefixes, &other.prefixes) && fits(&self.suffixes, &other.suffixes)
    }
}

fn same_ending(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

/// What must be the same of several possible targets for the first to be taken.
#[derive(Clone, Copy)]
enum Alike {
    Names,
    NamesAndNamespaces,
}

impl Reference<'_> {
    fn set(&self, node: &mut Node) -> Result<(), String> {
        if node.is_null() {
            return Ok(());
        }
        match node {
            Node::Scalar(scalar) => self.set_scalar(scalar),
            Node::Mapping(_) => self.set_mapping(node),
            Node::Sequence(items) => items.iter_mut().filter(|item| !item.is_null()).try_for_each(|item| match item {
                Node::Scalar(scalar) => self.set_scalar(scalar),
                Node::Mapping(_) => self.set_mapping(item),
                Node::Sequence(_) => Err("a list is expected to hold texts or maps of texts".to_owned()),
            }),
        }
    }

    fn set_scalar(&self, scalar: &mut Scalar) -> Result<(), String> {
        if let Some(found) = self.find(&scalar.text, |_| true, Alike::Names)?
            && found.id.name != scalar.text
        {
            *scalar = Scalar { style: scalar.style, ..Scalar::unset(&found.id.name) };
        }
        Ok(())
    }

    fn set_mapping(&self, node: &mut Node) -> Result<(), String> {
        let Some(name) = node.field("name") else {
            return Err("path config error; no 'name' field in node".to_owned());
        };
        let name = name.as_text().to_owned();
        let found = match node.field("namespace").map(Node::as_text) {
            None => self.find(&name, |_| true, Alike::NamesAndNamespaces)?,
            Some(namespace) => {
                let namespace = namespace.to_owned();
                let was_there = |candidate: &Candidate| {
                    !candidate.first.gvk.is_cluster_scoped() && candidate.first.effective_namespace() == namespace
                };
                let is_there = |candidate: &Candidate| {
                    !candidate.is_cluster_scoped && candidate.id.effective_namespace() == namespace
                };
                if self.candidates.all.iter().any(|candidate| self.reaches(candidate) && was_there(candidate)) {
                    self.find(&name, was_there, Alike::NamesAndNamespaces)?
                } else {
                    self.find(&name, is_there, Alike::NamesAndNamespaces)?
                }
            }
        };
        let Some(found) = found else { return Ok(()) };
        if found.id.name == name && found.id.namespace.is_empty() {
            return Ok(());
        }
        node.set_field("name", Some(Node::unset(&found.id.name))).map_err(|error| error.to_string())?;
        if !found.id.namespace.is_empty() {
            node.set_field("namespace", Some(Node::unset(&found.id.namespace))).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Tells whether the referrer can name the candidate at all: across namespaces only bindings can.
    fn reaches(&self, candidate: &Candidate) -> bool {
        self.referrer.is_cluster_scoped
            || candidate.is_cluster_scoped
            || candidate.id.same_namespace(&self.referrer.id)
            || self.bound.contains(&candidate.id.namespace)
    }

    fn shares_namespace(&self, candidate: &Candidate) -> bool {
        self.referrer.is_cluster_scoped
            || candidate.is_cluster_scoped
            || candidate.id.gvk.kind == "ServiceAccount"
            || candidate.id.same_namespace(&self.referrer.id)
    }

    /// Returns the resource that a name meant before resources were renamed.
    fn find(&self, name: &str, fits: impl Fn(&Candidate) -> bool, alike: Alike) -> Result<Option<&Candidate>, String> {
        let named = self.candidates.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<&Candidate> = named
            .iter()
            .map(|at| &self.candidates.all[*at])
            .filter(|candidate| self.reaches(candidate) && fits(candidate))
            .filter(|candidate| candidate.previous.iter().any(|id| id.gvk.is_selected(self.target)))
            .filter(|candidate| {
                self.role.as_ref().is_none_or(|role| candidate.previous.iter().any(|id| id.gvk.is_selected(role)))
            })
            .filter(|candidate| self.shares_namespace(candidate))
            .collect();
        if found.len() == 1 {
            return Ok(found.pop());
        }
        found.retain(|candidate| candidate.same_context(self.referrer, true));
        if found.len() > 1 {
            found.retain(|candidate| candidate.same_context(self.referrer, false));
        }
        let Some(first) = found.first() else { return Ok(None) };
        let same = found.iter().all(|other| {
            other.id.name == first.id.name
                && (matches!(alike, Alike::Names) || other.id.namespace == first.id.namespace)
        });
        if same {
            return Ok(Some(first));
        }
        let ids: Vec<String> = found.iter().map(|candidate| candidate.id.to_string()).collect();
        Err(format!("found multiple possible referrals: {}", ids.join(", ")))
    }
}
