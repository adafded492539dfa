//! From a tree to values of the caller's own type, without a value type in between.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use towpath_model::Span;

use crate::{Error, Node, NodeKind, Profile, Scalar, number, resolve};

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
    let mut walk = Walk { profile, refuse, builder, decoded: 0, aliased: 0, open: Vec::new(), problems: Vec::new() };
    let value = walk.value(node)?;
    match walk.problems.first() {
        None => Ok(value),
        Some((_, key, span)) => {
            let (key, span) = (key.clone(), *span);
            Err(Error::Duplicate { problems: walk.problems.into_iter().map(|(text, ..)| text).collect(), key, span })
        }
    }
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
    problems: Vec<(String, String, Span)>,
}

impl<B: Build> Walk<'_, B> {
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
                self.mapping(node, &mut map, &mut None)?;
                Ok(self.builder.finish(map))
            }
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
                return Err(Error::NotJson { value, span: node.span() });
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
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        if self.profile == Profile::Go3 && self.find_duplicates(node) {
            return Ok(());
        }
        let mut merge = None;
        for (key, value) in node.entries() {
            if key.is_merge_key() {
                if self.profile == Profile::Go2 {
                    self.merge(value, map, &mut None)?;
                } else {
                    merge = Some(value);
                }
                continue;
            }
            let Some(name) = self.key(key)? else { continue };
            if taken.as_mut().is_some_and(|taken| !taken.insert(name.to_string())) {
                continue;
            }
            let made = self.value(value)?;
            if self.refuse && self.profile == Profile::Go2 && self.builder.contains(map, &name) {
                let text = format!("line {}: key {} already set in map", value.line(), quote(&name));
                self.problems.push((text, name.into_owned(), key.span()));
                continue;
            }
            self.builder.insert(map, name, made);
        }
        if let Some(value) = merge {
            if taken.is_none() {
                let mut own = HashSet::new();
                for (key, _) in node.entries() {
                    if let (false, Some(name)) = (key.is_merge_key(), self.key(key)?) {
                        own.insert(name.into_owned());
                    }
                }
                self.merge(value, map, &mut Some(own))?;
            } else {
                self.merge(value, map, taken)?;
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        value: Node<'_, '_>,
        map: &mut B::Map,
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        match value.kind() {
            NodeKind::Sequence(items) => {
                // In v2 what comes later is put in later and so must be read first; in v3 the first one wins.
                let mut items: Vec<_> = items.collect();
                if self.profile == Profile::Go2 {
                    items.reverse();
                }
                items.into_iter().try_for_each(|item| self.merge_one(item, map, taken))
            }
            _ => self.merge_one(value, map, taken),
        }
    }

    fn merge_one(
        &mut self,
        value: Node<'_, '_>,
        map: &mut B::Map,
        taken: &mut Option<HashSet<String>>,
    ) -> Result<(), Error> {
        self.count(value)?;
        match value.kind() {
            NodeKind::Mapping(_) => self.mapping(value, map, taken),
            NodeKind::Alias(name, target) if matches!(target.kind(), NodeKind::Mapping(_)) => {
                self.enter(name, value)?;
                self.count(target)?;
                let result = self.mapping(target, map, taken);
                self.open.pop();
                result
            }
            _ => Err(Error::value("map merge requires map or sequence of maps as the value", value.span())),
        }
    }

    /// Returns the name of a key in JSON; nothing for a null in v3, whose entry is left out.
    fn key<'d>(&mut self, node: Node<'d, '_>) -> Result<Option<Cow<'d, str>>, Error> {
        self.count(node)?;
        let node = match node.kind() {
            NodeKind::Alias(name, target) => {
                self.enter(name, node)?;
                let counted = self.count(target);
                self.open.pop();
                counted?;
                target
            }
            _ => node,
        };
        if !matches!(node.kind(), NodeKind::Scalar(..)) {
            return Err(self.refused_key(node));
        }
        let text = Cow::Borrowed(node.text().unwrap_or_default());
        Ok(Some(match resolve(node, self.profile)? {
            Scalar::Null if self.profile == Profile::Go3 => return Ok(None),
            Scalar::Binary(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
            _ if self.profile == Profile::Go3 => text,
            Scalar::Str(text) => text,
            Scalar::Timestamp(_) | Scalar::Merge => text,
            Scalar::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Scalar::Int(value) => value.to_string().into(),
            Scalar::Float(value) => number::format_float_key(value).into(),
            Scalar::Uint(value) => return Err(unsupported_key("uint64", &format!("{value:#x}"), node)),
            Scalar::Null => return Err(unsupported_key("%!s(<nil>)", "interface {}(nil)", node)),
        }))
    }

    fn refused_key(&self, node: Node<'_, '_>) -> Error {
        Error::value(format!("invalid map key: {}", go_syntax(node, self.profile)), node.span())
    }

    /// Finds the keys that stand twice, as v3 does it before it decodes a mapping.
    fn find_duplicates(&mut self, node: Node<'_, '_>) -> bool {
        let keys: Vec<_> = node.entries().map(|(key, _)| key).collect();
        let mut places: HashMap<(u8, &str), Vec<usize>> = HashMap::with_capacity(keys.len());
        let mut repeated = false;
        for (index, key) in keys.iter().enumerate() {
            let place = places.entry(identity(*key)).or_default();
            repeated |= !place.is_empty();
            place.push(index);
        }
        if !repeated {
            return false;
        }
        for (index, key) in keys.iter().enumerate() {
            let name = identity(*key);
            for other in places.get(&name).into_iter().flatten().filter(|other| **other > index) {
                let (second, text) = (keys[*other], quote(name.1));
                let problem =
                    format!("line {}: mapping key {text} already defined at line {}", second.line(), key.line());
                self.problems.push((problem, name.1.to_owned(), second.span()));
            }
        }
        true
    }
}

/// Returns what v3 compares of two keys: their kind and their text.
fn identity<'d>(key: Node<'d, '_>) -> (u8, &'d str) {
    match key.kind() {
        NodeKind::Scalar(text, _) => (0, text),
        NodeKind::Sequence(_) => (1, ""),
        NodeKind::Mapping(_) => (2, ""),
        NodeKind::Alias(..) => (3, key.alias_name()),
    }
}

fn unsupported_key(kind: &str, shown: &str, node: Node<'_, '_>) -> Error {
    Error::Key { problem: format!("unsupported map key of type: {kind}, key: {shown}"), span: node.span() }
}

/// Returns whether aliases make up more of the decoded nodes than Go allows: 99 % of 400,000, falling to 10 % of 4,000,000.
#[expect(clippy::cast_precision_loss, reason = "the counts are far below the precision of a float")]
fn exceeds_alias_share(aliased: u64, decoded: u64) -> bool {
    let (low, high) = (400_000.0, 4_000_000.0);
    let count = decoded as f64;
    let allowed = 0.99 - 0.89 * ((count - low) / (high - low)).clamp(0.0, 1.0);
    aliased as f64 / count > allowed
}

/// Returns `text` as Go's `%q` has it, for the characters that keys have.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns a node as Go's `%#v` has it; this is how keys that are collections are shown.
fn go_syntax(node: Node<'_, '_>, profile: Profile) -> String {
    let all = |nodes: &mut dyn Iterator<Item = String>| nodes.collect::<Vec<_>>().join(", ");
    match node.resolved().kind() {
        NodeKind::Sequence(mut items) => {
            format!("[]interface {{}}{{{}}}", all(&mut items.by_ref().map(|item| go_syntax(item, profile))))
        }
        NodeKind::Mapping(entries) => {
            let text_keys = profile == Profile::Go3
                && entries.clone().all(|(key, _)| matches!(resolve(key, profile), Ok(Scalar::Str(_))));
            let key_type = if text_keys { "string" } else { "interface {}" };
            let mut pairs: Vec<String> = entries
                .map(|(key, value)| format!("{}:{}", go_syntax(key, profile), go_syntax(value, profile)))
                .collect();
            pairs.sort();
            format!("map[{key_type}]interface {{}}{{{}}}", all(&mut pairs.into_iter()))
        }
        _ => match resolve(node.resolved(), profile) {
            Ok(Scalar::Null) => "interface {}(nil)".to_owned(),
            Ok(Scalar::Bool(value)) => value.to_string(),
            Ok(Scalar::Int(value)) => value.to_string(),
            Ok(Scalar::Uint(value)) => format!("{value:#x}"),
            Ok(Scalar::Float(value)) => crate::format_float(value),
            _ => quote(node.text().unwrap_or_default()),
        },
    }
}
