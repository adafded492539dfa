use std::fmt::Write as _;

use super::Maker;

impl Maker {
    pub(super) fn labels_line(&mut self, name: &str) -> String {
        match self.below(5) {
            0 => String::new(),
            1 => format!("  labels: {{app: {name}, {}: {}}}\n", self.pick(&["tier", "x/y"]), self.quoted()),
            2 => "  labels: {}\n".to_owned(),
            3 => format!("  annotations:\n    note: {}\n", self.quoted()),
            _ => format!("  labels: {{app: {name}}}\n  annotations: {{a.b/c: {}}}\n", self.quoted()),
        }
    }

    /// Returns the specification of pods in flow form at the given indentation.
    pub(super) fn pod(&mut self, name: &str, indent: &str) -> String {
        let mut text = format!("{indent}serviceAccountName: {name}\n{indent}containers:\n");
        for container in ["main", "side"] {
            text += &self.container(container, indent);
            if self.one_in(3) {
                break;
            }
        }
        if self.one_in(4) {
            let image = self.image();
            let _ = writeln!(text, "{indent}initContainers:\n{indent}- {{name: init, image: {image}}}");
        }
        if !self.one_in(4) {
            let _ = write!(
                text,
                "{indent}volumes:\n{indent}- name: conf\n{indent}  configMap: {{name: conf}}\n\
                 {indent}- {{name: creds, secret: {{secretName: creds}}}}\n\
                 {indent}- name: data\n{indent}  persistentVolumeClaim: {{claimName: {name}}}\n"
            );
        }
        for (chance, line) in [
            (8, "imagePullSecrets: [{name: creds}]"),
            (8, "priorityClassName: high"),
            (8, "nodeSelector: {disk: ssd}"),
            (8, "tolerations: [{key: a, operator: Exists}, {key: b, value: 'true'}]"),
            (9, "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]"),
            (9, "hostAliases: [{ip: 10.0.0.1, hostnames: [x]}]"),
            (9, "securityContext: {runAsUser: 1000, sysctls: [{name: a, value: '1'}]}"),
            (9, "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: h}]}}"),
        ] {
            if self.one_in(chance) {
                let _ = writeln!(text, "{indent}{line}");
            }
        }
        text
    }

    pub(super) fn image(&mut self) -> &'static str {
        self.pick(&[
            "nginx:1",
            "busybox",
            "r.example/app@sha256:0",
            "\"nginx\"",
            "r.example:5000/app:v1",
            "nginx:1@sha256:ab",
        ])
    }

    fn container(&mut self, name: &str, indent: &str) -> String {
        let mut text = format!("{indent}- name: {name}\n{indent}  image: {}\n", self.image());
        let lines: &[&str] = &[
            "args: [a, 'b']",
            "args: [\"8080\", \"yes\", '']",
            "args: []",
            "command: [sh, -c, \"echo $(HOST)\"]",
            "ports: [{containerPort: 80}]",
            "ports: [{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]",
            "ports: null",
            "envFrom: [{configMapRef: {name: conf}}, {secretRef: {name: creds}}]",
            "resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {cpu: '1'}}",
            "volumeMounts: [{name: conf, mountPath: /a}, {name: data, mountPath: /b, subPath: x}]",
            "livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1.0}",
            "lifecycle: {}",
        ];
        let mut used = Vec::new();
        for _ in 0..self.below(5) {
            let line = self.pick(lines);
            let key = line.split(':').next().expect("a key");
            if !used.contains(&key) {
                used.push(key);
                let _ = writeln!(text, "{indent}  {line}");
            }
        }
        if self.one_in(2) {
            let value = self.scalar();
            let _ = write!(
                text,
                "{indent}  env:\n{indent}  - {{name: A, value: {}}}\n{indent}  - name: ODD\n{indent}    value: {value}\n\
                 {indent}  - {{name: B, valueFrom: {{configMapKeyRef: {{name: conf, key: a}}}}}}\n",
                self.quoted()
            );
        }
        text
    }

    pub(super) fn template(&mut self, name: &str, indent: &str) -> String {
        let labels = self.pick(&["", ", tier: back", ", num: '1'"]);
        let deeper = format!("{indent}    ");
        format!(
            "{indent}template:\n{indent}  metadata: {{labels: {{app: {name}{labels}}}}}\n{indent}  spec:\n{}",
            self.pod(name, &deeper)
        )
    }
}
