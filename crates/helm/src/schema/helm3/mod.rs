//! Helm 3's validator, `xeipuuv/gojsonschema` 1.2: drafts 4, 6 and 7, and a mixture of them; a flat list of messages.
//!
//! # Deviation
//! Properties are looked at in the order of their names, where Go's order is random.

mod canonical;
mod combined;
mod containers;
mod formats;
mod mail;
mod parse;
mod pool;
mod scalars;
mod validate;

use towpath_gotmpl::{Map, Value};

use self::{parse::Parser, pool::Pool, validate::Validator};
use super::{Documents, Fault, read_schema};

/// The drafts that it tells apart. A schema that names none of them may use keywords of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Draft {
    Four,
    Six,
    Seven,
    Hybrid,
}

/// Holds values against a schema, and returns the table in which both stand.
pub(super) fn check(schema: &[u8], values: &Map, steps: u64) -> (Documents, Result<(), Fault>) {
    let mut documents = Documents::default();
    documents.steps.set(steps);
    let result = check_in(&mut documents, schema, values);
    (documents, result)
}

fn check_in(documents: &mut Documents, schema: &[u8], values: &Map) -> Result<(), Fault> {
    let schema = read_schema(documents, schema, false)?;
    let mut pool = Pool::new(documents);
    let draft = pool.add_root(schema)?;
    Parser::new(&mut pool).schema(schema, draft)?;
    let targets = pool.into_targets();
    let values = documents.add_value(&Value::Map(values.clone()));
    Validator::new(documents, &targets).run(schema, draft, values)
}
