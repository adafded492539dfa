use std::{
    env, fs,
    path::{Path, PathBuf},
};

use towpath_yaml::{Node, Profile, parse_first};

/// A kubeconfig may have this many bytes.
const LARGEST: u64 = 16 << 20;

/// Where a pod learns its own namespace.
const OF_POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Returns the namespace that a kubeconfig's context names, or `default`: what helm takes without `--namespace`.
///
/// `file` and `context` are `--kubeconfig` and `--kube-context`; without them it is the current context of `$KUBECONFIG`, of
/// `~/.kube/config`, or of the pod that this runs in. No cluster is contacted; what cannot be read counts as absent, as in helm.
pub fn kubeconfig_namespace(file: Option<&str>, context: Option<&str>) -> String {
    let context = context.filter(|name| !name.is_empty());
    of_files(&files(file), context)
        .or_else(|| of_pod().filter(|_| context.is_none()))
        .unwrap_or_else(|| "default".to_owned())
}

fn files(file: Option<&str>) -> Vec<PathBuf> {
    if let Some(file) = file.filter(|file| !file.is_empty()) {
        return vec![PathBuf::from(file)];
    }
    match env::var_os("KUBECONFIG").filter(|list| !list.is_empty()) {
        Some(list) => env::split_paths(&list).collect(),
        None => env::var_os("HOME").map(|home| Path::new(&home).join(".kube/config")).into_iter().collect(),
    }
}

/// Of several files the first that names a current context counts, and the first that knows a context.
fn of_files(files: &[PathBuf], context: Option<&str>) -> Option<String> {
    let mut current = context.map(str::to_owned);
    let mut contexts = Vec::new();
    for file in files {
        let small = fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
        let Some(text) = small.then(|| fs::read_to_string(file).ok()).flatten() else { continue };
        let Ok(Some(document)) = parse_first(&text, Profile::Go2) else { continue };
        let root = document.root();
        let named = root.get("current-context").and_then(Node::text).filter(|name| !name.is_empty());
        if current.is_none() {
            current = named.map(str::to_owned);
        }
        for entry in root.get("contexts").into_iter().flat_map(Node::items) {
            let name = entry.get("name").and_then(Node::text).unwrap_or_default();
            let namespace = entry.at("/context/namespace").and_then(Node::text).unwrap_or_default();
            contexts.push((name.to_owned(), namespace.to_owned()));
        }
    }
    let current = current?;
    let found = contexts.into_iter().find(|(name, _)| *name == current);
    found.map(|(_, namespace)| namespace).filter(|namespace| !namespace.is_empty())
}

/// Source: `inClusterClientConfig` in client-go.
fn of_pod() -> Option<String> {
    let is_pod = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"]
        .iter()
        .all(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    let token = Path::new(OF_POD).with_file_name("token");
    if !is_pod || !token.is_file() {
        return None;
    }
    if let Some(namespace) = env::var("POD_NAMESPACE").ok().filter(|namespace| !namespace.is_empty()) {
        return Some(namespace);
    }
    fs::read_to_string(OF_POD).ok().map(|text| text.trim().to_owned()).filter(|namespace| !namespace.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_names_the_namespace() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let one =
            write("one", "contexts:\n- {name: a, context: {namespace: alpha}}\n- {name: b, context: {cluster: x}}\n");
        let two = write("two", "current-context: a\ncontexts:\n- {name: a, context: {namespace: other}}\n");
        let broken = write("broken", "a: [");
        assert_eq!(of_files(&[broken, one.clone(), two], None).as_deref(), Some("alpha"));
        assert_eq!(of_files(std::slice::from_ref(&one), None), None);
        assert_eq!(of_files(std::slice::from_ref(&one), Some("b")), None);
        assert_eq!(of_files(&[one, folder.path().join("absent")], Some("a")).as_deref(), Some("alpha"));
    }
}
