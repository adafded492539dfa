use std::sync::Arc;

use towpath_gotmpl::{CallError, Functions, MissingKey, Session, Signature, Str, Templates, Type, Value};

use crate::{HelmError, Profile, RenderEnv, engine::State, error::TemplateFailure, functions::functions};

/// Returns the value of an environment variable, as the caller sees it.
pub type Variable = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Helm's own functions, which a name has no use of: Helm gives it Sprig's alone.
const NOT_SPRIG: &[&str] = &[
    "include",
    "tpl",
    "required",
    "lookup",
    "toToml",
    "fromToml",
    "toYaml",
    "toYamlPretty",
    "mustToYaml",
    "mustToToml",
    "fromYaml",
    "fromYamlArray",
    "fromJsonArray",
];

/// Returns the release name that a `--name-template` gives.
///
/// It is the user's own text: Sprig's `env` and `expandenv`, which charts never have, see what `variable` returns.
///
/// # Errors
/// When the template cannot be parsed or executed; the text is Helm's.
pub fn release_name(template: &str, env: &RenderEnv, variable: &Variable) -> Result<String, HelmError> {
    const NAME: &str = "name-template";
    let failed = |error: towpath_gotmpl::Error| {
        HelmError::Template(Box::new(TemplateFailure {
            message: error.to_string(),
            error,
            own_words: None,
            hints: vec!["it is the template given by --name-template".to_owned()],
        }))
    };
    let mut templates = Templates::new(NAME, names_functions(env.profile, variable), MissingKey::Invalid);
    templates.parse(NAME, Str::from(template)).map_err(failed)?;
    let mut session = Session::new(Arc::new(templates)).with_state(State::new(env));
    let output = session.include(&Str::from(NAME), Value::Nil).map_err(failed)?;
    Ok(output.to_string_lossy().into_owned())
}

fn names_functions(profile: Profile, variable: &Variable) -> Functions {
    const TEXT: Signature = Signature::new(&[Type::String], Type::String);
    let mut functions = Functions::clone(functions(profile));
    for name in NOT_SPRIG {
        functions.remove(name);
    }
    functions.add("fail", TEXT, |_, arguments| Err(CallError::new(utf8(&arguments[0]))));
    let read = Arc::clone(variable);
    functions.add("env", TEXT, move |_, arguments| Ok(read(&utf8(&arguments[0])).unwrap_or_default().into()));
    let read = Arc::clone(variable);
    functions.add("expandenv", TEXT, move |_, arguments| Ok(expanded(&utf8(&arguments[0]), &read).into()));
    functions
}

fn utf8(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns `text` with `$name` and `${name}` replaced.
///
/// Source: Go's `os.Expand`.
fn expanded(text: &str, variable: &Variable) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (name, length) = variable_name(rest);
        match name {
            // What is no name at all keeps its dollar; what is broken goes.
            "" if length == 0 => out.push('$'),
            name => out.push_str(&variable(name).unwrap_or_default()),
        }
        rest = &rest[length..];
    }
    out + rest
}

/// Returns the name that stands behind a `$`, and how many bytes it takes.
fn variable_name(text: &str) -> (&str, usize) {
    let is_special = |byte: u8| matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    let bytes = text.as_bytes();
    if bytes[0] == b'{' {
        if bytes.len() > 2 && is_special(bytes[1]) && bytes[2] == b'}' {
            return (&text[1..2], 3);
        }
        return match text.find('}') {
            Some(1) => ("", 2),
            Some(end) => (&text[1..end], end + 1),
            None => ("", 1),
        };
    }
    if is_special(bytes[0]) {
        return (&text[..1], 1);
    }
    let end = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(bytes.len());
    (&text[..end], end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded_as_go_does() {
        let variable: Variable = Arc::new(|name| (name == "HOME").then(|| "/h".to_owned()));
        for (text, expected) in [
            ("a-$HOME-b", "a-/h-b"),
            ("${HOME}x", "/hx"),
            ("$HOMEx", ""),
            ("100$", "100$"),
            ("$ x", "$ x"),
            ("${}x", "x"),
            ("${HOME", "HOME"),
            ("$$x", "x"),
        ] {
            assert_eq!(expanded(text, &variable), expected, "{text}");
        }
    }
}
