//! The keys of mappings: their names in JSON, which of them stand twice, and how Go shows the ones that it refuses.

use std::{borrow::Cow, collections::HashMap};

use super::{Build, Keys, Walk};
use crate::{Error, Node, NodeKind, Profile, Scalar, Style, number, resolve};

impl<B: Build> Walk<'_, B> {
    /// Returns which keys Go finds in a mapping that is not the root.
    pub(super) fn keys_of(&mut self, node: Node<'_, '_>) -> Keys {
        if self.profile == Profile::Go2 {
            return Keys::Any;
        }
        match node.entries().find(|(key, _)| !is_string(*key)) {
            None => Keys::Text,
            Some((key, _)) => {
                let problem = "json: unsupported type: map[interface {}]interface {}".to_owned();
                self.refuse_as_json(Error::Key { problem, span: key.span() });
                Keys::NotJson
            }
        }
    }

    /// Returns the name of a key in JSON; nothing for a null in v3, whose entry is left out.
    pub(super) fn key<'d>(
        &mut self,
        key: Node<'d, '_>,
        value: Node<'_, '_>,
        keys: Keys,
    ) -> Result<Option<Cow<'d, str>>, Error> {
        self.count(key)?;
        let node = match key.kind() {
            NodeKind::Alias(name, target) => {
                self.enter(name, key)?;
                let counted = self.count(target);
                self.open.pop();
                counted?;
                target
            }
            _ => key,
        };
        if !matches!(node.kind(), NodeKind::Scalar(..)) {
            let kind = if matches!(node.kind(), NodeKind::Sequence(_)) { "seq" } else { "map" };
            let problem = match keys {
                Keys::Text => {
                    format!("unmarshal errors:\n  line {}: cannot unmarshal !!{kind} into string", key.line())
                }
                _ => format!("invalid map key: {}", go_syntax(node, self.profile)),
            };
            return Err(Error::value(problem, key.span()));
        }
        let text = Cow::Borrowed(node.text().unwrap_or_default());
        let scalar = resolve(node, self.profile)?;
        Ok(Some(match (keys, scalar) {
            (Keys::Text, Scalar::Null) => return Ok(None),
            (_, Scalar::Binary(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
            (Keys::Text | Keys::NotJson, _) | (_, Scalar::Str(_) | Scalar::Timestamp(_) | Scalar::Merge) => text,
            (Keys::Any, Scalar::Bool(value)) => Cow::Borrowed(if value { "true" } else { "false" }),
            (Keys::Any, Scalar::Int(value)) => value.to_string().into(),
            (Keys::Any, Scalar::Float(value)) => number::format_float_key(value).into(),
            (Keys::Any, Scalar::Uint(_)) => self.no_json_key("uint64", node, value, text),
            (Keys::Any, Scalar::Null) => self.no_json_key("%!s(<nil>)", node, value, text),
        }))
    }

    fn no_json_key<'d>(
        &mut self,
        kind: &str,
        key: Node<'d, '_>,
        value: Node<'_, '_>,
        text: Cow<'d, str>,
    ) -> Cow<'d, str> {
        let shown = |node| match go_syntax(node, Profile::Go2) {
            nil if nil == "interface {}(nil)" => "<nil>".to_owned(),
            shown => shown,
        };
        let problem = format!("unsupported map key of type: {kind}, key: {}, value: {}", shown(key), shown(value));
        self.refuse_as_json(Error::Key { problem, span: key.span() });
        text
    }

    /// Finds the keys that stand twice, as v3 does it before it decodes a mapping.
    pub(super) fn find_duplicates(&mut self, node: Node<'_, '_>) -> bool {
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

/// Returns whether v3 takes a key as a string.
fn is_string(key: Node<'_, '_>) -> bool {
    let node = key.resolved();
    match (node.kind(), node.tag()) {
        (NodeKind::Scalar(_, Style::Plain), None | Some("!")) => {
            matches!(resolve(node, Profile::Go3), Ok(Scalar::Str(_) | Scalar::Merge))
        }
        (NodeKind::Scalar(..), None | Some("!" | "tag:yaml.org,2002:str" | "tag:yaml.org,2002:merge")) => true,
        _ => false,
    }
}

/// Returns the message of v2 for a key that stands twice.
pub(super) fn already_set(key: Node<'_, '_>, value: Node<'_, '_>, name: &str) -> String {
    let shown = match resolve(key.resolved(), Profile::Go2) {
        Ok(Scalar::Str(_) | Scalar::Timestamp(_) | Scalar::Merge | Scalar::Binary(_)) => quote(name),
        _ => go_syntax(key, Profile::Go2),
    };
    format!("line {}: key {shown} already set in map", value.line())
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

/// How many nodes a message shows; an alias may stand in itself, or for as much as it likes.
const MOST_SHOWN: usize = 1_000;

/// Returns a node as Go's `%#v` has it; this is how keys that are collections are shown.
fn go_syntax(node: Node<'_, '_>, profile: Profile) -> String {
    shown(node, profile, &mut { MOST_SHOWN })
}

fn shown(node: Node<'_, '_>, profile: Profile, left: &mut usize) -> String {
    if *left == 0 {
        return "…".to_owned();
    }
    *left -= 1;
    match node.resolved().kind() {
        NodeKind::Sequence(items) => {
            let items: Vec<String> = items.map(|item| shown(item, profile, left)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        NodeKind::Mapping(entries) => {
            let text_keys = profile == Profile::Go3
                && entries.clone().all(|(key, _)| matches!(resolve(key, profile), Ok(Scalar::Str(_))));
            let key_type = if text_keys { "string" } else { "interface {}" };
            let mut pairs: Vec<String> = entries
                .map(|(key, value)| format!("{}:{}", shown(key, profile, left), shown(value, profile, left)))
                .collect();
            pairs.sort();
            format!("map[{key_type}]interface {{}}{{{}}}", pairs.join(", "))
        }
        _ => match resolve(node.resolved(), profile) {
            Ok(Scalar::Null) => "interface {}(nil)".to_owned(),
            Ok(Scalar::Bool(value)) => value.to_string(),
            Ok(Scalar::Int(value)) => value.to_string(),
            Ok(Scalar::Uint(value)) => format!("{value:#x}"),
            Ok(Scalar::Float(value)) if value.is_nan() => "NaN".to_owned(),
            Ok(Scalar::Float(value)) if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
            Ok(Scalar::Float(value)) => crate::format_float(value),
            Ok(Scalar::Binary(bytes)) => quote(&String::from_utf8_lossy(&bytes)),
            _ => quote(node.text().unwrap_or_default()),
        },
    }
}
