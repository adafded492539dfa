//! Kustomize: generators, transformers, patches, replacements and name references.
