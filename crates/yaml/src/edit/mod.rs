//! Byte-minimal edits: one scalar changes, every other byte stays.

mod error;
mod inline;
mod locate;
mod splice;
mod verify;

pub use self::error::EditError;
use self::{locate::Place, splice::Splice};
use crate::{Document, Profile, reader::parse_all};

/// Which document of a text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The only one; a text with several is refused.
    Only,
    /// The one with this number, from 0.
    Number(usize),
}

/// What a scalar becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewValue<'v> {
    /// A string; it is quoted where it would be read as something else.
    Str(&'v str),
    /// A whole number.
    Int(i64),
    /// A boolean.
    Bool(bool),
}

/// Returns `text` with the scalar at `pointer` set to `value`; a text where it has this value already comes back as it is.
///
/// The pointer is a JSON pointer (RFC 6901): `/image/digest`, `/containers/0/image`, with `~1` for `/` and `~0` for `~`.
/// A scalar keeps its quotes if they can hold the value. Missing keys are added behind the last entry of the mapping
/// that should have them. Comments, anchors, line ends and everything else keep their bytes. The result is read again and
/// compared with what was there, so nothing but this node can change.
///
/// ```
/// use towpath_yaml::{NewValue, Which, set};
///
/// let text = "image:\n  tag: '1.2' # by hand\n";
/// let edited = set(text, Which::Only, "/image/tag", NewValue::Str("1.3"))?;
/// assert_eq!(edited, "image:\n  tag: '1.3' # by hand\n");
/// # Ok::<(), towpath_yaml::EditError>(())
/// ```
///
/// # Errors
/// When the text is no YAML or has several documents, the pointer leads through an alias, to a collection, or into a node
/// that an alias repeats elsewhere, or a key on its way stands twice.
pub fn set(text: &str, which: Which, pointer: &str, value: NewValue<'_>) -> Result<String, EditError> {
    let path = locate::segments(pointer)?;
    let documents = parse_all(text, Profile::Go2)?;
    let Some((number, document)) = choose(&documents, which)? else {
        return finish(text, &splice::first_document(text, &path, value), &documents, 0, &path, value);
    };
    let place = locate::find(document, &path)?;
    if let Place::Scalar(node) = place
        && verify::holds(node, value)
    {
        return Ok(text.to_owned());
    }
    let splice = splice::plan(text, place, &path, value)?;
    finish(text, &splice, &documents, number, &path, value)
}

/// Returns the document that is meant and its number; nothing where the text has none at all.
fn choose<'d, 'a>(documents: &'d [Document<'a>], which: Which) -> Result<Option<(usize, &'d Document<'a>)>, EditError> {
    match which {
        Which::Only if documents.len() > 1 => Err(EditError::SeveralDocuments(documents.len())),
        Which::Only => Ok(documents.first().map(|document| (0, document))),
        Which::Number(number) => match documents.get(number) {
            Some(document) => Ok(Some((number, document))),
            None if number == 0 => Ok(None),
            None => Err(EditError::NoDocument { number, documents: documents.len() }),
        },
    }
}

fn finish(
    text: &str,
    splice: &Splice,
    before: &[Document<'_>],
    number: usize,
    path: &[String],
    value: NewValue<'_>,
) -> Result<String, EditError> {
    let edited = format!("{}{}{}", &text[..splice.span.start], splice.text, &text[splice.span.end..]);
    verify::only_that_changed(before, &edited, number, path, value)?;
    Ok(edited)
}
