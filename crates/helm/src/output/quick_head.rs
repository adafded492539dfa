//! The head of a document in one pass over it, which also shows that the rest is YAML.

use std::borrow::Cow;

use towpath_yaml::{Profile, Scalar, Sink, Streamed, Style, resolve_plain, stream};

use super::head::Head;

/// Returns the head of a document; nothing where the document is out of the ordinary, wrong, or has a head of another shape.
pub(super) fn read(document: &str) -> Option<Head> {
    let mut reader = Reader { head: Head::default(), depth: 0, field: Field::Other, inside: Inside::Root, odd: false };
    match stream(document, Profile::Go2, &mut reader).ok()? {
        Streamed::Nothing => Some(Head::default()),
        Streamed::Document => (!reader.odd).then_some(reader.head),
    }
}

struct Reader {
    head: Head,
    /// How many collections are open.
    depth: usize,
    /// The key of the innermost mapping that is of interest.
    field: Field,
    inside: Inside,
    odd: bool,
}

/// The mapping that the last key of interest belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Root,
    Metadata,
    Annotations,
}

impl Inside {
    fn depth(self) -> usize {
        match self {
            Self::Root => 1,
            Self::Metadata => 2,
            Self::Annotations => 3,
        }
    }
}

enum Field {
    ApiVersion,
    Kind,
    Metadata,
    Name,
    Annotations,
    Annotation(String),
    Other,
}

impl Reader {
    fn open(&mut self, is_map: bool) {
        let here = self.depth == self.inside.depth() || self.depth == 0;
        match (&self.field, here, is_map) {
            (Field::Metadata, true, true) => self.inside = Inside::Metadata,
            (Field::Annotations, true, true) => self.inside = Inside::Annotations,
            (Field::Other, true, _) if self.depth > 0 => {}
            (_, true, true) if self.depth == 0 => {}
            (_, true, _) => self.odd = true,
            _ => {}
        }
        self.depth += 1;
        if here {
            self.field = Field::Other;
        }
    }

    fn close(&mut self) {
        if self.depth == self.inside.depth() {
            self.inside = if self.inside == Inside::Annotations { Inside::Metadata } else { Inside::Root };
            self.field = Field::Other;
        }
        self.depth -= 1;
    }
}

impl<'a> Sink<'a> for Reader {
    fn wants_text(&self) -> bool {
        self.depth == self.inside.depth() && !matches!(self.field, Field::Other)
    }

    fn start_map(&mut self) {
        self.open(true);
    }

    fn key(&mut self, name: Cow<'a, str>, _: Style) {
        if self.depth != self.inside.depth() {
            return;
        }
        self.field = match (self.inside, name.as_ref()) {
            (Inside::Root, "apiVersion") => Field::ApiVersion,
            (Inside::Root, "kind") => Field::Kind,
            (Inside::Root, "metadata") => {
                // Of two the last counts.
                self.head.name.clear();
                self.head.annotations.clear();
                Field::Metadata
            }
            (Inside::Metadata, "name") => Field::Name,
            (Inside::Metadata, "annotations") => {
                self.head.annotations.clear();
                Field::Annotations
            }
            (Inside::Annotations, _) => Field::Annotation(name.into_owned()),
            _ => Field::Other,
        };
    }

    fn end_map(&mut self) {
        self.close();
    }

    fn start_list(&mut self) {
        self.open(false);
    }

    fn end_list(&mut self) {
        self.close();
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: Style) {
        if self.depth == 0 {
            self.odd = true;
            return;
        }
        if !self.wants_text() {
            return;
        }
        match std::mem::replace(&mut self.field, Field::Other) {
            Field::ApiVersion => self.head.api_version = shown(text, style),
            Field::Kind => self.head.kind = shown(text, style),
            Field::Name => self.head.name = shown(text, style),
            Field::Annotation(name) => {
                self.head.annotations.insert(name, shown(text, style));
            }
            Field::Metadata | Field::Annotations => {
                self.odd |= style != Style::Plain || resolve_plain(&text, Profile::Go2) != Scalar::Null;
            }
            Field::Other => {}
        }
    }
}

/// Returns a scalar as a field of type string has it.
fn shown(text: Cow<'_, str>, style: Style) -> String {
    if style == Style::Plain {
        match resolve_plain(&text, Profile::Go2) {
            Scalar::Null => return String::new(),
            Scalar::Bool(truth) => return truth.to_string(),
            Scalar::Int(number) => return number.to_string(),
            Scalar::Uint(number) => return number.to_string(),
            Scalar::Float(number) => return crate::golang::float_g(number),
            Scalar::Str(_) | Scalar::Timestamp(_) | Scalar::Merge | Scalar::Binary(_) => {}
        }
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Profile, output::head};

    #[test]
    fn the_short_way_finds_what_the_long_one_finds() {
        for (document, is_ordinary) in [
            (
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n    helm.sh/hook: test\n    a: 1\nspec:\n  kind: y\n",
                true,
            ),
            ("kind: A\nkind: B\nmetadata: {name: x, annotations: {a: b}}\nmetadata: {labels: {name: z}}\n", true),
            ("metadata:\n  name: x\n  annotations:\nkind: 1\napiVersion: 2.50\n", true),
            (
                "metadata:\n  annotations: {a: b}\n  annotations: {c: }\n  ownerReferences:\n  - name: n\n    kind: K\n",
                true,
            ),
            ("items:\n- kind: A\n  metadata: {name: b}\nkind: List\n", true),
            ("metadata:\nkind: A\n", true),
            ("# nothing\n", true),
            ("kind: {a: b}\n", false),
            ("metadata: x\n", false),
            ("metadata: [a]\n", false),
            ("metadata: {name: [a]}\n", false),
            ("metadata: {annotations: {a: {b: c}}}\n", false),
            ("- kind: A\n", false),
            ("text\n", false),
            ("kind: A\nx: *y\n", false),
        ] {
            let short = read(document);
            assert_eq!(short.is_some(), is_ordinary, "{document}");
            if let Some(short) = short {
                let long = head::read_fully(document, Profile::Helm4).expect("it is read");
                assert_eq!(format!("{short:?}"), format!("{long:?}"), "{document}");
            }
        }
    }
}
