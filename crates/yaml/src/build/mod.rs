//! From a tree to values of the caller's own type, without a value type in between.

mod direct;
mod keys;

use std::{borrow::Cow, collections::HashSet};

pub use self::direct::build_first;
use towpath_model::Span;

use crate::{Error, Node, NodeKind, Profile, Scalar, resolve};

/// Makes values: [`build`] calls it from the leaves up, in the order of the text.
pub trait Build {
    /// A finished value.
    type Value;
    /// An object that still takes entries.
    type Map;

    /// Returns null.
    fn null(&mut self) -> Self::Value;
    /// Returns a boolean.
    fn bool(&mut self, value: bool) -> Self::Value;
    /// Returns a whole number.
    fn int(&mut self, value: i64) -> Self::Value;
    /// Returns a whole number above `i64::MAX`.
    fn uint(&mut self, value: u64) -> Self::Value;
    /// Returns a number that is finite.
    fn float(&mut self, value: f64) -> Self::Value;
    /// Returns a string.
    fn string(&mut self, value: Cow<'_, str>) -> Self::Value;
    /// Returns a list.
    fn list(&mut self, items: Vec<Self::Value>) -> Self::Value;
    /// Returns an object that will take about `size` entries.
    fn map(&mut self, size: usize) -> Self::Map;
    /// Puts an entry into `map`, in place of the one with the same key if there is one; returns whether there was.
    fn insert(&mut self, map: &mut Self::Map, key: Cow<'_, str>, value: Self::Value) -> bool;
    /// Returns whether `map` has an entry with this key.
    fn contains(&self, map: &Self::Map, key: &str) -> bool;
    /// Returns the finished object.
    fn finish(&mut self, map: Self::Map) -> Self::Value;
}

/// What happens to a key that stands twice in a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The profile's way: [`Profile::Go2`] takes the last, [`Profile::Go3`] refuses them.
    Usual,
    /// They are refused in either profile, as `UnmarshalStrict` of sigs.k8s.io/yaml does.
    Refused,
}

/// Returns what `node` holds, as Go has it after the way through JSON: `YAMLToJSON` of sigs.k8s.io/yaml in
/// [`Profile::Go2`], `yaml.Unmarshal` into a map and `json.Marshal` in [`Profile::Go3`].
///
/// Keys become strings, aliases and `<<` are resolved, binaries become text. Numbers keep their kind; that a JSON
/// reader makes every number a float is for the [`Build`] to follow. [`Profile::Go2`] lets a merge that stands behind a
/// key overwrite it, as go-yaml v2 does; in [`Profile::Go3`] the mapping's own keys win.
///
/// # Deviation
/// A number that JSON refuses is refused even where a later key replaces it. Keys that are equal only in JSON, such as
/// `1` and `1.0`, count as the same key.
///
/// # Errors
/// When a tag does not fit, an alias stands in itself or the aliases blow the document up, a merge has no mapping, a key
/// is none in JSON or stands twice, or a number is not finite.
pub fn build<B: Build>(
    node: Node<'_, '_>,
    profile: Profile,
    duplicates: Duplicates,
    builder: &mut B,
) -> Result<B::Value, Error> {
    let refuse = duplicates == Duplicates::Refused;
    let mut walk = Walk {
        profile,
        refuse,
        builder,
        decoded: 0,
        aliased: 0,
        open: Vec::new(),
        problems: Vec::new(),
        not_json: None,
    };
    let value = walk.top(node)?;
    if let Some((_, key, span)) = walk.problems.first() {
        let (key, span) = (key.clone(), *span);
        return Err(Error::Duplicate {
            problems: walk.problems.into_iter().map(|(text, ..)| text).collect(),
            key,
            span,
        });
    }
    walk.not_json.map_or(Ok(value), Err)
}

struct Walk<'b, B> {
    profile: Profile,
    refuse: bool,
    builder: &'b mut B,
    /// How many nodes were decoded, and how many of them inside an alias.
    decoded: u64,
    aliased: u64,
    /// The aliases that are being resolved.
    open: Vec<u32>,
    /// Keys that stand twice: the message, the key, its place.
    problems: Vec<(String, String, Span)>,
    /// What JSON refuses; it shows only when everything else is right, for Go makes the JSON last.
    not_json: Option<Error>,
}

/// Which keys a mapping may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Any scalar, by its value: v2.
    Any,
    /// Any scalar, by its text: v3, where the mapping is known to have string keys, as a document's root is.
    Text,
    /// v3 found a key that is no string, and then JSON refuses the mapping.
    NotJson,
}

impl<B: Build> Walk<'_, B> {
    /// Returns the value of the root, whose keys Go takes as strings in v3.
    fn top(&mut self, node: Node<'_, '_>) -> Result<B::Value, Error> {
        if self.profile == Profile::Go2 || !matches!(node.kind(), NodeKind::Mapping(_)) {
            return self.value(node);
        }
        self.count(node)?;
        let mut map = self.builder.map(node.entries().len());
        self.mapping(node, &mut map, Keys::Text, &mut None)?;
        Ok(self.builder.finish(map))
    }

    fn value(&mut self, node: Node<'_, '_>) -> Result<B::Value, Error> {
        self.count(node)?;
        match node.kind() {
            NodeKind::Alias(name, target) => {
                self.enter(name, node)?;
                let value = self.value(target);
                self.open.pop();
                value
            }
            NodeKind::Scalar(..) => self.scalar(node),
            NodeKind::Sequence(items) => {
                let items = items.map(|item| self.value(item)).collect::<Result<Vec<_>, _>>()?;
                Ok(self.builder.list(items))
            }
            NodeKind::Mapping(entries) => {
                let mut map = self.builder.map(entries.len());
                let keys = self.keys_of(node);
                self.mapping(node, &mut map, keys, &mut None)?;
                Ok(self.builder.finish(map))
            }
        }
    }

    /// Notes what JSON refuses; a key that is none in JSON comes before a number that is not finite.
    fn refuse_as_json(&mut self, error: Error) {
        if !matches!((&self.not_json, &error), (Some(Error::Key { .. }), _) | (Some(_), Error::NotJson { .. })) {
            self.not_json = Some(error);
        }
    }

    /// Counts a node and refuses documents that are mostly made by their aliases.
    fn count(&mut self, node: Node<'_, '_>) -> Result<(), Error> {
        self.decoded += 1;
        if !self.open.is_empty() {
            self.aliased += 1;
        }
        if self.aliased > 100 && self.decoded > 1000 && exceeds_alias_share(self.aliased, self.decoded) {
            return Err(Error::value("document contains excessive aliasing", node.span()));
        }
        Ok(())
    }

    fn enter(&mut self, name: &str, alias: Node<'_, '_>) -> Result<(), Error> {
        if self.open.contains(&alias.id()) {
            return Err(Error::value(format!("anchor '{name}' value contains itself"), alias.span()));
        }
        self.open.push(alias.id());
        Ok(())
    }

    fn scalar(&mut self, node: Node<'_, '_>) -> Result<B::Value, Error> {
        let builder = &mut *self.builder;
        Ok(match resolve(node, self.profile)? {
            Scalar::Null => builder.null(),
            Scalar::Bool(value) => builder.bool(value),
            Scalar::Int(value) => builder.int(value),
            Scalar::Uint(value) => builder.uint(value),
            Scalar::Float(value) if value.is_finite() => builder.float(value),
            Scalar::Float(value) => {
                let value = if value.is_nan() {
                    "NaN"
                } else if value > 0.0 {
                    "+Inf"
                } else {
                    "-Inf"
                };
                self.refuse_as_json(Error::NotJson { value, span: node.span() });
                self.builder.null()
            }
            Scalar::Timestamp(moment) if self.profile == Profile::Go3 => builder.string(moment.to_string().into()),
            Scalar::Timestamp(_) | Scalar::Merge => builder.string(Cow::Borrowed(node.text().unwrap_or_default())),
            Scalar::Str(text) => builder.string(text),
            Scalar::Binary(bytes) => builder.string(String::from_utf8_lossy(&bytes)),
        })
    }

    /// Puts the entries of a mapping into `map`. `taken` has the keys that a merge must not touch, in v3.
    fn mapping(
        &mut self,
        node: Node<'_, '_>,
        map: &mut B::Map,
        keys: Keys,
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        if self.profile == Profile::Go3 && self.find_duplicates(node) {
            return Ok(());
        }
        let mut merge = None;
        for (key, value) in node.entries() {
            if key.is_merge_key() {
                match self.profile {
                    Profile::Go2 => self.merge(value, map, keys, &mut None)?,
                    Profile::Go3 => merge = Some(value),
                }
                continue;
            }
            let Some(name) = self.key(key, value, keys)? else { continue };
            if taken.as_mut().is_some_and(|taken| !taken.insert(name.to_string())) {
                continue;
            }
            let made = self.value(value)?;
            if self.refuse && self.profile == Profile::Go2 && self.builder.contains(map, &name) {
                self.problems.push((keys::already_set(key, value, &name), name.into_owned(), key.span()));
                continue;
            }
            self.builder.insert(map, name, made);
        }
        match merge {
            None => Ok(()),
            Some(value) if taken.is_some() => self.merge(value, map, keys, taken),
            Some(value) => {
                let own = self.own_keys(node, keys)?;
                self.merge(value, map, keys, &mut Some(own))
            }
        }
    }

    /// Returns the keys of a mapping that has a merge in v3; they win over what is merged.
    fn own_keys(&mut self, node: Node<'_, '_>, keys: Keys) -> Result<HashSet<String>, Error> {
        let mut own = HashSet::new();
        for (key, value) in node.entries() {
            if let (false, Some(name)) = (key.is_merge_key(), self.key(key, value, keys)?) {
                own.insert(name.into_owned());
            }
        }
        Ok(own)
    }

    fn merge(
        &mut self,
        value: Node<'_, '_>,
        map: &mut B::Map,
        keys: Keys,
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        let NodeKind::Sequence(items) = value.kind() else { return self.merge_one(value, map, keys, taken) };
        // In v2 what is put in last wins, so the first comes last; in v3 what is there already stays.
        let mut items: Vec<_> = items.collect();
        if self.profile == Profile::Go2 {
            items.reverse();
        }
        items.into_iter().try_for_each(|item| self.merge_one(item, map, keys, taken))
    }

    fn merge_one(
        &mut self,
        value: Node<'_, '_>,
        map: &mut B::Map,
        keys: Keys,
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        match value.kind() {
            NodeKind::Mapping(_) => {
                self.count(value)?;
                self.mapping(value, map, keys, taken)
            }
            NodeKind::Alias(name, target) if matches!(target.kind(), NodeKind::Mapping(_)) => {
                self.count(value)?;
                self.enter(name, value)?;
                self.count(target)?;
                let result = self.mapping(target, map, keys, taken);
                self.open.pop();
                result
            }
            _ => Err(Error::value("map merge requires map or sequence of maps as the value", value.span())),
        }
    }
}

/// Returns whether aliases make up more of the decoded nodes than Go allows: 99 % of 400,000, falling to 10 % of 4,000,000.
#[expect(clippy::cast_precision_loss, reason = "the counts are far below the precision of a float")]
fn exceeds_alias_share(aliased: u64, decoded: u64) -> bool {
    let (low, high) = (400_000.0, 4_000_000.0);
    let count = decoded as f64;
    let allowed = 0.99 - 0.89 * ((count - low) / (high - low)).clamp(0.0, 1.0);
    aliased as f64 / count > allowed
}
