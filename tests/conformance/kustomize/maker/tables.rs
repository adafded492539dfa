use super::Maker;

const TABLES: &[&str] = &[
    "images:\n- {path: spec/value, kind: Thing}\n- {path: spec/items/value, kind: Thing}\n",
    "namePrefix:\n- {path: metadata/name, kind: Thing}\n- {path: spec/value, kind: Thing}\n",
    "nameSuffix:\n- {path: metadata/labels/app, create: true}\n",
    "namespace:\n- {path: spec/namespace, create: true, kind: Thing}\n",
    "namespace:\n- {path: metadata/name, kind: Namespace, create: true}\n",
    "commonLabels:\n- {path: spec/labels, create: true, kind: Thing}\n",
    "labels:\n- {path: spec/more/labels, create: true, kind: Thing}\n",
    "templateLabels:\n- {path: spec/template/labels, create: true, kind: Thing}\n",
    "commonAnnotations:\n- {path: spec/annotations, create: true, group: x.example}\n",
    "replicas:\n- {path: spec/size, create: true, kind: Thing}\n",
    "nameReference:\n- kind: Thing\n  group: x.example\n  fieldSpecs:\n  - {path: spec/value, kind: Thing}\n  - {path: data/a, kind: ConfigMap}\n",
    "nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs:\n  - {path: spec/items/name, kind: Thing}\n",
    "varReference:\n- {path: spec/value, kind: Thing}\n- {path: data, kind: ConfigMap}\n",
    "varReference:\n- {path: metadata/annotations}\n",
];

impl Maker {
    pub(super) fn configurations(&mut self, place: &str) -> String {
        let mut text = self.pick(TABLES).to_owned();
        let more = self.pick(TABLES);
        if self.one_in(3) && text.split(':').next() != more.split(':').next() {
            text += more;
        }
        self.write(&format!("{place}/table.yaml"), text);
        "configurations: [table.yaml]\n".to_owned()
    }
}
