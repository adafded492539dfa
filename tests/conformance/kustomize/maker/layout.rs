use super::{Files, Maker};

impl Maker {
    pub(crate) fn tree(mut self) -> Files {
        self.is_doubled = self.one_in(8);
        self.resource_file("base/all.yaml", 9);
        let mut lines = "resources:\n- all.yaml\n".to_owned();
        if self.one_in(4) {
            self.resource_file("base/more/list.yml", 4);
            lines += "- more/list.yml\n";
        }
        self.kustomization("base", &lines);
        let mut from = if self.is_doubled {
            self.diamond()
        } else if self.one_in(7) {
            self.two_bases()
        } else {
            "resources:\n- ../base\n".to_owned()
        };
        if self.one_in(5) {
            self.resource_file("overlay/own.yaml", 3);
            from += "- own.yaml\n";
        }
        if self.one_in(3) {
            from += &self.components();
        }
        self.kustomization("overlay", &from);
        self.files
    }

    fn resource_file(&mut self, path: &str, most: usize) {
        let mut text = String::new();
        for _ in 0..=self.below(most) {
            text += self.pick(&["---\n", "---\n", "---\n# a comment\n", "--- # start\n"]);
            text += &self.resource();
        }
        self.write(path, text);
    }

    /// One base by two ways, told apart by prefixes or namespaces.
    fn diamond(&mut self) -> String {
        for (place, line) in [
            ("left", self.pick(&["namePrefix: l-\n", "namespace: left\n", "nameSuffix: -l\n"])),
            ("right", self.pick(&["namePrefix: r-\n", "namespace: right\n", "nameSuffix: -r\n"])),
        ] {
            let more = if self.one_in(4) { self.patches(place) } else { String::new() };
            self.write(&format!("{place}/kustomization.yaml"), format!("{line}resources: [../base]\n{more}"));
        }
        "resources:\n- ../left\n- ../right\n".to_owned()
    }

    fn two_bases(&mut self) -> String {
        self.resource_file("second/all.yaml", 4);
        self.kustomization("second", "resources: [all.yaml]\n");
        "resources:\n- ../base\n- ../second/\n".to_owned()
    }

    fn components(&mut self) -> String {
        let start = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n";
        let mut lines = start.to_owned();
        if self.one_in(3) {
            self.kustomization("part/inner", start);
            lines += "components: [inner]\n";
        }
        if self.one_in(4) {
            self.resource_file("part/extra.yaml", 2);
            lines += "resources: [extra.yaml]\n";
        }
        self.kustomization("part", &lines);
        if self.one_in(4) {
            self.kustomization("other-part", start);
            return "components: [../part, ../other-part]\n".to_owned();
        }
        "components: [../part]\n".to_owned()
    }
}
