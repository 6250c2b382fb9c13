//! Which keys are loaded for whom, and how they are shown.

use crate::run::{AT, folder, read, run, run_with, snapshot};

const STS: &str = "00000001-0000-0000-c000-000000000000@*";

/// A policy without keys of its own, in a folder of its own.
fn policy(name: &str, extra: &str) -> String {
    let folder = folder(name);
    let path = folder.join("policy.toml");
    let text = read("policy.toml").replace("keys = [\"metadata.json\"]", extra);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn keys_bound_by_the_issuer_that_the_document_declares() {
    let policy = policy("declared", "");
    run(&format!("validate -p {policy} --at {AT} -k metadata.json outer.txt"), "").expect(0);
    let foreign = folder("foreign").join("keys.json");
    std::fs::write(
        &foreign,
        read("metadata.json").replace("00000001-0000-0000-c000-000000000000@*", "someone@else"),
    )
    .unwrap();
    let ran =
        run(&format!("validate -p {policy} --at {AT} -k {} outer.txt", foreign.display()), "").expect(10);
    assert!(
        ran.stderr.contains("it declares the issuer someone@else, which the policy does not trust"),
        "{}",
        ran.stderr
    );
}

#[test]
fn keys_bound_by_name() {
    let policy = policy("named", "");
    let pem = folder("named-pem").join("keys.json");
    std::fs::write(&pem, read("metadata.json").replace("\"issuer\":", "\"other\":")).unwrap();
    let pem = pem.display();
    let ran = run(&format!("validate -p {policy} --at {AT} -k {pem} outer.txt"), "").expect(10);
    assert!(ran.stderr.contains("it declares no issuer: bind it with --keys ISSUER=FILE"), "{}", ran.stderr);
    run(&format!("validate -p {policy} --at {AT} -k {STS}={pem} outer.txt"), "").expect(0);
    let ran = run(&format!("validate -p {policy} --at {AT} -k other@*={pem} outer.txt"), "").expect(2);
    assert!(
        ran.stderr.contains(&format!("expected an issuer of the policy ({STS}), found other@*")),
        "{}",
        ran.stderr
    );
}

#[test]
fn keys_at_a_url_said_not_to_be_fetched_unasked() {
    let with_url = policy("url", "keys = [\"https://accounts.accesscontrol.windows.net/x/metadata/json/1\"]");
    let ran = run(&format!("validate -p {with_url} --at {AT} outer.txt"), "").expect(10);
    assert!(ran.stderr.contains("warning: https://accounts.accesscontrol.windows.net/x/metadata/json/1: not fetched: ask for it with --fetch"), "{}", ran.stderr);
    let ran = run(&format!("validate -p {with_url} -k https://a.test/keys outer.txt"), "").expect(2);
    assert!(ran.stderr.contains("expected a file, found a URL"), "{}", ran.stderr);
}

#[test]
fn findings_about_key_documents_shown_in_every_format() {
    let policy = policy("findings", "");
    let line =
        |format: &str| format!("validate -p {policy} --at {AT} -k several-keys.json outer.txt -f {format}");
    for format in ["text", "jsonl"] {
        let ran = run(&line(format), "").expect(0);
        assert!(ran.stderr.contains("warning: KEY-12: key document [0]"), "{}", ran.stderr);
        assert!(ran.stderr.contains("warning: KEY-13: key document [1]"), "{}", ran.stderr);
    }
    let json = run(&line("json"), "").expect(0).json();
    assert_eq!(json["key_findings"][0]["rule"], "KEY-12");
    let sarif = run(&line("sarif"), "").expect(0).json();
    assert_eq!(sarif["runs"][0]["results"][1]["ruleId"], "KEY-13");
}

#[test]
fn document_that_is_refused_reported_and_the_verdict_open() {
    let policy = policy("refused", "");
    let broken = folder("refused-document").join("keys.json");
    std::fs::write(&broken, "{\"keys\":[],\"keys\":[]}").unwrap();
    let ran = run(&format!("validate -p {policy} --at {AT} -k {STS}={} outer.txt", broken.display()), "")
        .expect(10);
    assert!(ran.stderr.contains("KEY-10"), "{}", ran.stderr);
    let ran = run(&format!("keys show {}", broken.display()), "").expect(20);
    assert!(ran.stdout.contains("a member twice in one object"), "{}", ran.stdout);
}

#[test]
fn keys_show_text_and_json() {
    let ran = run(&format!("keys show --at {AT} metadata.json several-keys.json"), "").expect(0);
    snapshot("keys-show.txt", &ran.stdout);
    let json = run(&format!("keys show --at {AT} several-keys.json -f json"), "").expect(0).json();
    assert_eq!(json["documents"][0]["keys"][1]["usable"], false);
    assert_eq!(json["documents"][0]["keys"][2]["bits"], 2048);
    assert!(json["documents"][0]["warnings"][1].as_str().unwrap().contains("sha1WithRSAEncryption"));
}

#[test]
fn keys_show_warns_within_the_days_asked_for() {
    let show = |days: &str| {
        run(&format!("keys show --at 2026-12-01T00:00:00Z --warn-days {days} metadata.json"), "").expect(0)
    };
    assert!(!show("30").stdout.contains("warning"));
    assert!(show("31").stdout.contains("its certificate expires in 31 days"));
}

#[test]
fn keys_show_reads_stdin_and_names_what_is_no_document() {
    run_with(&["keys", "show", "-"], read("metadata.json")).expect(0);
    let ran = run_with(&["keys", "show", "-"], "hello").expect(20);
    assert!(ran.stdout.contains("neither metadata/json/1, JWKS"), "{}", ran.stdout);
    run_with(&["keys", "show", "none"], "").expect(1);
}
