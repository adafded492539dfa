//! Signatures that the real cosign made (`tests/record`), judged.

use std::{fs, path::Path};

use towpath_model::{Digest, Kind, PinnedImage};
use towpath_sign::{
    Content, Evidence, Format, Formats, Policy, PrivateKey, PublicKey, VerifyError, judge, sign_bundle, sign_payload,
};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).expect("a fixture")
}

fn public(name: &str) -> PublicKey {
    PublicKey::from_pem(&fixture(&format!("keys/{name}.pub"))).expect("a fixture")
}

/// Returns what cosign signed or attested as `name`, and the image it speaks of.
fn recorded(name: &str) -> (PinnedImage, Evidence) {
    let images = String::from_utf8(fixture("signatures/images")).expect("a fixture");
    let digest = images.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).expect("a fixture");
    let content = if name.ends_with("legacy") {
        Content::Legacy {
            payload: fixture(&format!("signatures/{name}.payload")),
            signature: String::from_utf8(fixture(&format!("signatures/{name}.signature"))).expect("a fixture"),
        }
    } else {
        Content::Bundle(fixture(&format!("signatures/{name}.json")))
    };
    (
        format!("127.0.0.1:5931/shop@{digest}").parse().expect("a fixture"),
        Evidence { manifest: Digest::of(name.as_bytes()), content },
    )
}

/// Judges and returns the causes of the refusal.
fn refusal(image: &PinnedImage, key: &PublicKey, evidence: Evidence) -> String {
    let error = judge(image, key, Policy::default(), &[evidence]).expect_err("it is refused");
    assert!(matches!(error, VerifyError::Refused { .. }), "{error}");
    let diagnostic = error.diagnostic();
    assert_eq!((diagnostic.kind, diagnostic.causes.len()), (Kind::Verdict, 1), "{diagnostic:?}");
    diagnostic.causes[0].clone()
}

#[test]
fn signatures_by_cosign_count() {
    for (name, format) in
        [("cosign2-legacy", Format::Legacy), ("cosign3-legacy", Format::Legacy), ("cosign3-bundle", Format::Bundle)]
    {
        let (image, evidence) = recorded(name);
        let signed = judge(&image, &public(&name[..7]), Policy::default(), std::slice::from_ref(&evidence)).unwrap();
        assert_eq!(signed.image(), &image);
        assert_eq!((signed.signatures()[0].manifest, signed.signatures()[0].format), (evidence.manifest, format));
        let other = if format == Format::Legacy { Format::Bundle } else { Format::Legacy };
        let policy = Policy { formats: Formats::Only(other) };
        let error = judge(&image, &public(&name[..7]), policy, &[evidence]).unwrap_err();
        assert_eq!(error.to_string(), format!("image {image} is not signed"), "policy leaves the format out");
    }
}

#[test]
fn our_payload_and_statement_are_cosigns_byte_for_byte() {
    let key = PrivateKey::from_encrypted_pem(&fixture("keys/cosign3.key"), b"correct horse").unwrap();
    let (image, evidence) = recorded("cosign3-legacy");
    let Content::Legacy { payload, .. } = evidence.content else { unreachable!() };
    assert_eq!(sign_payload(&key, &image).0, payload);
    let (image, _) = recorded("cosign3-bundle");
    let mut ours: serde_json::Value = serde_json::from_slice(&sign_bundle(&key, image.digest()).unwrap()).unwrap();
    let mut theirs: serde_json::Value = serde_json::from_slice(&fixture("signatures/cosign3-bundle.json")).unwrap();
    for bundle in [&mut ours, &mut theirs] {
        bundle["dsseEnvelope"]["signatures"] = serde_json::Value::Null;
    }
    assert_eq!(ours, theirs, "all but the signature, in which cosign's is random");
    assert_eq!(sign_bundle(&key, image.digest()).unwrap(), sign_bundle(&key, image.digest()).unwrap());
}

#[test]
fn another_key_another_image_and_attestations_are_refused() {
    let stranger = PrivateKey::generate().unwrap().public();
    let other: PinnedImage = format!("r.example/other@{}", Digest::of(b"other")).parse().unwrap();
    for (name, format) in [("cosign2-legacy", "legacy"), ("cosign3-legacy", "legacy"), ("cosign3-bundle", "bundle")] {
        let (image, evidence) = recorded(name);
        let manifest = evidence.manifest;
        assert_eq!(
            refusal(&image, &stranger, evidence.clone()),
            format!("{format} signature {manifest} was not made by this key")
        );
        assert_eq!(
            refusal(&other, &public(&name[..7]), evidence),
            format!("{format} signature {manifest} signs {}, not {}", image.digest(), other.digest())
        );
    }
    for name in ["cosign2-attestation", "cosign3-attestation"] {
        let (image, evidence) = recorded(name);
        let manifest = evidence.manifest;
        assert_eq!(
            refusal(&image, &public(&name[..7]), evidence),
            format!(
                "bundle signature {manifest} is an attestation of type `https://cosign.sigstore.dev/attestation/v1`, not a \
                 signature of the image"
            )
        );
    }
}

#[test]
fn changed_and_broken_signatures_are_refused() {
    let key = PrivateKey::generate().unwrap();
    let image: PinnedImage = format!("r.example/shop@{}", Digest::of(b"shop")).parse().unwrap();
    let manifest = Digest::of(b"manifest");
    let bundle = String::from_utf8(sign_bundle(&key, image.digest()).unwrap()).unwrap();
    let (payload, signature) = sign_payload(&key, &image);
    let legacy = |payload: &[u8], signature: &str| Content::Legacy {
        payload: payload.to_vec(),
        signature: signature.to_owned(),
    };
    let broken = |text: &str| Content::Bundle(text.as_bytes().to_vec());
    for (content, expected) in [
        (broken(""), "cannot be read: its bundle: EOF"),
        (broken("{}"), "cannot be read: its bundle: missing field `mediaType`"),
        (broken(&bundle.replace("v0.3+json", "v0.1+json")), "not version 0.3"),
        (broken(&bundle.replace("dsseEnvelope", "messageSignature")), "its bundle holds no DSSE envelope"),
        (broken(&bundle.replace("\"payload\":\"", "\"payload\":\"!")), "the payload in its envelope is not base64"),
        (broken(&bundle.replace("\"sig\":\"", "\"sig\":\"!")), "the signature in its envelope is not base64"),
        (broken(&bundle.replace("vnd.in-toto", "vnd.in-other")), "was not made by this key"),
        (broken(&bundle.replace("\"payload\":\"ey", "\"payload\":\"fy")), "was not made by this key"),
        (legacy(&payload, "?"), "its signature annotation is not base64"),
        (legacy(&payload, ""), "was not made by this key"),
        (legacy(&[&payload[..], b" "].concat(), &signature), "was not made by this key"),
        (Content::Broken(Format::Legacy, "gone".to_owned()), "cannot be read: gone"),
    ] {
        let found = refusal(&image, &key.public(), Evidence { manifest, content: content.clone() });
        assert!(found.contains(expected), "{found}");
        let good = Evidence { manifest, content: Content::Bundle(bundle.clone().into_bytes()) };
        let beside = judge(&image, &key.public(), Policy::default(), &[Evidence { manifest, content }, good]);
        assert!(beside.is_ok(), "a broken signature does not spoil a good one");
    }
}
