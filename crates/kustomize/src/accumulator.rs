use std::sync::Arc;

use crate::{config::Config, error::KustomizeError, kustomization::Var, resources::Resources};

/// What a directory and those below it have given so far.
#[derive(Debug)]
pub(crate) struct Accumulator {
    pub(crate) resources: Resources,
    pub(crate) config: Arc<Config>,
    /// Sorted by name, unique.
    pub(crate) vars: Vec<Var>,
}

impl Default for Accumulator {
    fn default() -> Self {
        Self { resources: Resources::default(), config: Config::empty(), vars: Vec::new() }
    }
}

impl Accumulator {
    /// Adds what another directory gave.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), KustomizeError> {
        self.resources.append(other.resources.list)?;
        self.config = Config::merged(&self.config, &other.config)?;
        other.vars.into_iter().try_for_each(|var| self.add_var(var))
    }

    /// Adds variables, and marks the resources that they read from.
    pub(crate) fn add_vars(&mut self, vars: &[Var]) -> Result<(), KustomizeError> {
        for var in vars {
            let id = &var.object;
            let by_namespace = !id.namespace.is_empty() || id.gvk.is_cluster_scoped();
            let found = self.resources.with_any_id(|other| {
                if by_namespace { id.names_same(other) } else { id.name == other.name && id.gvk == other.gvk }
            });
            match found.as_slice() {
                [] => {}
                [at] => self.resources.list[*at].vars.push(var.name.clone()),
                many => {
                    let count = many.len();
                    let problem = format!("found {count} resId matches for var {} (unable to disambiguate)", var.name);
                    return Err(KustomizeError::Resources(problem));
                }
            }
        }
        vars.iter().cloned().try_for_each(|var| self.add_var(var))
    }

    fn add_var(&mut self, var: Var) -> Result<(), KustomizeError> {
        match self.vars.binary_search_by(|known| known.name.cmp(&var.name)) {
            Ok(_) => Err(KustomizeError::Resources(format!("var '{}' already encountered", var.name))),
            Err(at) => {
                self.vars.insert(at, var);
                Ok(())
            }
        }
    }
}
