//! What the targets share: charts out of bytes, and values to compare.

mod value;

use std::time::SystemTime;

use towpath_helm::{
    Chart, ChartLimits, HelmError, Options, Profile, Randomness, RenderEnv, RenderLimits, ValuesOptions, render,
};
use towpath_model::{FileTree, TreePath};

pub use value::{Maker, Value};

/// Both releases of Helm.
pub const PROFILES: [Profile; 2] = [Profile::Helm4, Profile::Helm3];

/// Returns the parts of an input, cut at lines of `---8<---`; missing ones are empty.
pub fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    const CUT: &[u8] = b"\n---8<---\n";
    let mut parts = [b"".as_slice(); N];
    let mut rest = data;
    for part in &mut parts[..N - 1] {
        let Some(at) = rest.windows(CUT.len()).position(|window| window == CUT) else { break };
        (*part, rest) = (&rest[..at], &rest[at + CUT.len()..]);
    }
    parts[N - 1] = rest;
    parts
}

/// Returns the chart of these files; nothing where they are none.
pub fn chart(files: &[(&str, &[u8])]) -> Option<Chart> {
    let manifest = b"apiVersion: v2\nname: c\nversion: 1.0.0\n".as_slice();
    let all = std::iter::once(("Chart.yaml", manifest)).chain(files.iter().copied());
    let limits = ChartLimits { chart_bytes: 4 << 20, file_bytes: 1 << 20, files: 1_000, depth: 8 };
    Chart::load(&FileTree::from_files(all).ok()?, &limits).ok()
}

/// Renders a chart in both profiles. A refusal is as good as an output; an end without either is a defect.
pub fn render_both(chart: &Chart, values: &ValuesOptions) {
    for profile in PROFILES {
        let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
        env.profile = profile;
        let limits =
            RenderLimits { output_bytes: 4 << 20, steps: 1 << 20, stack_bytes: 64 << 20, ..RenderLimits::default() };
        let options = Options { limits, ..Options::default() };
        match render(chart, values, &env, &options) {
            Ok(rendered) => drop(rendered.to_text()),
            Err(HelmError::Ended(name)) => panic!("rendering {name} ended without an answer"),
            Err(error) => drop(error.diagnostic()),
        }
    }
}

/// Builds a kustomization over files two times, which must say the same.
pub fn kustomize_twice(files: &[(&str, &[u8])], kustomization: &str) {
    let all = files.iter().copied().chain(std::iter::once(("kustomization.yaml", kustomization.as_bytes())));
    let Ok(tree) = FileTree::from_files(all) else { return };
    let run = || match kustomize_rs::build(&tree, &TreePath::root(), &kustomize_rs::Options::default()) {
        Ok(output) => output.to_yaml(),
        Err(error) => error.diagnostic().message.clone(),
    };
    assert_eq!(run(), run());
}
