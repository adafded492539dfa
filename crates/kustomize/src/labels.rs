//! Label selectors: `app=shop,tier in (web,api),!canary`.
//!
//! Source: Kubernetes, "Labels and selectors", and `labels.Parse`.

/// Requirements that must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LabelSelector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

/// A text that is no label selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unable to parse requirement: `{selector}`: {problem}")]
pub struct LabelSelectorError {
    /// The selector.
    pub selector: String,
    /// What is wrong.
    pub problem: String,
}

impl LabelSelector {
    pub(crate) fn parse(text: &str) -> Result<Self, LabelSelectorError> {
        let error = |problem: String| LabelSelectorError { selector: text.to_owned(), problem };
        let tokens = tokens(text);
        let mut parser = Parser { tokens: &tokens, at: 0 };
        let mut requirements = Vec::new();
        if tokens.is_empty() {
            return Ok(Self(requirements));
        }
        loop {
            requirements.push(parser.requirement().map_err(error)?);
            match parser.next() {
                None => return Ok(Self(requirements)),
                Some(",") if parser.peek().is_some() => {}
                Some(",") => return Err(error("found '', expected: identifier after ','".to_owned())),
                Some(other) => return Err(error(format!("found '{other}', expected: ',' or 'end of string'"))),
            }
        }
    }

    pub(crate) fn fits(&self, labels: &[(&str, &str)]) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.iter().find(|(key, _)| *key == requirement.key).map(|(_, value)| *value);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.iter().any(|wanted| wanted == value)),
                Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|wanted| wanted != value)),
                Test::Greater(bound) => number().is_some_and(|value| value > *bound),
                Test::Less(bound) => number().is_some_and(|value| value < *bound),
            }
        })
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '=' if rest.starts_with("==") => 2,
            '!' if rest.starts_with("!=") => 2,
            '=' | '!' | '(' | ')' | ',' | '<' | '>' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || "=!(),<>".contains(c)).unwrap_or(rest.len()),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser<'t> {
    tokens: &'t [&'t str],
    at: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let absent = self.peek() == Some("!");
        if absent {
            self.next();
        }
        let key = self.identifier()?.to_owned();
        if absent {
            return Ok(Requirement { key, test: Test::Absent });
        }
        let test = match self.peek() {
            None | Some(",") => Test::Exists,
            Some("=" | "==") => Test::In(vec![self.value_behind()]),
            Some("!=") => Test::NotIn(vec![self.value_behind()]),
            Some("in") => Test::In(self.values()?),
            Some("notin") => Test::NotIn(self.values()?),
            Some(">") => Test::Greater(self.number()?),
            Some("<") => Test::Less(self.number()?),
            Some(other) => {
                return Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt"));
            }
        };
        Ok(Requirement { key, test })
    }

    fn identifier(&mut self) -> Result<&'t str, String> {
        match self.next() {
            Some(token) if !token.starts_with(['=', '!', '(', ')', ',', '<', '>']) => Ok(token),
            other => Err(format!("found '{}', expected: identifier", other.unwrap_or(""))),
        }
    }

    fn value_behind(&mut self) -> String {
        self.next();
        match self.peek() {
            None | Some(",") => String::new(),
            Some(_) => self.next().unwrap_or("").to_owned(),
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let text = self.value_behind();
        text.parse().map_err(|_| format!("for 'Gt', 'Lt' operators, the value must be an integer, not '{text}'"))
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        self.next();
        if self.next() != Some("(") {
            return Err("expected: '('".to_owned());
        }
        let mut values = Vec::new();
        let mut open = String::new();
        loop {
            match self.next() {
                Some(")") => {
                    values.push(open);
                    return Ok(values);
                }
                Some(",") => values.push(std::mem::take(&mut open)),
                Some(token) => token.clone_into(&mut open),
                None => return Err("found '', expected: ',', or ')'".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LabelSelector;

    #[test]
    fn every_operator_is_understood() {
        let labels = [("app", "shop"), ("tier", "web"), ("size", "7")];
        for (text, expected) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("app=shop, tier != api", true),
            ("app==other", false),
            ("tier in (api, web),!canary", true),
            ("tier notin (web)", false),
            ("missing!=x", true),
            ("size>5,size<8", true),
        ] {
            assert_eq!(LabelSelector::parse(text).unwrap().fits(&labels), expected, "{text}");
        }
        for bad in ["app,", "=x", "app in web", "a b"] {
            assert!(LabelSelector::parse(bad).unwrap_err().to_string().contains(bad), "{bad}");
        }
    }
}
