//! Writes YAML with go-yaml's bytes.

pub(crate) mod analysis;
mod write;

use self::analysis::Flow;
use crate::{Profile, Scalar, base64, format_float, resolve, resolve_plain};

/// Whose bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// go-yaml v2 (`sigs.k8s.io/yaml.Marshal`, Helm's `toYaml`, `kustomize build`): `- ` stands below the key's first
    /// letter, and long texts are folded at 80 columns.
    Go2,
    /// go-yaml v3 with an indent of two (Helm's `toYamlPretty`): sequences are indented, nothing is folded.
    Go3,
    /// go-yaml v3 as kyaml sets it up: like [`Dialect::Go3`] with sequences that are not indented.
    Go3Compact,
}

/// What the next node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Key,
    /// The value of a key on one line.
    Value,
    /// The value of a key that was written with `?`.
    ComplexValue,
}

/// A collection that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    next: Place,
    /// Nothing of it is written yet: an end now makes it `[]` or `{}`.
    empty: bool,
    /// It is itself the key or the value of a mapping.
    in_mapping: bool,
    outer_indent: isize,
}

/// Writes one document, event by event; between [`Emitter::start_map`] and [`Emitter::end_map`] keys and values alternate.
///
/// Keys are written in the order in which they come; [`crate::compare_keys`] has go-yaml's order.
///
/// ```
/// use towpath_yaml::{Dialect, Emitter};
///
/// let mut emitter = Emitter::new(Dialect::Go2);
/// emitter.start_map();
/// emitter.str("enabled");
/// emitter.str("yes");
/// emitter.str("ports");
/// emitter.start_list();
/// emitter.int(80);
/// emitter.float(1e6);
/// emitter.end_list();
/// emitter.end_map();
/// assert_eq!(emitter.finish(), "enabled: \"yes\"\nports:\n- 80\n- 1e+06\n");
/// ```
#[derive(Debug)]
pub struct Emitter {
    out: String,
    dialect: Dialect,
    open: Vec<Open>,
    indent: isize,
    column: usize,
    /// The last character separates already.
    whitespace: bool,
    /// Nothing but indentation and indicators stands on the line.
    indention: bool,
}

/// How a scalar is to be written, if it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Plain,
    Quoted,
    Literal,
}

impl Emitter {
    /// Returns an emitter that has written nothing.
    pub fn new(dialect: Dialect) -> Self {
        Self::behind(String::new(), dialect)
    }

    /// Returns an emitter that writes its document behind `out`, which is empty or ends with a line break.
    pub fn behind(out: String, dialect: Dialect) -> Self {
        Self { out, dialect, open: Vec::new(), indent: -1, column: 0, whitespace: true, indention: true }
    }

    /// Opens a mapping.
    pub fn start_map(&mut self) {
        self.start(Place::Key);
    }

    /// Closes the innermost mapping.
    pub fn end_map(&mut self) {
        self.end("{", "}");
    }

    /// Opens a list.
    pub fn start_list(&mut self) {
        self.start(Place::Item);
    }

    /// Closes the innermost list.
    pub fn end_list(&mut self) {
        self.end("[", "]");
    }

    /// Writes a string, in quotes where it would be read as something else.
    pub fn str(&mut self, text: &str) {
        let wish = if text.contains('\n') {
            Wish::Literal
        } else if self.reads_as_string(text) {
            Wish::Plain
        } else {
            Wish::Quoted
        };
        self.scalar(text, wish);
    }

    /// Writes bytes that are no text as go-yaml v3 does: in base64, in lines where it is long, behind the tag `!!binary`.
    pub fn binary(&mut self, bytes: &[u8]) {
        let encoded = base64::base64_lines(bytes);
        let wish = if encoded.contains('\n') { Wish::Literal } else { Wish::Plain };
        self.tagged(Some("!!binary"), &encoded, wish);
    }

    /// Writes a whole number.
    pub fn int(&mut self, value: i64) {
        self.scalar(&value.to_string(), Wish::Plain);
    }

    /// Writes a whole number that may be above `i64::MAX`.
    pub fn uint(&mut self, value: u64) {
        self.scalar(&value.to_string(), Wish::Plain);
    }

    /// Writes a float as Go does: `1e+06`, `0.1`, `.inf`.
    pub fn float(&mut self, value: f64) {
        self.scalar(&format_float(value), Wish::Plain);
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.scalar(if value { "true" } else { "false" }, Wish::Plain);
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.scalar("null", Wish::Plain);
    }

    /// Writes a scalar that was plain where it comes from, as it stood there: `0x1F`, `1.20`, `~`.
    pub fn plain(&mut self, text: &str) {
        self.scalar(text, Wish::Plain);
    }

    /// Returns the document, which ends with a line break, behind what stood before it.
    pub fn finish(mut self) -> String {
        self.indent = -1;
        self.write_indent();
        self.out
    }

    fn reads_as_string(&self, text: &str) -> bool {
        let profile = if self.dialect == Dialect::Go2 { Profile::Go2 } else { Profile::Go3 };
        // Up to v3.0.5 a string `<<` stays as it is; Helm 4.3 has that version.
        matches!(resolve_plain(text, profile), Scalar::Str(_) | Scalar::Merge)
            && !is_base60(text)
            && resolve::old_bool(text).is_none()
    }

    fn start(&mut self, next: Place) {
        let place = self.before_node();
        if place == Place::Key {
            self.write_indicator("?", true, false, true);
        }
        self.after_node(place, false);
        let in_mapping = !matches!(place, Place::Root | Place::Item);
        self.open.push(Open { next, empty: true, in_mapping, outer_indent: self.indent });
    }

    fn end(&mut self, opening: &str, closing: &str) {
        let Some(open) = self.open.pop() else { return };
        if open.empty {
            self.write_indicator(opening, true, true, false);
            self.write_indicator(closing, false, false, false);
        }
        self.indent = open.outer_indent;
    }

    /// Writes what stands before a node at its place and returns the place; a key's `?` is left to the caller.
    fn before_node(&mut self) -> Place {
        let Some(open) = self.open.last_mut() else { return Place::Root };
        let Open { next, empty, in_mapping, .. } = *open;
        open.empty = false;
        if empty {
            let flat = next == Place::Item && in_mapping && !self.indention && self.dialect != Dialect::Go3;
            let flat =
                flat || (self.dialect == Dialect::Go3Compact && next == Place::Item && in_mapping && self.column == 0);
            self.increase_indent(false, flat);
        }
        match next {
            Place::Root => {}
            Place::Item => {
                self.write_indent();
                self.write_indicator("-", true, false, true);
            }
            Place::Key => self.write_indent(),
            Place::Value => self.write_indicator(":", false, false, false),
            Place::ComplexValue => {
                self.write_indent();
                self.write_indicator(":", true, false, true);
            }
        }
        next
    }

    fn after_node(&mut self, place: Place, simple: bool) {
        if let Some(open) = self.open.last_mut() {
            open.next = match place {
                Place::Key if simple => Place::Value,
                Place::Key => Place::ComplexValue,
                Place::Value | Place::ComplexValue => Place::Key,
                other => other,
            };
        }
    }

    fn increase_indent(&mut self, scalar: bool, flat: bool) {
        if self.indent < 0 {
            self.indent = if scalar { 2 } else { 0 };
        } else if !flat {
            self.indent += 2;
        }
    }

    fn scalar(&mut self, text: &str, wish: Wish) {
        self.tagged(None, text, wish);
    }

    fn tagged(&mut self, tag: Option<&str>, text: &str, wish: Wish) {
        let place = self.before_node();
        let analysis = analysis::analyse(text, self.dialect);
        let length = text.len() + tag.map_or(0, str::len);
        let simple_key = place == Place::Key && !analysis.multiline && length <= 128;
        if place == Place::Key && !simple_key {
            self.write_indicator("?", true, false, true);
        }
        self.after_node(place, simple_key);
        let outer = self.indent;
        self.increase_indent(true, false);
        if let Some(tag) = tag {
            self.write_indicator(tag, true, false, false);
        }
        match (wish, analysis.flow) {
            (Wish::Literal, _) if analysis.block && !simple_key => self.write_literal(text),
            (Wish::Plain, Flow::Plain) => self.write_plain(text, !simple_key),
            (Wish::Plain, Flow::SingleQuoted) => self.write_single_quoted(text, !simple_key),
            _ => self.write_double_quoted(text, !simple_key),
        }
        self.indent = outer;
    }
}

/// Returns whether YAML 1.1 would read a number in base 60, such as `12:30:45`, which Go quotes though it reads none.
pub(crate) fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) || !unsigned.contains(':') {
        return false;
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or("");
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    digits(first)
        && digits(fraction)
        && parts.all(|part| match part.as_bytes() {
            [one] => one.is_ascii_digit(),
            [ten, one] => matches!(ten, b'0'..=b'5') && one.is_ascii_digit(),
            _ => false,
        })
}

/// Returns `text` in double quotes on one line.
pub(crate) fn escape(text: &str) -> String {
    let mut emitter = Emitter::new(Dialect::Go2);
    emitter.write_double_quoted(text, false);
    emitter.out
}

/// Returns whether go-yaml writes a text without quotes in a block collection, whatever it would be read as.
pub fn can_be_plain(text: &str) -> bool {
    !is_base60(text) && analysis::analyse(text, Dialect::Go3).flow == Flow::Plain
}
