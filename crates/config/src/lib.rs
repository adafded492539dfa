//! `towpath.yaml` as typed configuration.
//!
//! It says what a service is made of and where it goes; it reads no other file, no environment and no key.

mod service;
mod template;

pub use self::{
    service::{
        Base, Canary, Config, Contents, CopiedFile, Environment, Forge, Image, ManifestSource, Manifests, Platform,
        Promotion, Signing, Target,
    },
    template::{Template, TemplateError},
};
