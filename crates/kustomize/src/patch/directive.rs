use crate::node::Node;

/// The field that says what a strategic merge patch does with the object or list around it.
const DIRECTIVE: &str = "$patch";

/// What a patch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// A `$patch` that is none of `merge`, `replace` and `delete`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown patch strategy '{0}'")]
pub struct UnknownDirective(pub String);

impl Directive {
    fn parse(text: &str) -> Result<Self, UnknownDirective> {
        match text {
            "delete" => Ok(Self::Delete),
            "replace" => Ok(Self::Replace),
            "merge" => Ok(Self::Merge),
            other => Err(UnknownDirective(other.to_owned())),
        }
    }
}

/// Takes the directive out of a patch and returns it; a patch without one merges.
pub(super) fn take(patch: &mut Node) -> Result<Directive, UnknownDirective> {
    match patch {
        Node::Mapping(_) => {
            let Some(found) = patch.field(DIRECTIVE) else { return Ok(Directive::Merge) };
            let directive = Directive::parse(found.as_text())?;
            patch.clear(DIRECTIVE);
            Ok(directive)
        }
        Node::Sequence(items) => {
            let marked = |item: &Node| item.field(DIRECTIVE).is_some();
            let Some(found) = items.iter().find(|item| marked(item)) else { return Ok(Directive::Merge) };
            if found.entries().len() > 1 {
                // The directive belongs to the element, not to the list.
                return Ok(Directive::Merge);
            }
            let text = found.field(DIRECTIVE).map_or("", Node::as_text).to_owned();
            let directive = Directive::parse(&text)?;
            items.retain(|item| {
                !item.is_null_or_empty() && item.field(DIRECTIVE).is_none_or(|value| value.as_text() != text)
            });
            Ok(directive)
        }
        Node::Scalar(_) => Ok(Directive::Merge),
    }
}
