use std::{fmt, sync::Arc};

use crate::{functions::Functions, helm::Helm, remote::Remote};

/// How a directory is built.
#[derive(Clone, Default)]
pub struct Options {
    /// Which files a kustomization file may name.
    pub load_restrictor: LoadRestrictor,
    /// Where the tree stands, for absolute paths.
    pub tree: TreeRoot,
    /// Fetches what is remote; without it that is refused.
    pub remote: Option<Arc<dyn Remote>>,
    /// Renders charts; without it they are refused, as kustomize does without `--enable-helm`.
    pub helm: Option<Helm>,
    /// What becomes of plugins that are not kustomize's own.
    pub functions: Functions,
    /// Whether the result is labelled as kustomize's.
    pub managed_by: ManagedBy,
    /// The order of a kustomization without `sortOptions`.
    pub order: Order,
    /// Whether it is kept what changed each resource.
    pub changes: Changes,
}

/// Where the root of the tree stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TreeRoot {
    /// Anywhere: absolute paths lead to nothing in it.
    #[default]
    Anywhere,
    /// In the root of the file system, so that absolute paths are those of the tree.
    FileSystem,
}

/// Whether resources say who built them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ManagedBy {
    /// Only where `buildMetadata` asks for it.
    #[default]
    AsWritten,
    /// By the label `app.kubernetes.io/managed-by`; kustomize's `--enable-managedby-label`.
    Labelled,
}

/// Whether it is kept what changed each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Changes {
    /// It is not: a build takes as little time and memory as it can.
    #[default]
    Forgotten,
    /// In [`Built::changes`](crate::Built::changes), for people who ask where something comes from.
    Kept,
}

/// The order of a kustomization without `sortOptions`: kustomize's deprecated `--reorder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Namespaces first, webhooks last.
    #[default]
    Legacy,
    /// As it was read.
    AsRead,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("load_restrictor", &self.load_restrictor).finish_non_exhaustive()
    }
}

/// Which files a kustomization file may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadRestrictor {
    /// Files in or below its directory; kustomize's `LoadRestrictionsRootOnly`.
    #[default]
    RootOnly,
    /// Any file of the tree; kustomize's `LoadRestrictionsNone`.
    None,
}
