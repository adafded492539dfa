//! `values.schema.json`: the verdicts and the words of the two validators that Helm has used.
//!
//! A schema is read into a table of nodes and walked where it stands; nothing of it is built up again. Most values pass, so a
//! first look asks for the verdict alone, and the words are found by a second look at what it refuses.

mod compare;
mod document;
mod effort;
mod helm3;
mod helm4;
mod keyword;
mod keywords;
mod number;
mod read;

use compare::{duplicates, equal};
use number::Number;
use towpath_gotmpl::{Map, Value};
use towpath_model::{Location, Span};

use self::document::{Documents, NodeId};
use crate::{HelmError, Profile, chart::Instance, error::Problem, golang::json};

/// The largest schema that is read.
const MAX_BYTES: usize = 4 << 20;

/// Why a schema cannot be used, or what of the values it refuses.
#[derive(Debug)]
struct Fault {
    message: String,
    /// The part of the schema that says so.
    node: Option<NodeId>,
    hints: Vec<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), node: None, hints: Vec::new() }
    }

    fn at(mut self, node: NodeId) -> Self {
        self.node.get_or_insert(node);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// What is wrong in all charts of a release.
#[derive(Default)]
struct Findings {
    text: String,
    location: Option<Location>,
    hints: Vec<String>,
    /// Taken for all charts together.
    steps: u64,
}

/// Holds the values of a chart and of its subcharts against their schemas.
///
/// # Errors
/// Helm's message, which lists the charts whose schemas are broken and what each refuses.
pub(crate) fn check(instance: &Instance<'_>, values: &Map, profile: Profile) -> Result<(), HelmError> {
    let mut findings = Findings::default();
    check_below(instance, values, profile, &mut findings);
    if findings.text.is_empty() {
        return Ok(());
    }
    let words = "values don't meet the specifications of the schema(s) in the following chart(s):\n";
    let mut problem = Problem::new(format!("{words}{}", findings.text)).at(findings.location);
    problem.hints = findings.hints;
    Err(HelmError::Schema(problem.hint("--skip-schema-validation renders without the check")))
}

fn check_below(instance: &Instance<'_>, values: &Map, profile: Profile, findings: &mut Findings) {
    let name = &instance.metadata.name;
    if let Some(schema) = instance.chart.schema()
        && let Err((fault, place)) = check_one(schema, values, profile, &mut findings.steps)
    {
        findings.text.push_str(&format!("{name}:\n{}", fault.message));
        if findings.location.is_none()
            && let (Some(place), Ok(text)) = (place, std::str::from_utf8(schema))
        {
            let file = format!("{}/values.schema.json", instance.path);
            findings.location = Some(Location::of(&file, text, Span::new(place, place + 1)));
        }
        for hint in fault.hints {
            if !findings.hints.contains(&hint) {
                findings.hints.push(hint);
            }
        }
    }
    for child in &instance.children {
        let name = &child.metadata.name;
        match values.get(name) {
            Some(Value::Map(values)) => check_below(child, &values, profile, findings),
            None | Some(Value::Nil) => {}
            Some(other) => findings.text.push_str(&format!(
                "{name}:\ninvalid type for values: expected object (map), got {}\n",
                other.type_name()
            )),
        }
    }
}

/// Returns what is wrong, and where in the schema it is said.
fn check_one(schema: &[u8], values: &Map, profile: Profile, steps: &mut u64) -> Result<(), (Fault, Option<usize>)> {
    if schema.len() > MAX_BYTES {
        let message = format!("values.schema.json is larger than the maximum size {MAX_BYTES}\n");
        return Err((Fault::new(message), None));
    }
    if has_giant_number(schema) {
        let message = format!("values.schema.json holds a number of more than {MAX_DIGITS} digits\n");
        return Err((Fault::new(message), None));
    }
    let (documents, result) = match profile {
        Profile::Helm4 => helm4::check(schema, values, *steps),
        Profile::Helm3 => helm3::check(schema, values, *steps),
    };
    *steps = documents.steps.get();
    result.map_err(|fault| {
        let place = fault.node.map(|node| documents.place(node));
        (fault, place)
    })
}

/// Numbers are compared exactly; a longer one would take its time.
const MAX_DIGITS: usize = 4096;

fn has_giant_number(schema: &[u8]) -> bool {
    schema.split(|byte| !byte.is_ascii_digit() && *byte != b'.').any(|digits| digits.len() > MAX_DIGITS)
}

/// Reads a schema; with `whole`, nothing may follow it.
fn read_schema(documents: &mut Documents, text: &[u8], whole: bool) -> Result<NodeId, Fault> {
    match documents.read(text) {
        Ok((node, end)) => {
            if whole && !text[end..].iter().all(u8::is_ascii_whitespace) {
                return Err(Fault::new("invalid character after top-level value"));
            }
            Ok(node)
        }
        Err(_) => Err(Fault::new(why_not_json(text))),
    }
}

/// Returns the words of Go's JSON decoder.
fn why_not_json(text: &[u8]) -> String {
    if text.iter().all(u8::is_ascii_whitespace) {
        return "EOF".to_owned();
    }
    match json::decode_prefix(text) {
        Err(error) if error.0 == "unexpected end of JSON input" => "unexpected EOF".to_owned(),
        Err(error) => error.0,
        Ok(_) => "invalid character".to_owned(),
    }
}
