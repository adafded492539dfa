//! What is decided, look by look, and that every input has an answer.

use towpath_rollout::{
    Criterion, Decision, Fallback, Lack, Observation, Phase, Plan, Promotion, Reason, Reporter, Resume, Settings,
    State, Subsets, VirtualService, Wait, Weights, Why, decide, document, resume, stats::Pair,
};

fn settings() -> Settings {
    Settings {
        steps: vec![5, 25, 50],
        interval_ms: 1000,
        criteria: vec![Criterion::Errors(Reporter::Source)],
        min_requests: 100,
        ..Settings::default()
    }
}

fn plan(change: impl FnOnce(&mut Settings)) -> Plan {
    let mut settings = settings();
    change(&mut settings);
    Plan::new(settings).expect("a plan")
}

fn start(plan: &Plan) -> State {
    State::start(plan, "run-1", ("shop@1", "shop@2"), 1, 1_000_000)
}

fn look(plan: &Plan, state: State, after_ms: u64, canary: (u64, u64), stable: (u64, u64)) -> (State, Decision) {
    let seen = Pair { canary: canary.into(), stable: stable.into() };
    decide(plan, state, &Observation { now_ms: 1_000_000 + after_ms, seen: vec![Some(seen)] })
}

#[test]
fn a_healthy_canary_goes_through_every_step() {
    let plan = plan(|_| {});
    let (state, decision) = look(&plan, start(&plan), 1000, (100, 1), (1900, 10));
    assert_eq!(decision, Decision::Step(Weights::new(75, 25).unwrap()));
    let (state, decision) = look(&plan, state, 2000, (500, 2), (1500, 8));
    assert_eq!((decision.to_string().as_str(), state.weights(&plan).canary()), ("step to 50/50", 50));
    let (state, decision) = look(&plan, state, 3000, (1000, 5), (1000, 5));
    assert_eq!((decision, state.weights(&plan)), (Decision::Promote(Why::LastStep), Weights::CANARY));
    let (same, decision) = look(&plan, state.clone(), 4000, (1000, 1000), (1000, 0));
    assert_eq!((same, decision), (state, Decision::Ended));
}

#[test]
fn a_bad_canary_is_rolled_back_with_its_figures() {
    let plan = plan(|_| {});
    let (state, _) = look(&plan, start(&plan), 1000, (100, 4), (1900, 10));
    let (state, decision) = look(&plan, state, 2000, (500, 20), (1500, 8));
    assert_eq!(
        decision.to_string(),
        "roll back: errors/source of the canary 24 of 600 (4.00 %, 2.70 to 5.88), of stable 18 of 3400 (0.53 %, 0.34 to \
         0.84): evidence 6.4e6 has reached 100 = 1/alpha"
    );
    assert_eq!(state.weights(&plan), Weights::STABLE);
}

#[test]
fn no_traffic_is_neither_failed_nor_passed() {
    let plan = plan(|_| {});
    let mut state = start(&plan);
    for second in 1..12 {
        let (next, decision) = look(&plan, state, second * 1000, (3, 0), (0, 0));
        assert!(matches!(decision, Decision::Hold(Wait::Requests { needed: 100, .. })), "{decision}");
        state = next;
    }
    let (state, decision) = look(&plan, state, 12_000, (0, 0), (0, 0));
    assert_eq!(decision.to_string(), "inconclusive: canary had 33 and stable 0 requests at this step, each needs 100");
    assert_eq!(state.weights(&plan), Weights::STABLE);
    // The same without any metric at all, and with a plan that leaves the weights for somebody to look.
    let plan = self::plan(|settings| settings.inconclusive = Fallback::Stay);
    let (state, decision) = decide(&plan, start(&plan), &Observation { now_ms: u64::MAX, seen: Vec::new() });
    assert!(matches!(decision, Decision::Inconclusive(Lack::Requests { .. })));
    assert_eq!(state.weights(&plan).canary(), 5);
}

#[test]
fn steps_last_their_looks_and_the_deadline_counts_them() {
    let plan = plan(|settings| settings.looks = 3);
    let (state, decision) = look(&plan, start(&plan), 1000, (500, 0), (500, 0));
    assert_eq!(decision.to_string(), "hold: 1 of 3 looks at this step");
    let (_, decision) = look(&plan, state, 99_000, (500, 0), (500, 0));
    assert_eq!(decision.to_string(), "inconclusive: 0 of 3 steps were done at the deadline");
}

#[test]
fn evidence_can_promote_early_if_it_may() {
    let early = plan(|settings| settings.promotion = Promotion::Early);
    let (_, decision) = look(&early, start(&early), 1000, (10_000, 20), (10_000, 60));
    assert!(matches!(decision, Decision::Promote(Why::Evidence { .. })), "{decision}");
    let patient = plan(|_| {});
    let (_, decision) = look(&patient, start(&patient), 1000, (10_000, 20), (10_000, 60));
    assert!(matches!(decision, Decision::Step(_)), "{decision}");
}

#[test]
fn latency_counts_by_its_bound_and_evidence_is_averaged() {
    let bound = Criterion::Slower { reporter: Reporter::Source, bound_ms: 250 };
    let plan = plan(|settings| settings.criteria.push(bound));
    let mut state = start(&plan);
    for second in 1..4 {
        let errors = Pair { canary: (50, 0).into(), stable: (950, 1).into() };
        let slow = Pair { canary: (50, 25).into(), stable: (950, 20).into() };
        let observation = Observation { now_ms: 1_000_000 + second * 1000, seen: vec![Some(errors), Some(slow)] };
        let (next, decision) = decide(&plan, state, &observation);
        state = next;
        if let Decision::RollBack(Reason::Worse { criterion, seen, .. }) = decision {
            assert_eq!((criterion, seen.canary.bad()), (bound, 25 * second));
            let document = document(&plan, &state);
            assert_eq!(document["outcome"], "rolledBack");
            assert_eq!(document["looks"][0]["seen"][1]["criterion"], "slower-than-250ms/source");
            return;
        }
    }
    panic!("a canary with half of its requests slow goes on");
}

/// Every combination of odd numbers has a decision, finite evidence and weights of the plan.
#[test]
fn every_input_has_an_answer() {
    let numbers = [0, 1, 99, 1_000_000, u64::MAX];
    let plan = plan(|settings| settings.criteria.push(Criterion::Slower { reporter: Reporter::Waypoint, bound_ms: 1 }));
    let known: Vec<u8> = plan.steps().iter().map(|w| w.canary()).chain([0, 100]).collect();
    for now_ms in numbers {
        for requests in numbers {
            for bad in numbers {
                let seen = Pair { canary: (requests, bad).into(), stable: (bad, requests).into() };
                for seen in [vec![], vec![None; 9], vec![Some(seen); 9], vec![None, Some(seen)]] {
                    let mut state = start(&plan);
                    for _ in 0..5 {
                        let (next, _) = decide(&plan, state, &Observation { now_ms, seen: seen.clone() });
                        assert!(known.contains(&next.weights(&plan).canary()));
                        assert!(next.evidence.iter().all(|evidence| evidence.ln_worse().is_finite()));
                        let read = State::parse(&next.to_json()).unwrap();
                        assert!(
                            read.fits(&plan)
                                && read.weights(&plan) == next.weights(&plan)
                                && read.log.len() == next.log.len()
                        );
                        state = next;
                    }
                }
            }
        }
    }
}

#[test]
fn a_long_log_is_thinned() {
    let plan = plan(|settings| settings.looks = 100_000);
    let mut state = start(&plan);
    for _ in 0..2000 {
        state = look(&plan, state, 1000, (100, 0), (1900, 9)).0;
    }
    assert!(state.log.len() <= 400 && state.to_json().len() < 100_000, "{}", state.to_json().len());
}

fn live(stable: i64, canary: i64) -> VirtualService {
    let destination =
        |subset: &str, weight| serde_json::json!({"destination": {"host": "shop", "subset": subset}, "weight": weight});
    let document = serde_json::json!({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "shop"},
        "spec": {"http": [{"route": [destination("stable", stable), destination("canary", canary)]}]},
    });
    VirtualService::parse(&document.to_string()).expect("a VirtualService")
}

fn subsets() -> Subsets {
    Subsets { route: None, stable: "stable".to_owned(), canary: "canary".to_owned() }
}

#[test]
fn unknown_weights_mean_stable_and_never_the_next_step() {
    let plan = plan(|_| {});
    let go_on = |live: &VirtualService| resume(&plan, "run-1", &subsets(), live).unwrap();
    assert_eq!(go_on(&live(100, 0)), Resume::Start { epoch: 1, found: None });
    assert!(matches!(go_on(&live(63, 37)), Resume::Start { found: Some(found), .. } if found.contains("63/37")));

    let (state, _) = look(&plan, start(&plan), 1000, (100, 1), (1900, 10));
    let annotation = state.to_json();
    let with = |weights| live(100, 0).with(&subsets(), weights, &annotation).unwrap();
    let expected = State { epoch: 2, ..State::parse(&annotation).unwrap() };
    assert_eq!(go_on(&with(Weights::new(75, 25).unwrap())), Resume::Continue(expected));
    // 5 and 50 are steps of the plan, but not the one that was written.
    for foreign in [0, 5, 50, 63, 100] {
        let Resume::ToStable(state) = go_on(&with(Weights::with_canary(foreign).unwrap())) else {
            panic!("{foreign} is not what the rollout wrote")
        };
        assert_eq!(state.weights(&plan), Weights::STABLE);
        assert!(matches!(state.phase, Phase::RolledBack(Reason::ForeignWeights { .. })));
    }
    // Another plan under the same name, and another release.
    let shorter = self::plan(|settings| settings.steps = vec![5]);
    let cut = resume(&shorter, "run-1", &subsets(), &with(Weights::new(75, 25).unwrap())).unwrap();
    assert!(matches!(cut, Resume::ToStable(State { phase: Phase::RolledBack(Reason::ForeignState), .. })));
    let other = resume(&plan, "run-2", &subsets(), &with(Weights::new(75, 25).unwrap())).unwrap();
    assert!(matches!(other, Resume::Start { epoch: 2, found: Some(found) } if found.contains("run-1")));
    let broken = live(100, 0).with(&subsets(), Weights::STABLE, "{\"run\":1}").unwrap();
    assert!(resume(&plan, "run-1", &subsets(), &broken).is_err());
}
