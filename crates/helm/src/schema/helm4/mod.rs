//! Helm 4's validator, `santhosh-tekuri/jsonschema` v6: drafts 4, 6, 7, 2019-09 and 2020-12, nested messages.
//!
//! # Deviation
//! Properties are looked at in the order of their names, where Go's order is random. A failure of a property's name names the
//! object that has it; the library names the last of its siblings.

mod address;
mod arrays;
mod combined;
mod compile;
mod draft;
mod failure;
mod formats;
mod identifiers;
mod open;
mod pointer;
mod references;
mod roots;
mod rules;
mod sound;
mod validate;

use towpath_gotmpl::{Map, Value};

use self::{roots::Roots, validate::Validator};
use super::{Documents, Fault, read_schema};

const URL: &str = "file:///values.schema.json";

/// Holds values against a schema, and returns the table in which both stand.
pub(super) fn check(schema: &[u8], values: &Map, steps: u64) -> (Documents, Result<(), Fault>) {
    let mut roots = Roots::default();
    roots.documents.steps.set(steps);
    let result = check_in(&mut roots, schema, values);
    (roots.documents, result)
}

fn check_in(roots: &mut Roots, schema: &[u8], values: &Map) -> Result<(), Fault> {
    let node = read_schema(&mut roots.documents, schema, true)?;
    let root = roots.add(URL, node)?;
    roots.compile(root)?;
    let values = roots.documents.add_value(&Value::Map(values.clone()));
    Validator::new(roots).run(node, values).map_err(|failure| match failure {
        Ok(failure) => Fault::new(failure.to_lines() + "\n").at(failure.first_schema()),
        Err(fault) => fault,
    })
}
