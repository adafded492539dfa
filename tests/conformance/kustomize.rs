//! kustomize against the real program.
