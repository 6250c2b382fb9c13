//! Every exit code, and which of several results wins.

use crate::run::{AT, compact, inspect, read, run, validate};

#[test]
fn valid_token_exits_0() {
    let ran = validate("outer.txt", "").expect(0);
    assert!(ran.stdout.starts_with("VALID  outer.txt:1\n"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    validate("actor.txt outer.txt", "").expect(0);
}

#[test]
fn sample_of_the_repository_valid() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/sample");
    let line = format!("validate --policy {sample}/policy.toml --at 2025-11-24T16:00:00Z {sample}/token.txt");
    assert!(run(&line, "").expect(0).stdout.starts_with("VALID"));
    run(&format!("inspect {sample}/token.txt"), "").expect(0);
    run(&format!("keys show --at 2025-11-24T16:00:00Z {sample}/acs-metadata.json"), "").expect(0);
}

#[test]
fn file_that_cannot_be_read_exits_1_and_the_others_are_judged() {
    let ran = validate("missing.txt outer.txt other-host.txt -f jsonl", "").expect(1);
    assert_eq!(ran.lines().len(), 2);
    assert!(ran.stderr.contains("error: missing.txt: cannot be read: no such file"), "{}", ran.stderr);
}

#[test]
fn wrong_arguments_and_wrong_policy_exit_2() {
    run("validate outer.txt", "").expect(2);
    run("inspect --at yesterday", "").expect(2);
    run("inspect --format yaml", "").expect(2);
    let folder = crate::run::folder("wrong-policy");
    let policy = folder.join("policy.toml");
    std::fs::write(&policy, read("policy.toml").replace("hosts =", "host =")).unwrap();
    let ran = run(&format!("validate --policy {} --at {AT} outer.txt", policy.display()), "").expect(2);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("policy.toml: line 3, column 1: unknown field `host`, expected one of"),
        "{}",
        ran.stderr
    );
    let ran = run(&format!("validate --policy {}", folder.join("none").display()), "").expect(1);
    assert!(ran.stderr.contains("cannot be read"), "{}", ran.stderr);
}

#[test]
fn input_without_a_token_exits_3() {
    for (input, found) in [("", "nothing"), ("hello\n", "\"hello\""), ("[1]", "JSON without a token")] {
        let ran = validate("", input).expect(3);
        assert_eq!(ran.stdout, "");
        let message = "s2s: error: -: expected a compact token (three base64url parts and two dots), alone or behind Bearer, or {header}.{payload}, found ";
        assert!(ran.stderr.starts_with(&format!("{message}{found}")), "{}", ran.stderr);
        assert!(ran.stderr.ends_with("at byte 0\n"), "{}", ran.stderr);
    }
    let ran = validate("metadata.json", "").expect(3);
    assert!(ran.stderr.contains("found a key document: give it to --keys"), "{}", ran.stderr);
}

#[test]
fn missing_keys_exit_10() {
    let folder = crate::run::folder("no-keys");
    let policy = folder.join("policy.toml");
    std::fs::write(&policy, read("policy.toml").replace("keys = [\"metadata.json\"]", "")).unwrap();
    let ran = run(&format!("validate --policy {} --at {AT} outer.txt", policy.display()), "").expect(10);
    assert!(ran.stdout.starts_with("INDETERMINATE  outer.txt:1\n  KEY-01"), "{}", ran.stdout);
}

#[test]
fn invalid_and_unsigned_exit_20() {
    let ran = validate("other-host.txt", "").expect(20);
    assert!(ran.stdout.starts_with("INVALID  other-host.txt:1\n  S2S-08"), "{}", ran.stdout);
    let unsigned = compact("{\"alg\":\"none\"}", "{\"aud\":\"a\"}", "");
    validate("", unsigned).expect(20);
    let ran = validate("", read("readable.txt")).expect(20);
    assert!(ran.stdout.starts_with("UNSIGNED  -:1\n"), "{}", ran.stdout);
}

#[test]
fn inspect_judges_nothing_but_broken_bytes() {
    inspect("other-host.txt", "").expect(0);
    inspect("", compact("{\"alg\":\"none\"}", "{\"aud\":\"a\"}", "")).expect(0);
    let broken = inspect("", "eyJhbGciOiJub25lIn0.eyJhdWQiO+J9.").expect(20);
    assert!(broken.stdout.starts_with("BROKEN TOKEN  -:1\n"), "{}", broken.stdout);
}

#[test]
fn worst_of_several_results_wins() {
    validate("outer.txt -", "hello").expect(3);
    validate("outer.txt other-host.txt -", "hello").expect(20);
}

#[test]
fn every_exit_code_is_in_the_help_and_the_manual() {
    let (help, manual) = (run("--help", "").expect(0), run("man", "").expect(0));
    for code in ["0", "1", "2", "3", "10", "20", "141"] {
        assert!(
            help.stdout.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))),
            "{code}"
        );
        assert!(manual.stdout.contains(code), "{code}");
    }
    assert!(run("man validate", "").expect(0).stdout.contains("\\-\\-policy"));
    assert!(run("man nothing", "").expect(2).stderr.contains("expected a command (inspect, validate"));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(run(&format!("completions {shell}"), "").expect(0).stdout.contains("validate"), "{shell}");
    }
}
