//! What a kustomization reaches outside of its own files, beside the real kustomize: charts that helm would inflate, repositories
//! and files on the web, and the flags of `build`.

mod bases;
mod charts;
mod flags;
mod hosts;
mod registries;
mod scene;
mod values;
