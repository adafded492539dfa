use towpath_model::{Diagnostic, Digest, Kind};

use crate::TargetError;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment is not in the configuration.
    #[error("environment `{name}` is unknown")]
    UnknownEnvironment {
        /// As asked for.
        name: String,
        /// Those that there are, in words.
        known: String,
    },
    /// The image has not been merged into the environment before.
    #[error("{} {} cannot go to {} before {}", .0.service, .0.version, .0.environment, .0.previous)]
    Order(Box<OutOfOrder>),
    /// `promotion.set` names no place.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// `promotion.set` is empty.
    #[error("promotion.set names nothing")]
    NoTarget,
    /// A target's file is not in the repository.
    #[error("`{file}` does not exist in the repository")]
    NoFile {
        /// The file.
        file: String,
    },
    /// The file cannot be edited there.
    #[error("{}", .0.message)]
    Edit(Box<Diagnostic>),
}

/// A promotion that would skip an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfOrder {
    /// The service.
    pub service: String,
    /// The version.
    pub version: String,
    /// Where it was to go.
    pub environment: String,
    /// Where it has to be merged first.
    pub previous: String,
    /// The image's digest.
    pub digest: Digest,
    /// What stands in the environment before.
    pub holds: Option<Digest>,
}

impl Error {
    /// Returns the error as it is shown; a promotion out of order is a negative verdict.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::UnknownEnvironment { known, .. } => {
                Diagnostic::new(Kind::Usage, self.to_string()).hint(format!("environments in their order: {known}"))
            }
            Self::Order(order) => {
                let OutOfOrder { previous, digest, holds, .. } = &**order;
                let holds = holds.map_or_else(|| "no digest".to_owned(), |digest| digest.to_string());
                Diagnostic::new(Kind::Verdict, self.to_string())
                    .cause(format!("{digest} was never merged into {previous}, which holds {holds}"))
                    .hint(format!(
                        "promote it there first: towpath-promote open --to {previous}, then merge --to {previous}"
                    ))
            }
            Self::NoTarget => Diagnostic::new(Kind::Usage, self.to_string()),
            Self::NoFile { .. } => Diagnostic::new(Kind::Usage, self.to_string())
                .hint("promotion.set names it; commit the file, with any value in place of the digest"),
            Self::Target(_) => Diagnostic::from_error(Kind::Usage, self)
                .hint("write promotion.set like apps/{service}/{env}/values.yaml#/image/digest"),
            Self::Edit(diagnostic) => (**diagnostic).clone(),
        }
    }
}
