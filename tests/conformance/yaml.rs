//! The reader and the emitter against real Helm and real Kustomize, over thousands of generated texts and values.

use std::{collections::BTreeMap, fs, process::Command};

use towpath_tests::{output, peer};
use towpath_yaml::{Profile, compare_keys, parse_all, parse_first};

#[path = "../../crates/yaml/tests/value/mod.rs"]
mod value;

use value::{Value, from_yaml_to_json, json, json_string, read, strings, to_yaml, to_yaml_pretty};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

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

fn written_mapping(dice: &mut Dice, indent: usize, out: &mut String) {
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
fn written(dice: &mut Dice) -> String {
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

fn value(dice: &mut Dice, depth: usize) -> Value {
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

/// Runs `helm template` over a chart of these files and returns what it prints.
fn helm_template(template: &str, files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let chart = folder.path();
    fs::create_dir(chart.join("templates")).expect("it is new");
    fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: live\nversion: 0.1.0\n").expect("it can be written");
    fs::write(chart.join("templates/all.yaml"), template).expect("it can be written");
    for (name, content) in files {
        fs::write(chart.join(name), content).expect("it can be written");
    }
    let ran = output(Command::new(peer("helm4")).arg("template").arg("live").arg(chart));
    assert!(ran.status.success(), "helm: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("helm prints UTF-8")
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(",\n"))
}

#[track_caller]
fn compare<T>(inputs: &[T], theirs: &[String], shown: impl Fn(&T) -> String, ours: impl Fn(&T) -> String) {
    assert_eq!(theirs.len(), inputs.len(), "an answer for every question");
    let pairs = inputs.iter().zip(theirs).filter(|(input, theirs)| ours(input) != **theirs);
    let differ: Vec<_> = pairs
        .map(|(input, theirs)| format!("{}\n  theirs: {theirs:?}\n  ours:   {:?}", shown(input), ours(input)))
        .collect();
    let some = differ.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(differ.is_empty(), "{} of {} differ:\n{some}", differ.len(), inputs.len());
}

#[test]
fn helm_reads_the_same_values_and_refuses_the_same_texts() {
    let mut dice = Dice(0x7077_6174_6801);
    let texts: Vec<String> =
        std::iter::repeat_with(|| written(&mut dice)).filter(|text| is_told_apart(text)).take(6000).collect();
    let refused = texts.iter().filter(|text| read(text, Profile::Go2).is_err()).count();
    assert!((1000..5000).contains(&refused), "right and wrong texts are mixed: {refused} are wrong");
    let template = "kind: Live\nread:\n{{- range .Files.Get \"texts.json\" | fromJsonArray }}\n- {{ fromYaml . | toJson | toJson }}\n{{- end }}\n";
    let printed = helm_template(template, &[("texts.json", &list(texts.iter().map(|text| json_string(text))))]);
    compare(&texts, &strings(&printed, "read"), |text| format!("{text:?}"), |text| from_yaml_to_json(text));
}

/// Returns whether Go's answer to a text is the same in every run and none of our stated deviations.
fn is_told_apart(text: &str) -> bool {
    match read(text, Profile::Go2) {
        // Of several keys or numbers that JSON refuses, Go names any; and it passes over those that a later key replaces.
        Err(error) => !matches!(error, towpath_yaml::Error::NotJson { .. } | towpath_yaml::Error::Key { .. }),
        // Of keys that become equal as strings, such as `1` and `"1"`, Go takes any.
        Ok(_) => parse_first(text, Profile::Go2).ok().flatten().is_none_or(|document| {
            let mut open = vec![document.root()];
            while let Some(node) = open.pop() {
                let mut names = Vec::new();
                for (key, value) in node.entries() {
                    names.push(key.text().unwrap_or_default());
                    open.push(value);
                }
                let plain =
                    |name: &&str| name.starts_with(|c: char| c.is_alphabetic()) && name.len() > 1 || *name == "a";
                if names.len() > 1
                    && !names.iter().all(plain)
                    && names.iter().any(|name| name.contains(['0', '1', '5']))
                {
                    return false;
                }
                open.extend(node.items());
            }
            true
        }),
    }
}

#[test]
fn helm_writes_the_same_bytes() {
    let mut dice = Dice(0x7077_6174_6802);
    let values: Vec<Value> = std::iter::repeat_with(|| value(&mut dice, 0)).take(6000).collect();
    let template = "kind: Live\nwritten:\n{{- range .Files.Get \"values.json\" | fromJsonArray }}\n- {{ toYaml . | toJson }}\n{{- end }}\npretty:\n{{- range .Files.Get \"values.json\" | fromJsonArray }}\n- {{ toYamlPretty . | toJson }}\n{{- end }}\n";
    let printed = helm_template(template, &[("values.json", &list(values.iter().map(json)))]);
    compare(&values, &strings(&printed, "written"), json, to_yaml);
    compare(&values, &strings(&printed, "pretty"), json, to_yaml_pretty);
}

#[test]
fn kustomize_reads_the_same_values() {
    let mut dice = Dice(0x7077_6174_6803);
    let mut resources = Vec::new();
    while resources.len() < 1500 {
        let number = resources.len();
        let mut spec = String::new();
        written_mapping(&mut dice, 2, &mut spec);
        let text = format!("apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: n{number}\nspec:\n{spec}");
        let Ok(Value::Map(map)) = read(&text, Profile::Go3) else { continue };
        let alone = parse_all(&text, Profile::Go3).is_ok_and(|documents| documents.len() == 1);
        if alone && matches!(map.get("spec"), Some(Value::Map(_))) && is_for_the_reader_alone(&text) {
            resources.push((text, Value::Map(map)));
        }
    }
    let folder = tempfile::tempdir().expect("there is room");
    let all: String = resources.iter().map(|(text, _)| format!("---\n{text}")).collect();
    fs::write(folder.path().join("all.yaml"), all).expect("it can be written");
    fs::write(folder.path().join("kustomization.yaml"), "resources: [all.yaml]\n").expect("it can be written");
    let ran = output(Command::new(peer("kubectl4")).arg("kustomize").arg(folder.path()));
    assert!(ran.status.success(), "kustomize: {}", String::from_utf8_lossy(&ran.stderr));
    let printed = String::from_utf8(ran.stdout).expect("kustomize prints UTF-8");
    // Kustomize sorts its output by name, so the answers are put back into the order of the questions.
    let mut theirs: Vec<(usize, String)> =
        printed.split("---\n").map(|text| (number_of(text), text.to_owned())).collect();
    theirs.sort_by_key(|(number, _)| *number);
    let theirs: Vec<String> = theirs.into_iter().map(|(_, text)| text).collect();
    compare(&resources, &theirs, |(text, _)| format!("{text:?}"), |(_, value)| built(value));
}

/// Returns whether Kustomize does no more to a text than to read and to write it: it writes resources as YAML on its way,
/// where anchors and tags have an effect of their own and an empty flow value becomes an empty string. Numbers above
/// 2^53 are left out because the values compared here are floats.
fn is_for_the_reader_alone(text: &str) -> bool {
    let large = ["9223372036854775808", "18446744073709551615"];
    !text.contains(['&', '*', '!', '\r'])
        && !text.contains("{a, b: }")
        && !large.iter().any(|number| text.contains(number))
}

/// Returns the number in the name of a resource.
fn number_of(text: &str) -> usize {
    let name = text.split("\n  name: n").nth(1).and_then(|rest| rest.lines().next());
    name.and_then(|number| number.parse().ok()).expect("every resource has its number as its name")
}

/// Returns a resource as `kustomize build` prints it: its way leads through JSON, like that of Helm's `toYaml`.
fn built(value: &Value) -> String {
    to_yaml(value) + "\n"
}
