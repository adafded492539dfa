use std::fmt::Write as _;

use super::{Made, Maker, WORKLOADS};

impl Maker {
    pub(super) fn replacements(&mut self, place: &str) -> String {
        let mut entries = String::new();
        for _ in 0..=self.below(2) {
            entries += &self.replacement();
        }
        if entries.is_empty() {
            return String::new();
        }
        if self.one_in(4) {
            let list = self.one_in(2);
            let text = if list {
                entries
            } else {
                self.replacement().replacen("- ", "  ", 1).replace("\n  ", "\n").replacen("  ", "", 1)
            };
            self.write(&format!("{place}/replacement.yaml"), text);
            return "replacements:\n- path: replacement.yaml\n".to_owned();
        }
        format!("replacements:\n{entries}")
    }

    fn replacement(&mut self) -> String {
        let mut text = self.source();
        text += "  targets:\n";
        for _ in 0..=self.below(2) {
            text += &self.replacement_target();
        }
        text
    }

    fn source(&mut self) -> String {
        if self.one_in(6) {
            return format!(
                "- sourceValue: {}\n",
                self.pick(&["given", "'8080'", "'true'", "a.b.c", "\"two\\nlines\""])
            );
        }
        let Made { kind, name, .. } = self
            .made_of(&["ConfigMap", "Service", "Thing", "Deployment", "StatefulSet", "Secret"])
            .unwrap_or(Made { kind: "ConfigMap", api: "v1", name: "conf" });
        if !self.one_in(3) {
            return format!("- source: {{kind: {kind}, name: {name}}}\n");
        }
        let field = match kind {
            "ConfigMap" => self.pick(&["data.a", "data.b", "data.[config.json]", "metadata.name", "data.lit"]),
            "Service" => {
                self.pick(&["metadata.name", "spec.ports.0.port", "spec.ports.[port=80].port", "spec.selector"])
            }
            "Thing" => self.pick(&[
                "spec.value",
                "spec.items",
                "spec.items.[name=a]",
                "spec.items.[name=a].value",
                "metadata.namespace",
            ]),
            "Secret" => "stringData.note",
            _ => self.pick(&[
                "metadata.name",
                "spec.template.spec.containers.[name=main].image",
                "spec.template.spec.containers.0.image",
                "spec.template.metadata.labels.app",
                "spec.replicas",
                "spec.template.spec",
            ]),
        };
        let mut text = format!("- source:\n    kind: {kind}\n    name: {name}\n    fieldPath: {field}\n");
        if self.one_in(6) {
            let options = self.pick(&[
                "{delimiter: ':'}",
                "{delimiter: ':', index: 1}",
                "{delimiter: '.', index: 5}",
                "{delimiter: '-', index: 0}",
                "{index: 2}",
                "{delimiter: /, index: 1}",
            ]);
            let _ = writeln!(text, "    options: {options}");
        }
        if self.one_in(20) {
            text = text.replace(&format!("    name: {name}\n"), "");
        }
        text
    }

    fn replacement_target(&mut self) -> String {
        let select = match self.below(7) {
            0 => "{kind: ConfigMap}".to_owned(),
            1 => "{name: web}".to_owned(),
            2 => "{kind: Thing}".to_owned(),
            3 => "{kind: Deploy.*}".to_owned(),
            4 => "{version: v1, kind: Service}".to_owned(),
            _ => format!("{{kind: {}}}", self.made_of(WORKLOADS).map_or("Deployment", |made| made.kind)),
        };
        let mut text = format!("  - select: {select}\n");
        if self.one_in(5) {
            let _ = writeln!(
                text,
                "    reject: [{}]",
                self.pick(&["{name: web}", "{kind: Service}", "{name: db}, {kind: Thing, name: api}"])
            );
        }
        let creates = !self.one_in(8);
        let safe =
            ["metadata.annotations.copied", "metadata.labels.copied", "metadata.annotations.[a.b/c]", "metadata.name"];
        let risky = [
            "spec.template.spec.containers.*.image",
            "spec.template.spec.containers.[name=main].image",
            "spec.template.spec.containers.[name=added].image",
            "spec.template.spec.containers.0.args.0",
            "data.[config.json].host",
            "data.[conf.yaml].list.[name=nn].v",
            "spec.items.[name=a].value",
            "spec.items.*.value",
            "spec.items.-.value",
            "spec.template.spec.containers.*.env.[name=A].value",
            "spec.selector.matchLabels.app",
            "spec.new.deep",
            "spec.value",
            "data.a",
            "spec.ports.0.port",
            "spec.items",
        ];
        let field = if self.one_in(3) { self.pick(&risky) } else { self.pick(&safe) };
        let _ = writeln!(text, "    fieldPaths: ['{field}']");
        let mut options = Vec::new();
        if creates || safe.contains(&field) {
            options.push("create: true");
        }
        if self.one_in(5) {
            options.push(self.pick(&[
                "delimiter: ':', index: 1",
                "delimiter: ':', index: 0",
                "delimiter: '-', index: -1",
                "delimiter: /, index: 3",
                "delimiter: '.'",
            ]));
        }
        if !options.is_empty() {
            let _ = writeln!(text, "    options: {{{}}}", options.join(", "));
        }
        text
    }

    pub(super) fn vars(&mut self, place: &str) -> String {
        let Some(Made { kind, api, name }) = self.made_of(&["Service", "ConfigMap", "Deployment", "Thing"]) else {
            return String::new();
        };
        let field = self.pick(&[
            "",
            "metadata.namespace",
            "spec.ports[0].port",
            "data.a",
            "spec.template.spec.containers[0].image",
            "spec.items[0]",
        ]);
        let field = if field.is_empty() { String::new() } else { format!("  fieldref: {{fieldpath: '{field}'}}\n") };
        let variable = if place == "base" { "HOST" } else { self.pick(&["HOST", "OTHER", "THIRD"]) };
        format!("vars:\n- name: {variable}\n  objref: {{apiVersion: {api}, kind: {kind}, name: {name}}}\n{field}")
    }
}
