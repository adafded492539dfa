use std::fmt::Write as _;

use super::{Maker, WORKLOADS};

impl Maker {
    /// Writes the kustomization file of a directory.
    pub(super) fn kustomization(&mut self, place: &str, start: &str) {
        let mut text = start.to_owned();
        text += &self.names();
        text += &self.labels();
        if self.one_in(3) {
            text += &self.images();
        }
        if self.one_in(6)
            && let Some(made) = self.made_of(&["Deployment", "StatefulSet"])
        {
            let _ = writeln!(text, "replicas: [{{name: {}, count: {}}}]", made.name, self.below(9));
        }
        if self.one_in(6) {
            text += self.pick(&[
                "sortOptions: {order: legacy}\n",
                "sortOptions: {order: fifo}\n",
                "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Service, Thing], orderLast: [ConfigMap]}}\n",
            ]);
        }
        if self.one_in(8) {
            text += self.pick(&[
                "buildMetadata: [originAnnotations]\n",
                "buildMetadata: [transformerAnnotations, originAnnotations]\n",
                "buildMetadata: [managedByLabel]\n",
            ]);
        }
        if !place.contains("part") || self.one_in(3) {
            text += &self.generators(place);
        }
        if self.one_in(8) {
            text += &self.configurations(place);
        }
        if self.one_in(4) {
            text += &self.replacements(place);
        }
        if self.one_in(if self.is_doubled { 80 } else { 10 }) {
            text += &self.vars(place);
        }
        if !self.one_in(3) {
            text += &self.patches(place);
        }
        let name = self.pick(&["kustomization.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"]);
        self.write(&format!("{place}/{name}"), text);
    }

    fn names(&mut self) -> String {
        let mut text = String::new();
        if self.one_in(3) {
            let _ = writeln!(text, "namePrefix: {}", self.pick(&["p-", "q-", "1-", "'5'"]));
        }
        if self.one_in(4) {
            let _ = writeln!(text, "nameSuffix: {}", self.pick(&["-s", "-v2", "'1'"]));
        }
        if self.one_in(3) {
            let _ = writeln!(text, "namespace: {}", self.pick(&["one", "two", "default", "'7'"]));
        }
        text
    }

    fn labels(&mut self) -> String {
        let mut text = String::new();
        if self.one_in(5) {
            text += self.pick(&["commonLabels: {team: pay, num: '5'}\n", "commonLabels: {app: all}\n"]);
        }
        if self.one_in(3) {
            text += "labels:\n";
            for _ in 0..=self.below(2) {
                let _ = writeln!(
                    text,
                    "- pairs: {}",
                    self.pick(&["{tier: front}", "{a: '1', b.c/d: 'true'}", "{app: new}", "{}"])
                );
                text += self.pick(&[
                    "  includeSelectors: true\n",
                    "  includeTemplates: true\n",
                    "",
                    "  includeSelectors: false\n",
                ]);
                if self.one_in(5) {
                    text += self.pick(&[
                        "  fields: [{path: spec/labels, create: true, kind: Thing}]\n",
                        "  fields: [{path: metadata/annotations, create: true}]\n",
                        "  fields: [{path: spec/selector, group: '', version: v1, kind: Service}]\n",
                    ]);
                }
            }
        }
        if self.one_in(4) {
            text += self.pick(&["commonAnnotations: {note: 'true'}\n", "commonAnnotations: {x/y: 'a: b', z: ''}\n"]);
        }
        text
    }

    fn images(&mut self) -> String {
        let mut text = "images:\n".to_owned();
        for _ in 0..=self.below(2) {
            let image = self.pick(&[
                "newTag: v9",
                "newName: r.example:5000/x",
                "digest: 'sha256:abc'",
                "tagSuffix: -x",
                "newTag: '1.0'",
                "newName: yy, newTag: z, digest: 'sha256:1'",
                "newTag: ''",
            ]);
            let name =
                self.pick(&["nginx", "busybox", "r.example/app", "r.example:5000/app", "'ngin.'", "last", "'.*'"]);
            let _ = writeln!(text, "- {{name: {name}, {image}}}");
        }
        text
    }

    /// Returns the fields that hold patches.
    pub(super) fn patches(&mut self, place: &str) -> String {
        let mut text = "patches:\n".to_owned();
        for _ in 0..=self.below(3) {
            text += &self.patch(place);
        }
        if self.one_in(8) {
            let file = self.patch_file(place, true);
            let _ = writeln!(text, "patchesStrategicMerge: [{file}]");
        }
        if self.one_in(8)
            && let Some(made) = self.made_of(WORKLOADS)
        {
            let group = made.api.split_once('/').map_or("", |(group, _)| group);
            let _ = write!(
                text,
                "patchesJson6902:\n- target: {{group: {group}, version: v1, kind: {}, name: {}}}\n  patch: |-\n{}",
                made.kind,
                made.name,
                self.json_patch("    ", made.kind)
            );
        }
        text
    }

    fn patch(&mut self, place: &str) -> String {
        if self.one_in(3) {
            let target = self.target();
            let json = self.json_patch("    ", &target);
            return format!("- target: {target}\n  patch: |-\n{json}");
        }
        let options = self.pick(&[
            "",
            "",
            "",
            "",
            "  options: {allowNameChange: true}\n",
            "  options: {allowKindChange: true}\n",
        ]);
        let target = match self.below(4) {
            0 if options.is_empty() => format!("  target: {}\n", self.target()),
            1 => self.made_of(WORKLOADS).map_or(String::new(), |made| format!("  target: {{kind: {}}}\n", made.kind)),
            _ => String::new(),
        };
        if self.one_in(4) {
            let body = self.merge_patch().trim_end().replace('\n', "\n    ");
            return format!("- patch: |-\n    {body}\n{target}{options}");
        }
        let may_be_two = target.is_empty() || self.one_in(20);
        format!("- path: {}\n{target}{options}", self.patch_file(place, may_be_two))
    }

    fn patch_file(&mut self, place: &str, may_be_two: bool) -> String {
        self.n_patches += 1;
        let file = format!("patch{}.yaml", self.n_patches);
        let mut text = self.merge_patch();
        if may_be_two && self.one_in(8) {
            text += "---\n";
            text += &self.merge_patch();
        }
        self.write(&format!("{place}/{file}"), text);
        file
    }
}
