//! OCI images and registries.
