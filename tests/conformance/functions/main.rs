//! Function by function against both releases of Helm: templates that follow from a seed, many in one run of Helm.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are (20,000 take some minutes).

mod expression;
mod grammar;
mod helm;
mod ours;
mod pools;
mod scope;
mod statement;

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_helm::Profile;
use towpath_tests::random::{Random, setting};

use self::{expression::Writer, grammar::Grammar};

/// What came of a case: its output, or the error.
type Outcome = Result<String, String>;

#[test]
fn generated_templates_give_what_helm_gives() {
    let seed = setting("TOWPATH_SEED", 1);
    let count = usize::try_from(setting("TOWPATH_CASES", 700)).expect("because it is small");
    let mut report = Vec::new();
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let grammar = Grammar::new(profile == Profile::Helm4);
        // Each case has a seed of its own, so that it stays what it is when others come and go.
        let cases: Vec<String> = (0..count)
            .map(|number| {
                let random = Random::new(seed.wrapping_mul(1 << 32).wrapping_add(number as u64));
                Writer::new(&grammar, random).case(number)
            })
            .collect();
        let ours: Vec<Outcome> = cases.iter().map(|case| ours::outcome(case, profile)).collect();
        let theirs = helm::outcomes(program, &cases, &ours);
        let (mut refused, mut limited) = (0, 0);
        for ((case, ours), theirs) in cases.iter().zip(&ours).zip(&theirs) {
            refused += usize::from(theirs.is_err());
            // What takes Helm seconds ends at a limit of ours, which COMPATIBILITY.md tells.
            if ours.as_ref().is_err_and(|error| error.ends_with("templates take too many steps")) {
                limited += 1;
                continue;
            }
            // Cases that share a run share the values too, and some change them: what differs is looked at alone. What Helm
            // itself gives differently from run to run, such as an address that was cut into letters, shows nothing.
            let differs = |theirs: &Outcome| stable(ours) != stable(theirs);
            let alone = || helm::outcome(program, case);
            if differs(theirs) && differs(&alone()) && alone() == alone() {
                report.push(format!("{program}: {case}\n  theirs {theirs:?}\n  ours   {ours:?}\n"));
            }
        }
        assert!(
            refused * 4 < count,
            "{program}: {refused} of {count} cases of seed {seed} are refused: they show little"
        );
        assert!(limited * 1000 <= count, "{program}: {limited} of {count} cases of seed {seed} end at a limit");
    }
    assert!(report.is_empty(), "{} cases differ:\n{}", report.len(), report.join("\n"));
}

/// Returns an outcome without what differs from run to run of Helm itself: addresses.
fn stable(outcome: &Outcome) -> Outcome {
    let plain = |text: &String| {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("0x") {
            let digits = &rest[at + 2..];
            let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            let is_address = (10..=12).contains(&length);
            out.push_str(&rest[..at]);
            out.push_str(if is_address { "ADDRESS" } else { &rest[at..at + 2 + length] });
            rest = &digits[length..];
        }
        out + rest
    };
    match outcome {
        Ok(text) => Ok(plain(text)),
        Err(text) => Err(plain(text)),
    }
}

/// Returns the files of the chart that holds `cases`, each in a template of its own, and one that shows them all.
fn chart(cases: &BTreeMap<String, &str>) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> =
        FILES.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect();
    let mut all = "kind: Cases\n".to_owned();
    for (name, case) in cases {
        all.push_str(&format!("{name}: x{{{{ include \"cases/templates/_{name}.tpl\" . | b64enc }}}}\n"));
        files.insert(format!("templates/_{name}.tpl"), case.as_bytes().to_vec());
    }
    files.insert("templates/all.yaml".to_owned(), all.into_bytes());
    files
}

/// Returns the output that stands in a line of the manifest; bytes that are no text are written out.
fn output(line: &str) -> String {
    let encoded = line.strip_prefix('x').expect("because the manifest has it in front");
    let bytes = STANDARD.decode(encoded).expect("because b64enc wrote it");
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().escape_ascii().to_string())
}

const FILES: &[(&str, &str)] = &[
    ("Chart.yaml", include_str!("Chart.yaml")),
    ("values.yaml", include_str!("values.yaml")),
    ("templates/_lib.tpl", include_str!("lib.tpl")),
    ("config/a.txt", "first\nsecond é\n"),
    ("config/b.tpl", "{{ .Release.Name }}: {{ .Values.text }}"),
    ("config/c.yaml", "a: 1\n"),
    ("config/empty", ""),
    ("config/bytes.bin", "\0\u{1}\u{7f}"),
    ("config/crlf.txt", "one\r\ntwo\r\n\r\n"),
];
