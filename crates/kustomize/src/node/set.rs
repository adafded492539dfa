use super::{Entry, Kind, Missing, Node, Scalar, Style};
use crate::scalar;

impl Node {
    /// Sets the text of a scalar as kustomize does: the new tag, the old quoting. Null takes the new value too.
    pub(crate) fn set_scalar(&mut self, mut value: Scalar) -> Result<(), Missing> {
        match self {
            Self::Scalar(scalar) => {
                value.style = scalar.style;
                value.shared = scalar.shared;
                *scalar = value;
                Ok(())
            }
            other => Err(Missing::wrong_kind(Kind::Scalar, other)),
        }
    }

    /// Sets a field as kustomize does: null removes it, an old value hands on its quoting.
    pub(crate) fn set_field(&mut self, name: &str, value: Option<Node>) -> Result<(), Missing> {
        let value = match value {
            None => return self.clear_checked(name),
            Some(Self::Scalar(scalar)) if scalar.is_null() && !scalar.keep => return self.clear_checked(name),
            Some(value) => value,
        };
        let value = quoted_where_ambiguous(value);
        if name.is_empty() {
            return Err(Missing::wrong_kind(Kind::Scalar, self));
        }
        match self {
            Self::Mapping(entries) => {
                if let Some(entry) = entries.iter_mut().find(|entry| entry.key.text == name) {
                    entry.value = with_style_of(value, &entry.value);
                } else {
                    entries.push(Entry::new(name, value));
                }
                Ok(())
            }
            Self::Scalar(scalar) if scalar.is_null() => {
                *self = Self::Mapping(vec![Entry::new(name, value)]);
                Ok(())
            }
            other => Err(Missing::wrong_kind(Kind::Mapping, other)),
        }
    }

    fn clear_checked(&mut self, name: &str) -> Result<(), Missing> {
        match self {
            Self::Mapping(_) => {
                self.clear(name);
                Ok(())
            }
            Self::Scalar(scalar) if scalar.is_null() => Ok(()),
            other => Err(Missing::wrong_kind(Kind::Mapping, other)),
        }
    }
}

/// kustomize quotes a text that YAML 1.1 would read as something else; the quoting outlives the text.
pub(crate) fn quoted_where_ambiguous(value: Node) -> Node {
    match value {
        Node::Scalar(mut scalar) => {
            if scalar.is_textual() && scalar.style == Style::Plain && looks_like_no_text(&scalar.text) {
                scalar.style = Style::Quoted;
            }
            Node::Scalar(scalar)
        }
        other => other,
    }
}

fn with_style_of(value: Node, old: &Node) -> Node {
    match (value, old) {
        (Node::Scalar(mut scalar), Node::Scalar(old)) => {
            scalar.style = old.style;
            scalar.shared = old.shared;
            Node::Scalar(scalar)
        }
        (Node::Scalar(mut scalar), _) => {
            scalar.style = Style::Plain;
            Node::Scalar(scalar)
        }
        (value, _) => value,
    }
}

/// Tells whether YAML 1.1 reads a text as something other than a text.
fn looks_like_no_text(text: &str) -> bool {
    !text.is_empty() && !text.contains('\n') && !scalar::is_text_in_old_yaml(text)
}

impl Node {
    /// Does what setting a field to the value that it has does: an ambiguous text is quoted, a null is dropped.
    pub(crate) fn touch_field(&mut self, name: &str) {
        match self.field_mut(name) {
            Some(Node::Scalar(scalar)) if scalar.is_null() && !scalar.keep => {
                self.clear(name);
            }
            Some(Node::Scalar(scalar))
                if scalar.is_textual() && scalar.style == Style::Plain && looks_like_no_text(&scalar.text) =>
            {
                scalar.style = Style::Quoted;
            }
            _ => {}
        }
    }
}
