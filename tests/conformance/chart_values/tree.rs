//! Charts with subcharts of subcharts, whose values meet in every way that there is.

use std::collections::BTreeMap;

use towpath_tests::random::Random;

/// One case: the files of a chart, those of values beside it, and the arguments for both sides.
pub(crate) struct Case {
    pub(crate) chart: BTreeMap<String, Vec<u8>>,
    /// Names and texts of what `-f` and `--set-file` read.
    pub(crate) files: Vec<(String, String)>,
    /// Flags and their arguments, in order.
    pub(crate) flags: Vec<(&'static str, String)>,
}

/// Shows the values of the chart that it is in, and those that it can see of others.
const TEMPLATE: &str = "\
kind: Values
of: {{ .Chart.Name }} {{ .Chart.Version }} {{ typeOf .Values }}
all: {{ .Values | toJson }}
subcharts: {{ range $name, $chart := .Subcharts }}{{ $name }}={{ $chart.Values | toJson }} {{ end }}
";

/// Few names, so that what one says meets what another says.
const KEYS: &[&str] = &["a", "b", "c", "on", "nested"];
const CHILDREN: &[&str] = &["one", "two", "three"];
const PATHS: &[&str] = &[
    "a",
    "b",
    "a.b",
    "nested.a",
    "nested.b.c",
    "global.a",
    "global.nested.b",
    "one.a",
    "one.on",
    "two.nested.a",
    "one.two.a",
    "one.global.a",
    "tags.front",
    "tags.back",
    "on",
    "two.on",
    "other.a",
    "other.on",
    "three.one.b",
    "exports.data.a",
    "one.exports.data.b",
    "global.new",
    "one.new.x",
    "a[0]",
    "nested.new[1].a",
    "one.list[0]",
    "two.new",
    "new.deep.er",
];

pub(crate) fn case(random: &mut Random) -> Case {
    let mut case = Case { chart: BTreeMap::new(), files: Vec::new(), flags: Vec::new() };
    chart("top", "", 2, random, &mut case.chart);
    for number in 0..random.below(3) {
        let name = format!("values{number}.yaml");
        let text = match random.below(12) {
            0 => String::new(),
            1 => format!("# nothing but a comment\n---\n{}\n", table(3, true, random)),
            2 => format!("{}\n---\n{}\n", table(2, true, random), table(2, true, random)),
            3 | 4 => lines(random),
            _ => table(3, true, random),
        };
        case.files.push((name.clone(), text));
        case.flags.push(("-f", name));
    }
    if random.percent(20) {
        case.files.push(("text".to_owned(), "of a file, with = and\nlines".to_owned()));
        case.flags.push(("--set-file", format!("{}=text", random.pick(PATHS))));
    }
    for _ in 0..random.below(4) {
        case.flags.push(flag(random));
    }
    case
}

fn flag(random: &mut Random) -> (&'static str, String) {
    // Rarely a whole table of somebody else's.
    let path = if random.percent(3) { random.pick(&["one", "global", "tags"]) } else { random.pick(PATHS) };
    match random.below(10) {
        0..=4 => {
            let value =
                random.pick(&["null", "1", "x", "true", "false", "{1,2}", "", "{}", "1.5", "\"\"", "0", "null"]);
            ("--set", format!("{path}={value}"))
        }
        5 => ("--set", format!("{path}=1,{}=null", random.pick(PATHS))),
        6 => ("--set-string", format!("{path}={}", random.pick(&["null", "1", "true", "x"]))),
        7 => ("--set-literal", format!("{path}={}", random.pick(&["{1,2}", "a,b=c", "null"]))),
        8 => ("--set-json", format!("{path}={}", value(2, true, random))),
        _ => ("--set-json", table(2, true, random)),
    }
}

/// Writes a chart and what it depends upon below `path`.
fn chart(name: &str, path: &str, depth: usize, random: &mut Random, files: &mut BTreeMap<String, Vec<u8>>) {
    let mut text = format!("apiVersion: v2\nname: {name}\nversion: 1.{}.0\n", random.below(3));
    if depth < 2 && random.percent(8) {
        text.push_str("type: library\n");
    }
    let mut dependencies = String::new();
    for child in CHILDREN {
        if depth == 0 || !random.percent(if depth == 2 { 65 } else { 35 }) {
            continue;
        }
        // What a chart under two names does with its own dependencies differs on purpose, see COMPATIBILITY.md.
        let is_twice = random.percent(15);
        let below = if is_twice { 0 } else { depth - 1 };
        chart(child, &format!("{path}charts/{child}/"), below, random, files);
        if is_twice || random.percent(90) {
            dependencies.push_str(&dependency(child, None, true, random));
            if is_twice {
                let last = dependencies.rfind("  - name").unwrap_or_default();
                dependencies.truncate(last);
                dependencies.push_str(&dependency(child, None, false, random));
                dependencies.push_str(&dependency(child, Some("other"), false, random));
            } else if random.percent(15) {
                let last = dependencies.rfind("  - name").unwrap_or_default();
                dependencies.truncate(last);
                let alias = format!("{child}{name}");
                dependencies.push_str(&dependency(child, Some(&alias), true, random));
            }
        }
    }
    // Two charts must not get one name.
    if dependencies.matches("alias: other").count() > 1 {
        let first = dependencies.find("alias: other").unwrap_or_default() + "alias: other".len();
        let rest = dependencies[first..].replace("alias: other", "alias: another");
        dependencies.truncate(first);
        dependencies.push_str(&rest);
    }
    if !dependencies.is_empty() {
        text.push_str("dependencies:\n");
        text.push_str(&dependencies);
    }
    files.insert(format!("{path}Chart.yaml"), text.into_bytes());
    files.insert(format!("{path}templates/values.yaml"), TEMPLATE.as_bytes().to_vec());
    files.insert(format!("{path}templates/_helpers.tpl"), b"{{ define \"x\" }}{{ end }}".to_vec());
    if random.percent(90) {
        let values = if random.percent(15) { lines(random) } else { table(3, depth == 2, random) };
        files.insert(format!("{path}values.yaml"), values.into_bytes());
    }
}

fn dependency(name: &str, alias: Option<&str>, may_import: bool, random: &mut Random) -> String {
    let constraint = random.pick(&["1.x.x", "*", ">=1.0.0", "^1", "1.1.0", "~1.0", ""]);
    let constraint = if random.percent(85) { "*" } else { constraint };
    let mut text = format!("  - name: {name}\n    version: \"{constraint}\"\n    repository: \"\"\n");
    if let Some(alias) = alias {
        text.push_str(&format!("    alias: {alias}\n"));
    }
    let shown = alias.unwrap_or(name);
    if random.percent(35) {
        let condition = match random.below(6) {
            0..=2 => format!("{shown}.on"),
            3 => "on".to_owned(),
            4 => format!("{shown}.absent,on"),
            _ => format!("global.a,{shown}.on,nested.a"),
        };
        text.push_str(&format!("    condition: {condition}\n"));
    }
    if random.percent(30) {
        text.push_str(&format!("    tags: [{}]\n", random.pick(&["front", "back", "front, back", "a"])));
    }
    if may_import && random.percent(45) {
        text.push_str("    import-values:\n");
        for _ in 0..=random.below(2) {
            let import = match random.below(6) {
                0 | 1 => "data".to_owned(),
                2 => "absent".to_owned(),
                3 => format!("{{child: nested, parent: {}}}", random.pick(&["a", "a", "a", "on"])),
                4 => format!("{{child: {}, parent: .}}", random.pick(&["nested", "exports.data", "global", "a"])),
                _ => format!("{{child: \"{}\", parent: \"{}\"}}", random.pick(PATHS), random.pick(PATHS)),
            };
            text.push_str(&format!("      - {import}\n"));
        }
    }
    text
}

/// Returns a table as JSON; that of a parent also speaks of its children.
fn table(depth: usize, is_parent: bool, random: &mut Random) -> String {
    let mut entries = BTreeMap::new();
    for _ in 0..random.below(5) {
        entries.insert(random.pick(KEYS), value(depth - 1, false, random));
    }
    let some = |name: &'static str, percent: usize, random: &mut Random, entries: &mut BTreeMap<&str, String>| {
        if depth > 1 && random.percent(percent) {
            entries.insert(name, table(depth - 1, false, random));
        }
    };
    some("global", 35, random, &mut entries);
    some("exports", 8, random, &mut entries);
    if depth > 1 && random.percent(30) {
        entries.insert("exports", format!("{{\"data\": {}}}", table(depth - 1, false, random)));
    }
    if is_parent {
        for child in CHILDREN.iter().chain(&["other", "onetop"]) {
            some(child, 40, random, &mut entries);
            if random.percent(1) {
                entries.insert(child, scalar(random).to_owned());
            }
        }
        if random.percent(25) {
            let truth = |random: &mut Random| random.pick(&["true", "false", "true", "false", "null", "\"x\""]);
            entries.insert("tags", format!("{{\"front\": {}, \"back\": {}}}", truth(random), truth(random)));
        }
    }
    if random.percent(20) {
        entries.insert("on", random.pick(&["true", "false", "false", "\"no\"", "null"]).to_owned());
    }
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

/// Returns values in blocks, whose last line may not end, or end with more than a line feed.
fn lines(random: &mut Random) -> String {
    const BLOCKS: &[&str] = &[
        "a: |\n  x",
        "a: |\n  x \n    y",
        "a: |+\n  x",
        "a: |-\n  x",
        "a: >\n  x\n  y\n    z",
        "a: >+\n  x\n",
        "a: \"x\n  y\"",
        "a: x\n  y",
        "a: [1,\n  2]",
        "a: &x {b: 1}\ndata: *x",
        "a:\n- 1\n-",
        "a:",
        "nested:\n  a: |\n    x",
    ];
    const ENDS: &[&str] = &[
        "",
        "\n",
        " ",
        "\n  ",
        "\n   ",
        "\n \n",
        "\n\n",
        "\n# c",
        " # c",
        "\n  # c",
        "\r",
        "\n---",
        "\n--- # c\n",
        "\n...\n",
    ];
    let between = random.pick(&["\n", "\n\n", "\n---\n", "\n  \n", "\n--- # c\n# d\n", "\n---\n---\n"]);
    let mut text = random.pick(BLOCKS).to_owned();
    if random.percent(40) {
        text = format!("on: true{between}{text}");
    }
    if random.percent(30) {
        text = format!("---\n{text}");
    }
    text.push_str(random.pick(ENDS));
    if random.percent(20) { text.replace('\n', "\r\n") } else { text }
}

fn value(depth: usize, is_parent: bool, random: &mut Random) -> String {
    match random.below(10) {
        0..=3 if depth > 0 => table(depth, is_parent, random),
        4 => {
            let items: Vec<String> = (0..random.below(3)).map(|_| value(depth.min(1), false, random)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => scalar(random).to_owned(),
    }
}

fn scalar(random: &mut Random) -> &'static str {
    random.pick(&["1", "2", "\"x\"", "\"\"", "true", "false", "null", "null", "1.5", "{}", "[]", "1234567", "\"null\""])
}
