//! Texts and values that somebody may write, and some that go wrong.

use std::collections::BTreeMap;

use towpath_yaml::{Profile, compare_keys};

use crate::value::Value;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides as u64)).expect("because it is smaller than `sides`")
    }

    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.roll(list.len())]
    }

    fn text(&mut self, pieces: &[&str], most: usize) -> String {
        (0..self.roll(most + 1)).map(|_| self.pick(pieces)).collect()
    }
}

/// Scalars as they may stand behind `key: `, right and wrong ones.
const WRITTEN: &[&str] = &[
    "a",
    "x y",
    "12",
    "0777",
    "0o17",
    "0x1F",
    "0b101",
    "-0b11",
    "0b-1",
    "1_000",
    "1.5",
    "5.",
    ".5",
    "1e3",
    "1e400",
    "+.inf",
    ".nan",
    "yes",
    "no",
    "on",
    "y",
    "N",
    "null",
    "~",
    "",
    "true",
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43",
    "12:30:45",
    "<<",
    "*a",
    "&a v",
    "!!str 1",
    "!!int 3",
    "!!float 3",
    "!!int x",
    "!!binary aGk=",
    "!foo x",
    "! 1",
    "'q''s'",
    "\"d\\n\\x41\"",
    "'x",
    "\"\\q\"",
    "# c",
    "a#b",
    "a #b",
    "- x",
    "? k",
    "k: v",
    "[1, 2]",
    "{a: 1, b: [x]}",
    "{a, b: }",
    "[a: b, c]",
    "[]",
    "{}",
    "|\n  lit\n  b\n",
    ">\n  fold\n  b\n\n  c\n",
    "|2-\n   x\n",
    "|+\n  k\n\n",
    "\t",
    "é",
    "\u{2028}",
    "😀",
    "@x",
    "`x",
    "%x",
    "---",
    "...",
    "a: b: c",
    "-",
    "-a",
    ":a",
    "a:",
    "?",
    "123456789012345678901",
    "18446744073709551615",
    "9223372036854775808",
    "0.1e-7",
    "!!map",
    "]",
    "}",
    ",",
    "\"multi\n  line\"",
    "'m\n\n  l'",
    "plain\n  cont",
    "+1",
    "08",
    "1:2:3",
    "=",
    "!!null ''",
    "!t!x y",
    "\r",
];

/// Characters that make a text wrong when one is put in or taken out.
const TYPOS: &[&str] =
    &[" ", "\n", "\t", ":", "-", "[", "]", "{", "}", ",", "#", "'", "\"", "&", "*", "!", "|", ">", "%", "\\"];

const WORDS: &[&str] = &[
    "a",
    "b",
    "word",
    "another",
    "it's",
    "x",
    " ",
    " ",
    " ",
    " ",
    "  ",
    ":",
    ": ",
    " #",
    "#",
    "-",
    "- ",
    "'",
    "\"",
    "\n",
    "\n\n",
    ",",
    "[",
    "]",
    "{",
    "}",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    "?",
    "1",
    "2.5",
    "\\",
    "\t",
    "é",
    "\u{2028}",
    "\u{a0}",
    "😀",
    "\r",
    "\u{feff}",
    "\u{7}",
    "yes",
    "true",
    "12:30",
    "https://x.y/z",
    "---",
    "...",
    "\u{85}",
    "<&>",
];

const KEYS: &[&str] =
    &["a", "b", "c", "a1", "a2", "a10", "A", "k-1", "k_1", "z.y", "0", "1", "10", "9", "a01", "é", "y", "true"];

pub(crate) fn written_mapping(dice: &mut Dice, indent: usize, out: &mut String) {
    for _ in 0..=dice.roll(3) {
        let key = if dice.roll(8) == 0 { dice.pick(WRITTEN) } else { dice.pick(KEYS) };
        *out += &format!("{}{key}:", " ".repeat(indent));
        match dice.roll(6) {
            0 if indent < 6 => {
                out.push('\n');
                let deeper = indent + 1 + dice.roll(3);
                written_mapping(dice, deeper, out);
            }
            1 => {
                for _ in 0..=dice.roll(2) {
                    *out += &format!("\n{}- {}", " ".repeat(indent), dice.pick(WRITTEN).trim_end());
                }
                out.push('\n');
            }
            _ => *out += &format!(" {}\n", dice.pick(WRITTEN).trim_end_matches('\n')),
        }
    }
}

/// Returns a text that is nearly YAML.
pub(crate) fn written(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.roll(8) == 0 {
        text += "base: &a {x: 1, a: 2}\n";
    }
    written_mapping(dice, 0, &mut text);
    for _ in 0..[0, 0, 0, 1, 2][dice.roll(5)] {
        let mut at = dice.roll(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match dice.roll(3) {
            0 => drop(text.remove(at)),
            1 => text.insert_str(at, dice.pick(WRITTEN)),
            _ => text.insert_str(at, dice.pick(TYPOS)),
        }
        if text.is_empty() {
            text.push('a');
        }
    }
    text
}

fn number(dice: &mut Dice) -> f64 {
    let numbers =
        [0.0, 1.0, -1.0, 1.5, 1e6, 1e20, 1e21, 1e-6, 1e-7, 0.1, 123_456_789.123, 9_007_199_254_740_992.0, 5e-324];
    numbers[dice.roll(numbers.len())]
}

pub(crate) fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(10) {
        0 | 1 if depth < 4 => {
            let mut map = BTreeMap::new();
            for _ in 0..dice.roll(5) {
                let key = if dice.roll(3) == 0 { dice.text(WORDS, 12) } else { dice.pick(KEYS).to_owned() };
                map.insert(key, value(dice, depth + 1));
            }
            // Where Go's order of keys is none, its output differs from run to run.
            while !is_ordered(&map.keys().map(String::as_str).collect::<Vec<_>>()) {
                map.pop_last();
            }
            Value::Map(map)
        }
        2 | 3 if depth < 4 => Value::List((0..dice.roll(4)).map(|_| value(dice, depth + 1)).collect()),
        4 => Value::Number(number(dice)),
        5 => [Value::Null, Value::Bool(true), Value::Bool(false)][dice.roll(3)].clone(),
        6 => Value::String(dice.text(WORDS, 120)),
        7 => Value::String(dice.pick(WRITTEN).to_owned()),
        _ => Value::String(dice.text(WORDS, 16)),
    }
}

/// Returns whether Go's comparison orders these keys, in both generations of its package.
fn is_ordered(keys: &[&str]) -> bool {
    [Profile::Go2, Profile::Go3].into_iter().all(|profile| {
        let less = |a: &str, b: &str| compare_keys(a, b, profile).is_lt();
        keys.iter().all(|a| {
            keys.iter()
                .all(|b| !(less(a, b) && less(b, a)) && keys.iter().all(|c| !(less(a, b) && less(b, c)) || less(a, c)))
        })
    })
}
