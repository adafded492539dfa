//! The flags of `helm template`: ours knows every one of them, and they do what the real programs do.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use towpath_tests::{binary, output, peer};

const HELMS: [(&str, &str); 2] = [("helm4", "4"), ("helm3", "3")];

/// Flags that name where a chart comes from are tested with the sources of charts.
const OF_SOURCES: &[&str] = &[
    "ca-file",
    "cert-file",
    "content-cache",
    "dependency-update",
    "devel",
    "insecure-skip-tls-verify",
    "key-file",
    "keyring",
    "pass-credentials",
    "password",
    "plain-http",
    "registry-config",
    "repo",
    "repository-cache",
    "repository-config",
    "username",
    "verify",
    "version",
];

/// Returns the flags that a help text lists: short form, long form.
fn flags_of(help: &str) -> Vec<(Option<char>, String)> {
    let mut flags = Vec::new();
    for line in help.lines() {
        let line = line.trim_start();
        let (short, rest) = match line.strip_prefix('-').map(|rest| (rest.chars().next(), rest)) {
            Some((Some('-'), rest)) => (None, &rest[1..]),
            Some((Some(short), rest)) if rest[1..].starts_with(", --") => (Some(short), &rest[5..]),
            _ => continue,
        };
        let end = rest.find(|c: char| c != '-' && !c.is_ascii_lowercase()).unwrap_or(rest.len());
        flags.push((short, rest[..end].to_owned()));
    }
    flags
}

#[test]
fn every_flag_of_helm_is_known() {
    let ours = binary("towpath-render");
    let is_known = |flag: &str| {
        let said = output(Command::new(&ours).args(["template", "demo", "/nothing/here", flag]));
        !String::from_utf8_lossy(&said.stderr).contains("unexpected argument")
    };
    assert!(!is_known("--no-such-flag=1") && !is_known("-Z"), "what is unknown is told");
    for (program, _) in HELMS {
        let help = output(Command::new(peer(program)).args(["template", "--help"]));
        let flags = flags_of(&String::from_utf8_lossy(&help.stdout));
        assert!(flags.len() > 50, "{program} has {} flags", flags.len());
        let unknown: Vec<_> = flags
            .iter()
            .filter(|(_, long)| !OF_SOURCES.contains(&long.as_str()))
            .filter(|(short, long)| {
                !is_known(&format!("--{long}=1")) || short.is_some_and(|short| !is_known(&format!("-{short}")))
            })
            .collect();
        assert!(unknown.is_empty(), "{program}: {unknown:?}");
    }
}

/// A chart with what flags choose from, a values file, a kubeconfig, post-renderers.
fn world() -> tempfile::TempDir {
    let world = tempfile::tempdir().expect("a folder can be made");
    let write = |path: &str, text: &str| {
        let path = world.path().join(path);
        fs::create_dir_all(path.parent().expect("because it is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\nkubeVersion: '>=1.20.0-0'\n");
    write("shop/values.yaml", "a: 1\nlist: [x]\nbroken: false\nfailing: false\n");
    write("shop/crds/b.yaml", "kind: CustomResourceDefinition\nmetadata: {name: b}\n");
    write(
        "shop/templates/all.yaml",
        "kind: Release\nmetadata: {name: {{ .Release.Name }}}\nnamespace: {{ .Release.Namespace }}\nupgrade: {{ .Release.IsUpgrade }}\n\
         install: {{ .Release.IsInstall }}\nkube: {{ .Capabilities.KubeVersion }}\nmonitors: {{ .Capabilities.APIVersions.Has \"x/v1\" }}\n\
         values: {{ toJson .Values }}\ndns: {{ getHostByName \"127.0.0.1\" | quote }}\n---\nkind: Service\nmetadata: {name: s}\n",
    );
    write("shop/templates/hook.yaml", "kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: pre-install}\n");
    write("shop/templates/test.yaml", "kind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n");
    write("shop/templates/broken.yaml", "{{ if .Values.broken }}kind: A\n- b: [\n{{ end }}");
    write("shop/templates/failing.yaml", "{{ if .Values.failing }}{{ fail \"as asked\" }}{{ end }}");
    write("shop/templates/NOTES.txt", "hello\n");
    write("more.yaml", "a: 2\nb: {c: d}\n");
    write("text.txt", "from a file\n");
    write(
        "kubeconfig",
        "current-context: one\ncontexts:\n- {name: one, context: {namespace: first}}\n- {name: two, context: {namespace: second}}\n",
    );
    for (name, script) in
        [("upper", "#!/bin/sh\ntr a-z A-Z\necho \"# $*\"\n"), ("failing", "#!/bin/sh\necho no >&2; exit 3\n")]
    {
        write(name, script);
        output(Command::new("chmod").arg("755").arg(world.path().join(name)));
    }
    world
}

/// Arguments behind `template`, cut at blanks; `@` is a folder for output. Both must give the same, or both refuse.
const LINES: &[&str] = &[
    "shop",
    "demo shop",
    "demo shop extra",
    "",
    "shop -g",
    "shop --generate-name=true",
    "demo shop -g",
    "shop --name-template name-{{1}}",
    "shop --name-template {{upper}}",
    "shop --name-template N",
    "shop --name-template {{required}}",
    "shop --name-template {{\"Abc\"|lower|replace(\"b\")(\"x\")}}",
    "shop --name-template {{env(\"WHO\")}}-{{expandenv(\"$WHO\")}}",
    "demo shop --name-template x",
    "Demo_1 shop",
    "demo shop -n mine",
    "demo shop --namespace=mine",
    "demo shop --namespace mine --namespace yours",
    "demo shop --kubeconfig kubeconfig",
    "demo shop --kubeconfig kubeconfig --kube-context two",
    "demo shop --kubeconfig kubeconfig --kube-context none",
    "demo shop --kubeconfig kubeconfig -n mine",
    "demo shop --kubeconfig absent",
    "demo shop --include-crds",
    "demo shop --include-crds=false",
    "demo shop --include-crds=maybe",
    "demo shop --skip-crds --include-crds",
    "demo shop --skip-tests",
    "demo shop --no-hooks",
    "demo shop --no-hooks=0",
    "demo shop --is-upgrade",
    "demo shop --api-versions x/v1",
    "demo shop -a y/v1,x/v1",
    "demo shop --kube-version 1.30.4",
    "demo shop --kube-version v1.19.0",
    "demo shop --kube-version one",
    "demo shop -s templates/hook.yaml",
    "demo shop --show-only templates/*.yaml --show-only templates/hook.yaml",
    "demo shop --show-only templates/none.yaml",
    "demo shop --set a=3,list={a,b} --set-string b=007 --set-literal c=x,y=z",
    "demo shop --set-json a={\"b\":[1]} --set-file f=text.txt",
    "demo shop --set-file f=absent.txt",
    "demo shop -f more.yaml --set b.c=null",
    "demo shop --values=more.yaml,more.yaml",
    "demo shop --values absent.yaml",
    "demo shop -f -",
    "demo shop --set failing=true",
    "demo shop --set failing=true --debug",
    "demo shop --set broken=true",
    "demo shop --set broken=true --debug",
    "demo shop --dry-run",
    "demo shop --dry-run=client",
    "demo shop --dry-run=true",
    "demo shop --dry-run=none",
    "demo shop --dry-run=perhaps",
    "demo shop --labels a=b,c=d",
    "demo shop --labels a",
    "demo shop --labels owner=me",
    "demo shop --create-namespace --description x --disable-openapi-validation --replace --take-ownership --timeout 3m",
    "demo shop --wait --wait-for-jobs --atomic --force --hide-notes --render-subchart-notes --kube-token t",
    "demo shop --timeout soon",
    "demo shop --qps 1.5 --burst-limit 3 --kube-as-group a --kube-as-group b",
    "demo shop --burst-limit many",
    "demo shop --enable-dns",
    "demo shop --output-dir @",
    "demo shop --output-dir @ --include-crds --release-name",
    "demo shop --output-dir @/a/./b/ --release-name --no-hooks",
    "demo shop --output-dir @ --set failing=true",
    "demo shop --output-dir @ --show-only templates/hook.yaml",
    "demo absent",
    "demo shop --no-such-flag",
];

/// Of Helm 3: its post-renderers are programs.
const LINES_OF_3: &[&str] = &[
    "demo shop --post-renderer ./upper",
    "demo shop --post-renderer ./upper --post-renderer-args one --post-renderer-args --two",
    "demo shop --post-renderer ./failing",
    "demo shop --post-renderer ./absent",
    "demo shop --post-renderer no-such-program",
    "demo shop --post-renderer cat --show-only templates/all.yaml",
    "demo shop --wait=true --dry-run=false",
];

/// Of Helm 4: a program that is no plugin is refused.
const LINES_OF_4: &[&str] = &[
    "demo shop --post-renderer cat",
    "demo shop --wait=legacy --server-side=false --force-replace --rollback-on-failure",
    "demo shop --wait=sometimes",
    "demo shop --force-replace --force-conflicts",
    "demo shop --dry-run=false",
    "demo shop --validate --dry-run=client",
    "demo shop --color never",
    "demo shop --set-json {\"a\":{\"b\":1}}",
];

fn files_below(folder: &Path, files: &mut BTreeMap<PathBuf, String>, root: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files_below(&path, files, root);
        } else {
            let name = path.strip_prefix(root).expect("because it is below").to_owned();
            files.insert(name, fs::read_to_string(&path).expect("the file can be read"));
        }
    }
}

/// What a run leaves: whether it was done, what it printed, what it wrote.
#[derive(Debug, PartialEq)]
struct Left {
    done: bool,
    out: String,
    files: BTreeMap<PathBuf, String>,
}

fn run(program: &Path, line: &str, world: &Path, further: &[&str]) -> (Left, String) {
    let into = world.join("out");
    let _ = fs::remove_dir_all(&into);
    let mut command = Command::new(program);
    command
        .current_dir(world)
        .arg("template")
        .args(line.replace('@', "out").split(' ').filter(|word| !word.is_empty()));
    command.args(further).env("HOME", world).env("WHO", "me").env_remove("KUBECONFIG");
    let ran = output(&mut command);
    let mut files = BTreeMap::new();
    files_below(&into, &mut files, &into);
    let done = ran.status.success();
    let mut out = String::from_utf8_lossy(&ran.stdout).into_owned();
    // With --debug Helm prints the files in Go's order of maps.
    if !done {
        let mut lines: Vec<&str> = out.lines().collect();
        lines.sort_unstable();
        out = lines.join("\n");
    }
    // What a refusal has written before is no promise.
    (
        Left { done, out, files: if done { files } else { BTreeMap::new() } },
        String::from_utf8_lossy(&ran.stderr).into_owned(),
    )
}

#[test]
fn flags_do_what_they_do_in_helm() {
    let world = world();
    let ours = binary("towpath-render");
    let mut wrong = Vec::new();
    for (program, major) in HELMS {
        let own = if major == "3" { LINES_OF_3 } else { LINES_OF_4 };
        for line in LINES.iter().chain(own) {
            let (theirs, said) = run(&peer(program), line, world.path(), &[]);
            let (left, words) = run(&ours, line, world.path(), &["--helm-version", major]);
            // What Helm writes before it refuses is not repeated.
            let same = theirs == left || (!theirs.done && !left.done && line.contains('@'));
            if !same {
                wrong.push(format!("== {program} template {line}\n{theirs:#?}\n{said}\n-- ours\n{left:#?}\n{words}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} lines differ:\n{}", wrong.len(), wrong.join("\n"));
}
