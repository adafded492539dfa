use super::Maker;

/// What can be done to anything.
const ANY: &[&str] = &[
    "{op: add, path: /metadata/annotations, value: {x: y}}",
    "{op: add, path: /metadata/annotations/a.b~1d, value: 'yes'}",
    "{op: add, path: /metadata/labels, value: {z/z: a}}",
    "{op: replace, path: /metadata/labels, value: {app: '5'}}",
    "{op: copy, from: /metadata/name, path: /metadata/copied}",
    "{op: add, path: /extra, value: [1, 10000000, 1.5, -0.0, 1e21, 123456789012345678]}",
    "{op: add, path: /extra, value: {a: null, 'b/c': {}, 'd~e': []}}",
    "{op: add, path: /k~0t, value: yes}",
    "{op: test, path: /none, value: null}",
    "{op: replace, path: /metadata/name, value: renamed}",
];

/// What can be done to something with a template of pods.
const WORKLOAD: &[&str] = &[
    "{op: add, path: /spec/extra, value: [1, 10000000, 1.5, -0.0, 1e21, 123456789012345678]}",
    "{op: replace, path: /spec/replaced, value: busybox}",
    "{op: add, path: /spec/selector, value: {matchLabels: {app: web}}}",
    "{op: copy, from: /spec/selector, path: /spec/self}",
    "{op: move, from: /spec/selector, path: /spec/moved}",
    "{op: add, path: /spec/template/spec/containers/-, value: {name: added, image: 'nginx:1'}}",
    "{op: add, path: /spec/template/spec/containers/0, value: {name: first, image: x}}",
    "{op: add, path: /spec/template/spec/containers/1, value: {name: second}}",
    "{op: replace, path: /spec/template/spec/containers/0/image, value: '1.10'}",
    "{op: replace, path: /spec/template/spec/containers/-1/image, value: last}",
    "{op: add, path: /spec/template/spec/containers/0/env, value: [{name: J, value: \"8080\"}]}",
    "{op: add, path: /spec/template/spec/containers/0/args, value: [a, \"b\\nc\", '1']}",
];

/// What often cannot be done.
const RISKY: &[&str] = &[
    "{op: test, path: /metadata/name, value: web}",
    "{op: remove, path: /spec/template/spec/volumes/0}",
    "{op: remove, path: /spec/template/spec/containers/0/image}",
    "{op: add, path: /spec/ports/-, value: {port: 443, name: \"https\"}}",
    "{op: replace, path: /spec/ports/0/port, value: 8080}",
    "{op: add, path: /data/json, value: \"a\\nb\"}",
    "{op: move, from: /metadata/name, path: /spec/moved}",
    "{op: add, path: '', value: {}}",
    "{op: add, path: /spec/a/b/c, value: 1}",
    "{op: copy, from: /spec, path: /spec/self}",
];

impl Maker {
    /// Returns the operations of a JSON patch as lines of a list, at this indentation.
    pub(super) fn json_patch(&mut self, indent: &str, target: &str) -> String {
        let has_pods = target.contains("Deployment") || target.contains("apps");
        let mut text = String::new();
        for _ in 0..=self.below(2) {
            let from = match self.below(30) {
                0 => RISKY,
                1..=20 if has_pods => WORKLOAD,
                _ => ANY,
            };
            let operation = self.pick(from);
            if operation.contains("value: renamed") && !self.one_in(8) {
                continue;
            }
            text += &format!("{indent}- {operation}\n");
        }
        if text.is_empty() { format!("{indent}- {}\n", ANY[0]) } else { text }
    }

    /// Returns a target that JSON patches and others may have.
    pub(super) fn target(&mut self) -> String {
        match self.below(12) {
            0 => "{name: w.*}".to_owned(),
            1 => "{labelSelector: app=web}".to_owned(),
            2 => "{kind: Service}".to_owned(),
            3 => "{annotationSelector: note}".to_owned(),
            4 => "{labelSelector: 'app in (web, api),!tier'}".to_owned(),
            5 => "{group: apps, version: v1}".to_owned(),
            6 => "{kind: ConfigMap|Secret}".to_owned(),
            7 => "{namespace: one}".to_owned(),
            8 => "{kind: Thing, name: '(web|api)'}".to_owned(),
            9 => "{kind: Deployment, name: web, namespace: default}".to_owned(),
            _ => "{kind: Deployment}".to_owned(),
        }
    }
}
