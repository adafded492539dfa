//! Expressions that are put together by the kind of what they give.

use towpath_tests::random::Random;

use crate::{
    grammar::{Form, Grammar, Shape},
    pools,
    scope::{Root, Scope},
};

/// Writes one case.
pub(crate) struct Writer<'g> {
    pub(crate) grammar: &'g Grammar,
    pub(crate) random: Random,
    pub(crate) scope: Scope,
    /// Templates that the case defines.
    pub(crate) definitions: Vec<String>,
    /// Whether times are shown field by field, which can be compared in UTC alone: in another zone Go shows an address.
    shows_fields: bool,
}

/// The kinds that an expression of any kind is made of.
const ANY: &[&str] =
    &["str", "int", "bool", "list", "map", "int64", "float", "strs", "ints", "object", "timeobj", "verobj", "nil"];

/// Kinds whose operands must stay what they are: what is changed is owned, what multiplies stays small.
const KEPT: &[&str] =
    &["ownmap", "small", "count", "step", "tplname", "tplext", "time", "timeobj", "verobj", "nonzero"];

impl<'g> Writer<'g> {
    pub(crate) fn new(grammar: &'g Grammar, random: Random) -> Self {
        Self { grammar, random, scope: Scope::top(), definitions: Vec::new(), shows_fields: false }
    }

    /// Returns a form filled with operands.
    pub(crate) fn filled(&mut self, form: &Form, depth: usize) -> String {
        match &form.shape {
            Shape::Call { name, parameters, rest } => self.call(name, parameters, *rest, depth),
            Shape::Written(text) => match self.scope.rooted(text) {
                Some(text) => self.written(&text, depth),
                None => self.operand(form.result),
            },
        }
    }

    fn written(&mut self, text: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            let Some(length) = rest[start..].find('>') else { break };
            out.push_str(&rest[..start]);
            out.push_str(&self.argument(&rest[start + 1..start + length], depth));
            rest = &rest[start + length + 1..];
        }
        out + rest
    }

    fn call(&mut self, name: &str, parameters: &[&'static str], rest: Option<&str>, depth: usize) -> String {
        // What is compared must be of one kind, which is chosen once.
        let compared = ["str", "int", "int64", "float", "int", "str", "numlit"][self.random.below(7)];
        let mut arguments = Vec::new();
        for kind in parameters {
            let kind = if *kind == "alike" { compared } else { kind };
            arguments.push(self.argument(kind, depth));
        }
        if let Some(kind) = rest {
            let kind = if kind == "alike" { compared } else { kind };
            for _ in 0..self.random.below(4) {
                arguments.push(self.argument(kind, depth));
            }
        }
        if self.random.percent(1) {
            // One too many or one too few.
            if self.random.percent(50) {
                arguments.pop();
            } else {
                arguments.push(self.argument("any", 0));
            }
        }
        // Operands that come in pairs cannot go through a pipe.
        let is_pair = matches!(parameters.last(), Some(&("pairs" | "same" | "tplext")));
        // Nil is no command.
        let can_lead = arguments.last().is_some_and(|last| last != "nil");
        let piped = if !is_pair && can_lead && self.random.percent(35) { arguments.pop() } else { None };
        let call = arguments.iter().fold(name.to_owned(), |call, argument| format!("{call} {argument}"));
        match piped {
            Some(last) => format!("{} | {call}", bare(&last)),
            None => call,
        }
    }

    /// Returns an operand of a kind, in parentheses where it is more than one word.
    pub(crate) fn argument(&mut self, kind: &str, depth: usize) -> String {
        let (text, kind) = self.of_kind(kind, depth);
        if self.shows_fields && kind == "timeobj" { format!("({text}).UTC") } else { text }
    }

    /// Returns an operand and its kind, which is another where any will do.
    fn of_kind(&mut self, kind: &str, depth: usize) -> (String, String) {
        let known = |text: String| (text, kind.to_owned());
        let kept = KEPT.contains(&kind);
        if !kept && self.random.percent(1) {
            return known(self.operand("nil"));
        }
        if kept && self.random.percent(1) && !matches!(kind, "time" | "timeobj" | "verobj") {
            return known(self.random.pick(&["nil", "\"x\"", "1.5", "true", "(list 1)"]).to_owned());
        }
        if kind == "pairs" {
            return known(self.pairs(depth));
        }
        if self.random.percent(20)
            && let Some((variable, kind)) = self.scope.variable(kind, &mut self.random)
        {
            return (variable, kind.to_owned());
        }
        if self.scope.root != Root::Dot && self.random.percent(15) && (kind == "any" || kind == self.scope.dot) {
            return (".".to_owned(), self.scope.dot.to_owned());
        }
        let kind = match kind {
            "any" if self.random.percent(70) => ANY[self.random.below(ANY.len())],
            "numeric" if self.random.percent(60) => self.random.pick(&["int", "int64", "float"]),
            kind => kind,
        };
        if depth > 0 && !matches!(kind, "small" | "count" | "step" | "ownmap") && self.random.percent(35) {
            let grammar = self.grammar;
            let giving = grammar.giving(kind);
            if !giving.is_empty() {
                let form = giving[self.random.below(giving.len())];
                return (format!("({})", self.filled(form, depth - 1)), form.result.to_owned());
            }
        }
        if depth > 0 && !kept && self.random.percent(8) {
            return (self.passed(kind, depth - 1), kind.to_owned());
        }
        (self.operand(kind), kind.to_owned())
    }

    /// Returns a value of a kind that has been through something that gives it back.
    fn passed(&mut self, kind: &str, depth: usize) -> String {
        let (one, other) = (self.argument(kind, depth), self.argument(kind, 0));
        if one.is_empty() || one.contains("\" ") || one.ends_with(" .") {
            return one;
        }
        let truth = self.argument("bool", 0);
        match self.random.below(16) {
            0 => format!("(ternary {one} {other} {truth})"),
            1 => format!("({one} | default {other})"),
            2 => format!("(coalesce {one} {other})"),
            3 => format!("(index (list {one} {other}) 0)"),
            4 => format!("(get (dict \"k\" {one}) \"k\")"),
            5 => format!("(dict \"k\" {one}).k"),
            6 => format!("(first (list {one} {other}))"),
            7 => format!("(last (tuple {other} {one}))"),
            8 => format!("(or {one} {other})"),
            9 => format!("(and true {one})"),
            10 => format!("({one})"),
            11 => format!("(index (dict \"a\" (dict \"b\" {one})) \"a\" \"b\")"),
            12 => format!("(dig \"a\" \"b\" {other} (dict \"a\" (dict \"b\" {one})))"),
            13 => format!("(required \"needed\" {one})"),
            14 if matches!(kind, "str" | "map" | "bool") => format!("(toJson {one} | fromJson)"),
            15 if kind == "str" => format!("(include \"lib.echo\" {one})"),
            _ => format!("(index (list (list {one}) {other}) 0 0)"),
        }
    }

    fn pairs(&mut self, depth: usize) -> String {
        let count = self.random.below(4);
        let pairs: Vec<String> =
            (0..count).map(|_| format!("{} {}", self.operand("key"), self.argument("any", depth.min(1)))).collect();
        pairs.join(" ")
    }

    /// Returns an operand from the pools that can be written here.
    fn operand(&mut self, kind: &str) -> String {
        for _ in 0..12 {
            let text = pools::operand(kind, &mut self.random);
            if let Some(text) = self.scope.rooted(&text) {
                return text;
            }
        }
        "\"x\"".to_owned()
    }

    /// Returns a call of `printf` whose verbs may or may not fit.
    pub(crate) fn printed(&mut self) -> String {
        let before = std::mem::replace(&mut self.shows_fields, true);
        let (mut format, mut count) = (String::new(), 0);
        for _ in 0..=self.random.below(3) {
            count += self.directive(&mut format);
        }
        if self.random.percent(8) {
            count = self.random.below(4);
        }
        let mut call = format!("printf \"{format}\"");
        for _ in 0..count {
            let kind = self.random.pick(&[
                "any", "numeric", "str", "any", "list", "map", "timeobj", "verobj", "object", "nil", "float", "int",
            ]);
            call.push(' ');
            call.push_str(&self.argument(kind, 1));
        }
        self.shows_fields = before;
        call
    }

    /// Appends a directive; returns how many operands it takes.
    fn directive(&mut self, format: &mut String) -> usize {
        let random = &mut self.random;
        let mut count = 1;
        format.push_str(random.pick(&["", "a ", "é", "=", "[", "\\n"]));
        format.push('%');
        for flag in ["+", "-", "#", " ", "0"] {
            if random.percent(15) {
                format.push_str(flag);
            }
        }
        if random.percent(4) {
            format.push_str(random.pick(&["[1]", "[2]", "[9]", "[x]", "[", "[0]", "[3]*", "[2]*"]));
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
            match random.below(10) {
                0 => {
                    format.push('*');
                    count += 1;
                }
                1 => {}
                _ => format.push_str(&random.below(12).to_string()),
            }
        }
        format.push_str(random.pick(&[
            "v", "v", "v", "s", "s", "d", "d", "q", "x", "X", "t", "T", "T", "f", "e", "E", "g", "G", "b", "c", "o",
            "O", "U", "F", "w", "z", "%", "!", "é", "",
        ]));
        count
    }
}

/// Returns an expression without the parentheses around it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.filter(|inner| balanced(inner)).unwrap_or(text)
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
