//! The same change at many places is told once.

use std::collections::{HashMap, hash_map::Entry};

use towpath_model::{
    Digest,
    difference::{Change, Detail, FieldEdit, Hunk, Identity, ObjectDifference, Occurrence, Place, Side},
};

use super::renamed::base_name;

/// Collects differences; those that are alike but for names become one.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) objects: Vec<ObjectDifference>,
    known: HashMap<Digest, (usize, Digest)>,
}

impl Shared {
    /// Takes the next difference, of one occurrence.
    pub(super) fn take(&mut self, object: ObjectDifference) {
        let first = &object.occurrences[0];
        if first.place.is_none() {
            self.objects.push(object);
            return;
        }
        let literal = Digest::of(key(&object, &Mask::default()).as_bytes());
        match self.known.entry(Digest::of(key(&object, &Mask::of(first)).as_bytes())) {
            Entry::Vacant(entry) => {
                entry.insert((self.objects.len(), literal));
                self.objects.push(object);
            }
            Entry::Occupied(entry) => {
                let (index, shown) = *entry.get();
                self.objects[index].names_vary |= shown != literal;
                self.objects[index].occurrences.extend(object.occurrences);
            }
        }
    }
}

/// Returns what has to be the same for two changes to be the same: kind, what happened, and the lines or fields that differ.
fn key(object: &ObjectDifference, mask: &Mask) -> String {
    let identity = object.identity();
    let mut key = format!("{} {} {}", identity.group(), identity.kind, object.change.as_str());
    if let (Change::Changed, Some(former)) = (object.change, &object.occurrences[0].former) {
        key += &format!("\n{} {}", former.api_version, identity.api_version);
    }
    match &object.detail {
        Detail::Lines(hunks) => add_hunks(&mut key, hunks, mask),
        Detail::Fields(fields) => {
            for field in fields {
                key += "\n\n";
                mask.add(&mut key, &field.path);
                let (sign, texts) = match &field.edit {
                    FieldEdit::Set { before, after } => ("=", vec![before, after]),
                    FieldEdit::Order { before, after } => ("~", vec![before, after]),
                    FieldEdit::Added(text) => ("+", vec![text]),
                    FieldEdit::Removed(text) => ("-", vec![text]),
                    FieldEdit::Text(hunks) => {
                        add_hunks(&mut key, hunks, mask);
                        continue;
                    }
                };
                for text in texts {
                    key += "\n";
                    key += sign;
                    mask.add(&mut key, text);
                }
            }
        }
    }
    key
}

fn add_hunks(key: &mut String, hunks: &[Hunk], mask: &Mask) {
    for hunk in hunks {
        key.push('\n');
        for line in hunk.lines.iter().filter(|line| line.side != Side::Both) {
            key.push('\n');
            key.push(line.side.sign());
            mask.add(key, &line.text);
        }
    }
}

/// The names that may differ between changes that are the same.
#[derive(Default)]
struct Mask<'a> {
    /// Names with what stands for them, the longest first.
    names: Vec<(&'a str, char)>,
}

impl<'a> Mask<'a> {
    fn of(occurrence: &'a Occurrence) -> Self {
        let mut names = Vec::new();
        let mut add = |identity: &'a Identity, signs: [char; 3]| {
            names.push((identity.name.as_str(), signs[0]));
            names.extend(base_name(&identity.name).map(|base| (base, signs[1])));
            names.push((identity.namespace.as_str(), signs[2]));
        };
        add(&occurrence.identity, ['\u{1}', '\u{2}', '\u{3}']);
        if let Some(former) = &occurrence.former {
            add(former, ['\u{4}', '\u{2}', '\u{5}']);
        }
        if let Some(Place::Environment { service, environment }) = &occurrence.place {
            names.extend([(service.as_str(), '\u{6}'), (environment.as_str(), '\u{7}')]);
        }
        names.retain(|(name, _)| name.len() > 1);
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { names }
    }

    /// Adds `text` to `to` with names and checksums replaced; digests of images stay.
    fn add(&self, to: &mut String, text: &str) {
        if self.names.is_empty() {
            to.push_str(text);
            return;
        }
        let mut rest = text;
        let mut last = ' ';
        while let Some(first) = rest.chars().next() {
            if !last.is_ascii_alphanumeric() {
                let ends = |at: usize| !rest[at..].starts_with(|c: char| c.is_ascii_alphanumeric());
                let name = self.names.iter().find(|(name, _)| rest.starts_with(name) && ends(name.len()));
                let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
                let skipped = match name {
                    Some((name, sign)) => Some((name.len(), *sign)),
                    None if digits >= 32 && ends(digits) && !to.ends_with("sha256:") => Some((digits, '\u{8}')),
                    None => None,
                };
                if let Some((length, sign)) = skipped {
                    to.push(sign);
                    rest = &rest[length..];
                    last = 'x';
                    continue;
                }
            }
            to.push(first);
            rest = &rest[first.len_utf8()..];
            last = first;
        }
    }
}
