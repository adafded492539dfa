//! Generated templates and formats give what the Go program gives. Needs `go`; runs with the feature `peers`.
//!
//! `GOTMPL_CASES` and `GOTMPL_SEED` choose how many cases and which; what differs belongs into tests/fixtures.

mod support;

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value as Json, json};

/// A generator of random choices: the same seed gives the same cases.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn word(&mut self, words: &str) -> String {
        let words: Vec<_> = words.split(' ').collect();
        self.of(&words).to_owned()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const DATA: &str = r#"{
    "s": "text", "n": 5, "f": 1.5, "t": true, "nil": null, "e": "", "big": 123456789.0, "neg": -3, "i64": {"$int64": 7},
    "u8": {"$uint8": 9}, "f32": {"$float32": 0.1}, "raw": {"$raw": "61ff62"}, "bytes": {"$bytes": "6162"},
    "list": [1, "a", null, 2.5, [1]], "strs": {"$strings": ["x", "y"]}, "ints": {"$ints": [3, 1, 2]}, "empty": [],
    "m": {"b": {"c": "deep", "n": 1}, "a": 1, "z": null}, "sm": {"$stringMap": {"k": "v"}}, "v": {"$values": {"a": 1}},
    "d": {"$duration": 5000000}, "pt": {"$point": 1}, "o": {}
}"#;

const LITERALS: &[&str] = &[
    "1", "0", "-1", "1.5", "1e3", "\"a\"", "\"\"", "`r w`", "'\\t'", "true", "false", "nil", "0x5", "1i", "\"%v\"",
    "\"k\"", "3.0", "12", "\"b\"", "2",
];
const PATHS: &str = ". $ .s .n .f .t .nil .e .big .neg .i64 .u8 .f32 .raw .bytes .list .strs .ints .empty .m .m.b .m.b.c .m.a \
    .m.z .m.z.q .sm .sm.k .sm.none .v .v.a .d .pt .pt.X .o .o.x .none .none.deep .s.x $.m $.list $x $y $x.a .a \
    .b .c .k";
const FUNCTIONS: &str = "eq ne lt le gt ge and or not len index slice print printf println html js urlquery typeOf upper add1 join \
    sum list dict strings float uint8 int64 bool lenOf size any nothing nilList nilMap values stringMap point \
    duration set call fail";

/// Calls that mostly succeed, so that generated templates run for long.
const SAFE: &[&str] = &[
    "print ONE OTHER",
    "typeOf ONE",
    "printf \"%v %v\" ONE OTHER",
    "list ONE OTHER",
    "dict \"a\" ONE \"b\" OTHER",
    "and ONE OTHER",
    "or ONE OTHER",
    "not ONE",
    "html ONE",
    "js ONE OTHER",
    "println ONE",
    "any ONE",
    "urlquery ONE",
    "eq ONE nil",
    "len .list",
    "index .m \"a\"",
    "slice .s 1",
    "printf \"%d|%s\" ONE OTHER",
    "index (dict \"k\" ONE) \"k\"",
    "ne nil OTHER",
    "add1 2",
    "upper .s",
];

fn operand(random: &mut Random, depth: usize) -> String {
    match random.below(10) {
        0..=3 => random.of(LITERALS).to_owned(),
        4..=7 => random.word(PATHS),
        8 if depth > 0 => {
            let fields = random.of(&["", "", "", "", "", "", ".a", ".b.c", ".X"]);
            format!("({}){fields}", pipeline(random, depth - 1))
        }
        _ => random.of(&["nothing", "nilList", "nilMap", "point", "list", "dict"]).to_owned(),
    }
}

fn command(random: &mut Random, depth: usize) -> String {
    if random.chance(45) {
        return operand(random, depth)
            .replace("nil", ".nil")
            .replace("..nil", ".nil")
            .replace(".nilL", "nilL")
            .replace(".nilM", "nilM");
    }
    if random.chance(88) {
        let (one, other) = (operand(random, depth), operand(random, depth));
        let form = random.of(SAFE);
        return form.replace("ONE", &one).replace("OTHER", &other);
    }
    let mut text = random.word(FUNCTIONS);
    for _ in 0..random.below(4) {
        text = format!("{text} {}", operand(random, depth));
    }
    text
}

fn pipeline(random: &mut Random, depth: usize) -> String {
    let mut text = command(random, depth);
    while random.chance(25) {
        let safe = ["print", "typeOf", "html", "list", "any", "not", "printf \"%v\"", "and 1", "or 0"];
        let function = if random.chance(92) { random.of(&safe) } else { &random.word(FUNCTIONS) };
        let argument = if random.chance(40) { format!(" {}", operand(random, depth)) } else { String::new() };
        text = format!("{text} | {function}{argument}");
    }
    text
}

fn action(random: &mut Random, depth: usize) -> String {
    let open = random.of(&["{{", "{{", "{{- ", "{{ "]);
    let close = random.of(&["}}", "}}", " -}}", " }}"]);
    let pipe = pipeline(random, 2);
    let inner = |random: &mut Random| if depth == 0 { "x".to_owned() } else { nodes(random, depth - 1) };
    let otherwise = |random: &mut Random, word: &str| match random.below(4) {
        0 => format!("{{{{else}}}}{}", inner(random)),
        1 if !word.is_empty() => {
            format!("{{{{else {word} {}}}}}{}{{{{else}}}}{}", pipeline(random, 1), inner(random), inner(random))
        }
        _ => String::new(),
    };
    let declare = random.of(&["", "", "", "$x := ", "$y := ", "$x = "]);
    match random.below(14) {
        0 | 1 => format!("{open}if {declare}{pipe}{close}{}{}{{{{end}}}}", inner(random), otherwise(random, "if")),
        2 | 3 => format!("{open}with {declare}{pipe}{close}{}{}{{{{end}}}}", inner(random), otherwise(random, "with")),
        4 | 5 => {
            let declare = random.of(&["", "$x := ", "$x, $y := ", "$y, $x = ", "$x = "]);
            let over = if random.chance(70) {
                random
                    .of(&[
                        ".list", ".m", ".ints", ".strs", ".sm", ".bytes", "3", ".empty", ".v", "$.list", ".nil", ".u8",
                    ])
                    .to_owned()
            } else {
                pipe
            };
            let jump = random.of(&[
                "",
                "",
                "{{break}}",
                "{{continue}}",
                "{{if eq . 1}}{{continue}}{{end}}",
                "{{if .}}{{break}}{{end}}",
            ]);
            format!(
                "{open}range {declare}{over}{close}{}{jump}{}{}{{{{end}}}}",
                inner(random),
                inner(random),
                otherwise(random, "")
            )
        }
        6 => format!(
            "{open}template {} {pipe}{close}",
            random.of(&["\"u\"", "\"u\"", "\"u\"", "\"u\"", "\"w\"", "\"none\""])
        ),
        7 => format!("{open}block \"b{}\" {pipe}{close}{}{{{{end}}}}", random.below(100_000), inner(random)),
        8 => format!("{open}include \"u\" {}{close}", operand(random, 1)),
        _ => format!("{open}{declare}{pipe}{close}"),
    }
}

fn nodes(random: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(3) {
        text.push_str(random.of(&["", "a", " ", "\n", " b\n ", "é", "{{/* c */}}", "{{- /* c */ -}}"]));
        text.push_str(&action(random, depth));
    }
    text
}

/// Returns the template with a few characters lost, doubled or added: mostly something that cannot be parsed.
fn damaged(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(chars.len().max(1)).min(chars.len());
        match random.below(3) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 if at < chars.len() => chars.insert(at, chars[at]),
            _ => {
                let added = random.of(&[
                    "{{", "}}", "-", " ", "|", "(", ")", ".", "$", "\"", "'", "`", ",", ":=", "=", "end", "\n", "1",
                    "_", "é", "/*",
                ]);
                chars.splice(at..at, added.chars());
            }
        }
    }
    chars.into_iter().collect()
}

fn template_case(random: &mut Random) -> Json {
    let mut text = nodes(random, 2);
    if random.chance(93) {
        text = format!("{{{{$x := .m}}}}{{{{$y := 2}}}}{text}");
    }
    if random.chance(15) {
        text = damaged(random, &text);
    }
    let missing = random.of(&["", "", "zero", "zero", "zero", "error"]);
    let data: Json = serde_json::from_str(DATA).expect("the data is JSON");
    json!({"template": text, "data": data, "missing": missing,
        "templates": {"u": "<{{.}}>", "w": "{{with .a}}{{.b}}{{end}}"}})
}

fn printf_case(random: &mut Random) -> Json {
    const VALUES: &[&str] = &[
        "1",
        "0",
        "-5",
        "255",
        "65",
        "128512",
        "1.5",
        "0.0",
        "-2.25",
        "1e21",
        "1e-7",
        "123456789.125",
        "1e100",
        "5e-324",
        "0.1",
        "100000.0",
        "2.5",
        "\"a\"",
        "\"héllo\"",
        "\"\"",
        "\"a\\\"b\\n\\u0001\"",
        "true",
        "false",
        "null",
        "[1,\"a\",null]",
        "{\"a\":1,\"b\":[true]}",
        "[]",
        "{}",
        r#"{"$int8":-128}"#,
        r#"{"$uint8":200}"#,
        r#"{"$uint64":"18446744073709551615"}"#,
        r#"{"$int64":"-9223372036854775808"}"#,
        r#"{"$float32":0.1}"#,
        r#"{"$float32":1e10}"#,
        r#"{"$raw":"61ffe9"}"#,
        r#"{"$bytes":"0061ff"}"#,
        r#"{"$bytes":""}"#,
        r#"{"$complex":1.5}"#,
        r#"{"$strings":["x","y z"]}"#,
        r#"{"$ints":[3,-1]}"#,
        r#"{"$duration":5000000}"#,
        r#"{"$stringMap":{"k":"v"}}"#,
        r#"{"$values":{"a":null}}"#,
        r#"{"$point":1}"#,
    ];
    let mut format = String::new();
    let n = 1 + random.below(3);
    for _ in 0..n {
        format.push_str(random.of(&["", "", "x", " ", "é", "%%"]));
        format.push('%');
        for _ in 0..random.below(3) {
            format.push_str(random.of(&["+", "-", "#", "0", " "]));
        }
        if random.chance(8) {
            format.push_str(random.of(&["[1]", "[2]", "[3]", "[9]", "[x]", "[]", "[", "[0]"]));
        }
        format.push_str(random.of(&["", "", "", "1", "5", "12", "30", "*"]));
        if random.chance(35) {
            format.push_str(random.of(&[".", ".0", ".1", ".3", ".10", ".25", ".*", ".[1]*"]));
        }
        format.push_str(random.of(&[
            "v", "v", "d", "s", "q", "x", "X", "T", "t", "b", "c", "o", "O", "U", "e", "E", "f", "F", "g", "G", "z",
            "w", "", "é",
        ]));
    }
    let arguments: Vec<Json> = (0..n.saturating_sub(usize::from(random.chance(10))) + usize::from(random.chance(10)))
        .map(|_| serde_json::from_str(VALUES[random.below(VALUES.len())]).expect("the value is JSON"))
        .collect();
    json!({"template": format, "arguments": arguments, "printf": true})
}

/// Returns the answers of the Go program.
fn go(cases: &[Json]) -> Vec<Json> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/baseline/templates/main.go");
    let (program, input) = (folder.join("gotmpl-baseline"), folder.join("gotmpl-cases.jsonl"));
    let status = Command::new("go").arg("build").arg("-o").arg(&program).arg(source).status().expect("go runs");
    assert!(status.success(), "the Go program does not build");
    let mut file = fs::File::create(&input).expect("the cases can be written");
    for case in cases {
        writeln!(file, "{case}").expect("the cases can be written");
    }
    let output = Command::new(program)
        .arg("stream")
        .stdin(fs::File::open(&input).expect("the cases can be read"))
        .stderr(Stdio::inherit())
        .output()
        .expect("the Go program runs");
    assert!(output.status.success(), "the Go program failed");
    let text = String::from_utf8(output.stdout).expect("answers are text");
    text.lines().map(|line| serde_json::from_str(line).expect("answers are JSON")).collect()
}

#[test]
fn generated_cases_give_what_go_gives() {
    let number = |name, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let mut random = Random(number("GOTMPL_SEED", 0x9E37_79B9_7F4A_7C15));
    let n_cases = number("GOTMPL_CASES", 24_000);
    let cases: Vec<Json> = (0..n_cases)
        .map(|at| if at % 2 == 0 { template_case(&mut random) } else { printf_case(&mut random) })
        .collect();
    let answers = go(&cases);
    assert_eq!(cases.len(), answers.len());
    let mut failures = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let (output, error) = support::run(case);
        let expected = answer["error"].as_str().unwrap_or_default();
        if output != support::answered(answer) || error != expected {
            failures.push(format!(
                "{} {} {}\n  Go:   {:?} {expected}\n  ours: {:?} {error}",
                case["template"],
                case["missing"],
                case["arguments"],
                String::from_utf8_lossy(&support::answered(answer)),
                String::from_utf8_lossy(&output),
            ));
        }
    }
    let n_templates = answers.iter().step_by(2).filter(|answer| answer["error"].is_null()).count();
    assert!(n_templates > answers.len() / 10, "only {n_templates} templates succeed in Go");
    let n_good = answers.iter().filter(|answer| answer["error"].is_null()).count();
    assert!(n_good > answers.len() / 2, "only {n_good} of {} cases succeed in Go", answers.len());
    failures.sort_by_key(String::len);
    failures.truncate(40);
    assert!(failures.is_empty(), "differences, the shortest:\n{}", failures.join("\n"));
}
