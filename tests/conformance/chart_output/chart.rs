//! Charts whose files are many and odd: kinds in no order, hooks, weights, several documents, separators, what `.helmignore`
//! leaves out.

use std::collections::BTreeMap;

use towpath_tests::random::Random;

/// One case: the files of a chart and the arguments for both sides.
pub(crate) struct Case {
    pub(crate) chart: BTreeMap<String, Vec<u8>>,
    pub(crate) flags: Vec<String>,
}

const KINDS: &[&str] = &[
    "Service",
    "Deployment",
    "ConfigMap",
    "Secret",
    "Namespace",
    "Job",
    "Pod",
    "Ingress",
    "ServiceAccount",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "CustomResourceDefinition",
    "PodDisruptionBudget",
    "Gateway",
    "Zebra",
    "APIService",
    "PriorityClass",
    "CronJob",
    "DaemonSet",
    "List",
    "configmap",
    "",
];
const EVENTS: &[&str] = &[
    "pre-install",
    "post-install",
    "pre-upgrade",
    "post-upgrade",
    "pre-delete",
    "post-delete",
    "pre-rollback",
    "test",
    "test-success",
    "pre-install,post-install",
    "pre-install, test",
    "unknown",
    "",
    "crd-install",
    "pre-install,unknown",
    "test-failure",
    "Pre-Install",
];
const WEIGHTS: &[&str] = &["\"1\"", "\"-5\"", "\"x\"", "1", "\"10\"", "\"2\"", "\"\"", "\" 3\"", "1.5", "\"+4\""];
const POLICIES: &[&str] = &["before-hook-creation", "hook-succeeded,hook-failed", "unknown", ""];
const SEPARATORS: &[&str] = &[
    "---\n",
    "---\n",
    "--- \n",
    "---   # comment\n",
    "---\n---\n",
    "\n---\n\n",
    "---\r\n",
    "---\n# only a comment\n---\n",
    "---\n\n---\n",
    "# before\n---\n",
    "\n\n\n---\n",
];
/// Separators that make many documents unreadable.
const BAD_SEPARATORS: &[&str] = &["----\n", "--- |\n", " ---\n", "...\n---\n", "--- text\n"];
const NAMES: &[&str] = &[
    "a.yaml",
    "b.yaml",
    "z.yml",
    "NOTES.txt",
    "_helpers.tpl",
    "_part.yaml",
    "c.json",
    "README.md",
    "tests/t.yaml",
    "deep/er/d.yaml",
    "deep/e.yaml",
    "B.yaml",
    "a-b.yaml",
    "a.txt",
    "deep/NOTES.txt",
    "1.yaml",
    ".hidden.yaml",
    "é.yaml",
];
const FILES: &[&str] = &[
    "README.md",
    "docs/a.md",
    "docs/b.txt",
    "files/x.conf",
    "files/x.bak",
    "files/deep/y.conf",
    ".git/config",
    "a.tmp",
    "b~",
    "ci/values.yaml",
    "LICENSE",
    "files/.keep",
    "docs/deep/c.md",
    "tmp/x",
    "x.tgz",
    ".dot",
    "files/[a].txt",
];
const RULES: &[&str] = &[
    "*.md",
    "docs/",
    "docs",
    "/docs",
    "files/*.bak",
    "*~",
    ".*",
    "# comment",
    "",
    "!files/x.conf",
    "a.tmp",
    "/a.tmp",
    "ci/",
    "**/x",
    "files/deep/",
    "deep",
    "templates/tests/",
    "templates/a.yaml",
    "/templates/b.yaml",
    "*.yml",
    "!*.md",
    "[a-b]*",
    "files/?.conf",
    " spaced.txt ",
    "\\#x",
    "*/y.conf",
    "files/*/y.conf",
    "./a.tmp",
    "LICENSE\r",
    "tests/",
    "t.yaml",
    "/",
    "*",
    "crds/",
    "charts/",
    "files//x.conf",
    "values.yaml",
    "!",
    ".git/",
    "é.yaml",
    "?.yaml",
    "docs/*.md",
];

pub(crate) fn case(random: &mut Random) -> Case {
    let mut chart = BTreeMap::new();
    // Helm has subcharts that Chart.yaml does not list in an order that is random.
    let mut metadata = "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n".to_owned();
    fill("top", "", random, &mut chart);
    for name in ["one", "two"] {
        if random.percent(30) {
            fill(name, &format!("charts/{name}/"), random, &mut chart);
            metadata.push_str(&format!("  - {{name: {name}, version: '*', repository: ''}}\n"));
        }
    }
    chart.insert("Chart.yaml".to_owned(), metadata.into_bytes());
    let mut flags = Vec::new();
    for (flag, percent) in
        [("--include-crds", 35), ("--skip-tests", 25), ("--no-hooks", 15), ("--is-upgrade", 15), ("--skip-crds", 5)]
    {
        if random.percent(percent) {
            flags.push(flag.to_owned());
        }
    }
    while random.percent(15) {
        let name = random.pick(NAMES);
        let pattern = match random.below(5) {
            0 => format!("templates/{}", random.pick(&["*.yaml", "*", "?.yaml", "deep/*", "[ab].yaml", "absent.yaml"])),
            1 => format!("charts/one/templates/{name}"),
            2 => "crds/*".to_owned(),
            _ => format!("templates/{name}"),
        };
        flags.extend(["--show-only".to_owned(), pattern]);
    }
    Case { chart, flags }
}

fn fill(name: &str, path: &str, random: &mut Random, chart: &mut BTreeMap<String, Vec<u8>>) {
    let metadata = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    chart.insert(format!("{path}Chart.yaml"), metadata.into_bytes());
    chart.insert(format!("{path}values.yaml"), b"a: 1\n".to_vec());
    for _ in 0..=random.below(5) {
        let file = format!("{path}templates/{}", random.pick(NAMES));
        let text = if file.contains("/_") || file.ends_with("NOTES.txt") && random.percent(60) {
            "some notes {{ .Release.Name }}\n".to_owned()
        } else {
            documents(random)
        };
        chart.insert(file, text.into_bytes());
    }
    for _ in 0..random.below(3) {
        let file = format!("{path}crds/{}", random.pick(&["a.yaml", "b.yml", "c.json", "deep/d.yaml", "README.md"]));
        let text = definitions(random);
        chart.insert(file, text.into_bytes());
    }
    if random.percent(45) {
        for _ in 0..random.below(8) {
            chart.insert(format!("{path}{}", random.pick(FILES)), b"content\n".to_vec());
        }
        let bad = &["**/x", "[", "x\\"];
        let rule = |random: &mut Random| if random.percent(2) { random.pick(bad) } else { random.pick(RULES) };
        let rules: Vec<&str> = (0..random.below(5)).map(|_| rule(random)).collect();
        chart.insert(format!("{path}.helmignore"), rules.join("\n").into_bytes());
        let all = "kind: Files\nfiles: {{ range $name, $content := .Files }}\n- {{ $name }}{{ end }}\n";
        chart.insert(format!("{path}templates/files.yaml"), all.as_bytes().to_vec());
    }
}

fn documents(random: &mut Random) -> String {
    let mut text =
        random.pick(&["", "", "", "", "---\n", "# leading\n", "\n\n", "{{- /* c */ -}}\n", "  \n"]).to_owned();
    for number in 0..=random.below(3) {
        if number > 0 {
            text.push_str(if random.percent(4) { random.pick(BAD_SEPARATORS) } else { random.pick(SEPARATORS) });
        }
        text.push_str(&document(random));
    }
    text.push_str(random.pick(&["", "", "", "---\n", "---", "\n\n", "# trailing\n", "---\n# trailing", "   "]));
    if random.percent(4) {
        text = text.replace('\n', "\r\n");
    }
    text
}

fn document(random: &mut Random) -> String {
    let kind = random.pick(KINDS);
    let name = random.pick(&["a", "b", "c", "", "\"quoted\"", "{{ .Release.Name }}-x", "1"]);
    let version = random.pick(&["v1", "apps/v1", "batch/v1", "", "x/v1"]);
    match random.below(24) {
        0 => return String::new(),
        1 => return "# nothing but a comment\n".to_owned(),
        2 => return "{{- if false }}\nkind: Never\n{{- end }}\n".to_owned(),
        3 if random.percent(8) => return "- a\n- list\n".to_owned(),
        4 => return format!("{{\"kind\": \"{kind}\", \"metadata\": {{\"name\": \"json\"}}}}\n"),
        5 if random.percent(10) => return "just text\n".to_owned(),
        6 => {
            return format!(
                "kind: {kind}\nmetadata:\n  name: m\ndata:\n  text: |\n    a\n    ---\n    b\n  more: '---'\n"
            );
        }
        7 => return format!("kind: {kind}\nmetadata:\n  name: m\ndata: |\n  ---\n  # kept\n\n\n"),
        8 if random.percent(10) => return "kind: [not, a, text]\n".to_owned(),
        9 if random.percent(10) => return "metadata: text\n".to_owned(),
        10 if random.percent(10) => return "a: b: c\n".to_owned(),
        _ => {}
    }
    let mut text = String::new();
    if random.percent(80) {
        text.push_str(&format!("apiVersion: {version}\n"));
    }
    text.push_str(&format!("kind: {kind}\nmetadata:\n  name: {name}\n"));
    let mut annotations = String::new();
    if random.percent(30) {
        annotations.push_str(&format!("    helm.sh/hook: {}\n", random.pick(EVENTS)));
        if random.percent(50) {
            annotations.push_str(&format!("    helm.sh/hook-weight: {}\n", random.pick(WEIGHTS)));
        }
        if random.percent(30) {
            annotations.push_str(&format!("    helm.sh/hook-delete-policy: {}\n", random.pick(POLICIES)));
        }
    }
    if random.percent(10) {
        annotations.push_str(&format!("    helm.sh/resource-policy: {}\n", random.pick(&["keep", "\"\"", "other"])));
    }
    if random.percent(2) {
        annotations.push_str(random.pick(&["    number: 1\n", "    empty:\n", "    truth: true\n", "    list: [a]\n"]));
    }
    if !annotations.is_empty() {
        text.push_str(&format!("  annotations:\n{annotations}"));
    } else if random.percent(5) {
        text.push_str(random.pick(&["  annotations: {}\n", "  annotations: null\n", "  labels: {a: b}\n"]));
    }
    text.push_str(random.pick(&[
        "spec: {}\n",
        "data: {a: '{{ .Values.a }}'}\n",
        "# inside\nspec: 1\n",
        "",
        "spec: |\n  x  \n\n",
    ]));
    text
}

fn definitions(random: &mut Random) -> String {
    random
        .pick(&[
            "kind: CustomResourceDefinition\nmetadata: {name: a}\n",
            "---\nkind: CustomResourceDefinition\nmetadata: {name: b}\n---\nkind: CustomResourceDefinition\n",
            "# comment\nkind: Other\ntext: '{{ not a template }}'\n",
            "",
            "kind: CustomResourceDefinition",
            "\n\n---\n\nkind: X\n\n\n",
        ])
        .to_owned()
}
