//! The usual calls of `build`, read without clap, and the one flag that it would misread.

use std::ffi::OsString;

use clap::Parser as _;
use towpath_report::OutputArgs;

use super::{Build, args::LoadRestrictor};
use crate::{Args, args::Command};

/// Returns what clap makes of `arguments`, or nothing where only clap can tell; `--output` is kustomize's where it names a path.
pub(crate) fn parse(arguments: &[OsString], variables: impl IntoIterator<Item = OsString>) -> Option<Args> {
    if arguments.get(1)?.to_str()? != "build" {
        return None;
    }
    let words = with_short_output(arguments);
    let is_option = |name: OsString| name.to_string_lossy().starts_with("TOWPATH_");
    if !variables.into_iter().any(is_option)
        && let Some(build) = usual(&words)
    {
        return Some(Args { output: OutputArgs::default(), command: Command::Build(Box::new(build)) });
    }
    if words == arguments { None } else { Args::try_parse_from(words).ok() }
}

fn usual(words: &[OsString]) -> Option<Build> {
    let mut build = Build::default();
    let mut target = None;
    let mut words = words.iter().skip(2).map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "-o" => build.path = Some(words.next()??.into()),
            "--enable-helm" => build.helm.enable_helm = true,
            "--load-restrictor=LoadRestrictionsNone" => build.load_restrictor = LoadRestrictor::None,
            "--load-restrictor" if words.next()?? == "LoadRestrictionsNone" => {
                build.load_restrictor = LoadRestrictor::None;
            }
            word if !word.starts_with('-') && target.is_none() => target = Some(word.to_owned()),
            _ => return None,
        }
    }
    build.target = target.unwrap_or_else(|| ".".to_owned());
    Some(build)
}

/// Returns the arguments with `--output PATH` as `-o PATH`: the long form chooses a format in every other command.
fn with_short_output(arguments: &[OsString]) -> Vec<OsString> {
    let is_format = |value: &str| matches!(value, "text" | "json");
    let mut words = Vec::with_capacity(arguments.len() + 1);
    let mut rest = arguments.iter().peekable();
    while let Some(word) = rest.next() {
        match (word.to_str(), rest.peek().and_then(|next| next.to_str())) {
            (Some("--output"), Some(value)) if !is_format(value) => words.push("-o".into()),
            (Some(text), _) => match text.strip_prefix("--output=").filter(|value| !is_format(value)) {
                Some(path) => words.extend(["-o".into(), path.into()]),
                None => words.push(word.clone()),
            },
            _ => words.push(word.clone()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(Into::into).collect()
    }

    #[test]
    fn a_call_is_what_clap_makes_of_it() {
        for text in [
            "r build",
            "r build overlays/prod",
            "r build -o out.yaml --enable-helm a",
            "r build a --load-restrictor LoadRestrictionsNone",
            "r build --load-restrictor=LoadRestrictionsNone https://g.example/a/b?ref=c",
        ] {
            let (quick, slow) = (parse(&words(text), []).unwrap(), Args::try_parse_from(words(text)).unwrap());
            assert_eq!(format!("{quick:?}"), format!("{slow:?}"), "{text}");
        }
        for text in
            ["r build a b", "r build --offline a", "r template build", "r build --load-restrictor x", "r build -o"]
        {
            assert!(parse(&words(text), []).is_none(), "{text}");
        }
        assert!(parse(&words("r build"), ["TOWPATH_STORE".into()]).is_none());
    }

    #[test]
    fn output_is_a_path_unless_it_is_a_format() {
        let path = |text: &str| match parse(&words(text), []).map(|args| args.command) {
            Some(Command::Build(build)) => build.path.map(|path| path.display().to_string()),
            _ => None,
        };
        assert_eq!(path("r build --output out.yaml").as_deref(), Some("out.yaml"));
        assert_eq!(path("r build --output=out.yaml --offline a").as_deref(), Some("out.yaml"));
        assert_eq!(path("r build --output json"), None);
    }
}
