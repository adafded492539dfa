use std::{collections::BTreeMap, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, Options, Profile, Randomness, RenderEnv, ValuesOptions, render};
use towpath_model::FileTree;

use crate::Outcome;

/// Returns what we make of a case.
pub(crate) fn outcome(case: &str, profile: Profile) -> Outcome {
    let files = crate::chart(&BTreeMap::from([("case".to_owned(), case)]));
    let chart = Chart::load(&FileTree::new(files), &ChartLimits::default()).expect("because the chart is sound");
    let mut env = RenderEnv::new("demo", SystemTime::now(), Randomness::seeded(1));
    env.profile = profile;
    crate::helm::ZONE.clone_into(&mut env.time_zone);
    match render(&chart, &ValuesOptions::default(), &env, &Options::default()) {
        Ok(rendered) => {
            let text = rendered.to_text();
            let line = text.lines().find_map(|line| line.strip_prefix("case: "));
            Ok(crate::output(line.expect("because the chart has this line")))
        }
        Err(error) => Err(error.to_string().trim_end().to_owned()),
    }
}
