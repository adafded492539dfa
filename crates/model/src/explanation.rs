//! Where rendered documents come from, as it is found and shown.

use crate::difference::{FieldChange, Identity};

/// Where every document of an environment comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// The files whose values a chart was rendered with; later ones win.
    pub values: Vec<String>,
    /// The documents, in the order in which they are rendered.
    pub documents: Vec<Provenance>,
}

/// Where one document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// What it is known by.
    pub identity: Identity,
    /// Where it began.
    pub origin: Written,
    /// What changed it, oldest first.
    pub steps: Vec<Step>,
}

/// A place in a file, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The file, from the root of the repository; a chart from elsewhere stands before its file. Empty for what no file asks
    /// for.
    pub file: String,
    /// The line, counted from 1; nothing where the whole file is meant, as a template is.
    pub line: Option<usize>,
    /// What is written there: the field of a kustomization file, such as `patches`; empty for a resource or a template.
    pub field: String,
}

/// A step that changed a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What asks for it.
    pub by: Written,
    /// The file that the field names, such as that of a patch.
    pub source: Option<String>,
    /// What it changed, values of Secrets redacted.
    pub fields: Vec<FieldChange>,
}
