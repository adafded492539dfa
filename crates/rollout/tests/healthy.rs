//! The promise of the decisions, on simulated rollouts with a fixed seed; `examples/simulate.rs` runs ten times as many.

mod simulation;

use simulation::{Random, plan, rollout};

#[test]
fn healthy_canaries_are_seldom_rolled_back_and_bad_ones_are_found() {
    let plan = plan(0.01);
    let mut random = Random(2026);
    let mut count = |rates| {
        let runs = (0..1000).map(|_| rollout(&plan, rates, &mut random));
        runs.fold((0, 0, 0, 0), |(ratio, rates, z_test, fixed), stopped| {
            (
                ratio + u32::from(stopped.ratio.is_some()),
                rates + u32::from(stopped.rates.is_some()),
                z_test + u32::from(stopped.z_test.is_some()),
                fixed + u32::from(stopped.fixed_5.is_some()),
            )
        })
    };
    for rate in [0.005, 0.05] {
        let (ratio, rates, z_test, _) = count((rate, rate));
        assert!(ratio <= 10 && rates <= 10, "at {rate}: {ratio} and {rates} of 1000 healthy canaries were rolled back");
        assert!(z_test > 50, "the simulation must be hard enough for a test that may not look twice: {z_test}");
    }
    let (ratio, rates, _, fixed) = count((0.02, 0.005));
    assert!(ratio >= 999 && rates >= 999 && fixed > 900, "{ratio} {rates} {fixed} of 1000 bad canaries were found");
}
