//! Edits change one scalar and no other byte.

use towpath_yaml::{EditError, NewValue, Profile, Scalar, Which, parse_all, resolve, set};

#[track_caller]
fn check(before: &str, pointer: &str, value: NewValue<'_>, after: &str) {
    assert_eq!(set(before, Which::Only, pointer, value).as_deref(), Ok(after), "{pointer} in {before:?}");
}

#[track_caller]
fn refused(before: &str, pointer: &str, message: &str) {
    let error = set(before, Which::Only, pointer, NewValue::Str("x")).expect_err("it is refused");
    assert_eq!(error.to_string(), message);
}

fn string(text: &str) -> NewValue<'_> {
    NewValue::Str(text)
}

#[test]
fn a_scalar_keeps_its_quotes_and_its_comment() {
    check("a: b # c\n", "/a", string("d e"), "a: d e # c\n");
    check("a: 'b' # c\n", "/a", string("it's"), "a: 'it''s' # c\n");
    check("a: \"b\"   # c\n", "/a", string("é\"\n"), "a: \"é\\\"\\n\"   # c\n");
    check("a: 'b'\n", "/a", string("line\nbreak"), "a: \"line\\nbreak\"\n");
    check("i:\n    digest: sha256:00\nz: 1\n", "/i/digest", string("sha256:ff"), "i:\n    digest: sha256:ff\nz: 1\n");
    check("a: one\n  two\n  # c\nb: 1\n", "/a", string("x"), "a: x\n  # c\nb: 1\n");
    check("a: b", "/a", string("c"), "a: c");
    check("a: b\r\nc: d\r\n", "/c", string("e"), "a: b\r\nc: e\r\n");
    check("\u{feff}a: b\n", "/a", string("c"), "\u{feff}a: c\n");
    check("a: b\n", "/a", string("b"), "a: b\n");
}

#[test]
fn a_value_that_would_be_read_as_something_else_is_quoted() {
    let texts = "12e4567|1.20|yes|y|null|~||0x1f|2001-01-01|12:30:45|- a|a: b|#a|<<|*a|0o17|=|---|%a|@a|a #b";
    for text in texts.split('|') {
        let edited = set("tag: v1\n", Which::Only, "/tag", string(text)).expect("it can be set");
        let documents = parse_all(&edited, Profile::Go2).expect("it is YAML");
        let node = documents[0].root().at("/tag").expect("it is there");
        assert_eq!(resolve(node, Profile::Go2), Ok(Scalar::Str(text.into())), "{edited}");
    }
    check("tag: v1\n", "/tag", string("12e4567"), "tag: \"12e4567\"\n");
    check("n: '1'\n", "/n", NewValue::Int(3), "n: 3\n");
    check("n: no\n", "/n", NewValue::Bool(true), "n: true\n");
}

#[test]
fn flow_collections_lists_and_block_scalars() {
    check("i: {tag: a, x: [1, 2]} # c\n", "/i/tag", string("b,c"), "i: {tag: \"b,c\", x: [1, 2]} # c\n");
    check("i: {d: sha256:00}\n", "/i/d", string("sha256:ff"), "i: {d: sha256:ff}\n");
    check("l:\n- a\n- b: c\n", "/l/1/b", string("d"), "l:\n- a\n- b: d\n");
    check("l: [a, b]\n", "/l/1", string("c"), "l: [a, c]\n");
    check("a: |- # why\n  old\n  lines\n\nb: 1\n", "/a", string("new"), "a: new # why\n\nb: 1\n");
    check("a: >\n  old", "/a", string("new"), "a: new");
    check("a/b: {c~d: e}\n", "/a~1b/c~0d", string("f"), "a/b: {c~d: f}\n");
    check("a: !!str b\n", "/a", string("1"), "a: !!str \"1\"\n");
}

#[test]
fn empty_scalars_are_filled() {
    check("a:\nb: 1\n", "/a", string("x"), "a: x\nb: 1\n");
    check("a: # c\nb: 1\n", "/a", string("x"), "a: x # c\nb: 1\n");
    check("l:\n-\n- b\n", "/l/0", string("x"), "l:\n- x\n- b\n");
    check("{a: , b: 1}\n", "/a", string("x"), "{a: x, b: 1}\n");
    check("{a, b: 1}\n", "/a", string("x"), "{a: x, b: 1}\n");
    check("a: ~\n", "/a", string("x"), "a: x\n");
}

#[test]
fn missing_keys_are_added_behind_the_last_entry() {
    check("a: 1\n# end\n", "/b", string("x"), "a: 1\nb: x\n# end\n");
    check("a: 1", "/b", string("x"), "a: 1\nb: x");
    check("a: 1\r\n", "/b", string("x"), "a: 1\r\nb: x\r\n");
    check("i:\n    t: a # c\n\nz: 1\n", "/i/digest", string("x"), "i:\n    t: a # c\n    digest: x\n\nz: 1\n");
    check("i: {}\n", "/i/a/b", string("x"), "i: {a: {b: x}}\n");
    check("i: {a: 1 }\n", "/i/b", string("x"), "i: {a: 1, b: x }\n");
    check("i: # c\nz: 1\n", "/i/a/b", string("x"), "i: # c\n  a:\n    b: x\nz: 1\n");
    check("i: null # c\n", "/i/a", string("x"), "i: {a: x} # c\n");
    check("l:\n- a: 1\n  b: 2\n- c: 3\n", "/l/0/d", string("x"), "l:\n- a: 1\n  b: 2\n  d: x\n- c: 3\n");
    check("b:\n  c: |\n    more\n\nz: 1\n", "/b/d", string("x"), "b:\n  c: |\n    more\n  d: x\n\nz: 1\n");
    check("a: |+\n  text\n\n", "/b", string("x"), "a: |+\n  text\n\nb: x\n");
    check("# only a comment\n", "/a/b", string("x"), "# only a comment\na:\n  b: x\n");
    check("", "/a", string("x"), "a: x\n");
    check("a:\n- 1\n- 2\n", "/yes", string("x"), "a:\n- 1\n- 2\n\"yes\": x\n");
}

#[test]
fn documents_are_chosen_by_number() {
    let text = "a: 1\n---\n# second\na: 2\n...\n---\na: 3\n";
    let set = |number, pointer| set(text, Which::Number(number), pointer, NewValue::Int(9));
    assert_eq!(set(1, "/a").as_deref(), Ok("a: 1\n---\n# second\na: 9\n...\n---\na: 3\n"));
    assert_eq!(set(0, "/b").as_deref(), Ok("a: 1\nb: 9\n---\n# second\na: 2\n...\n---\na: 3\n"));
    refused(text, "/a", "the file has 3 documents; say which one is meant");
    let none = set(3, "/a").expect_err("there are three");
    assert_eq!(none.to_string(), "the file has 3 documents, and none with the number 3");
}

#[test]
fn what_would_change_in_two_places_is_refused() {
    refused("a: &x {b: c}\nd: *x\n", "/d/b", "`/d` is the alias `*x`");
    refused("a: &x {b: c}\nd: *x\n", "/a/b", "`/a` has the anchor `&x` and is repeated by `*x`");
    refused("a: &x b\nd: *x\n", "/d", "`/d` is the alias `*x`");
    refused("a: 1\na: 2\n", "/a", "key `/a` stands twice");
    refused("a: [1]\n", "/a", "`/a` is a list, not a scalar");
    refused("a: {b: 1}\n", "/a", "`/a` is a mapping, not a scalar");
    refused("a: 1\n", "/a/b", "`/a` is a scalar, not a mapping");
    refused("a: [1]\n", "/a/3", "`/a` is a list without this item, not a mapping");
    refused("a: 1\n", "a", "pointer `a` does not begin with `/`");
    refused("a: !!int 1\n", "/a", "`/a` cannot be edited without changing other bytes");
    check("a: &x b\nc: 1\n", "/a", string("d"), "a: &x d\nc: 1\n");
    check("b: &b {k: 1}\nc:\n  <<: *b\n  d: 2\n", "/c/d", string("e"), "b: &b {k: 1}\nc:\n  <<: *b\n  d: e\n");
}

#[test]
fn a_refusal_shows_the_place_and_what_to_do() {
    let text = "a: &x {b: c}\nd: *x\n";
    let error = set(text, Which::Only, "/d/b", NewValue::Str("x")).expect_err("it is refused");
    let diagnostic = error.diagnostic("values.yaml", text);
    let at = diagnostic.location.expect("it has a place");
    assert_eq!((at.line, at.column, at.source.as_str()), (2, 4, "d: *x"));
    assert_eq!(diagnostic.hints, ["edit the node with the anchor `&x`, or write the value out here"]);
    assert!(matches!(set("a: [\n", Which::Only, "/a", NewValue::Str("x")), Err(EditError::Yaml(_))));
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides as u64)).expect("because it is smaller than `sides`")
    }

    fn pick(&mut self, list: &str) -> String {
        let list: Vec<_> = list.split('|').collect();
        list[self.roll(list.len())].to_owned()
    }
}

const SCALARS: &str = "plain|two words|'single'|\"dou\\\"ble\"|12|1.20|yes||~|\"\"|http://x/y|&a1 x|!!str 5|a\tb";
const COMMENTS: &str = "||| # why|   # é: [|\t# tab";

/// Writes random block mappings and notes where their scalars are.
struct Writer {
    dice: Dice,
    end: &'static str,
    out: String,
    scalars: Vec<String>,
}

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        self.out += &format!("{}{text}{}", " ".repeat(indent), self.end);
    }

    fn mapping(&mut self, indent: usize, way: &str) {
        for number in 0..=self.dice.roll(4) {
            let key = format!("k{number}");
            let here = format!("{way}/{key}");
            if self.dice.roll(6) == 0 {
                self.line(indent, "# comment: [");
                self.out += self.end;
            }
            match self.dice.roll(10) {
                0 | 1 if indent < 12 => {
                    let comment = self.dice.pick(COMMENTS);
                    self.line(indent, &format!("{key}:{comment}"));
                    let deeper = indent + 1 + self.dice.roll(4);
                    self.mapping(deeper, &here);
                }
                2 => self.list(indent, &key, &here),
                3 => {
                    let (a, b) = (self.dice.pick("1|'y'|z"), self.dice.pick("1|\"y\""));
                    self.line(indent, &format!("{key}: {{a: {a}, b: [x, {b} ]}}"));
                    self.scalars.extend(["/a", "/b/0", "/b/1"].map(|part| format!("{here}{part}")));
                }
                4 => {
                    let header = ["|", "|-", "|+", ">", ">-", ">+"][self.dice.roll(6)];
                    self.line(indent, &format!("{key}: {header}"));
                    self.line(indent, &format!("  line: [{}", self.end));
                    self.line(indent, "  second # no comment");
                    self.scalars.push(here);
                }
                _ => {
                    let (scalar, comment) = (self.dice.pick(SCALARS), self.dice.pick(COMMENTS));
                    self.line(indent, &format!("{key}: {scalar}{comment}"));
                    self.scalars.push(here);
                }
            }
        }
    }

    fn list(&mut self, indent: usize, key: &str, here: &str) {
        self.line(indent, &format!("{key}:"));
        for item in 0..=self.dice.roll(3) {
            let (scalar, comment) = (self.dice.pick(SCALARS), self.dice.pick(COMMENTS));
            // A tab behind `-` is refused, as by Go.
            self.line(indent, &format!("- {scalar}{}", comment.replace('\t', " ")));
            self.scalars.push(format!("{here}/{item}"));
        }
    }
}

#[test]
fn bytes_around_a_random_edit_stay() {
    let values = "sha256:0f|v1.2|12e4567|with # hash|a: b|it's \"quoted\"|{x}|é, ü|on| lead";
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    for round in 0..3000 {
        let end = if dice.roll(3) == 0 { "\r\n" } else { "\n" };
        let mut writer = Writer { dice: Dice(dice.0), end, out: String::new(), scalars: Vec::new() };
        writer.mapping(0, "");
        let Writer { dice: rolled, out: mut text, scalars, .. } = writer;
        dice = rolled;
        if dice.roll(4) == 0 {
            text.truncate(text.trim_end().len());
        }
        if scalars.is_empty() {
            continue;
        }
        let pointer = &scalars[dice.roll(scalars.len())];
        let value = dice.pick(values);
        let documents = parse_all(&text, Profile::Go2).unwrap_or_else(|error| panic!("{error}: {text}"));
        let span = documents[0].root().at(pointer).unwrap_or_else(|| panic!("{pointer} in {text}")).span();
        let edited = set(&text, Which::Only, pointer, NewValue::Str(&value))
            .unwrap_or_else(|error| panic!("round {round}: {error}: {pointer} = {value:?} in\n{text}"));
        assert_eq!(&edited[..span.start], &text[..span.start], "before {pointer} in\n{text}\n{edited}");
        let behind = text[span.end..].trim_start_matches(['\r', '\n', ' ']);
        assert!(edited.ends_with(behind), "behind {pointer} in\n{text}\n{edited}");
        let documents = parse_all(&edited, Profile::Go3).expect("it is YAML");
        let node = documents[0].root().at(pointer).expect("it is there");
        assert_eq!(resolve(node, Profile::Go3), Ok(Scalar::Str(value.as_str().into())), "{edited}");
        assert_eq!(set(&edited, Which::Only, pointer, NewValue::Str(&value)).as_deref(), Ok(edited.as_str()));
    }
}
