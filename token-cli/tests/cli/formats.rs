//! What people and programs see: snapshots of every format, and the structure that JSON and SARIF promise.

use serde_json::Value;

use crate::run::{inspect, read, snapshot, validate};

/// A good token, one for another host, one without signature, a broken line.
fn mixed() -> String {
    let unsigned =
        crate::run::compact("{\"typ\":\"JWT\",\"alg\":\"none\"}", "{\"aud\":\"a\",\"exp\":1e9}", "");
    let lines = [read("outer.txt"), read("other-host.txt"), unsigned, "eyJhbGciOiJub25lIn0.e=.".to_owned()];
    lines.map(|line| line.trim().to_owned()).join("\n")
}

#[test]
fn validate_snapshots() {
    for (format, ending) in [("text", "txt"), ("json", "json"), ("jsonl", "jsonl"), ("sarif", "sarif")] {
        let ran = validate(&format!("-f {format}"), mixed()).expect(20);
        assert_eq!(ran.stderr, "");
        snapshot(&format!("validate.{ending}"), &ran.stdout);
    }
    snapshot("validate-all.txt", &validate("--all outer.txt", "").expect(0).stdout);
}

#[test]
fn inspect_snapshots() {
    for (format, ending) in [("text", "txt"), ("json", "json"), ("jsonl", "jsonl"), ("sarif", "sarif")] {
        snapshot(&format!("inspect.{ending}"), &inspect(&format!("-f {format}"), mixed()).expect(20).stdout);
    }
    snapshot("inspect-context.txt", &inspect("context.txt", "").expect(0).stdout);
    snapshot("inspect-readable.txt", &inspect("readable.txt", "").expect(0).stdout);
    snapshot("inspect-keys.txt", &inspect("metadata.json", "").expect(0).stdout);
}

#[test]
fn jsonl_has_the_members_of_the_contract() {
    let ran = validate("-f jsonl", mixed()).expect(20);
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for line in ran.lines() {
        let expected =
            ["actor", "findings", "input", "kind", "line", "message", "rule", "subject", "verdict"];
        assert_eq!(names(&line), expected);
        for finding in line["findings"].as_array().unwrap() {
            assert_eq!(names(finding), ["claim", "expected", "layer", "message", "rule", "seen", "severity"]);
        }
        assert_eq!(line["rule"].is_null(), line["verdict"] == "valid");
    }
    assert_eq!(
        ran.lines()[0]["actor"],
        "00000002-0000-0ff1-ce00-000000000000@b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8"
    );
    assert_eq!(ran.lines()[0]["subject"], "alice@contoso.com");
}

#[test]
fn json_lists_every_check() {
    let json = validate("-f json", mixed()).expect(20).json();
    assert_eq!(json["exit_code"], 20);
    let tokens = json["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 4);
    for token in tokens {
        let checks = token["checks"].as_array().unwrap();
        let count = |outcome: &str| checks.iter().filter(|check| check["outcome"] == outcome).count() as u64;
        for (member, outcome) in [("passed", "passed"), ("refused", "refused"), ("not_run", "not-run")] {
            assert_eq!(token["summary"][member].as_u64(), Some(count(outcome)));
        }
        for check in checks {
            for member in ["rule", "outcome", "expected", "seen", "layer", "clause", "remedy"] {
                assert!(check[member].is_string(), "{member} of {check}");
            }
        }
    }
}

/// The properties that SARIF 2.1.0 requires, and the references that must hold within the log.
#[test]
fn sarif_has_the_required_structure() {
    let input = format!("{}\n{}", mixed(), read("readable.txt"));
    for ran in [validate("-f sarif", &input), inspect("-f sarif", &input)] {
        let log = ran.expect(20).json();
        assert_eq!(log["version"], "2.1.0");
        assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "s2s");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let mut ids = std::collections::HashSet::new();
        for rule in rules {
            assert!(ids.insert(rule["id"].as_str().unwrap()));
            assert!(rule["shortDescription"]["text"].is_string() && rule["help"]["text"].is_string());
            assert!(["error", "warning"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
        }
        let results = run["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for result in results {
            assert!(result["message"]["text"].is_string());
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "stdin");
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
            assert!(place["region"]["byteOffset"].is_u64());
        }
    }
}

#[test]
fn sarif_points_at_the_byte_of_the_input() {
    let input = mixed();
    let log = validate("-f sarif", &input).expect(20).json();
    let padding =
        log["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == "INP-03").unwrap();
    let region = &padding["locations"][0]["physicalLocation"]["region"];
    let at = region["byteOffset"].as_u64().unwrap() as usize;
    assert_eq!((&input[at..=at], region["startLine"].as_u64()), ("=", Some(4)));
}
