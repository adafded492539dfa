use std::collections::{BTreeMap, VecDeque};

use similar::{ChangeTag, TextDiff};
use towpath_model::Diagnostic;

use crate::object::{Identity, Object, objects};

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// It stands only in the new text.
    Added,
    /// It stands only in the old text.
    Removed,
    /// It stands in both and differs.
    Changed,
}

/// How one object differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDifference {
    /// Which object.
    pub identity: Identity,
    /// What happened to it.
    pub change: Change,
    /// The difference in unified form, its values of Secrets redacted; every line ends with a newline.
    pub unified: String,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

/// How two rendered texts differ, object by object; the order of objects in them does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The objects that differ: changed and removed ones in the old order, then the added in the new.
    pub objects: Vec<ObjectDifference>,
}

impl Difference {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Returns the whole difference in unified form.
    pub fn unified(&self) -> String {
        self.objects.iter().map(|object| object.unified.as_str()).collect()
    }

    /// Returns one line for people: `2 changed, 1 added, 0 removed`.
    pub fn summary(&self) -> String {
        let count = |change| self.objects.iter().filter(|object| object.change == change).count();
        format!(
            "{} changed, {} added, {} removed",
            count(Change::Changed),
            count(Change::Added),
            count(Change::Removed)
        )
    }
}

/// Returns how `to` differs from `from`, both rendered manifests, with `context` lines around each change.
///
/// Values of Secrets are never shown; that they changed is.
///
/// # Errors
/// When either is no YAML.
pub fn difference(from: &str, to: &str, context: usize) -> Result<Difference, Diagnostic> {
    let from = objects("the old manifests", from)?;
    let to = objects("the new manifests", to)?;
    let mut open: BTreeMap<&Identity, VecDeque<usize>> = BTreeMap::new();
    for (index, object) in to.iter().enumerate() {
        open.entry(&object.identity).or_default().push_back(index);
    }
    let mut result = Difference::default();
    let mut taken = vec![false; to.len()];
    for old in &from {
        let new = open.get_mut(&old.identity).and_then(VecDeque::pop_front);
        if let Some(index) = new {
            taken[index] = true;
        }
        result.objects.extend(compare(Some(old), new.map(|index| &to[index]), context));
    }
    for (new, taken) in to.iter().zip(taken) {
        if !taken {
            result.objects.extend(compare(None, Some(new), context));
        }
    }
    Ok(result)
}

fn compare(old: Option<&Object<'_>>, new: Option<&Object<'_>>, context: usize) -> Option<ObjectDifference> {
    let (identity, change) = match (old, new) {
        (Some(old), Some(new)) if old.text == new.text => return None,
        (Some(old), Some(_)) => (&old.identity, Change::Changed),
        (Some(old), None) => (&old.identity, Change::Removed),
        (None, Some(new)) => (&new.identity, Change::Added),
        (None, None) => return None,
    };
    let before = old.map(|old| shown(old, new, "before")).unwrap_or_default();
    let after = new.map(|new| shown(new, old, "after")).unwrap_or_default();
    let diff = TextDiff::from_lines(&before, &after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let path = |side: Option<&Object<'_>>| side.map_or_else(|| "/dev/null".to_owned(), |_| identity.to_string());
    Some(ObjectDifference {
        identity: identity.clone(),
        change,
        added: count(ChangeTag::Insert),
        removed: count(ChangeTag::Delete),
        unified: diff
            .unified_diff()
            .context_radius(context)
            .missing_newline_hint(false)
            .header(&path(old), &path(new))
            .to_string(),
    })
}

/// Returns the object's text with its secrets replaced by words that say whether `other` holds the same.
fn shown(object: &Object<'_>, other: Option<&Object<'_>>, side: &str) -> String {
    let value_in = |object: &Object<'_>, path: &str| {
        object.secrets.iter().find(|(known, _)| known == path).map(|(_, at)| object.text[at.start..at.end].to_owned())
    };
    let mut text = String::with_capacity(object.text.len() + 1);
    let mut copied = 0;
    for (path, at) in &object.secrets {
        if at.start < copied {
            continue;
        }
        let value = &object.text[at.start..at.end];
        let changed = other.is_some_and(|other| value_in(other, path).is_some_and(|theirs| theirs != value));
        text += &object.text[copied..at.start];
        text += &if changed { format!("(redacted, {side})") } else { "(redacted)".to_owned() };
        text += if value.ends_with('\n') { "\n" } else { "" };
        copied = at.end;
    }
    text += &object.text[copied..];
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "kind: A\nmetadata: {name: x}\nv: 1\n---\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: b25l\n  \
                        same: c2FtZQ==\n---\nkind: Gone\nmetadata: {name: g}\n";
    const TO: &str = "kind: Secret\nmetadata: {name: s}\ndata:\n  a: dHdv\n  same: c2FtZQ==\n  more: bW9yZQ==\n---\n\
                      kind: A\nmetadata: {name: x}\nv: 2\n---\nkind: New\nmetadata: {name: n}\n";

    #[test]
    fn objects_are_matched_by_identity_and_secrets_never_shown() {
        let difference = difference(FROM, TO, 3).unwrap();
        let told: Vec<_> =
            difference.objects.iter().map(|object| (object.identity.to_string(), object.change)).collect();
        let expected = [
            ("A x", Change::Changed),
            ("Secret s", Change::Changed),
            ("Gone g", Change::Removed),
            ("New n", Change::Added),
        ];
        assert_eq!(told, expected.map(|(name, change)| (name.to_owned(), change)));
        assert_eq!(difference.summary(), "2 changed, 1 added, 1 removed");
        let text = difference.unified();
        assert!(text.contains("-v: 1\n+v: 2\n"), "{text}");
        assert!(text.contains("-  a: (redacted, before)\n+  a: (redacted, after)\n"), "{text}");
        assert!(text.contains("   same: (redacted)\n+  more: (redacted)\n"), "{text}");
        for secret in ["b25l", "dHdv", "c2FtZQ", "bW9yZQ"] {
            assert!(!text.contains(secret), "{secret} is shown in {text}");
        }
    }

    #[test]
    fn order_alone_is_no_difference() {
        assert!(difference("kind: A\n---\nkind: B\n", "kind: B\n---\nkind: A\n", 3).unwrap().is_empty());
    }
}
