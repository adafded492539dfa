//! Charts from where people keep them, beside the real helm 4 and 3: what helm pushed, indexed and signed is rendered to helm's
//! bytes, what helm refuses is refused, and afterwards all of it without a network.

mod dependencies;
mod git;
mod provenance;
mod registry;
mod repository;
mod scene;
mod store;
