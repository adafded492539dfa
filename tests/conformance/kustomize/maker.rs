//! Trees of kustomizations that follow from a seed.

use std::{collections::BTreeMap, fmt::Write as _};

type Files = BTreeMap<String, String>;

/// Makes a tree of a base, a component and an overlay from a seed.
pub(crate) struct Maker {
    state: u64,
    /// The (kind, name) pairs made so far.
    made: Vec<(&'static str, &'static str)>,
}

const SCALARS: &[&str] = &[
    "plain",
    "yes",
    "'yes'",
    "1",
    "\"1\"",
    "1.10",
    "0777",
    "2020-01-01",
    "null",
    "~",
    "'a: b'",
    "1e3",
    "\"\"",
    "true",
    "x y",
    "'#'",
    "[a, b]",
    "{a: 1}",
    "|-\n        two\n        lines",
    "-1",
    "0x1F",
    "n",
];

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        let mut maker = Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, made: Vec::new() };
        maker.below(2);
        maker
    }

    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % end
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn name(&mut self) -> &'static str {
        self.pick(&["web", "api", "db"])
    }

    pub(crate) fn tree(&mut self) -> Files {
        let mut files = Files::new();
        let resources: String = (0..2 + self.below(8)).fold(String::new(), |all, _| all + "---\n" + &self.resource());
        files.insert("base/all.yaml".to_owned(), resources);
        let base = self.kustomization("base", "resources: [all.yaml]\n", &mut files);
        files.insert("base/kustomization.yaml".to_owned(), base);
        let mut from = "resources: [../base]\n".to_owned();
        if self.one_in(3) {
            let text = self.kustomization(
                "part",
                "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
                &mut files,
            );
            files.insert("part/kustomization.yaml".to_owned(), text);
            from += "components: [../part]\n";
        }
        let overlay = self.kustomization("overlay", &from, &mut files);
        files.insert("overlay/kustomization.yaml".to_owned(), overlay);
        files
    }

    fn kustomization(&mut self, place: &str, start: &str, files: &mut Files) -> String {
        let mut text = start.to_owned();
        let mut add = |line: &str| text += line;
        if self.one_in(2) {
            add(&format!("namePrefix: {}\n", self.pick(&["p-", "q-", "1-"])));
        }
        if self.one_in(4) {
            add("nameSuffix: -s\n");
        }
        if self.one_in(3) {
            add(&format!("namespace: {}\n", self.pick(&["one", "two"])));
        }
        if self.one_in(4) {
            add("commonLabels: {team: pay, num: '5'}\n");
        }
        if self.one_in(4) {
            add("labels:\n- pairs: {tier: front}\n");
            add(self.pick(&["  includeSelectors: true\n", "  includeTemplates: true\n", ""]));
        }
        if self.one_in(4) {
            add("commonAnnotations: {note: 'true'}\n");
        }
        if self.one_in(3) {
            let image =
                self.pick(&["newTag: v9", "newName: r.example:5000/x", "digest: 'sha256:abc'", "tagSuffix: -x"]);
            add(&format!("images: [{{name: {}, {image}}}]\n", self.pick(&["nginx", "busybox", "r.example/app"])));
        }
        if self.one_in(6)
            && let Some((_, name)) = self.workload_made()
        {
            add(&format!("replicas: [{{name: {name}, count: {}}}]\n", self.below(9)));
        }
        if self.one_in(5) {
            add(&format!("sortOptions: {{order: {}}}\n", self.pick(&["legacy", "fifo"])));
        }
        let value = self.pick(&["a=1", "b=yes", "'c=x y'", "d="]);
        if place == "base" {
            add(&format!("configMapGenerator: [{{name: conf, literals: [{value}]}}]\n"));
            add("secretGenerator: [{name: creds, literals: [user=me]}]\n");
        } else if self.one_in(2) {
            let behavior = self.pick(&["merge", "merge", "replace"]);
            add(&format!("configMapGenerator: [{{name: conf, behavior: {behavior}, literals: [{value}]}}]\n"));
        }
        if self.one_in(5)
            && let Some(text) = self.replacement()
        {
            add(&text);
        }
        let patches: Vec<String> = (0..self.below(4)).map(|number| self.patch(place, number, files)).collect();
        if !patches.is_empty() {
            text += "patches:\n";
            text += &patches.concat();
        }
        text
    }

    /// Returns one of the workloads made so far.
    fn workload_made(&mut self) -> Option<(&'static str, &'static str)> {
        let all: Vec<_> =
            self.made.iter().copied().filter(|(kind, _)| matches!(*kind, "Deployment" | "StatefulSet")).collect();
        if all.is_empty() { None } else { Some(all[self.below(all.len())]) }
    }

    fn replacement(&mut self) -> Option<String> {
        let (kind, from) = self.workload_made()?;
        let source =
            self.pick(&["metadata.name", "metadata.name", "metadata.name", "spec.template.spec.volumes.0.name"]);
        let field = self.pick(&[
            "metadata.annotations.copied",
            "metadata.labels.copied",
            "spec.template.spec.containers.*.image",
        ]);
        let to = self.pick(&["Deployment", "StatefulSet", ".*Set", "Deploy.*"]);
        Some(format!(
            "replacements:\n- source: {{kind: {kind}, name: {from}, fieldPath: {source}}}\n  targets:\n  - select: {{kind: {to}}}\n    fieldPaths: [{field}]\n    options: {{create: true}}\n"
        ))
    }

    fn patch(&mut self, place: &str, number: usize, files: &mut Files) -> String {
        if self.one_in(3) {
            let operation = match self.below(6) {
                0 => "{op: add, path: /metadata/annotations, value: {x: y}}".to_owned(),
                1 => {
                    format!(
                        "{{op: add, path: /metadata/labels, value: {{z/z: {}}}}}",
                        self.pick(&["a", "'1'", "yes", "5"])
                    )
                }
                2 => "{op: add, path: /spec/extra, value: [1, 10000000, 1.5]}".to_owned(),
                3 => "{op: replace, path: /spec/replaced, value: busybox}".to_owned(),
                4 => "{op: add, path: /spec/selector, value: {matchLabels: {app: web}}}".to_owned(),
                _ => "{op: copy, from: /metadata/name, path: /metadata/copied}".to_owned(),
            };
            let target = self.pick(&["kind: Deployment", "name: w.*", "labelSelector: app=web", "kind: Service"]);
            return format!("- target: {{{target}}}\n  patch: |-\n    - {operation}\n");
        }
        let (kind, name) = match self.workload_made() {
            Some(made) if !self.one_in(30) => made,
            _ => {
                return "- target: {kind: Nothing}
  patch: |-
    - {op: remove, path: /spec}
"
                .to_owned();
            }
        };
        let body = self.deployment_patch();
        let patch = format!("apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\n{body}");
        let file = format!("patch{number}.yaml");
        files.insert(format!("{place}/{file}"), patch);
        let target = if self.one_in(2) { format!("  target: {{kind: {kind}}}\n") } else { String::new() };
        format!("- path: {file}\n{target}")
    }

    fn deployment_patch(&mut self) -> String {
        let mut text = String::new();
        if self.one_in(4) {
            let _ = writeln!(text, "  labels: {{app: {}}}", self.pick(&["patched", "null", "5", "yes"]));
        }
        text += "spec:\n";
        let _ = writeln!(text, "  replicas: {}", self.pick(&["5", "null", "\"7\"", "0"]));
        if self.one_in(3) {
            let _ = writeln!(
                text,
                "  extra: {}",
                self.pick(&[
                    "{a: null, b: {c: 1}}",
                    "{$patch: replace, d: 1}",
                    "{a: {$patch: delete}}",
                    "{$patch: delete}"
                ])
            );
        }
        text += "  template:\n    spec:\n      containers:\n";
        if self.one_in(6) {
            text += "      - $patch: replace\n";
        }
        for _ in 0..=self.below(2) {
            let _ = writeln!(text, "      - name: {}", self.pick(&["main", "side", "new"]));
            text += self.pick(&[
                "",
                "",
                "        image: nginx:2\n",
                "        $patch: delete\n",
                "        $patch: replace\n",
            ]);
            if self.one_in(2) {
                let _ = writeln!(text, "        args: {}", self.pick(&["[x, y]", "null", "[]"]));
            }
            if self.one_in(2) {
                let value = self.pick(&["'v'", "\"2\"", "null", "x"]);
                let _ = writeln!(
                    text,
                    "        env:\n        - {{name: {}, value: {value}}}",
                    self.pick(&["A", "B", "NEW"])
                );
            }
            if self.one_in(2) {
                let port = self.pick(&[
                    "{containerPort: 80}",
                    "{containerPort: 80, protocol: UDP}",
                    "{containerPort: 81, name: n, protocol: TCP}",
                ]);
                let _ = writeln!(text, "        ports:\n        - {port}");
            }
        }
        if self.one_in(3) {
            let _ =
                writeln!(text, "      volumes:\n      - {{name: {}, emptyDir: {{}}}}", self.pick(&["conf", "data"]));
        }
        text
    }

    fn resource(&mut self) -> String {
        const KINDS: &[&str] = &[
            "Deployment",
            "Deployment",
            "Deployment",
            "StatefulSet",
            "Service",
            "ConfigMap",
            "HorizontalPodAutoscaler",
            "RoleBinding",
            "Thing",
        ];
        let (choice, name) = (self.below(KINDS.len()), self.name());
        if self.made.contains(&(KINDS[choice], name)) {
            return String::new();
        }
        self.made.push((KINDS[choice], name));
        let start = |api: &str, kind: &str| format!("apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n");
        match choice {
            0..=2 => start("apps/v1", "Deployment") + &self.workload(name),
            3 => start("apps/v1", "StatefulSet") + &self.workload(name),
            4 => {
                let ports = self.pick(&["[{port: 80}]", "[{port: 80, name: h}, {port: 80, protocol: UDP}]"]);
                start("v1", "Service") + &format!("spec:\n  selector: {{app: {name}}}\n  ports: {ports}\n")
            }
            5 => {
                let (a, b) = (self.pick(SCALARS), self.pick(SCALARS));
                start("v1", "ConfigMap") + &format!("data:\n      a: {a}\n      b: {b}\n")
            }
            6 => {
                let target = self.name();
                start("autoscaling/v2", "HorizontalPodAutoscaler")
                    + &format!("spec:\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {target}}}\n")
            }
            7 => {
                let subject = self.pick(&["default", "web", "robot"]);
                start("rbac.authorization.k8s.io/v1", self.pick(&["RoleBinding", "ClusterRoleBinding"]))
                    + "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}\n"
                    + &format!("subjects: [{{kind: ServiceAccount, name: {subject}, namespace: one}}]\n")
            }
            _ => {
                let value = self.pick(SCALARS);
                start("x.example/v1", "Thing")
                    + &format!("spec:\n      value: {value}\n      containers: [{{image: nginx}}]\n")
            }
        }
    }

    fn workload(&mut self, name: &str) -> String {
        let labels = if self.one_in(2) { format!("  labels: {{app: {name}}}\n") } else { String::new() };
        let image = self.pick(&["nginx:1", "busybox", "r.example/app@sha256:0", "\"nginx\""]);
        let args = self.pick(&["[a, 'b']", "[\"8080\", \"yes\"]", "[]"]);
        let replicas = self.pick(&["1", "\"2\"", "null", "3"]);
        let ports = self.pick(&[
            "[{containerPort: 80}]",
            "[{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]",
            "null",
        ]);
        format!(
            "{labels}spec:\n  replicas: {replicas}\n  extra: {{a: 1, b: null}}\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      serviceAccountName: {name}\n      containers:\n      - name: main\n        image: {image}\n        args: {args}\n        ports: {ports}\n        env:\n        - {{name: A, value: \"1\"}}\n        - {{name: B, valueFrom: {{configMapKeyRef: {{name: conf, key: a}}}}}}\n      - {{name: side, image: busybox}}\n      volumes:\n      - name: conf\n        configMap: {{name: conf}}\n      - {{name: creds, secret: {{secretName: creds}}}}\n"
        )
    }
}
