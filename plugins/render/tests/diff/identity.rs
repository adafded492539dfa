use super::{compare, run, write};

/// Compares two texts and expects these lines of `--stat`, their counts left out.
fn check(from: &str, to: &str, expected: &[&str]) {
    let (code, told, error) = compare(from, to, &["--stat"]);
    let titles: Vec<&str> =
        told.lines().filter_map(|line| line.rsplit_once("  +")).map(|(title, _)| title.trim_end()).collect();
    assert_eq!(titles, expected, "{error}");
    assert_eq!(code, i32::from(!expected.is_empty()), "{error}");
}

fn object(api_version: &str, kind: &str, namespace: &str, name: &str, value: u8) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}{namespace}}}\nvalue: {value}\n")
}

#[test]
fn what_has_the_same_identity_is_the_same_object() {
    let map = |namespace: &str, name: &str, value| object("v1", "ConfigMap", namespace, name, value);
    check(&(map("", "a", 1) + &map("", "b", 1)), &(map("", "b", 1) + &map("", "a", 1)), &[]);
    check(&map("x", "a", 1), &map("x", "a", 2), &["~ ConfigMap x/a"]);
    check(&map("", "a", 1), &map("", "b", 1), &["- ConfigMap a", "+ ConfigMap b"]);
    check(&map("x", "a", 1), &map("y", "a", 1), &["~ ConfigMap y/a (was x/a)"]);
    check("", &map("", "a", 1), &["+ ConfigMap a"]);
    check("# nothing\n---\n---\n", "", &[]);
}

#[test]
fn another_version_of_the_api_is_the_same_object_and_another_group_is_none() {
    let deployment = |version: &str| object(version, "Deployment", "", "a", 1);
    check(&deployment("apps/v1beta1"), &deployment("apps/v1"), &["~ Deployment a (was apps/v1beta1)"]);
    check(&deployment("extensions/v1beta1"), &deployment("apps/v1"), &["~ Deployment a (was extensions/v1beta1)"]);
    let service = |version: &str| object(version, "Service", "", "a", 1);
    check(&service("v1"), &service("serving.knative.dev/v1"), &["- Service a", "+ Service a"]);
}

#[test]
fn generated_names_are_followed_where_they_are_clear() {
    let map = |name: &str, value| object("v1", "ConfigMap", "", name, value);
    check(&map("app-abc123", 1), &map("app-def456", 2), &["~ ConfigMap app-def456 (was app-abc123)"]);
    check(&map("app-t2hf8k4mb9", 1), &map("app-9g2k7t5h6m", 1), &["~ ConfigMap app-9g2k7t5h6m (was app-t2hf8k4mb9)"]);
    check(&map("app-blue", 1), &map("app-green", 1), &["- ConfigMap app-blue", "+ ConfigMap app-green"]);
    let two = map("app-abc123", 1) + &map("app-abc124", 1);
    let told = ["- ConfigMap app-abc123", "- ConfigMap app-abc124", "+ ConfigMap app-def456"];
    check(&two, &map("app-def456", 1), &told);
    // The one that stays is nobody's former self.
    check(&two, &(map("app-abc123", 1) + &map("app-def456", 1)), &["~ ConfigMap app-def456 (was app-abc124)"]);
}

#[test]
fn objects_of_one_name_are_paired_in_their_order_after_those_that_are_equal() {
    let map = |value| object("v1", "ConfigMap", "", "a", value);
    check(&(map(1) + &map(2)), &(map(2) + &map(3)), &["~ ConfigMap a"]);
    check(&(map(1) + &map(2)), &map(2), &["- ConfigMap a"]);
    check("a: 1\n---\nb: 1\n", "a: 1\n---\nb: 2\n", &["~ document"]);
}

#[test]
fn lists_and_json_are_what_they_hold() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}, v: 1}\n- apiVersion: v1\n  \
                kind: B\n  metadata:\n    name: b\n";
    let documents =
        "apiVersion: v1\nkind: A\nmetadata: {name: a}\nv: 2\n---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n";
    check(list, documents, &["~ A a"]);
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {\"name\": \"a\"}, \"v\": 2}\n";
    check(json, "# as YAML\napiVersion: v1\nkind: A\nmetadata:\n  name: a\nv: 2\n", &[]);
    let typed = "apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: a}, data: {x: '1'}}]\n";
    check(typed, &typed.replace("'1'", "'2'"), &["~ ConfigMap a"]);
    // An object may be called so and hold something else.
    check("kind: AllowList\nitems: [a]\n", "kind: AllowList\nitems: [b]\n", &["~ AllowList"]);
}

#[test]
fn form_alone_is_no_difference_of_fields() {
    let from = "kind: A\nmetadata: {name: a}\nspec: # why\n  b: 0x10\n  c: 'x'\n";
    let to = "metadata:\n  name: a\nkind: A\nspec: {c: x, b: 16}\n";
    let (code, told, error) = compare(from, to, &["--structural"]);
    assert_eq!((code, error.as_str()), (0, "no differences but in form\n"));
    assert_eq!(told, "# 1 object differs in form alone: order of keys, comments or style\n");
    assert_eq!(compare(from, to, &[]).0, 1);
    // A string is no number.
    assert!(compare("kind: A\nv: '1'\n", "kind: A\nv: 1\n", &["--structural"]).1.contains("~ v: \"1\" → 1\n"));
}

#[test]
fn an_object_may_move_to_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = ("kind: A\nmetadata: {name: a}\nv: 1\n", "kind: A\nmetadata: {name: b}\nv: 1\n");
    write(folder.path(), "old/all.yaml", &format!("{a}---\n{b}"));
    write(folder.path(), "old/.git/config.yaml", "kind: Hidden\n");
    write(folder.path(), "new/one/a.yaml", a);
    write(folder.path(), "new/b.yml", &b.replace("v: 1", "v: 2"));
    write(folder.path(), "new/notes.txt", "no manifests");
    let (code, told, _) = run(folder.path(), &["diff", "old", "new", "--stat"]);
    assert_eq!((code, told.as_str()), (1, "~ b.yml: A b  +1 -1\n"));
    // The same name in two files is two objects.
    write(folder.path(), "from/dev.yaml", a);
    write(folder.path(), "from/prod.yaml", a);
    write(folder.path(), "to/dev.yaml", a);
    write(folder.path(), "to/prod.yaml", &a.replace("v: 1", "v: 2"));
    let (_, told, _) = run(folder.path(), &["diff", "from/", "to/", "--stat"]);
    assert_eq!(told, "~ prod.yaml: A a  +1 -1\n");
}

#[test]
fn elements_of_lists_are_known_by_their_keys() {
    let with = |containers: &str| format!("kind: Pod\nmetadata: {{name: p}}\nspec: {{containers: {containers}}}\n");
    let fields = |from: &str, to: &str| {
        let told = compare(&with(from), &with(to), &["--structural"]).1;
        told.lines().skip(1).map(|line| line.trim_start().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        fields("[{name: a, image: x}, {name: b}]", "[{name: b}, {name: a, image: z}]"),
        ["~ spec.containers[name=a].image: x → z", "~ spec.containers: order [a, b] → [b, a]"]
    );
    assert_eq!(
        fields(
            "[{name: a, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]}]",
            "[{name: a, ports: [{containerPort: 53}, {containerPort: 80}]}]"
        ),
        [
            "- spec.containers[name=a].ports[containerPort=53,protocol=UDP]:",
            "-   containerPort: 53",
            "-   protocol: UDP",
            "+ spec.containers[name=a].ports[containerPort=80]: {containerPort: 80}"
        ]
    );
    // Without a key what is the same stays, wherever it stands.
    assert_eq!(
        fields("[{name: a, args: [x, u, z]}]", "[{name: a, args: [w, x, v, z]}]"),
        ["+ spec.containers[name=a].args[0]: w", "~ spec.containers[name=a].args[2]: u → v"]
    );
}
