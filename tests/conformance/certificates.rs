//! Keys and certificates against the real Helm: the same structure down to each field of DER, and Helm itself accepts ours.

use std::{path::Path, process::Command, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_helm::{Chart, ChartLimits, Options, Profile, Randomness, RenderEnv, ValuesOptions, render};
use towpath_model::FileTree;
use towpath_tests::{helm::write_files, output, peer};

const CHART: &str = "apiVersion: v2\nname: certs\nversion: 1.0.0\n";

/// Each key of the output is one PEM text.
const MADE: &str = r#"
{{- $key := genPrivateKey "ecdsa" }}
{{- $ed := genPrivateKey "ed25519" }}
{{- $ca := genCA "the authority" 3650 }}
{{- $odd := genCAWithKey "Ä*" 365 $ed }}
{{- $far := genCAWithKey "" 40000 $key }}
{{- $long := genSelfSignedCertWithKey "long" nil nil 365000 $key }}
{{- $own := genSelfSignedCert "own" nil (list "a.example" "*.b.example") 1 }}
{{- $signed := genSignedCert "signed" (list "10.0.0.1" "::1" "::ffff:1.2.3.4") (list "c.example") 365 $ca }}
{{- $below := genSignedCertWithKey "" (list "127.0.0.1") nil -5 $odd $key }}
{{- $same := genSignedCertWithKey "the authority" nil nil 7 $ca $key }}
{{- range $name, $pem := dict "ca" $ca "odd" $odd "far" $far "long" $long "own" $own "signed" $signed "below" $below "same" $same }}
{{ $name }}.cert: {{ $pem.Cert | quote }}
{{ $name }}.key: {{ $pem.Key | quote }}
{{- end }}
ecdsa: {{ $key | quote }}
ed25519: {{ $ed | quote }}
"#;

/// The keys that take long.
const SLOW: &str = r#"
rsa: {{ genPrivateKey "rsa" | quote }}
dsa: {{ genPrivateKey "dsa" | quote }}
"#;

/// Takes an authority of the other side and signs with it.
const TAKEN: &str = r#"
{{- range $name, $ca := .Values.authorities }}
{{- $ca := buildCustomCert $ca.cert $ca.key }}
{{- $cert := genSignedCertWithKey "below" (list "1.2.3.4") (list "x") 3 $ca (genPrivateKey "ecdsa") }}
{{ $name }}: {{ $cert.Cert | quote }}
{{- end }}
"#;

fn ours(template: &str, values: &str, profile: Profile) -> String {
    let tree = FileTree::from_files([
        ("Chart.yaml", CHART.as_bytes()),
        ("values.yaml", values.as_bytes()),
        ("templates/certs.yaml", template.as_bytes()),
    ]);
    let chart = Chart::load(&tree.expect("the names are sound"), &ChartLimits::default()).expect("the chart is sound");
    let mut env = RenderEnv::new("demo", SystemTime::now(), Randomness::seeded(5));
    env.profile = profile;
    let rendered = render(&chart, &ValuesOptions::default(), &env, &Options::default());
    rendered.expect("the chart renders").to_text()
}

fn theirs(folder: &Path, template: &str, values: &str, program: &str) -> String {
    let files = [("Chart.yaml", CHART), ("values.yaml", values), ("templates/certs.yaml", template)];
    write_files(folder, files.map(|(name, text)| (name, text.as_bytes())));
    let helm = output(Command::new(peer(program)).args(["template", "demo"]).arg(folder).env("HOME", folder));
    assert!(helm.status.success(), "{}", String::from_utf8_lossy(&helm.stderr));
    String::from_utf8(helm.stdout).expect("because YAML is UTF-8")
}

/// Returns the lines of an output as (name, PEM).
fn blocks(text: &str) -> Vec<(&str, String)> {
    let lines = text.lines().filter_map(|line| line.split_once(": \""));
    lines.map(|(name, pem)| (name, pem.trim_end_matches('"').replace("\\n", "\n"))).collect()
}

/// Returns what stands in a PEM text: its label and the shape of its DER.
fn shape(pem: &str) -> String {
    let lines: Vec<&str> = pem.lines().collect();
    assert!(lines.len() > 2, "no PEM: {pem}");
    let (first, body, last) = (lines[0], &lines[1..lines.len() - 1], lines[lines.len() - 1]);
    assert!(body.iter().rev().skip(1).all(|line| line.len() == 64), "lines have 64 characters: {pem}");
    assert_eq!(first.replace("BEGIN", "END"), last);
    let der = STANDARD.decode(body.concat()).expect("because PEM holds base64");
    let mut out = format!("{first}\n");
    describe(&der, 1, &mut out).expect("because PEM holds DER");
    out
}

/// Writes one line for each element; what is random is shown by its size in words.
fn describe(mut der: &[u8], depth: usize, out: &mut String) -> Option<()> {
    while let [tag, rest @ ..] = der {
        let (first, rest) = rest.split_first()?;
        let (length, rest) = if *first < 128 {
            (usize::from(*first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let words = content.iter().skip_while(|byte| **byte == 0).count().div_ceil(8);
        out.push_str(&format!("{}{tag:02x}", "  ".repeat(depth)));
        let inner = match tag {
            // Octet strings and bit strings often hold DER themselves, but not those of the lengths of key identifiers,
            // Ed25519 keys and signatures: these are random and could look like DER.
            0x03 | 0x04 if matches!(content.len(), 20 | 32 | 65) => None,
            0x30..=0x31 | 0xa0..=0xa3 | 0x04 => Some(content),
            // A signature of RSA is as random; what is DER in a bit string is one sequence.
            0x03 => content.strip_prefix(&[0]).filter(|bits| bits.starts_with(&[0x30])),
            _ => None,
        };
        let mut below = String::new();
        let is_nested = inner.is_some_and(|inner| describe(inner, depth + 1, &mut below).is_some());
        match tag {
            _ if is_nested => out.push_str(&format!("\n{below}")),
            0x02..=0x04 | 0x80 if words > 1 => out.push_str(&format!(" {words} words\n")),
            0x17 | 0x18 => out.push_str(" time\n"),
            _ => out.push_str(&format!(" {content:02x?}\n")),
        }
        der = rest;
    }
    Some(())
}

#[test]
fn keys_and_certificates_have_the_structure_of_helms() {
    let work = tempfile::tempdir().expect("a folder can be made");
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let made = [MADE, SLOW].concat();
        let (ours, theirs) = (ours(&made, "", profile), theirs(work.path(), &made, "", program));
        let (ours, theirs) = (blocks(&ours), blocks(&theirs));
        assert_eq!(ours.len(), 20, "{program}");
        for ((name, ours), (their_name, theirs)) in ours.iter().zip(&theirs) {
            assert_eq!(name, their_name);
            assert_eq!(shape(ours), shape(theirs), "{program} {name}");
        }
    }
}

#[test]
fn each_side_accepts_the_authorities_of_the_other() {
    let values = |made: &str| {
        let blocks = blocks(made);
        let find = |name: String| blocks.iter().find(|(block, _)| *block == name).map(|(_, pem)| STANDARD.encode(pem));
        let mut values = "authorities:\n".to_owned();
        for name in ["ca", "odd", "far"] {
            let pem = |part| find(format!("{name}.{part}")).expect("because the template makes it");
            values.push_str(&format!("  {name}: {{cert: {}, key: {}}}\n", pem("cert"), pem("key")));
        }
        values
    };
    let work = tempfile::tempdir().expect("a folder can be made");
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let from_us = values(&ours(MADE, "", profile));
        let from_them = values(&theirs(work.path(), MADE, "", program));
        let signed_by_them = theirs(work.path(), TAKEN, &from_us, program);
        let signed_by_us = ours(TAKEN, &from_them, profile);
        let (signed_by_us, signed_by_them) = (blocks(&signed_by_us), blocks(&signed_by_them));
        assert_eq!(signed_by_us.len(), 3);
        for ((name, ours), (_, theirs)) in signed_by_us.iter().zip(&signed_by_them) {
            assert_eq!(shape(ours), shape(theirs), "{program} {name}");
        }
    }
}
