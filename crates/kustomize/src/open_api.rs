//! The OpenAPI document of a build: kustomize's own, or the one that `openapi.path` names.
//!
//! kustomize holds it in a global variable: the first kustomization file that names one, from the root inwards, decides for the
//! whole build, and what is known before that stays known. It is asked from everywhere that resources are told apart, so
//! that it is held for the thread here, for as long as the build runs.
//!
//! Source: kustomize `kyaml/openapi/openapi.go` 0.21.1.

mod document;

use std::{cell::RefCell, rc::Rc};

pub(crate) use document::{Document, Part};

use crate::{
    id::Gvk,
    schema::{self, Schema, Scope},
};

/// What a build knows of kinds.
#[derive(Debug, Clone, Default)]
struct State {
    own: Own,
    version: String,
    given: Option<Rc<Result<Document, String>>>,
    /// The given document was needed and cannot be read.
    failed: bool,
}

/// Whether kustomize's own document counts beside one that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Own {
    /// Nothing has asked for it.
    #[default]
    Unused,
    /// It is read behind the given one, and wins.
    Last,
    /// It was read before the given one, which wins.
    First,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<T>(change: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(change)
}

/// The time of one build; afterwards all is as it was before.
pub(crate) struct Build {
    before: State,
}

impl Build {
    pub(crate) fn begin() -> Self {
        Self { before: with(std::mem::take) }
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        let before = std::mem::take(&mut self.before);
        with(|state| *state = before);
    }
}

/// Both a document and a version were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("builtin version and custom schema provided, cannot use both")]
    Both,
    #[error("the specified OpenAPI version is not built in")]
    Version,
}

/// Takes what a kustomization file says, unless one before it has decided already.
pub(crate) fn set(version: Option<&str>, document: Option<&str>) -> Result<(), Refused> {
    with(|state| {
        if state.given.is_some() || !state.version.is_empty() {
            return Ok(());
        }
        match (version, document) {
            (Some(_), Some(_)) => return Err(Refused::Both),
            (None, Some(text)) => state.given = Some(Rc::new(Document::parse(text))),
            (Some(version), None) if !["", "v1.21.2"].contains(&version) => return Err(Refused::Version),
            (version, None) => version.unwrap_or_default().clone_into(&mut state.version),
        }
        Ok(())
    })
}

/// Returns what is wrong with the given document, if it was needed.
pub(crate) fn problem() -> Option<String> {
    with(|state| match state.given.as_deref() {
        Some(Err(problem)) if state.failed => Some(format!("invalid schema file: {problem}")),
        _ => None,
    })
}

/// Tells whether a kind certainly stands outside namespaces.
pub(crate) fn is_cluster_scoped(gvk: &Gvk) -> bool {
    let Gvk { group, version, kind } = gvk;
    if let Some(scope) = schema::scope(group, version, kind) {
        return scope == Scope::Cluster;
    }
    with(|state| match state.given.as_deref() {
        Some(Ok(document)) => document.is_cluster_scoped(&gvk.api_version(), kind),
        Some(Err(_)) => {
            state.failed = true;
            false
        }
        None => {
            if state.own == Own::Unused {
                state.own = Own::Last;
            }
            false
        }
    })
}

/// What strategic merge patches ask.
#[derive(Debug)]
pub(crate) struct Kinds {
    own: Own,
    given: Option<Rc<Result<Document, String>>>,
}

/// Returns what is known from here on.
pub(crate) fn kinds() -> Kinds {
    with(|state| {
        match state.given.as_deref() {
            Some(Err(_)) => state.failed = true,
            Some(Ok(_)) => {}
            None => state.own = Own::First,
        }
        Kinds { own: state.own, given: state.given.clone() }
    })
}

impl Kinds {
    /// Returns what is known about a kind.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<Schema<'_>> {
        let own = || schema::of_kind(api_version, kind);
        let Some(Ok(document)) = self.given.as_deref() else { return own() };
        let given = document.of_kind(api_version, kind, self.own).map(Schema::Given);
        match self.own {
            Own::Unused => given,
            Own::First => given.or_else(own),
            Own::Last => own().or(given),
        }
    }
}
