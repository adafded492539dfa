use std::{fs, path::Path};

use super::*;
use crate::Manner;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn describe(folder: &Path, name: &str, manifests: &str) {
    let text = format!(
        "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: {name}}}\nmanifests: {manifests}\n\
         environments: [{{name: dev}}, {{name: prod}}]\n"
    );
    write(folder, &format!("services/{name}/towpath.yaml"), &text);
}

fn commit(folder: &Path) {
    let repository = git2::Repository::open(folder).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = git2::Signature::new("a", "a@example.com", &git2::Time::new(0, 0)).unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &author, &author, "m", &tree, &parents).unwrap();
}

/// Two services that share a chart, one with a kustomization, and one whose description is wrong.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git2::Repository::init(root).unwrap();
    write(root, "charts/web/Chart.yaml", CHART);
    let template = "kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {size: {{ .Values.size }}, \
                    text: {{ .Files.Get \"text.txt\" }}}\n";
    write(root, "charts/web/templates/map.yaml", template);
    write(root, "charts/web/text.txt", "hello");
    for name in ["a", "b"] {
        describe(root, name, "{chart: ../../charts/web, values: ['{env}.yaml']}");
        write(root, &format!("services/{name}/dev.yaml"), "size: 1\n");
        write(root, &format!("services/{name}/prod.yaml"), "size: 3\n");
    }
    describe(root, "c", "{kustomize: 'overlays/{env}'}");
    write(root, "services/c/base/kustomization.yaml", "resources: [map.yaml]\n");
    write(root, "services/c/base/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
    for environment in ["dev", "prod"] {
        let text = format!("resources: [../../base]\nnamePrefix: {environment}-\n");
        write(root, &format!("services/c/overlays/{environment}/kustomization.yaml"), &text);
    }
    write(root, "services/d/towpath.yaml", "kind: Service\n");
    write(root, ".hidden/towpath.yaml", "kind: Service\n");
    commit(root);
    folder
}

fn rendered(repository: &Repository) -> Vec<String> {
    let services = repository.services().iter().map(|found| match &found.service {
        Err(error) => format!("{}: {}", found.file, error.message),
        Ok(service) => {
            let names = service.config.environments.iter().map(|environment| environment.name.as_str());
            names.map(|name| service.render_as(name, &Manner::default()).unwrap().to_text()).collect()
        }
    });
    services.collect()
}

#[test]
fn a_work_tree_and_a_revision_give_every_service_in_the_same_order() {
    let folder = repository();
    let charts = || Arc::new(Charts::default());
    let before = rendered(&Repository::open(folder.path(), &charts(), None).unwrap());
    let map = |name: &str, size: u8| {
        format!(
            "---\n# Source: web/templates/map.yaml\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{size: {size}, \
             text: hello}}\n"
        )
    };
    assert_eq!(before[0], map("a", 1) + &map("a", 3));
    assert_eq!(before[1], map("b", 1) + &map("b", 3));
    assert!(before[2].contains("name: dev-c\n") && before[2].contains("name: prod-c\n"), "{}", before[2]);
    assert_eq!(before[3], "services/d/towpath.yaml: the service has no `apiVersion`");
    assert_eq!(before.len(), 4);

    write(folder.path(), "charts/web/text.txt", "changed");
    let at = |revision: &str| Repository::at_revision(folder.path(), revision, &charts()).unwrap();
    let at_head: Vec<_> = rendered(&at("HEAD")).into_iter().map(|text| text.replace("HEAD:", "")).collect();
    assert_eq!(at_head, before);
    let changed = rendered(&Repository::open(&folder.path().join("services/b"), &charts(), None).unwrap());
    assert_eq!(changed, [before[1].replace("hello", "changed")], "a folder of it, with files beside the folder");
}

#[test]
fn threads_render_what_one_alone_renders() {
    let folder = repository();
    let charts = Arc::new(Charts::default());
    let alone = rendered(&Repository::open(folder.path(), &charts, None).unwrap());
    let shared = Repository::at_revision(folder.path(), "HEAD", &charts).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| rendered(&shared))).collect();
        for thread in threads {
            let texts = thread.join().unwrap().into_iter().map(|text| text.replace("HEAD:", ""));
            assert_eq!(texts.collect::<Vec<_>>(), alone);
        }
    });
}

#[test]
fn what_is_no_folder_or_no_revision_is_named() {
    let folder = repository();
    let charts = || Arc::new(Charts::default());
    let error = Repository::open(&folder.path().join("none"), &charts(), None).unwrap_err();
    assert!(error.message.starts_with("cannot read `"), "{error:?}");
    let error = Repository::open(&folder.path().join("services/a/dev.yaml"), &charts(), None).unwrap_err();
    assert!(error.message.ends_with("dev.yaml` is no folder"), "{error:?}");
    let error = Repository::at_revision(folder.path(), "v9", &charts()).unwrap_err();
    assert!(error.message.ends_with("has no revision `v9`"), "{error:?}");
}

/// Returns which environments would be other ones at HEAD: those of whose reads something does not hold there.
fn changed(folder: &Path) -> Vec<String> {
    let charts = || Arc::new(Charts::default());
    let old = Repository::at_revision(folder, "HEAD", &charts()).unwrap();
    let new = Repository::open(folder, &charts(), None).unwrap();
    let mut changed = Vec::new();
    for service in new.services().iter().filter_map(|found| found.service.as_ref().ok()) {
        for environment in &service.config.environments {
            let reads = service.render_as(&environment.name, &Manner::default()).unwrap().reads();
            if !reads.iter().all(|(path, read)| old.tree().holds(path, read)) {
                changed.push(format!("{}/{}", service.config.name, environment.name));
            }
        }
    }
    changed
}

#[test]
fn what_was_read_says_what_a_change_changes() {
    let folder = repository();
    let root = folder.path();
    assert_eq!(changed(root), [] as [&str; 0]);
    write(root, "services/a/notes.md", "nobody reads it");
    write(root, "README.md", "nor this");
    assert_eq!(changed(root), [] as [&str; 0]);
    write(root, "services/b/prod.yaml", "size: 4\n");
    assert_eq!(changed(root), ["b/prod"]);
    write(root, "charts/web/text.txt", "what only a template asks for");
    assert_eq!(changed(root), ["a/dev", "a/prod", "b/dev", "b/prod"]);
    commit(root);
    // Absent until now: the chart's values, and a second name of the kustomization file.
    write(root, "charts/web/values.yaml", "size: 9\n");
    assert_eq!(changed(root), ["a/dev", "a/prod", "b/dev", "b/prod"]);
    commit(root);
    write(root, "services/c/base/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n");
    assert_eq!(changed(root), ["c/dev", "c/prod"]);
    fs::remove_dir_all(root.join("services/c/overlays/prod")).unwrap();
    write(root, "services/c/overlays/prod/kustomization.yml", "resources: [../../base]\nnamePrefix: prod-\n");
    commit(root);
    write(root, "services/c/overlays/dev/kustomization.yml", "nameSuffix: x\n");
    fs::remove_file(root.join("services/c/overlays/dev/kustomization.yaml")).unwrap();
    assert_eq!(changed(root), ["c/dev"]);
}
