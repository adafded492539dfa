//! The grammars of `--set` and its kin against both releases of Helm: arguments that follow from a seed.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are; each is a run of Helm of its own.

use std::sync::Arc;

use towpath_helm::{Chart, ChartLimits, Options, Profile, ValuesOptions};
use towpath_model::FileTree;
use towpath_tests::{
    helm::{self, RELEASES, environment, set, theirs, write_files},
    random::{Random, for_each_case, setting},
};

const CHART: &str = "apiVersion: v2\nname: flags\nversion: 1.0.0\n";
const VALUES: &str = "a: {b: 1, c: [x, {y: z}]}\nl: [1, [2, 3], {k: v}]\nn: null\ns: text\n";
const TEMPLATE: &str = "kind: Values\nall: {{ .Values | toJson }}\ntypes: {{ range $k, $v := .Values }}{{ printf \"%s=%T \" $k $v }}{{ end }}\n";
const FILE: &str = "from a file\nwith, two = lines\n";

/// Pieces that keys and values are put together from.
const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "l",
    "s",
    "n",
    "key",
    "ä",
    "0",
    "1",
    "2",
    "9",
    "-1",
    "65537",
    ".",
    ".",
    ".",
    "=",
    "=",
    "=",
    ",",
    ",",
    "[",
    "]",
    "[0]",
    "[1]",
    "[2]",
    "[0][1]",
    "[-1]",
    "[x]",
    "{",
    "}",
    "{1,2}",
    "{a,b,}",
    "{}",
    "\\",
    "\\.",
    "\\,",
    "\\=",
    "\\[",
    "\\{",
    "\\\\",
    "true",
    "FALSE",
    "null",
    "NULL",
    "1.5",
    "1e3",
    "0x1F",
    "012",
    "00",
    "0",
    "-5",
    "+7",
    "9223372036854775808",
    "\"",
    "'",
    " ",
    "\n",
    ":",
    "{\"x\":1}",
    "[1,null]",
    "\"t\"",
    "nul",
    "1}",
    "{{",
    "a.b=1",
    "a.c[0]=q",
    "l[3]=w",
    "n.x=y",
    "s.t=u",
    "k=v",
    "a=",
    "=v",
    "file",
];

const FLAGS: &[&str] = &["--set", "--set", "--set", "--set-string", "--set-json", "--set-literal", "--set-file"];

fn argument(flag: &str, below: &mut impl FnMut(usize) -> usize) -> String {
    let mut text = String::new();
    if below(4) > 0 {
        // Mostly a key, an equals sign and a value, some of it odd.
        let keys = [
            "a", "a.b", "a.c", "l", "l[0]", "l[1][0]", "l[2].k", "n", "n.m", "s", "new", "new[1].x", "x\\.y",
            "a.c[1].y", "l[4]",
        ];
        text.push_str(keys[below(keys.len())]);
        text.push('=');
    }
    for _ in 0..below(5) {
        text.push_str(PIECES[below(PIECES.len())]);
    }
    if flag == "--set-file" && below(3) > 0 {
        text = format!("{}=file", ["a.b", "l[0]", "new"][below(3)]);
    }
    text
}

fn ours(arguments: &[(String, String)], profile: Profile) -> Result<String, String> {
    let tree = FileTree::from_files([
        ("Chart.yaml", CHART.as_bytes()),
        ("values.yaml", VALUES.as_bytes()),
        ("templates/all.yaml", TEMPLATE.as_bytes()),
    ]);
    let chart = Chart::load(&tree.expect("the names are sound"), &ChartLimits::default()).expect("the chart is sound");
    let mut values = ValuesOptions {
        read_file: Some(Arc::new(|path: &str| match path {
            "file" => Ok(FILE.as_bytes().to_vec()),
            path => Err(format!("open {path}: no such file or directory")),
        })),
        ..ValuesOptions::default()
    };
    for (flag, argument) in arguments {
        set(&mut values, flag, argument);
    }
    helm::ours(&chart, &values, &environment(profile), &Options::default())
}

#[test]
fn values_are_set_as_helm_sets_them() {
    let (seed, count) = (setting("TOWPATH_SEED", 1), setting("TOWPATH_CASES", 150));
    let count = usize::try_from(count).expect("because it is small");
    let work = tempfile::tempdir().expect("a folder can be made");
    let files = [
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", VALUES),
        ("chart/templates/all.yaml", TEMPLATE),
        ("file", FILE),
    ];
    write_files(work.path(), files.map(|(name, text)| (name, text.as_bytes())));
    let look = |number: usize| {
        let mut random = Random::new(seed << 32 | number as u64);
        let mut below = |limit| random.below(limit);
        let (mut differing, mut refused) = (Vec::new(), 0);
        let arguments: Vec<(String, String)> = (0..=below(3))
            .map(|_| {
                let flag = FLAGS[below(FLAGS.len())];
                (flag.to_owned(), argument(flag, &mut below))
            })
            .collect();
        let flags: Vec<String> = arguments.iter().map(|(flag, argument)| format!("{flag}={argument}")).collect();
        for (profile, program) in RELEASES {
            let (ours, theirs) = (ours(&arguments, profile), theirs(program, work.path(), &flags));
            refused += usize::from(theirs.is_err());
            // Refusals count as such: our words name the argument, Helm's differ from case to case.
            if ours.as_ref().ok() != theirs.as_ref().ok() {
                differing.push(format!("{program} {arguments:?}\n  theirs {theirs:?}\n  ours   {ours:?}"));
            }
        }
        (differing, refused)
    };
    let found = for_each_case(count, look);
    let refused: usize = found.iter().map(|(_, refused)| refused).sum();
    let differing: Vec<String> = found.into_iter().flat_map(|(differing, _)| differing).collect();
    assert!(refused < 2 * count, "seed {seed}: all is refused, which shows nothing");
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
