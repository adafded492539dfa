use towpath_tests::random::Random;

/// How the root of the data is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// It is dot.
    Dot,
    /// It is `$`, since dot is something else.
    Dollar,
    /// It is out of reach.
    Nowhere,
}

/// What a place in a template can see.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) root: Root,
    /// The kind of dot where it is not the root.
    pub(crate) dot: &'static str,
    /// The names and kinds of the variables.
    pub(crate) variables: Vec<(String, &'static str)>,
    pub(crate) in_loop: bool,
}

impl Scope {
    /// Returns the scope of a file: dot is the root.
    pub(crate) fn top() -> Self {
        Self { root: Root::Dot, dot: "", variables: Vec::new(), in_loop: false }
    }

    /// Returns the scope of a template that is given something of a kind; the root if the kind is empty.
    pub(crate) fn of_template(dot: &'static str) -> Self {
        let root = if dot.is_empty() { Root::Dot } else { Root::Nowhere };
        Self { root, dot, ..Self::top() }
    }

    /// Returns this scope with another dot.
    pub(crate) fn with_dot(&self, dot: &'static str) -> Self {
        let root = if self.root == Root::Nowhere { Root::Nowhere } else { Root::Dollar };
        Self { root, dot, ..self.clone() }
    }

    /// Returns a variable whose kind fits, if there is one.
    pub(crate) fn variable(&self, kind: &str, random: &mut Random) -> Option<(String, &'static str)> {
        let fits = |of: &str| of == kind || kind == "any" || (kind == "list" && matches!(of, "ints" | "strs"));
        let fitting: Vec<_> = self.variables.iter().filter(|(_, of)| fits(of)).collect();
        (!fitting.is_empty()).then(|| fitting[random.below(fitting.len())].clone())
    }

    /// Returns `text`, written for a file, as it reads here; nothing if it needs a root that is out of reach.
    pub(crate) fn rooted(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len() + 4);
        let (mut quote, mut escaped, mut before) = (None, false, ' ');
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match quote {
                Some(_) if escaped => escaped = false,
                Some('"') if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '`') => quote = Some(c),
                None if c == '.' && matches!(before, ' ' | '(') => {
                    let next = rest.peek().copied().unwrap_or(' ');
                    if next.is_ascii_uppercase() || matches!(next, ' ' | ')') {
                        match self.root {
                            Root::Dot => {}
                            Root::Dollar => out.push('$'),
                            Root::Nowhere => return None,
                        }
                        if self.root == Root::Dollar && !next.is_ascii_uppercase() {
                            before = c;
                            continue;
                        }
                    }
                }
                _ => {}
            }
            out.push(c);
            before = c;
        }
        Some(out)
    }
}
