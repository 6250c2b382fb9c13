//! What other validators get wrong, by the numbers of the project's comparison: each mistake is a test of ours.

use std::cell::RefCell;
use std::ops::Deref;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_core::keys::{KeyDocument, KeyId, KeySet, KeySetBuilder, KeySource};
use token_core::{Budget, Scratch, UnixTime, Validator};

use crate::judge::{judge, test, validator};

/// Judges vectors, none of which may be accepted, and all of which must break the rule.
fn refused(rule: &str, ids: &[&str]) {
    for id in ids {
        let (group, test) = test(id);
        let (judged, _) = judge(&validator(group), &test.token, test.now).unwrap();
        assert_ne!(judged.verdict, "valid", "{id}");
        assert!(judged.broken.iter().any(|broken| broken == rule), "{id}: {judged:?}");
    }
}

fn accepted(ids: &[&str]) {
    for id in ids {
        let (group, test) = test(id);
        let (judged, _) = judge(&validator(group), &test.token, test.now).unwrap();
        assert_eq!(judged.verdict, "valid", "{id}: {judged:?}");
    }
}

/// The verdict on a token that stands in for that of a vector.
fn verdict_instead(id: &str, token: &str) -> String {
    let (group, test) = test(id);
    judge(&validator(group), token, test.now).unwrap().0.verdict
}

#[test]
fn peer_01_crit_in_any_form_refused() {
    refused(
        "S2S-01",
        &[
            "s2s-01-crit",
            "s2s-01-crit-empty",
            "s2s-01-crit-null",
            "s2s-01-crit-string",
            "s2s-01-crit-unknown",
        ],
    );
    refused("S2S-01", &["s2s-01-b64-false", "s2s-01-b64-true", "s2s-01-b64-crit", "s2s-01-b64-unencoded"]);
    refused("S2S-01", &["s2s-01-outer-crit", "s2s-01-actor-crit"]);
}

#[test]
fn peer_02_x5t_without_kid_chooses_among_several_keys() {
    accepted(&["s2s-10-x5t-alone", "s2s-10-x5t-of-the-first"]);
    // No key is tried because it is there, and no letter case is ignored.
    refused("S2S-10", &["s2s-10-unknown-x5t-known-key", "s2s-10-no-id", "s2s-10-kid-letter-case"]);
    // The thumbprint is that of the certificate, whatever the document declares.
    let files = test_vectors::load_key_documents().unwrap();
    let tests = || files.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests);
    let lying = tests().find(|test| test.id == "metadata-wrong-x5t").unwrap();
    let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
    let source = &lying.documents[0];
    builder.add(&source.issuer, &source.source, &source.bytes().unwrap());
    let keys = builder.build().keys;
    assert_eq!(keys.keys()[0].x5t().map(|x5t| x5t.to_string()), lying.usable[0].x5t);
}

#[test]
fn peer_03_actor_token_validated_as_strictly_as_any_other() {
    accepted(&["kind-t4-2025", "kind-t4-high-trust"]);
    refused("KEY-02", &["key-02-actor"]);
    refused("S2S-01", &["s2s-01-hs256-actor", "s2s-02-outer-unsigned-actor", "s2s-01-actor-crit"]);
    refused("S2S-25", &["s2s-25-actor", "s2s-25-outer"]);
    refused("S2S-05", &["s2s-05-other-application"]);
    refused("S2S-07", &["s2s-07-actor-token-of-another-tenant"]);
}

#[test]
fn peer_04_duplicate_members_refused_everywhere() {
    refused("S2S-16", &["s2s-16-same-value", "s2s-16-other-value", "s2s-16-escaped", "s2s-16-exp"]);
    refused(
        "S2S-16",
        &["s2s-16-header-alg", "s2s-16-header-escaped", "s2s-16-nested", "s2s-16-deeply-nested"],
    );
    refused("S2S-16", &["s2s-16-outer", "s2s-16-actor", "s2s-16-appctx-object", "s2s-16-appctx-text"]);
}

#[test]
fn peer_05_nbf_exp_aud_and_iss_required_to_the_second() {
    refused("S2S-18", &["s2s-18-no-nbf", "s2s-18-no-exp", "s2s-18-no-aud", "s2s-18-no-iss"]);
    refused(
        "S2S-18",
        &["s2s-18-outer-no-nbf", "s2s-18-outer-no-exp", "s2s-18-outer-no-aud", "s2s-18-outer-no-iss"],
    );
    accepted(&[
        "s2s-25-within-skew",
        "s2s-26-within-skew",
        "s2s-no-skew-25-within-skew",
        "s2s-no-skew-26-within-skew",
    ]);
    refused("S2S-25", &["s2s-25-beyond-skew", "s2s-no-skew-25-beyond-skew"]);
    refused("S2S-26", &["s2s-26-beyond-skew", "s2s-no-skew-26-beyond-skew"]);
}

#[test]
fn peer_06_one_token_has_one_spelling() {
    accepted(&["inp-03-canonical"]);
    refused("INP-02", &["inp-02-four-parts", "inp-02-trailing-dot", "inp-02-leading-dot"]);
    refused(
        "INP-03",
        &[
            "inp-03-claims-padded",
            "inp-03-standard-alphabet",
            "inp-03-loose-bits",
            "inp-03-claims-line-break",
        ],
    );
    let id = "kind-t2-2025";
    let token = &test(id).1.token;
    assert_eq!(verdict_instead(id, token), "valid");
    for other in [
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}=="),
        format!("{token}."),
        format!("{token}.x"),
    ] {
        assert_eq!(verdict_instead(id, &other), "invalid", "{other:?}");
    }
}

#[test]
fn peer_07_numbers_beyond_measure_refused_without_harm() {
    let ids = [
        "exponent-huge",
        "exponent-beyond-double",
        "negative",
        "fraction",
        "milliseconds",
        "beyond-2-64",
        "digits",
    ];
    for id in ids {
        refused("S2S-27", &[&format!("s2s-27-{id}")]);
    }
    accepted(&["s2s-27-text", "s2s-27-mixed"]);
    refused("S2S-27", &["s2s-27-entra-text", "s2s-27-entra-v2-text", "s2s-27-service-text"]);
}

#[test]
fn peer_08_algorithm_pinned_by_key_and_policy() {
    refused(
        "S2S-01",
        &["s2s-01-alg-rs512", "s2s-01-alg-ps256", "s2s-01-hs256-certificate", "s2s-01-hs256-empty"],
    );
    refused("KEY-01", &["key-01-short"]);
    refused("S2S-10", &["s2s-10-short"]);
    let files = test_vectors::load_key_documents().unwrap();
    let tests = || files.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests);
    for id in ["jwks-use-enc", "jwks-alg-rs512", "jwks-alg-ps256", "jwks-key-ops", "metadata-encryption"] {
        let test = tests().find(|test| test.id == id).unwrap();
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add(&test.documents[0].issuer, "keys", &test.documents[0].bytes().unwrap());
        assert_eq!(builder.build().keys.keys().len(), 0, "{id}");
    }
}

#[test]
fn peer_13_key_signs_for_its_issuer_alone() {
    refused("S2S-10", &["s2s-10-key-of-another-issuer", "s2s-10-key-of-another-tenant"]);
    refused("KEY-01", &["key-01-other-issuer"]);
}

#[test]
fn peer_14_bad_key_skipped_and_documents_bounded() {
    let files = test_vectors::load_key_documents().unwrap();
    let tests = || files.iter().flat_map(|file| &file.test_groups).flat_map(|group| &group.tests);
    for id in ["metadata-one-bad-of-two", "metadata-short-key", "metadata-elliptic-curve", "pem-private-key"]
    {
        let test = tests().find(|test| test.id == id).unwrap();
        let mut builder = KeySetBuilder::new(&Budget::DEFAULT);
        builder.add(&test.documents[0].issuer, "keys", &test.documents[0].bytes().unwrap());
        assert_eq!(builder.build().keys.keys().len(), 1, "{id}");
    }
    let good = test_vectors::sample("outer-actor-2025").unwrap().metadata;
    let of_size = |size: usize| format!("{good}{}", " ".repeat(size - good.len()));
    let read = |size: usize| KeyDocument::parse(of_size(size).as_bytes(), &Budget::DEFAULT).is_ok();
    assert!(read(Budget::DEFAULT.max_document) && !read(Budget::DEFAULT.max_document + 1));
}

#[test]
fn peer_17_token_never_shown() {
    // The property over all vectors stands in `properties.rs`; here is the one token that everybody logs.
    let sample = test_vectors::sample("outer-actor-2025").unwrap();
    let (group, _) = test("kind-t4-2025");
    let validator = validator(group);
    let mut scratch = Scratch::new();
    let validated = validator.validate(&sample.token, &mut scratch, UnixTime::from_secs(sample.now)).unwrap();
    let shown = format!(
        "{validated:?} {:?} {:?}",
        validated.token(),
        validator.review(&sample.token, UnixTime::from_secs(sample.now))
    );
    for part in sample.token.split('.').filter(|part| !part.is_empty()) {
        assert!(!shown.contains(&part[..24]) && !shown.contains(&part[part.len() - 24..]), "{shown}");
    }
}

#[test]
fn peer_19_received_bytes_verified_as_they_are() {
    // Signed over the padded header, so that it would verify: the spelling alone is refused.
    refused("INP-03", &["inp-03-header-padded", "inp-03-claims-padded", "inp-03-standard-alphabet"]);
    accepted(&["key-02-member-order", "inp-05-white-space", "inp-04-utf-8", "s2s-01-alg-escaped"]);
    // The same claims in another encoding of the same JSON do not verify.
    let id = "kind-t2-2025";
    let token = &test(id).1.token;
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&parts[1]).unwrap()).unwrap();
    parts[1] = URL_SAFE_NO_PAD.encode(format!(" {claims}"));
    assert_eq!(verdict_instead(id, &parts.join(".")), "invalid");
}

/// Counts what a validator asks of its keys.
struct Watched {
    keys: KeySet,
    missed: RefCell<Vec<String>>,
}

impl KeySource for Watched {
    fn current(&self) -> impl Deref<Target = KeySet> {
        &self.keys
    }

    fn missed(&self, issuer: &str, _: &KeyId<'_>) {
        self.missed.borrow_mut().push(issuer.to_owned());
    }
}

#[test]
fn peer_20_metadata_location_of_the_token_never_followed() {
    let missed_by = |id: &str| {
        let (group, test) = test(id);
        let watched = validator(group);
        let source = Watched { keys: KeySet::default(), missed: RefCell::default() };
        let validator = Validator::new(watched.policy().clone(), source);
        let now = UnixTime::from_secs(test.now);
        assert!(validator.validate(&test.token, &mut Scratch::new(), now).is_err());
        let _ = validator.review(&test.token, now);
        validator.keys().missed.take()
    };
    for id in
        ["exi-01-attacker", "exi-01-other-host", "exi-01-user-info", "exi-01-http", "exi-01-metadata-service"]
    {
        refused("EXI-01", &[id]);
        assert_eq!(missed_by(id), [""; 0], "{id}");
    }
    // The listed location is asked for, once, and under the policy's spelling.
    assert_eq!(missed_by("kind-t7-object"), ["https://mailhost.contoso.com/autodiscover/metadata/json/1"]);
}
