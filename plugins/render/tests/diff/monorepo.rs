use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use super::{refused::git, run, write};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include \"web.labels\" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      annotations:
        checksum/labels: {{ include \"web.labels\" . | sha256sum }}
";

const REST: &str = "\
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
  {{- if .Values.labelled }}
  labels: {{- include \"web.labels\" . | nindent 4 }}
  {{- end }}
stringData: {token: {{ randAlphaNum 20 }}, at: {{ now | quote }}}
";

const HELPER: &str = "{{- define \"web.labels\" -}}\napp: {{ .Release.Name }}\n{{- end }}\n";

/// Writes twelve services, of which every third is a kustomization and one has a chart of its own, and commits them.
fn monorepo(root: &Path) {
    write(root, "charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    write(root, "charts/web/values.yaml", "labelled: false\n");
    write(root, "charts/web/templates/_helpers.tpl", HELPER);
    write(root, "charts/web/templates/deployment.yaml", DEPLOYMENT);
    write(root, "charts/web/templates/rest.yaml", REST);
    write(root, "charts/own/Chart.yaml", "apiVersion: v2\nname: own\nversion: 1.0.0\n");
    write(root, "charts/own/templates/all.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n");
    for index in 0..12 {
        let name = format!("svc-{index:02}");
        let manifests = match index {
            7 => "{chart: ../../charts/own}",
            _ if index % 3 == 2 => "{kustomize: 'overlays/{env}'}",
            _ => "{chart: ../../charts/web, values: ['{env}.yaml']}",
        };
        let environments = ENVIRONMENTS.map(|name| format!("{{name: {name}}}")).join(", ");
        let config = format!(
            "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: {name}}}\nmanifests: {manifests}\n\
             environments: [{environments}]\n"
        );
        let folder = format!("services/{name}");
        write(root, &format!("{folder}/towpath.yaml"), &config);
        write(
            root,
            &format!("{folder}/base/kustomization.yaml"),
            "resources: [all.yaml]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n",
        );
        let deployment =
            format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{replicas: 1}}\n");
        write(root, &format!("{folder}/base/all.yaml"), &deployment);
        for (replicas, environment) in ENVIRONMENTS.iter().enumerate() {
            // In production of every fifth service the helper is used once more.
            let labelled = index % 5 == 0 && *environment == "prod";
            write(
                root,
                &format!("{folder}/{environment}.yaml"),
                &format!("replicas: {replicas}\nlabelled: {labelled}\n"),
            );
            let overlay = format!("resources: [../../base]\nnamespace: {environment}\n");
            write(root, &format!("{folder}/overlays/{environment}/kustomization.yaml"), &overlay);
        }
    }
    git(root, &["init", "-q", "-b", "main"]);
    commit(root);
}

fn commit(root: &Path) {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", "m"]);
}

type Objects = BTreeSet<(String, String, String, String)>;

/// Returns the objects that `diff` tells of: (service, environment, kind, name).
fn told(root: &Path, from: &str, to: &str) -> Objects {
    let (code, told, error) = run(root, &["diff", from, to, "--output", "json"]);
    let document: Value = serde_json::from_str(&told).expect(&error);
    assert_eq!(code, i32::from(document["objects"].as_array().is_some_and(|objects| !objects.is_empty())), "{error}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let occurrences =
        document["objects"].as_array().unwrap().iter().flat_map(|object| object["occurrences"].as_array().unwrap());
    occurrences
        .map(|one| {
            let place = &one["place"];
            (text(&place["service"]), text(&place["environment"]), text(&one["kind"]), text(&one["name"]))
        })
        .collect()
}

/// Returns which objects differ by rendering every environment at both revisions with `env`, and comparing documents as text.
///
/// What charts call random and the time are another in every run; they stand in one place, which is left out.
fn computed(root: &Path, from: &str, to: &str) -> Objects {
    let mut differ = Objects::new();
    for entry in fs::read_dir(root.join("services")).unwrap() {
        let folder = entry.unwrap().path();
        let service = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for environment in ENVIRONMENTS {
            let [old, new] = [from, to].map(|revision| {
                let (code, text, error) = run(&folder, &["env", &format!("{environment}@{revision}")]);
                assert_eq!(code, 0, "{error}");
                documents(&text)
            });
            for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                if old.get(name) != new.get(name) {
                    differ.insert((service.clone(), environment.to_owned(), name.0.clone(), name.1.clone()));
                }
            }
        }
    }
    differ
}

fn documents(text: &str) -> BTreeMap<(String, String), String> {
    let mut documents = BTreeMap::new();
    for document in text.split("---\n").filter(|document| document.contains("kind: ")) {
        let after = |word: &str| {
            let rest = document.split_once(word).unwrap().1;
            rest.split(['\n', '}', ',']).next().unwrap().trim().to_owned()
        };
        let lines = document.lines().filter(|line| !line.starts_with("stringData:"));
        documents.insert((after("kind: "), after("name: ")), lines.collect::<Vec<_>>().join("\n"));
    }
    documents
}

#[test]
fn another_helper_changes_exactly_what_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    monorepo(root);
    write(root, "charts/web/templates/_helpers.tpl", &HELPER.replace("app:", "team: web\napp:"));
    write(root, "README.md", "nobody reads it\n");
    commit(root);
    let expected = computed(root, "HEAD~1", "HEAD");
    // Seven services with the chart: their deployments, and in production the secrets of those that label them.
    let secrets = expected.iter().filter(|object| object.2 == "Secret").count();
    assert_eq!((expected.len(), secrets), (7 * 3 + 2, 2), "{expected:?}");
    assert_eq!(told(root, "@HEAD~1", "@HEAD"), expected);
    assert_eq!(told(root, "@HEAD~1", "@"), expected);
    assert_eq!(told(root, "@main", "@"), Objects::new());

    let (code, text, error) = run(root, &["diff", "@HEAD~1", "@"]);
    assert_eq!((code, error.as_str()), (1, "@HEAD~1 to @: 23 changed, 0 added, 0 removed\n"));
    let shared = "# 21 objects differ alike but for names and checksums; the first of them:\n\
                  #   svc-00, svc-01, svc-03, svc-04, svc-06, svc-09, svc-10 (dev, staging, prod)\n\
                  --- svc-00/dev: Deployment svc-00\n";
    assert!(text.starts_with(shared), "{text}");
    assert!(text.matches("+    team: web\n").count() == 2 && text.contains("#   svc-00, svc-10 (prod)\n"), "{text}");
}

#[test]
fn what_comes_and_goes_is_told_by_place() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    monorepo(root);
    fs::remove_dir_all(root.join("services/svc-07")).unwrap();
    let config = fs::read_to_string(root.join("services/svc-02/towpath.yaml")).unwrap();
    write(root, "services/svc-02/towpath.yaml", &config.replace(", {name: prod}", ""));
    write(
        root,
        "services/svc-05/base/kustomization.yaml",
        "resources: [all.yaml]\nconfigMapGenerator: [{name: c, literals: [a=c]}]\n",
    );
    let new = config.replace("svc-02", "new").replace("overlays/", "../svc-02/overlays/");
    write(root, "services/new/towpath.yaml", &new);
    let (code, text, _) = run(root, &["diff", "@HEAD", "@"]);
    assert_eq!(code, 1);
    let (_, _, error) = run(root, &["diff", "@HEAD", "@", "--stat"]);
    assert_eq!(error, "@HEAD to @: 0 changed, 3 renamed, 6 added, 5 removed\n");
    assert!(text.contains("# 3 environments new: new/dev, new/staging, new/prod\n"), "{text}");
    assert!(text.contains("# 4 environments gone: svc-02/prod, svc-07/dev, svc-07/staging, svc-07/prod\n"), "{text}");
    assert!(text.contains("# 3 objects differ alike; the first of them:\n#   svc-05 (dev, staging, prod)\n"), "{text}");
}

#[test]
fn a_folder_that_was_written_before_is_compared_with_what_is_rendered_now() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    monorepo(root);
    // Without the clock and the random source, which every run has anew.
    write(root, "charts/web/templates/rest.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n");
    for entry in fs::read_dir(root.join("services")).unwrap() {
        let service = entry.unwrap().path();
        for environment in ENVIRONMENTS {
            let (_, text, _) = run(&service, &["env", environment]);
            write(root, &format!("out/{}/{environment}.yaml", service.file_name().unwrap().to_str().unwrap()), &text);
        }
    }
    assert_eq!(run(root, &["diff", "out", "@"]), (0, String::new(), "no differences\n".to_owned()));
    write(root, "services/svc-03/staging.yaml", "replicas: 9\nlabelled: false\n");
    let (_, text, _) = run(root, &["diff", "out", "@", "--stat"]);
    assert_eq!(text, "~ svc-03/staging: Deployment svc-03  +1 -1\n");
}

#[test]
fn what_is_wrong_in_one_place_hides_nothing_in_others() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    monorepo(root);
    write(root, "services/svc-03/staging.yaml", "replicas: 9\nlabelled: false\n");
    write(root, "services/svc-04/towpath.yaml", "kind: Service\nmetadata: {nam: x}\n");
    write(root, "services/svc-02/overlays/prod/kustomization.yaml", "resources: [none.yaml]\n");
    for (from, to) in [("@HEAD", "@"), ("@", "@HEAD")] {
        let (code, told, error) = run(root, &["diff", from, to, "--stat"]);
        assert_eq!((code, told.as_str()), (2, "~ svc-03/staging: Deployment svc-03  +1 -1\n"), "{error}");
        assert!(error.contains("services/svc-04/towpath.yaml"), "{error}");
        assert!(error.contains("while rendering svc-02/prod"), "{error}");
        let end = format!("{from} to {to}, but for what failed: 1 changed, 0 added, 0 removed\n");
        assert!(error.ends_with(&end), "{error}");
        let (code, told, _) = run(root, &["diff", from, to, "--output", "json"]);
        let document: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((code, document["failures"].as_array().unwrap().len()), (2, 2));
        assert_eq!(document["objects"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_cache_changes_nothing_but_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    monorepo(root);
    let cache = tempfile::tempdir().unwrap();
    let cache = cache.path().to_str().unwrap();
    write(root, "services/svc-03/staging.yaml", "replicas: 9\nlabelled: false\n");
    write(root, "services/svc-05/base/all.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n");
    let plain = run(root, &["diff", "@HEAD", "@"]);
    assert_eq!(plain.0, 1, "{}", plain.2);
    // 36 environments, of which 4 differ: their other side is rendered too.
    for (hits, misses) in [(32, 40), (72, 0)] {
        let (code, told, error) = run(root, &["diff", "@HEAD", "@", "--cache", cache]);
        assert_eq!((code, told.as_str()), (1, plain.1.as_str()), "{error}");
        let said = format!("cache: {hits} hits ");
        assert!(error.contains(&said) && error.contains(&format!(", {misses} misses")), "{said}{misses}: {error}");
    }
    let alone = run(root, &["diff", "staging@HEAD", "staging", "--config", "services/svc-03/towpath.yaml"]);
    let arguments = ["diff", "staging@HEAD", "staging", "--config", "services/svc-03/towpath.yaml", "--cache", cache];
    assert_eq!(run(root, &arguments).1, alone.1);
}
