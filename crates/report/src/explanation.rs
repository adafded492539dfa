//! Where the documents of an environment come from, as text and JSON.

use serde_json::{Value, json as value};
use towpath_model::explanation::{Explanation, Provenance, Step, Written};

use crate::{
    Painting, Style,
    difference::{field, field_lines, identity, style},
};

/// Returns, document by document, where it began and what changed it, for a terminal or a file.
///
/// Lines that are no document's begin with `#`.
pub fn text(explanation: &Explanation, painting: Painting) -> String {
    let mut text = String::new();
    let mut line = |style: Style, line: &str| {
        text += &style.paint(line, painting);
        text.push('\n');
    };
    if !explanation.values.is_empty() {
        line(Style::Dim, "# values, of which later ones win:");
        for file in &explanation.values {
            line(Style::Dim, &format!("#   {file}"));
        }
    }
    for document in &explanation.documents {
        line(Style::Strong, &document.identity.to_string());
        line(Style::Plain, &format!("  from {}", written(&document.origin)));
        for step in &document.steps {
            let source = step.source.as_ref().map(|file| format!(", {file}")).unwrap_or_default();
            line(Style::Plain, &format!("  by {}{source}", written(&step.by)));
            for (sign, shown) in field_lines(&step.fields) {
                line(style(Some(sign)), &format!("    {sign} {shown}"));
            }
        }
    }
    text
}

/// Returns `file:line (field)`, or what there is of it.
fn written(written: &Written) -> String {
    let place = match written.line {
        Some(line) => format!("{}:{line}", written.file),
        None => written.file.clone(),
    };
    match (place.is_empty(), written.field.is_empty()) {
        (true, _) => written.field.clone(),
        (false, true) => place,
        (false, false) => format!("{place} ({})", written.field),
    }
}

/// Returns an explanation as a document of version `towpath.dev/v1alpha1`, kind `Explanation`.
///
/// `documents` has an entry for each: `apiVersion`, `kind`, `namespace`, `name`, `origin` and `steps`; a step has `by`, `source`
/// where the field names a file, and `fields` as a difference has them. `origin` and `by` have `file`, `line` and
/// `field` where there is one.
pub fn json(explanation: &Explanation, service: &str, environment: &str) -> Value {
    value!({
        "apiVersion": "towpath.dev/v1alpha1",
        "kind": "Explanation",
        "service": service,
        "environment": environment,
        "values": explanation.values,
        "documents": explanation.documents.iter().map(document).collect::<Vec<_>>(),
    })
}

fn document(document: &Provenance) -> Value {
    let mut told = identity(&document.identity);
    told["origin"] = place(&document.origin);
    told["steps"] = document.steps.iter().map(step).collect();
    told
}

fn step(step: &Step) -> Value {
    let mut told = value!({ "by": place(&step.by) });
    if let Some(source) = &step.source {
        told["source"] = value!(source);
    }
    told["fields"] = step.fields.iter().map(field).collect();
    told
}

fn place(written: &Written) -> Value {
    let mut told = serde_json::Map::new();
    for (name, text) in [("file", &written.file), ("field", &written.field)] {
        if !text.is_empty() {
            told.insert(name.to_owned(), value!(text));
        }
    }
    if let Some(line) = written.line {
        told.insert("line".to_owned(), value!(line));
    }
    Value::Object(told)
}

#[cfg(test)]
mod tests {
    use towpath_model::difference::{FieldChange, FieldEdit, Identity};

    use super::*;

    fn explanation() -> Explanation {
        let at = |file: &str, line, field: &str| Written { file: file.to_owned(), line, field: field.to_owned() };
        let set = |path: &str| {
            let edit = FieldEdit::Set { before: "1".to_owned(), after: "3".to_owned() };
            vec![FieldChange { path: path.to_owned(), edit }]
        };
        let identity = Identity { kind: "Deployment".to_owned(), name: "web".to_owned(), ..Identity::default() };
        let steps = vec![
            Step {
                by: at("k/kustomization.yaml", Some(4), "patches"),
                source: Some("k/p.yaml".into()),
                fields: set("a"),
            },
            Step { by: at("", None, "name references"), source: None, fields: set("b") },
        ];
        let document = Provenance { identity, origin: at("chart/templates/a.yaml", None, ""), steps };
        Explanation { values: vec!["chart/values.yaml".to_owned()], documents: vec![document] }
    }

    #[test]
    fn each_document_says_where_it_began_and_what_changed_it() {
        let expected = "# values, of which later ones win:\n#   chart/values.yaml\nDeployment web\n  \
                        from chart/templates/a.yaml\n  by k/kustomization.yaml:4 (patches), k/p.yaml\n    ~ a: 1 → 3\n  \
                        by name references\n    ~ b: 1 → 3\n";
        assert_eq!(text(&explanation(), Painting::Off), expected);
        let told = json(&explanation(), "shop", "prod");
        let steps = &told["documents"][0]["steps"];
        assert_eq!(steps[0]["by"], value!({ "file": "k/kustomization.yaml", "field": "patches", "line": 4 }));
        assert_eq!(
            (&steps[0]["source"], &steps[1]["by"]),
            (&value!("k/p.yaml"), &value!({ "field": "name references" }))
        );
    }
}
