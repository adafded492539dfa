//! What is read without a tree is what the tree gives: over ordinary texts, recorded ones, and thousands of damaged ones.

use std::borrow::Cow;

use towpath_yaml::{
    Duplicates, Limits, Node, NodeKind, Profile, Sink, Streamed, Style, Unusual, build, build_first, parse_first,
    stream,
};

use crate::value::{Maker, Value};

/// Each is one document of the ordinary sort.
const ORDINARY: [&str; 12] = [
    "# values\nimage:\n  repository: r.example/shop   # where\n  tag: \"1.20\"\n\n  pull: yes\nlist:\n- a\n-  b: 1\n   c: ~\n-\n  - x\n  -\n- - y\n  - z\n",
    "---\n# note\na: |\n  one\n    two\n\n  three\n\nb: >-\n  folded\n  text\n\n  more\n    kept\n  end\nc: |+\n  x\n\nd: |2-\n    deep\n  e\ne: >\n\n  late\n",
    "a: plain that\n  goes on\n\n  and on # not here\nb: 'it''s\n  folded'\nc: \"x\\ty\n  z\\u00e9\\\" \"\nd: 'a' # b\n'e f': 1\n\"g\": 2\nh : 3\n",
    "empty:\nnext: {}\nthird: []\nflow: {a: 1, b: [x, \"y\", 'z', ], c: {d: null}, e: , \"f\":g}\nmulti: [\n  a, # c\n  b\n]\njson: {\"a\": [1, 2.5, true], \"b\": \"c: d\"}\n",
    "true: 1\n8080: x\n1.50: y\nyes: z\n2001-01-01: d\n-1: e\n.5: f\n0x10: g\nonly: h\n",
    "url: http://x.example:80/a?b=c#d\ntime: 12:30:45\ndash: -a\nq: ?b\ncolon: :c\nat: a@b\nn: 1_000\noctal: 0777\nbig: 12345678901234567890\nexp: 1e3\n",
    "- a: 1\n  b: 2\n-   c: 3\n    d: 4\n-\n    e: 5\n    f: 6\n",
    "outer:\n- name: a\n  value: b\n- name: c\nother:\n  - d\nlast: e\n",
    "  a: 1\n  b:\n    - 2\n",
    "ключ: значение\nemoji: 😀 text # ×\n",
    "key:\n  scalar on its own line\nkey2:\n  \"quoted on its own\"\nkey3:\n  {a: b}\nkey4:\n  |\n  literal\nkey5:\n# comment\n\n  # and more\n  value\n",
    "a: b\n\n\n# the end",
];

fn by_tree(text: &str) -> Result<Option<Value>, String> {
    let told = |error: towpath_yaml::Error| error.to_string();
    let Some(document) = parse_first(text, Profile::Go2).map_err(told)? else { return Ok(None) };
    build(document.root(), Profile::Go2, Duplicates::Usual, &mut Maker).map(Some).map_err(told)
}

/// Takes everything and keeps nothing.
struct Nothing;

impl<'a> Sink<'a> for Nothing {
    fn wants_text(&self) -> bool {
        false
    }
    fn start_map(&mut self) {}
    fn key(&mut self, _: Cow<'a, str>, _: Style) {}
    fn end_map(&mut self) {}
    fn start_list(&mut self) {}
    fn end_list(&mut self) {}
    fn scalar(&mut self, _: Cow<'a, str>, _: Style) {}
}

/// Everything a sink is given, as texts.
#[derive(Default)]
struct Events(Vec<String>);

impl<'a> Sink<'a> for Events {
    fn start_map(&mut self) {
        self.0.push("{".to_owned());
    }
    fn key(&mut self, name: Cow<'a, str>, style: Style) {
        self.scalar(name, style);
    }
    fn end_map(&mut self) {
        self.0.push("}".to_owned());
    }
    fn start_list(&mut self) {
        self.0.push("[".to_owned());
    }
    fn end_list(&mut self) {
        self.0.push("]".to_owned());
    }
    fn scalar(&mut self, text: Cow<'a, str>, style: Style) {
        self.0.push(format!("{style:?} {text}"));
    }
}

impl Events {
    /// Gives what stands in a tree.
    fn walk(&mut self, node: Node<'_, '_>) {
        match node.kind() {
            NodeKind::Alias(..) => self.0.push("no event".to_owned()),
            NodeKind::Scalar(text, style) => self.scalar(Cow::Borrowed(text), style),
            NodeKind::Sequence(items) => {
                self.start_list();
                items.for_each(|item| self.walk(item));
                self.end_list();
            }
            NodeKind::Mapping(entries) => {
                self.start_map();
                for (key, value) in entries {
                    self.walk(key);
                    self.walk(value);
                }
                self.end_map();
            }
        }
    }
}

/// Compares both ways to read `text`; returns what the short one said.
#[track_caller]
fn compare(text: &str) -> Result<Streamed, Unusual> {
    let tree = by_tree(text);
    let ours = build_first(text, Limits::default(), &mut Maker).map_err(|error| error.to_string());
    assert_eq!(ours, tree, "{text:?}");
    let streamed = stream(text, Profile::Go2, &mut Nothing);
    if streamed.is_ok() {
        assert!(tree.is_ok(), "{text:?} is read, but {tree:?}");
    }
    let mut events = Events::default();
    if stream(text, Profile::Go3, &mut events) == Ok(Streamed::Document) {
        let document = parse_first(text, Profile::Go3).expect("what was streamed is YAML").expect("it has a document");
        let mut expected = Events::default();
        expected.walk(document.root());
        assert_eq!(events.0, expected.0, "{text:?}");
    }
    streamed
}

#[test]
fn ordinary_texts_need_no_tree() {
    for text in ORDINARY {
        assert_eq!(compare(text), Ok(Streamed::Document), "{text}");
    }
    assert_eq!(compare("# nothing\n\n  # but comments"), Ok(Streamed::Nothing));
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_the_reader() {
    for text in [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: 1\n---\nb: 2\n",
        "a:\t1\n",
        "a: 1\r\nb: 2\r\n",
        "? a\n: b\n",
        "<<: {a: 1}\n",
        "a: .inf\n",
        "~: 1\n",
        "a: 1\n b: 2\n",
        "a: b: c\n",
        "a: 'x\n",
        "- a\nb: 1\n",
        "\u{feff}a: 1\n",
        "a: \u{7}\n",
        "a: [1, 2\n",
        "a: x\u{85}y\n",
        "a: [b: c]\n",
        "{a, b}\n",
        "a: @b\n",
        "a: \"\\q\"\n",
    ] {
        assert_eq!(compare(text), Err(Unusual), "{text:?}");
    }
}

#[test]
fn recorded_texts_read_alike() {
    let texts: Vec<String> = serde_json::from_str(include_str!("texts.json")).expect("it is JSON");
    let streamed = texts.iter().filter(|text| compare(text).is_ok()).count();
    assert!(streamed * 4 > texts.len(), "only {streamed} of {}", texts.len());
}

#[test]
fn damaged_texts_read_alike() {
    const PIECES: [&str; 34] = [
        " ", "  ", "\n", "\n\n", ":", ": ", "- ", "-", "#", " #", "'", "\"", "|", ">", "|-\n", "[", "]", "{", "}", ",",
        "?", "!", "&a", "*a", "\\", "---", "...", "\t", "a", "1", "é", "\n  ", "\n- ", "%",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut read = 0;
    for round in 0..20_000 {
        let mut text = ORDINARY[round % ORDINARY.len()].to_owned();
        for _ in 0..=random.below(3) {
            let at = place(&text, random.below(text.len() + 1));
            match random.below(4) {
                0 => text.truncate(at),
                1 => {
                    let to = place(&text, (at + 1 + random.below(6)).min(text.len()));
                    text.replace_range(at.min(to)..to.max(at), "");
                }
                _ => text.insert_str(at, PIECES[random.below(PIECES.len())]),
            }
        }
        read += usize::from(compare(&text).is_ok());
    }
    assert!(read > 2_000, "only {read} of the damaged texts are ordinary");
}

/// Returns the start of the character at `at`.
fn place(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A xorshift generator: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
