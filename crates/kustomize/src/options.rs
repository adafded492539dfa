/// How a directory is built.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Which files a kustomization file may name.
    pub load_restrictor: LoadRestrictor,
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
