//! The bytes of one value.

use towpath_model::{Diagnostic, Digest, Kind, Location, Span};
use towpath_yaml::{NewValue, Node, Profile, Which, parse_first, set};

use crate::{Error, Target};

impl Target {
    /// Returns the digest that `text`, the content of the file, holds here; nothing where the place is missing or holds
    /// something else.
    pub fn digest_in(&self, text: &str) -> Option<Digest> {
        let document = parse_first(text, Profile::Go3).ok()??;
        find(document.root(), &self.pointer).ok()?.text()?.parse().ok()
    }

    /// Returns `text` with `value` here and every other byte as it was.
    ///
    /// The value must be there already: a key that is misspelt in the configuration is not added.
    pub(crate) fn set(&self, text: &str, value: &str) -> Result<String, Error> {
        let failed = |diagnostic: Diagnostic| Error::Edit(Box::new(diagnostic));
        let document = parse_first(text, Profile::Go3).map_err(|error| failed(error.diagnostic(&self.file, text)))?;
        let missing = |at: Span| {
            failed(
                Diagnostic::new(Kind::Usage, format!("`{}` has no `{}`", self.file, self.pointer))
                    .at(Location::of(&self.file, text, at))
                    .hint("promotion.set names it; write it there, with any value"),
            )
        };
        match document.as_ref().map(|document| find(document.root(), &self.pointer)) {
            None => return Err(missing(Span::default())),
            Some(Err(deepest)) => return Err(missing(deepest)),
            Some(Ok(_)) => {}
        }
        set(text, Which::Only, &self.pointer, NewValue::Str(value))
            .map_err(|error| failed(error.diagnostic(&self.file, text)))
    }
}

/// Returns the node that a JSON pointer names, or where the last thing stands that is there on the way to it.
fn find<'d, 'a>(root: Node<'d, 'a>, pointer: &str) -> Result<Node<'d, 'a>, Span> {
    let (mut node, mut name) = (root, Span::new(root.span().start, root.span().start));
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let item = || part.parse().ok().and_then(|index| node.items().nth(index)).map(|item| (item, item));
        let entry = node.entries().filter(|(key, _)| key.text() == Some(&part)).last();
        let (key, value) = entry.or_else(item).ok_or(name)?;
        (node, name) = (value, key.span());
    }
    Ok(node)
}
