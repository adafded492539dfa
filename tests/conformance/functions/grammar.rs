//! Templates that follow the grammar of Go's language: well-formed ones above all, some with arguments of a wrong type, some
//! broken.

use crate::{pools, random::Random};

/// A function as `table.txt` has it.
struct Function {
    name: &'static str,
    result: &'static str,
    parameters: Vec<&'static str>,
    rest: Option<&'static str>,
}

/// What templates are made of, for one release of Helm.
pub(crate) struct Grammar {
    functions: Vec<Function>,
}

impl Grammar {
    /// Returns the grammar with the functions that both releases have, or that Helm 4 has.
    pub(crate) fn new(newer: bool) -> Self {
        let lines = include_str!("table.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let functions = lines.filter_map(|line| {
            let mut words = line.split(' ');
            let (result, name) = (words.next()?, words.next()?);
            let name = match name.strip_prefix("4:") {
                Some(_) if !newer => return None,
                Some(name) => name,
                None => name,
            };
            let mut parameters: Vec<&str> = words.collect();
            let rest = parameters.last().and_then(|last| last.strip_suffix("..."));
            parameters.truncate(parameters.len() - usize::from(rest.is_some()));
            Some(Function { name, result, parameters, rest })
        });
        Self { functions: functions.collect() }
    }

    /// Returns the `number`th case: every function comes in turn, and now and then something else.
    pub(crate) fn case(&self, number: usize, random: &mut Random) -> String {
        // Cases share a chart, so that each needs names of its own.
        self.any_case(number, random).replace("\"own\"", &format!("\"own{number}\""))
    }

    fn any_case(&self, number: usize, random: &mut Random) -> String {
        match random.below(20) {
            0..=12 => {
                let function = &self.functions[number % self.functions.len()];
                let call = self.call(function, 2, random);
                shown(&call, function.result, random)
            }
            13..=14 => format!("{{{{ {} }}}}", self.printed(random)),
            15..=18 => self.statement(3, random),
            _ => {
                let case = self.statement(2, random);
                broken(&case, random)
            }
        }
    }

    fn call(&self, function: &Function, depth: usize, random: &mut Random) -> String {
        let mut arguments: Vec<String> =
            function.parameters.iter().map(|kind| self.argument(kind, depth, random)).collect();
        if let Some(kind) = function.rest {
            for _ in 0..random.below(4) {
                arguments.push(self.argument(kind, depth, random));
            }
        }
        if random.percent(1) {
            // One too many or one too few.
            if random.percent(50) {
                arguments.pop();
            } else {
                arguments.push(self.argument("any", 0, random));
            }
        }
        let name = function.name;
        if random.percent(40)
            && let Some(last) = arguments.pop()
        {
            let first = arguments.iter().fold(name.to_owned(), |call, argument| format!("{call} {argument}"));
            let last = last
                .strip_prefix('(')
                .and_then(|last| last.strip_suffix(')'))
                .map_or(last.as_str(), |inner| if balanced(inner) { inner } else { last.as_str() });
            return format!("{last} | {first}");
        }
        arguments.iter().fold(name.to_owned(), |call, argument| format!("{call} {argument}"))
    }

    /// Returns an operand of a kind, in parentheses where it is a call.
    fn argument(&self, kind: &str, depth: usize, random: &mut Random) -> String {
        // What changes a dictionary must own it, and what multiplies must stay small.
        let kept = matches!(kind, "ownmap" | "small" | "step" | "tplname" | "tplext" | "time");
        if !kept && random.percent(3) {
            return pools::operand("any", random);
        }
        if kept && kind != "time" && random.percent(2) {
            return random.pick(&["nil", "\"x\"", "1.5", "true", "(list 1)"]).to_owned();
        }
        let result = match kind {
            "str" | "int" | "bool" | "list" | "map" | "time" | "float" | "int64" => kind,
            "numeric" => random.pick(&["int", "int64", "float"]),
            "any" => random.pick(&["str", "int", "bool", "list", "map", "any", "int64", "float", "strs", "ints"]),
            "basic" => random.pick(&["str", "int", "int64", "float"]),
            _ => "",
        };
        if !kept && depth > 0 && !result.is_empty() && random.percent(30) {
            let fitting: Vec<&Function> = self.functions.iter().filter(|function| function.result == result).collect();
            let function = fitting[random.below(fitting.len())];
            return format!("({})", self.call(function, depth - 1, random));
        }
        match kind {
            "pairs" => (0..random.below(4))
                .map(|_| format!("{} {}", pools::operand("key", random), self.argument("any", depth.min(1), random)))
                .collect::<Vec<_>>()
                .join(" "),
            kind => pools::operand(kind, random),
        }
    }

    /// Returns a call of `printf` whose verbs may or may not fit.
    fn printed(&self, random: &mut Random) -> String {
        let mut format = String::new();
        let mut count = 0;
        for _ in 0..=random.below(3) {
            format.push_str(random.pick(&["", "a ", "é", "=", "[", "\\n"]));
            format.push('%');
            for flag in ["+", "-", "#", " ", "0"] {
                if random.percent(15) {
                    format.push_str(flag);
                }
            }
            if random.percent(3) {
                format.push_str(random.pick(&["[1]", "[2]", "[9]", "[x]", "[", "[0]"]));
            }
            match random.below(8) {
                0..=1 => format.push_str(&random.below(24).to_string()),
                2 if random.percent(20) => {
                    format.push('*');
                    count += 1;
                }
                _ => {}
            }
            if random.percent(25) {
                format.push('.');
                if random.percent(80) {
                    format.push_str(&random.below(12).to_string());
                }
            }
            format.push_str(random.pick(&[
                "v", "v", "v", "s", "s", "d", "d", "q", "x", "X", "t", "T", "T", "f", "e", "E", "g", "G", "b", "c",
                "o", "O", "U", "F", "w", "z", "%", "!", "",
            ]));
            count += 1;
        }
        if random.percent(8) {
            count = random.below(4);
        }
        let mut call = format!("printf \"{format}\"");
        for _ in 0..count {
            let kind = random.pick(&["any", "numeric", "str", "any", "list", "map"]);
            call.push(' ');
            call.push_str(&self.argument(kind, 1, random));
        }
        call
    }

    fn statement(&self, depth: usize, random: &mut Random) -> String {
        let any = |grammar: &Self, random: &mut Random| {
            let kind = random.pick(&["any", "bool", "map", "list", "str", "int"]);
            grammar.argument(kind, 1, random)
        };
        let (open, close) = (random.pick(&["{{ ", "{{ ", "{{", "{{- "]), random.pick(&[" }}", " }}", "}}", " -}}"]));
        if depth == 0 {
            return match random.below(4) {
                0 => random
                    .pick(&["text", " ", "\n", "\t- x\n", "é", "{", "}", "{{/* c */}}", " {{- /* c */ -}} "])
                    .to_owned(),
                1 => format!("{open}.{close}"),
                2 => format!("{open}$x{close}"),
                _ => format!("{open}{}{close}", any(self, random)),
            };
        }
        let body = |random: &mut Random| -> String {
            (0..=random.below(2)).map(|_| self.statement(depth - 1, random)).collect()
        };
        let (first, second) = (body(random), body(random));
        match random.below(16) {
            0 => format!("{open}if {}{close}{first}{open}else{close}{second}{open}end{close}", any(self, random)),
            1 => format!(
                "{open}if {}{close}{first}{open}else if {}{close}{second}{open}else{close}z{open}end{close}",
                any(self, random),
                any(self, random)
            ),
            2 => format!("{open}with {}{close}{first}{open}else{close}{second}{open}end{close}", any(self, random)),
            3 => format!(
                "{open}with $x := {}{close}{first}{open}else with {}{close}{second}{open}end{close}",
                any(self, random),
                any(self, random)
            ),
            4 => format!(
                "{open}range {}{close}{first}{open}else{close}{second}{open}end{close}",
                self.argument(random.pick(&["list", "map", "list", "ints", "strs", "small"]), 1, random)
            ),
            5 => format!(
                "{open}range $x, $y := {}{close}{first}{open}$y{close}{open}end{close}",
                self.argument(random.pick(&["list", "map", "ints", "strs"]), 1, random)
            ),
            6 => format!(
                "{open}range $i, $e := {}{close}{open}if {} $i 1{close}{open}{}{close}{open}end{close}{first}{open}end{close}",
                self.argument(random.pick(&["list", "ints", "strs"]), 1, random),
                random.pick(&["eq", "gt", "ne"]),
                random.pick(&["break", "continue"])
            ),
            7 => format!("{open}$x := {}{close}{first}", any(self, random)),
            8 => format!(
                "{open}$x := {}{close}{first}{open}$x = {}{close}{second}",
                any(self, random),
                any(self, random)
            ),
            9 => format!(
                "{open}define \"own\"{close}{first}{open}end{close}{open}template \"own\" {}{close}",
                any(self, random)
            ),
            10 => format!("{open}block \"own\" {}{close}{first}{open}end{close}", any(self, random)),
            11 => format!(
                "{open}include \"own\" {}{close}{open}define \"own\"{close}{first}{open}end{close}",
                any(self, random)
            ),
            12 => format!("{first}{open}{}{close}{second}", self.printed(random)),
            13 => format!("{first}\n  {open}{}{close}", any(self, random)),
            14 => format!(
                "{open}(index .Values.maps {}).{}{close}",
                random.pick(&["0", "1", "2", "3", "\"x\""]),
                random.pick(&["name", "extra", "extra.deep", "absent", "port.x"])
            ),
            _ => format!("{first}{second}"),
        }
    }
}

fn balanced(text: &str) -> bool {
    let mut open = 0i32;
    for c in text.chars() {
        open += i32::from(c == '(') - i32::from(c == ')');
        if open < 0 {
            return false;
        }
    }
    open == 0
}

/// Takes something out of a template, or puts something in.
fn broken(case: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = case.chars().collect();
    let at = random.below(characters.len().max(1));
    if random.percent(50) && !characters.is_empty() {
        characters.drain(at..(at + 1 + random.below(3)).min(characters.len()));
    } else {
        let extra = random.pick(&[
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
        ]);
        characters.splice(at..at, extra.chars());
    }
    characters.into_iter().collect()
}

/// Returns an action that shows an expression.
fn shown(call: &str, kind: &str, random: &mut Random) -> String {
    match random.below(12) {
        0 => format!("{{{{ {call} | toJson }}}}"),
        1 => format!("{{{{ {call} | quote }}}}"),
        2 => format!("{{{{ {call} | typeOf }}}}"),
        3 if kind != "time" && !call.contains("Date") && !call.contains("date") => {
            format!("{{{{ printf \"%#v %T\" ({call}) ({call}) }}}}")
        }
        4 if matches!(kind, "map" | "list" | "ints" | "strs") => format!("{{{{ {call} | toYaml }}}}"),
        4 => format!("{{{{- {call} | toString | trunc 60 -}}}}"),
        5 if matches!(kind, "list" | "ints" | "strs") => {
            format!("{{{{ range $i, $e := {call} }}}}{{{{ $i }}}}={{{{ $e }}}};{{{{ else }}}}none{{{{ end }}}}")
        }
        6 => format!("{{{{ $x := {call} }}}}{{{{ $x }}}}{{{{ if $x }}}}T{{{{ else }}}}F{{{{ end }}}}"),
        7 => format!("{{{{ with {call} }}}}{{{{ . }}}}{{{{ else }}}}E{{{{ end }}}}"),
        _ => format!("{{{{ {call} }}}}"),
    }
}
