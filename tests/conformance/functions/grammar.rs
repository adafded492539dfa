//! What templates are made of: functions, methods and fields with the kinds of what they take and give.

/// How a value of some kind comes about.
pub(crate) struct Form {
    /// The kind of the value.
    pub(crate) result: &'static str,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    /// A function that is called by name.
    Call { name: &'static str, parameters: Vec<&'static str>, rest: Option<&'static str> },
    /// A pipeline with `<kind>` in the place of each operand.
    Written(&'static str),
}

/// The forms that a release of Helm has.
pub(crate) struct Grammar {
    forms: Vec<Form>,
    /// Whether it is that of Helm 4.
    pub(crate) is_newer: bool,
}

impl Grammar {
    /// Returns the forms that both releases have, with those of Helm 4 alone if `newer`.
    pub(crate) fn new(newer: bool) -> Self {
        let lines = include_str!("table.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { forms: lines.filter_map(|line| form(line, newer)).collect(), is_newer: newer }
    }

    pub(crate) fn nth(&self, number: usize) -> &Form {
        &self.forms[number % self.forms.len()]
    }

    /// Returns the forms whose value may stand where `kind` is wanted.
    pub(crate) fn giving(&self, kind: &str) -> Vec<&Form> {
        let fits = |result: &str| match kind {
            "any" => result != "ptrs",
            "numeric" => matches!(result, "int" | "int64" | "float"),
            "list" => matches!(result, "list" | "strs" | "ints"),
            "time" => result == "timeobj",
            kind => result == kind,
        };
        self.forms.iter().filter(|form| fits(form.result)).collect()
    }
}

/// Reads `RESULT NAME KIND...` or `RESULT = PIPELINE`; `4:` before the name or the sign is for Helm 4 alone.
fn form(line: &'static str, newer: bool) -> Option<Form> {
    let (result, rest) = line.split_once(' ')?;
    let rest = match rest.strip_prefix("4:") {
        Some(_) if !newer => return None,
        Some(rest) => rest,
        None => rest,
    };
    if let Some(text) = rest.strip_prefix("= ") {
        return Some(Form { result, shape: Shape::Written(text) });
    }
    let mut words = rest.split(' ');
    let name = words.next()?;
    let mut parameters: Vec<&str> = words.collect();
    let rest = parameters.last().and_then(|last| last.strip_suffix("..."));
    parameters.truncate(parameters.len() - usize::from(rest.is_some()));
    Some(Form { result, shape: Shape::Call { name, parameters, rest } })
}
