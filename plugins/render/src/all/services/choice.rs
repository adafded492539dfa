//! Which environments of which services are rendered.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use towpath_model::{Diagnostic, TreePath};
use towpath_render::{Repository, Service};

use super::{pattern::matches, usage};
use crate::all::args::Chosen;

/// What is rendered, in its order, and what there is beside it.
pub(super) struct Choice<'r> {
    pub(super) pieces: Vec<Piece<'r>>,
    /// Every environment that the repositories have, chosen or not: (service, environment).
    pub(super) existing: BTreeSet<(&'r str, &'r str)>,
    /// Descriptions that are wrong, so that nobody knows which environments they have.
    pub(super) wrong: BTreeSet<&'r TreePath>,
}

/// One environment, or one description that is wrong.
pub(super) struct Piece<'r> {
    /// The place of its repository in the list.
    pub(super) repository: usize,
    pub(super) description: &'r TreePath,
    pub(super) service: Result<(&'r Service, &'r str), Box<Diagnostic>>,
}

impl<'r> Choice<'r> {
    /// Chooses by name from what stands in and below `folders`. A description that is wrong is chosen, too, unless services are chosen by name.
    pub(super) fn of(folders: &[PathBuf], repositories: &'r [Repository], chosen: &Chosen) -> Result<Self, Diagnostic> {
        let mut choice = Self { pieces: Vec::new(), existing: BTreeSet::new(), wrong: BTreeSet::new() };
        let mut names: BTreeMap<&str, &TreePath> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let is_chosen = |patterns: &[String], name: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, name))
        };
        for (place, repository) in repositories.iter().enumerate() {
            for found in repository.services() {
                let file = &found.file;
                if !seen.insert((repository.root(), file)) {
                    continue;
                }
                let mut push = |service| choice.pieces.push(Piece { repository: place, description: file, service });
                let service = match &found.service {
                    Ok(service) => service,
                    Err(error) => {
                        choice.wrong.insert(file);
                        if chosen.service.is_empty() {
                            push(Err(Box::new(error.clone())));
                        }
                        continue;
                    }
                };
                let name = service.config.name.as_str();
                let others = names.get(name).copied();
                if let Some(other) = others {
                    let error = usage(format!("service `{name}` is described in `{other}` and in `{file}`"));
                    choice.wrong.insert(file);
                    push(Err(Box::new(error.hint("give each service a name of its own"))));
                    continue;
                }
                names.insert(name, file);
                // A service of which others make the manifests has none here.
                if service.config.manifests.is_none() {
                    continue;
                }
                for environment in &service.config.environments {
                    choice.existing.insert((name, environment.name.as_str()));
                    if is_chosen(&chosen.service, name) && is_chosen(&chosen.environment, &environment.name) {
                        push(Ok((service, environment.name.as_str())));
                    }
                }
            }
        }
        choice.check(folders, repositories, chosen)?;
        Ok(choice)
    }

    /// Refuses a choice of nothing.
    fn check(&self, folders: &[PathBuf], repositories: &[Repository], chosen: &Chosen) -> Result<(), Diagnostic> {
        if repositories.iter().all(|repository| repository.services().is_empty()) {
            let folders: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
            let folders = folders.join(", ");
            let message = format!("no chart stands in {folders}, and no towpath.yaml in or below it");
            return Err(usage(message).hint("name charts, folders that hold charts, or folders with services"));
        }
        let never = |patterns: &[String], names: &BTreeSet<&str>| {
            patterns.iter().find(|pattern| !names.iter().any(|name| matches(pattern, name))).cloned()
        };
        let services = self.existing.iter().map(|(service, _)| *service).collect();
        if let Some(pattern) = never(&chosen.service, &services) {
            return Err(usage(format!("no service is called `{pattern}`")));
        }
        let environments = self.existing.iter().map(|(_, environment)| *environment).collect();
        match never(&chosen.environment, &environments) {
            Some(pattern) => Err(usage(format!("no environment is called `{pattern}`"))),
            None => Ok(()),
        }
    }
}
