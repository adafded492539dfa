//! Whole templates: actions of every kind around expressions.

use towpath_tests::random::Random;

use crate::{
    expression::Writer,
    grammar::Form,
    scope::{Root, Scope},
};

/// Kinds that a body may have as its dot.
const DOTS: &[&str] = &["str", "int", "map", "list", "object", "float", "bool", "map", "strs", "timeobj", "verobj"];

impl Writer<'_> {
    /// Returns the `number`th case: every form comes in turn, and now and then something else.
    pub(crate) fn case(mut self, number: usize) -> String {
        let text = match self.random.below(20) {
            0..=9 => {
                let grammar = self.grammar;
                self.shown(grammar.nth(number))
            }
            10..=11 => format!("{{{{ {} }}}}", self.printed()),
            12..=18 => self.block(3),
            _ => {
                let case = self.block(2);
                broken(&case, &mut self.random)
            }
        };
        let definitions = self.definitions.concat();
        let text = if self.random.percent(50) { definitions + &text } else { text + &definitions };
        // Cases share a chart, so that each needs names of its own.
        text.replace("\"own", &format!("\"own{number}"))
    }

    /// Returns actions that show what a form gives.
    fn shown(&mut self, form: &Form) -> String {
        let (call, kind) = (self.filled(form, 2), form.result);
        match self.random.below(13) {
            0 => format!("{{{{ {call} | toJson }}}}"),
            1 => format!("{{{{ {call} | quote }}}}"),
            2 => format!("{{{{ {call} | typeOf }}}}"),
            3 => format!("{{{{ printf \"%#v %T\" ({call}) ({call}) }}}}"),
            4 if matches!(kind, "map" | "list" | "ints" | "strs") => format!("{{{{ {call} | toYaml }}}}"),
            4 => format!("{{{{- {call} | toString | trunc 60 -}}}}"),
            5 if matches!(kind, "list" | "ints" | "strs") => {
                format!("{{{{ range $i, $e := {call} }}}}{{{{ $i }}}}={{{{ $e }}}};{{{{ else }}}}none{{{{ end }}}}")
            }
            6 => format!("{{{{ $x := {call} }}}}{{{{ $x }}}}{{{{ if $x }}}}T{{{{ else }}}}F{{{{ end }}}}"),
            7 => format!("{{{{ with {call} }}}}{{{{ . }}}}{{{{ else }}}}E{{{{ end }}}}"),
            8 => format!("{{{{ list ({call}) | toString }}}}"),
            _ => format!("{{{{ {call} }}}}"),
        }
    }

    /// Returns some statements; variables that they declare end with them.
    fn block(&mut self, depth: usize) -> String {
        let n_variables = self.scope.variables.len();
        let text = (0..=self.random.below(3)).map(|_| self.statement(depth)).collect();
        self.scope.variables.truncate(n_variables);
        text
    }

    /// Returns a body in which dot is of another kind and there are more variables.
    fn inner(&mut self, depth: usize, scope: Scope) -> String {
        let outer = std::mem::replace(&mut self.scope, scope);
        let text = self.block(depth);
        self.scope = outer;
        text
    }

    fn open(&mut self) -> &'static str {
        self.random.pick(&["{{ ", "{{ ", "{{ ", "{{", "{{- "])
    }

    fn close(&mut self) -> &'static str {
        self.random.pick(&[" }}", " }}", " }}", "}}", " -}}"])
    }

    fn action(&mut self, text: &str) -> String {
        format!("{}{text}{}", self.open(), self.close())
    }

    fn any(&mut self) -> String {
        let kind = self.random.pick(&["any", "bool", "map", "list", "str", "int"]);
        self.command(kind)
    }

    /// Returns what can stand at the start of a pipeline, where nil cannot.
    fn command(&mut self, kind: &str) -> String {
        let text = self.argument(kind, 2);
        if text == "nil" { "\"nil\"".to_owned() } else { text }
    }

    /// Returns the name of a new variable, or of one that it hides.
    fn name(&mut self) -> String {
        self.random.pick(&["$x", "$y", "$é", "$name", "$i"]).to_owned()
    }

    fn leaf(&mut self) -> String {
        match self.random.below(8) {
            0 => self
                .random
                .pick(&["text", " ", "\n", "\t- x\n", "é", "{ ", "}", "{{/* c */}}", " {{- /* c */ -}} ", "a: b\n"])
                .to_owned(),
            1 if self.scope.root != Root::Dot => self.action("."),
            2 => match self.scope.variable("any", &mut self.random) {
                Some((name, _)) => self.action(&name),
                None => "-".to_owned(),
            },
            3 => {
                let call = self.printed();
                self.action(&call)
            }
            _ => {
                let text = self.any();
                self.action(&text)
            }
        }
    }

    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let depth = depth - 1;
        match self.random.below(24) {
            0..=2 => self.condition(depth),
            3..=5 => self.with(depth),
            6..=9 => self.range(depth),
            10..=12 => self.variable(),
            13..=15 => self.template(depth),
            16 => self.tpl(depth),
            17 => format!("\n  {}", self.leaf()),
            18 if self.scope.in_loop || self.random.percent(2) => {
                let (test, word) = (self.argument("bool", 1), self.random.pick(&["break", "continue"]));
                let test = self.action(&format!("if {test}"));
                test + &self.action(word) + &self.action("end")
            }
            19 => self.fields(),
            _ => self.leaf(),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let kind = self.random.pick(&["bool", "bool", "any"]);
        let test = self.command(kind);
        let mut out = self.action(&format!("if {test}")) + &self.block(depth);
        for _ in 0..self.random.below(3) {
            let test = self.any();
            out += &(self.action(&format!("else if {test}")) + &self.block(depth));
        }
        if self.random.percent(60) {
            out += &(self.action("else") + &self.block(depth));
        }
        out + &self.action("end")
    }

    fn with(&mut self, depth: usize) -> String {
        let mut out = String::new();
        for part in 0..=self.random.below(2) {
            let kind = self.random.pick(DOTS);
            let value = self.command(kind);
            let mut scope = self.scope.with_dot(kind);
            let word = if part == 0 { "with" } else { "else with" };
            if self.random.percent(30) {
                let name = self.name();
                out += &self.action(&format!("{word} {name} := {value}"));
                scope.variables.push((name, kind));
            } else {
                out += &self.action(&format!("{word} {value}"));
            }
            out += &self.inner(depth, scope);
        }
        if self.random.percent(50) {
            out += &(self.action("else") + &self.block(depth));
        }
        out + &self.action("end")
    }

    fn range(&mut self, depth: usize) -> String {
        let mut kind = self.random.pick(&["list", "map", "ints", "strs", "count", "list", "map"]);
        // Only the newer Go ranges over numbers.
        if kind == "count" && !self.grammar.is_newer && self.random.percent(95) {
            kind = "ints";
        }
        let over = match kind {
            "list" if self.random.percent(25) => self.scope.rooted(".Values.maps").unwrap_or("(list)".to_owned()),
            kind => self.command(kind),
        };
        let element = match kind {
            "ints" | "count" => "int",
            "strs" => "str",
            _ if over.ends_with("maps") => "map",
            _ => "any",
        };
        let mut scope = self.scope.with_dot(element);
        scope.in_loop = true;
        let index = if kind == "map" { "str" } else { "int" };
        let variables = match self.random.below(6) {
            0 => {
                scope.variables.push(("$e".to_owned(), element));
                "$e := "
            }
            1 | 2 if kind != "count" || self.random.percent(5) => {
                scope.variables.extend([("$i".to_owned(), index), ("$e".to_owned(), element)]);
                "$i, $e := "
            }
            3 if self.scope.variables.iter().any(|(name, _)| name == "$x") => "$x = ",
            _ => "",
        };
        let mut out = self.action(&format!("range {variables}{over}")) + &self.inner(depth, scope);
        if self.random.percent(40) {
            out += &(self.action("else") + &self.block(depth));
        }
        out + &self.action("end")
    }

    /// Declares a variable, or gives one another value.
    fn variable(&mut self) -> String {
        let kind = self.random.pick(&["str", "int", "map", "list", "any", "bool", "timeobj", "verobj", "object"]);
        let value = self.command(kind);
        let known: Vec<String> = self.scope.variables.iter().map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && self.random.percent(40) {
            let at = self.random.below(known.len());
            self.scope.variables[at].1 = kind;
            return self.action(&format!("{} = {value}", known[at]));
        }
        let name = self.name();
        self.scope.variables.push((name.clone(), kind));
        self.action(&format!("{name} := {value}"))
    }

    /// Defines a template and calls it in one of the ways that there are.
    fn template(&mut self, depth: usize) -> String {
        let kind =
            if self.random.percent(60) && self.scope.root != Root::Nowhere { "" } else { self.random.pick(DOTS) };
        let data = match (kind, self.scope.root) {
            ("", Root::Dot) => self.random.pick(&[".", "$"]).to_owned(),
            ("", _) => "$".to_owned(),
            (kind, _) => self.argument(kind, 2),
        };
        let name = format!("\"own_{}\"", self.definitions.len());
        let way = self.random.below(8);
        // The place is kept for this one, as the body may define others.
        let at = self.definitions.len();
        self.definitions.push(String::new());
        let body = self.inner(depth, Scope::of_template(kind));
        if way == 0 {
            return self.action(&format!("block {name} {data}")) + &body + &self.action("end");
        }
        self.definitions[at] = self.action(&format!("define {name}")) + &body + &self.action("end");
        let call = match way {
            1..=2 => format!("template {name} {data}"),
            3 => format!("include {name} {data} | {}", self.random.pick(&["nindent 2", "quote", "indent 4 | trim"])),
            4 => format!("include {name} {data} | fromYaml | toJson"),
            5 => format!("include (printf \"%s\" {name}) {data}"),
            6 => format!("$t := include {name} {data}{}{}$t", "}}", "{{"),
            _ => format!("include {name} {data}"),
        };
        self.action(&call)
    }

    /// Runs a text as a template, over the root or over something else.
    fn tpl(&mut self, depth: usize) -> String {
        let kind = if self.scope.root == Root::Nowhere { "map" } else { self.random.pick(&["", "", "map", "str"]) };
        let data = match (kind, self.scope.root) {
            ("", Root::Dot) => ".".to_owned(),
            ("", _) => "$".to_owned(),
            (kind, _) => self.argument(kind, 1),
        };
        let body = self.inner(depth.min(1), Scope::of_template(kind));
        if body.contains('`') {
            return body;
        }
        let call = match self.random.below(4) {
            0 => format!("tpl (printf \"%s\" `{body}`) {data} | quote"),
            1 => format!("$t := tpl `{body}` {data}{}{}len $t", "}}", "{{"),
            _ => format!("tpl `{body}` {data}"),
        };
        self.action(&call)
    }

    /// Reads fields of what a function has returned, of a variable and of nothing.
    fn fields(&mut self) -> String {
        let (map, key) =
            (self.argument("map", 1), self.random.pick(&["a", "name", "absent", "b", "x", "a", "b", "x.y"]));
        let text = match self.random.below(4) {
            0 => format!("({map}).{key}"),
            1 => format!("(index (list {map}) 0).{key} | default \"none\""),
            2 => format!("$m := {map}{}{}$m.{key}", "}}", "{{"),
            _ => format!("with {map}{}{}.{key}{}{}end", "}}", "{{", "}}", "{{"),
        };
        self.action(&text)
    }
}

/// Takes something out of a template, or puts something in.
fn broken(case: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = case.chars().collect();
    let at = random.below(characters.len().max(1));
    if random.percent(50) && !characters.is_empty() {
        characters.drain(at..(at + 1 + random.below(3)).min(characters.len()));
    } else {
        characters.splice(at..at, random.pick(BREAKS).chars());
    }
    characters.into_iter().collect()
}

const BREAKS: &[&str] = &[
    "{{",
    "}}",
    "(",
    ")",
    "\"",
    "`",
    "|",
    ".",
    "..",
    "$",
    "$y",
    ":=",
    "=",
    "'",
    "1x",
    "0x",
    "end",
    "{{end}}",
    "{{else}}",
    ",",
    "{{break}}",
    "@",
    "\\",
    "-",
    "nil",
    "{{/*",
    "*/",
    "'a'",
    "1e",
    "é",
    "%",
    "nofunc",
    "\u{0}",
    " | ",
    ".x.y",
    "{{define \"own\"}}",
    "{{template \"own\"}}",
    "{{else if}}",
    "{{with}}",
    "{{range}}",
    "1i",
    "0x1p-2",
    "$x.y.z",
    "{{ continue }}",
    "- }}",
    "{{- ",
    "\n",
    "{{block \"own\"}}",
    "0b1",
    "1_0",
    "'\\n'",
];
