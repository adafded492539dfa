use std::fmt::Write as _;

use super::{Maker, WORKLOADS};

impl Maker {
    /// Returns a strategic merge patch of something that was made.
    pub(super) fn merge_patch(&mut self) -> String {
        if self.one_in(4)
            && let Some(text) = self.other_patch()
        {
            return text;
        }
        let Some(made) = self.made_of(WORKLOADS) else {
            return self.other_patch().unwrap_or_else(|| {
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {patched: 'yes'}\n".to_owned()
            });
        };
        let mut text = format!("apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n", made.api, made.kind, made.name);
        text += &self.metadata_patch();
        text += "spec:\n";
        let _ = writeln!(text, "  replicas: {}", self.pick(&["5", "null", "\"7\"", "0", "2"]));
        if self.one_in(3) {
            let extra = self.pick(&[
                "{a: null, b: {c: 1}}",
                "{$patch: replace, d: 1}",
                "{a: {$patch: delete}}",
                "{$patch: delete}",
                "null",
                "{}",
                "{a: [1, null], b: ''}",
                "{$retainKeys: [a], a: 2}",
                "{$patch: merge, e: f}",
                "[]",
            ]);
            let _ = writeln!(text, "  {}: {extra}", self.pick(&["extra", "extra", "strategy", "selector"]));
        }
        text += "  template:\n";
        if self.one_in(6) {
            text +=
                self.pick(&["    metadata: {labels: {more: 'x'}, annotations: {nn: '1'}}\n", "    metadata: null\n"]);
        }
        text += "    spec:\n";
        text += &self.pod_patch();
        text
    }

    fn metadata_patch(&mut self) -> String {
        match self.below(9) {
            0 => format!("  labels: {{app: {}}}\n", self.pick(&["patched", "null", "'5'", "'yes'", "5", "yes"])),
            1 => format!(
                "  annotations: {}\n",
                self.pick(&["{a: b}", "null", "{a.b/c: null}", "{}", "{$patch: replace, z: '1'}", "{note: true}"])
            ),
            2 => "  labels: {$patch: delete}\n".to_owned(),
            3 => "  finalizers: [x.example/a]\n".to_owned(),
            _ => String::new(),
        }
    }

    fn pod_patch(&mut self) -> String {
        let mut text = String::new();
        if self.one_in(12) {
            text += self.pick(&[
                "      $setElementOrder/containers: [{name: side}, {name: main}]\n",
                "      $deleteFromPrimitiveList/x: [a]\n",
                "      $patch: replace\n",
            ]);
        }
        text += "      containers:\n";
        if self.one_in(8) {
            text += "      - $patch: replace\n";
        }
        for _ in 0..=self.below(2) {
            text += &self.container_patch();
        }
        for (chance, lines) in [
            (
                4,
                [
                    "volumes: [{name: conf, emptyDir: {}}]",
                    "volumes: [{name: data, $patch: delete}, {name: new, emptyDir: {}}]",
                    "volumes: null",
                ],
            ),
            (8, ["tolerations: [{key: c}]", "tolerations: []", "tolerations: [{$patch: replace}, {key: d}]"]),
            (
                8,
                [
                    "imagePullSecrets: [{name: creds}, {name: more}]",
                    "imagePullSecrets: []",
                    "nodeSelector: {disk: null, zone: a}",
                ],
            ),
            (
                8,
                [
                    "hostAliases: [{ip: 10.0.0.1, hostnames: [y]}]",
                    "topologySpreadConstraints: [{topologyKey: zone, maxSkew: 2}]",
                    "securityContext: {runAsUser: null}",
                ],
            ),
            (
                9,
                [
                    "initContainers: [{name: init, image: other}]",
                    "initContainers: [{name: more, image: x}]",
                    "affinity: {$patch: delete}",
                ],
            ),
        ] {
            if self.one_in(chance) {
                let _ = writeln!(text, "      {}", self.pick(&lines));
            }
        }
        text
    }

    fn container_patch(&mut self) -> String {
        let mut text = format!("      - name: {}\n", self.pick(&["main", "side", "new"]));
        text += self.pick(&[
            "",
            "",
            "",
            "        image: nginx:2\n",
            "        image: null\n",
            "        $patch: delete\n",
            "        $patch: replace\n",
        ]);
        if self.one_in(3) {
            let _ = writeln!(text, "        args: {}", self.pick(&["[x, y]", "null", "[]", "[{$patch: replace}]"]));
        }
        if self.one_in(2) {
            let (value, name) = (self.pick(&["'v'", "\"2\"", "null", "x", "yes"]), self.pick(&["A", "B", "NEW"]));
            let more = self.pick(&[
                "",
                ", {name: A, $patch: delete}",
                ", {name: B, value: b, valueFrom: null}",
                ", {$patch: replace}",
            ]);
            let _ = writeln!(text, "        env: [{{name: {name}, value: {value}}}{more}]");
        }
        if self.one_in(3) {
            let port = self.pick(&[
                "{containerPort: 80}",
                "{containerPort: 80, protocol: UDP}",
                "{containerPort: 81, name: n, protocol: TCP}",
                "{containerPort: 80, name: web}, {containerPort: 80, protocol: UDP, name: u}",
                "{containerPort: 80, $patch: delete}",
                "{containerPort: '80', protocol: TCP}",
                "{name: h, containerPort: 8080}, {containerPort: 8080, protocol: UDP}",
            ]);
            let _ = writeln!(text, "        ports: [{port}]");
        }
        for (chance, lines) in [
            (
                6,
                [
                    "volumeMounts: [{mountPath: /a, name: other}]",
                    "volumeMounts: [{mountPath: /c, name: c}]",
                    "volumeMounts: []",
                ],
            ),
            (6, ["resources: {limits: {cpu: null}}", "resources: {requests: {memory: 2Gi}}", "resources: null"]),
            (
                8,
                [
                    "envFrom: [{configMapRef: {name: other-conf}}]",
                    "envFrom: null",
                    "livenessProbe: {httpGet: {port: h}}",
                ],
            ),
        ] {
            if self.one_in(chance) {
                let _ = writeln!(text, "        {}", self.pick(&lines));
            }
        }
        text
    }

    /// Returns a patch of something that runs no pods.
    fn other_patch(&mut self) -> Option<String> {
        let made = self.made_of(&[
            "Service",
            "ConfigMap",
            "Secret",
            "Ingress",
            "Thing",
            "Role",
            "RoleBinding",
            "ServiceAccount",
            "CustomResourceDefinition",
        ])?;
        let start = format!("apiVersion: {}\nkind: {}\nmetadata: {{name: {}}}\n", made.api, made.kind, made.name);
        if self.one_in(12) {
            return Some(start + "$patch: delete\n");
        }
        let value = self.scalar();
        Some(
            start
                + &match made.kind {
                    "Service" => format!(
                        "spec: {{ports: [{}], type: {}}}\n",
                        self.pick(&["{port: 80, name: x}", "{port: 80, protocol: UDP, targetPort: 1}", "{port: 81}"]),
                        self.pick(&["NodePort", "null"])
                    ),
                    "ConfigMap" | "Secret" => {
                        format!("data: {{a: {}, b: null, new: {}}}\n", self.quoted(), self.quoted())
                    }
                    "Ingress" => "spec: {rules: [{host: b.example}], tls: []}\n".to_owned(),
                    "Role" => "rules: [{apiGroups: [x], resources: [y], verbs: [z]}]\n".to_owned(),
                    "RoleBinding" => "subjects: [{kind: User, name: u}]\n".to_owned(),
                    "ServiceAccount" => "secrets: [{name: other}]\nimagePullSecrets: [{name: x}]\n".to_owned(),
                    "CustomResourceDefinition" => "spec: {versions: [{name: v1}], conversion: null}\n".to_owned(),
                    _ => format!("spec:\n  value: {value}\n  items: [{{name: c, value: {value}}}]\n"),
                },
        )
    }
}
