//! The usual calls of `template`, read without clap: what it makes for a hundred options takes as long as rendering a small chart.

use std::ffi::OsString;

use towpath_report::OutputArgs;

use super::{Args, Command, HelmVersion, Template};

/// Returns what clap makes of `arguments`, or nothing where only clap can tell: for every other command and option, for all that
/// is wrong, and where one of `variables` may stand for an option.
pub(crate) fn parse(arguments: &[OsString], variables: impl IntoIterator<Item = OsString>) -> Option<Args> {
    let is_option =
        |name: OsString| ["HELM_", "TOWPATH_"].iter().any(|start| name.to_string_lossy().starts_with(start));
    let mut words = arguments.iter().map(|argument| argument.to_str());
    if words.nth(1)?? != "template" || variables.into_iter().any(is_option) {
        return None;
    }
    let mut template = Box::<Template>::default();
    while let Some(word) = words.next() {
        let word = word?;
        if !word.starts_with('-') {
            template.operands.push(word.to_owned());
            continue;
        }
        let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        let mut value = || match value {
            Some(value) => option.starts_with("--").then_some(value),
            None => words.next()?.filter(|value| !value.starts_with('-')),
        };
        match option {
            "-f" | "--values" => template.values.files.extend(value()?.split(',').map(str::to_owned)),
            "--set" => template.values.set.push(value()?.to_owned()),
            "--set-string" => template.values.set_string.push(value()?.to_owned()),
            "-n" | "--namespace" => template.release.namespace = Some(value()?.to_owned()),
            "-a" | "--api-versions" => template.release.api_versions.extend(value()?.split(',').map(str::to_owned)),
            "--kube-version" => template.release.kube_version = Some(value()?.to_owned()),
            "--helm-version" => {
                template.helm_version = match value()? {
                    "3" => HelmVersion::Three,
                    "4" => HelmVersion::Four,
                    _ => return None,
                }
            }
            _ => *switch(&mut template, word)? = true,
        }
    }
    if !(1..=2).contains(&template.operands.len()) {
        return None;
    }
    Some(Args { output: OutputArgs::default(), command: Command::Template(template) })
}

/// Returns what a flag without a value sets.
fn switch<'t>(template: &'t mut Template, flag: &str) -> Option<&'t mut bool> {
    Some(match flag {
        "--include-crds" => &mut template.shown.include_crds,
        "--skip-tests" => &mut template.shown.skip_tests,
        "--no-hooks" => &mut template.shown.no_hooks,
        "--skip-schema-validation" => &mut template.values.skip_schema_validation,
        "--deterministic" => &mut template.release.deterministic,
        "--is-upgrade" => &mut template.release.is_upgrade,
        "--offline" => &mut template.fetching.offline,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    const WORDS: [&str; 36] = [
        "x",
        "chart",
        "./a,b",
        "",
        "-",
        "--",
        "-f",
        "a.yaml",
        "-fa.yaml",
        "-f=a",
        "--values",
        "--values=a,b",
        "--values=",
        "--set",
        "a=b,c=d",
        "--set=a=b",
        "--set-string=a=",
        "-n",
        "ns",
        "--namespace",
        "--namespace=ns",
        "-a",
        "v1,apps/v1",
        "--kube-version",
        "1.30",
        "--helm-version=3",
        "--helm-version",
        "4",
        "--include-crds",
        "--include-crds=false",
        "--skip-tests",
        "--deterministic",
        "--output=json",
        "-q",
        "--offline",
        "--no-such",
    ];

    fn words(list: &[&str]) -> Vec<OsString> {
        ["towpath-render", "template"].iter().chain(list).map(OsString::from).collect()
    }

    #[test]
    fn what_is_read_quickly_is_what_clap_reads() {
        let mut random = 1_u64;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap() % below
        };
        let mut n_quick = 0;
        for _ in 0..4_000 {
            let list: Vec<_> = (0..next(7)).map(|_| WORDS[next(WORDS.len())]).collect();
            let Some(quick) = parse(&words(&list), []) else { continue };
            n_quick += 1;
            let clap = Args::try_parse_from(words(&list)).unwrap_or_else(|error| panic!("{list:?}: {error}"));
            assert_eq!(format!("{quick:?}"), format!("{clap:?}"), "{list:?}");
        }
        assert!(n_quick > 400, "{n_quick}");
    }

    #[test]
    fn what_the_environment_says_is_left_to_clap() {
        let list = words(&["x", "chart"]);
        assert!(parse(&list, [OsString::from("PATH"), OsString::from("HOME")]).is_some());
        assert!(parse(&list, [OsString::from("HELM_NAMESPACE")]).is_none());
        assert!(parse(&list, [OsString::from("TOWPATH_OFFLINE")]).is_none());
    }
}
