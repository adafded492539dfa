//! What of a chart is read, and what happens when it cannot be.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, HelmError, Options, Randomness, RenderEnv, Rendered, ValuesOptions, render};
use towpath_model::{Entry, FileTree, Probe, Read, Source, SourceError, TreePath};

/// Files of which the one called `broken` can be found and not be read.
struct Files(BTreeMap<String, Vec<u8>>);

#[derive(Debug, thiserror::Error)]
#[error("the disk is on fire")]
struct Fire;

impl Source for Files {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        if path.name() == "broken" {
            return Err(SourceError { path: path.clone(), source: Arc::new(Fire) });
        }
        self.0.load(path)
    }

    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        self.0.probe(path)
    }
}

fn tree(template: &str) -> FileTree {
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: hello\nversion: 1.0.0\n"),
        ("README.md", "long"),
        ("crds/a.yaml", "kind: CustomResourceDefinition\n"),
        ("files/x.txt", "x"),
        ("files/broken", "y"),
        ("templates/a.yaml", template),
    ];
    FileTree::new(Files(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into()))
}

fn rendered(tree: &FileTree) -> Result<Rendered, HelmError> {
    let chart = Chart::load(tree, &ChartLimits::default())?;
    let env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    render(&chart, &ValuesOptions::default(), &env, &Options::default())
}

#[test]
fn only_what_a_template_asks_for_is_read() {
    let tree = tree("a: {{ .Files.Get \"files/x.txt\" }}\nb: {{ len (.Files.Glob \"*.md\") }}\n");
    assert!(rendered(&tree).expect("it renders").to_text().contains("a: x\nb: 1\n"));
    let is_loaded = |read: &Read| matches!(read, Read::File { .. } | Read::Directory(_) | Read::Absent);
    let reads = tree.reads();
    let read: Vec<String> =
        reads.iter().filter(|(_, read)| is_loaded(read)).map(|(path, _)| path.to_string()).collect();
    let expected = [
        ".",
        ".helmignore",
        "Chart.yaml",
        "README.md",
        "crds",
        "files",
        "files/x.txt",
        "templates",
        "templates/a.yaml",
    ];
    assert_eq!(read, expected, "the readme is printed by `len`'s way to a map, the definition by nobody");
    let probed: Vec<_> =
        reads.iter().filter(|(_, read)| !is_loaded(read)).map(|(path, read)| (path.as_str(), read)).collect();
    let of_size = |bytes| Read::Probed(Probe::File { bytes });
    assert_eq!(
        probed,
        [("crds/a.yaml", &of_size(31)), ("files/broken", &of_size(1))],
        "their sizes count for the limits"
    );
}

#[test]
fn a_rendering_tells_whether_it_gives_the_same_again() {
    let is_passing = |template: &str| rendered(&tree(template)).expect("it renders").is_passing;
    for same in
        ["a: {{ .Values.x }}\n", "a: {{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}\n", "a: {{ getHostByName \"a\" }}\n"]
    {
        assert!(!is_passing(same), "{same}");
    }
    for passing in [
        "a: {{ randAlphaNum 5 }}\n",
        "a: {{ now | date \"2006\" }}\n",
        "a: {{ uuidv4 }}\n",
        "a: {{ (genCA \"a\" 1).Cert | len }}\n",
        "a: {{ htpasswd \"a\" \"b\" | len }}\n",
        "a: {{ tpl \"{{ shuffle \\\"abc\\\" }}\" . }}\n",
        "a: {{ date \"2006\" \"no date\" }}\n",
        "a: {{ encryptAES \"k\" \"text\" | len }}\n",
    ] {
        assert!(is_passing(passing), "{passing}");
    }
}

#[test]
fn a_file_that_cannot_be_read_after_all_ends_the_rendering() {
    assert!(rendered(&tree("a: {{ .Files.Get \"files/x.txt\" }}\n")).is_ok());
    for template in ["a: {{ .Files.Get \"files/broken\" }}\n", "a: {{ (.Files.Glob \"files/*\").AsConfig }}\n"] {
        match rendered(&tree(template)) {
            Err(HelmError::Source(error)) => assert_eq!(error.path.as_str(), "files/broken"),
            other => unreachable!("{other:?}"),
        }
    }
}
