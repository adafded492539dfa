use super::Maker;

/// Values as they may stand behind `key: ` in a flow or block mapping.
const PLAIN: &[&str] = &[
    "plain",
    "yes",
    "'yes'",
    "1",
    "\"1\"",
    "1.10",
    "0777",
    "0o17",
    "2020-01-01",
    "null",
    "~",
    "'a: b'",
    "1e3",
    "true",
    "True",
    "x y",
    "'#'",
    "-1",
    "0x1F",
    "n",
    "y",
    "on",
    "1_000",
    ".5",
    "+1",
    "1.0",
    "0.000001",
    "1e21",
    "10000000000000000",
    "123456789012",
    "9223372036854775808",
    "'null'",
    "\"~\"",
    "2001-12-14t21:59:43.10-05:00",
    "\"tab\\there\"",
    "\"line\\nbreak\"",
    "\"trailing \"",
    "' lead'",
    "\"\\u00e9\\u4e2d\"",
    "é中",
    "\"😀\"",
    "'it''s'",
    "\"back\\\\slash\"",
    "a#b",
    "'- x'",
    "'? x'",
    "'*x'",
    "'&x'",
    "'!x'",
    "'%x'",
    "'@x'",
    "'`x'",
    "'{x'",
    "'[x'",
    "'|'",
    "'>'",
    "=",
    "<<",
    "'<<'",
    "1:30",
    "12:30:45",
    "0b101",
    "1.e1",
    "'1e3'",
    "\"0777\"",
    "!!str 1",
    "!!str yes",
    "\"\\a\\e\"",
    "\"nul\\0\"",
    "\"nbsp\\_x\"",
    "'a\u{a0}b'",
    "\"-\"",
    "-x",
    "a:b",
    "http://x.example/?a=b&c=d",
];

/// Values for block mappings alone; `@` is the indentation.
const BLOCK: &[&str] = &[
    "|\n@  two\n@  lines\n",
    "|-\n@  two\n@  lines\n",
    "|+\n@  kept\n\n\n",
    ">\n@  folded\n@  text\n\n@  here\n",
    ">-\n@  one\n@    deeper\n@  back\n",
    "|\n@  # no comment\n@  key: value\n",
    "|2\n@    deep\n@  back\n",
    "|-\n\n@  after a blank\n",
    "|\n@  tab\there  \n@  trailing  \n",
    "\"folded\n@  over lines\\\n@  here\"\n",
    "'single\n\n@  quoted'\n",
    "plain\n@  over lines\n",
];

const LISTS: &[&str] = &["[]", "{}", "[a, b]", "{a: 1}", "[1, [2, {b: null}]]", "{b: {}, a: []}", "[null, '']"];

impl Maker {
    /// Returns a value without its own line break.
    pub(super) fn scalar(&mut self) -> &'static str {
        self.pick(PLAIN)
    }

    /// Returns a value that can also stand in a flow mapping.
    pub(super) fn flow_scalar(&mut self) -> &'static str {
        let value = self.scalar();
        if value.contains("://") || value == "<<" { "plain" } else { value }
    }

    /// Returns a text that any field of texts takes.
    pub(super) fn quoted(&mut self) -> &'static str {
        self.pick(&["'yes'", "plain", "\"1\"", "'a: b'", "\"\"", "x y", "'null'", "\"é\"", "'1e3'", "v1.2"])
    }

    /// Returns a value of a block mapping at this indentation, with its line break.
    pub(super) fn block(&mut self, indent: &str) -> String {
        match self.below(6) {
            0 => self.pick(BLOCK).replace('@', indent),
            1 => self.pick(LISTS).to_owned() + "\n",
            2 => format!("{}\n", self.long()),
            _ => self.scalar().to_owned() + "\n",
        }
    }

    /// Returns a text around the width at which lines are folded.
    fn long(&mut self) -> String {
        let word = self.pick(&["word ", "longer-word ", "a  b ", "é "]);
        let count = 60 / word.len() + self.below(12);
        let quote = self.pick(&["'", "\"", ""]);
        format!("{quote}{}{quote}", word.repeat(count).trim_end())
    }
}
