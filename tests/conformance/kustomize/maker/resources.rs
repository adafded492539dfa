use super::{Made, Maker};

impl Maker {
    pub(super) fn resource(&mut self) -> String {
        let (kind, api) = self.pick(super::kinds::KINDS);
        let is_kept = matches!(kind, "CustomResourceDefinition" | "APIService" | "Namespace");
        if is_kept && self.is_doubled && !self.one_in(20) {
            return String::new();
        }
        let made = Made { kind, api, name: self.name() };
        if self.made.contains(&made) && !self.one_in(60) {
            return String::new();
        }
        self.made.push(made);
        let body = self.body(made);
        let mut start = format!("apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {}\n", made.name);
        if self.one_in(8) {
            start += self.pick(&["  namespace: one\n", "  namespace: default\n", "  namespace: ''\n"]);
        }
        start += &self.labels_line(made.name);
        if self.one_in(40) {
            return format!(
                "apiVersion: v1\nkind: List\nitems:\n- {}\n",
                (start + &body).trim_end().replace('\n', "\n  ")
            );
        }
        start + &body
    }

    fn body(&mut self, made: Made) -> String {
        let name = made.name;
        match made.kind {
            "Deployment" | "StatefulSet" | "DaemonSet" => {
                let replicas = if made.kind == "DaemonSet" {
                    ""
                } else {
                    self.pick(&["  replicas: 1\n", "  replicas: \"2\"\n", "  replicas: null\n", ""])
                };
                let extra = self.pick(&[
                    "",
                    "  extra: {a: 1, b: null}\n",
                    "  strategy: {type: Recreate, rollingUpdate: null}\n",
                ]);
                let claims = if made.kind == "StatefulSet" {
                    "  serviceName: web\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: fast}}]\n"
                } else {
                    ""
                };
                let template = self.template(name, "  ");
                format!("spec:\n{replicas}{extra}{claims}  selector: {{matchLabels: {{app: {name}}}}}\n{template}")
            }
            "Job" => "spec:\n".to_owned() + &self.template(name, "  "),
            "CronJob" => {
                let template = self.template(name, "      ");
                format!("spec:\n  schedule: \"*/5 * * * *\"\n  jobTemplate:\n    spec:\n{template}")
            }
            "Pod" => "spec:\n".to_owned() + &self.pod(name, "  "),
            "ConfigMap" => {
                let mut text = "data:\n".to_owned();
                for key in ["a", "b", "config.json", "conf.yaml"] {
                    match (key, self.below(3)) {
                        (_, 0) => {}
                        ("config.json", _) => {
                            text += "  config.json: |-\n    {\"host\": \"x\", \"list\": [{\"name\": \"n\", \"v\": 1.0}], \"e\": \"<é>\"}\n";
                        }
                        ("conf.yaml", _) => {
                            text += "  conf.yaml: |\n    host: x\n    list:\n    - name: nn\n      v: one\n";
                        }
                        _ => text += &format!("  {key}: {}", self.block("  ")),
                    }
                }
                text + self.maybe(8, "binaryData: {bin: AAEC}\n")
            }
            "Secret" => format!(
                "type: {}\ndata: {{user: bWU=}}\nstringData:\n  note: {}",
                self.pick(&["Opaque", "kubernetes.io/tls"]),
                self.block("  ")
            ),
            "RoleBinding" | "ClusterRoleBinding" => self.binding(name),
            "Thing" => {
                let value = self.block("  ");
                format!(
                    "spec:\n  value: {value}  containers: [{{image: nginx}}]\n  items:\n  - {{name: a, value: {}}}\n  - {{name: b}}\n",
                    self.flow_scalar()
                )
            }
            kind => super::kinds::body(kind, name).to_owned(),
        }
    }

    fn binding(&mut self, name: &str) -> String {
        let role = self.pick(&["Role", "ClusterRole"]);
        let mut text =
            format!("roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role}, name: {name}}}\nsubjects:\n");
        for _ in 0..=self.below(2) {
            let subject = self.pick(&["default", "web", "robot", "api"]);
            text += &match self.below(5) {
                0 => format!("- {{kind: ServiceAccount, name: {subject}}}\n"),
                1 => format!("- {{kind: User, name: {subject}, apiGroup: rbac.authorization.k8s.io}}\n"),
                2 => format!(
                    "- kind: ServiceAccount\n  name: {subject}\n  namespace: {}\n",
                    self.pick(&["two", "''", "one", "default"])
                ),
                _ => format!("- {{kind: ServiceAccount, name: {subject}, namespace: one}}\n"),
            };
        }
        text
    }
}
