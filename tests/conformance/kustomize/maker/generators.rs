use std::fmt::Write as _;

use super::Maker;

impl Maker {
    pub(super) fn generators(&mut self, place: &str) -> String {
        let mut text = String::new();
        let in_base = place == "base";
        if in_base || self.one_in(9) {
            text += "configMapGenerator:\n";
            text += &self.generator(place, "conf", if in_base { "" } else { "merge" });
            if self.one_in(3) && in_base {
                text += &self.generator(place, "other-conf", "create");
            }
        }
        if in_base || self.one_in(12) {
            text += "secretGenerator:\n";
            text += &self.generator(place, "creds", if in_base { "" } else { "merge" });
            if self.one_in(4) {
                text += "  type: example.com/kind\n";
            }
        }
        if self.one_in(6) {
            let options = self.pick(&[
                "{disableNameSuffixHash: true}",
                "{labels: {gen: 'yes'}, annotations: {nn: '1'}}",
                "{immutable: true}",
                "{disableNameSuffixHash: false, labels: {a: b}}",
            ]);
            let _ = writeln!(text, "generatorOptions: {options}");
        }
        text
    }

    fn generator(&mut self, place: &str, name: &str, behavior: &str) -> String {
        let mut text = format!("- name: {name}\n");
        let behavior = if behavior == "merge" && self.one_in(3) { "replace" } else { behavior };
        if !behavior.is_empty() {
            let _ = writeln!(text, "  behavior: {behavior}");
        }
        if self.one_in(30) {
            text += self.pick(&["  namespace: one\n", "  namespace: two\n"]);
        }
        if self.one_in(2) {
            let value = self.pick(&[
                "a=1",
                "b=yes",
                "'c=x y'",
                "d=",
                "'q=\"quoted\"'",
                "'e=k=v'",
                "u=é",
                "\"nl=a\\nb\"",
                "'s= lead'",
            ]);
            let _ = writeln!(text, "  literals:\n  - {value}\n  - lit=text");
        }
        if self.one_in(3) {
            let path = format!("{place}/{name}.properties");
            let content = self.pick(&[
                "host=x\nport=80\n",
                "one line",
                "",
                "tab\there\ttoo\n",
                "trailing \n\n\n",
                "<html>&\n",
                "\r\nwin\r\n",
            ]);
            self.write(&path, content.to_owned());
            let _ = writeln!(text, "  files: [{}{name}.properties]", self.pick(&["", "key=", "named.txt="]));
        }
        if self.one_in(4) {
            let path = format!("{place}/{name}.env");
            let content =
                self.pick(&["A1=1\n# no\n\nB1= x \n", "ONLY\n", "Q='q'\n", "  LEAD=1\r\nCR=2\r\n", "E=a=b\n"]);
            self.write(&path, content.to_owned());
            let key = self.pick(&["envs: [", "env: "]);
            let _ = writeln!(text, "  {key}{name}.env{}", if key.ends_with('[') { "]" } else { "" });
        }
        if self.one_in(6) {
            let options = self.pick(&[
                "{disableNameSuffixHash: true}",
                "{labels: {own: x}, immutable: true}",
                "{annotations: {own: 'true'}}",
            ]);
            let _ = writeln!(text, "  options: {options}");
        }
        text
    }
}
