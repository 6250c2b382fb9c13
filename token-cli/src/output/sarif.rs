//! SARIF 2.1.0: broken checks as results, the rules of the catalogue beside them.
//!
//! Follows the OASIS standard, sections 3.13 (log), 3.14 (run), 3.19 (tool component), 3.27 (result), 3.49 (rule).

use serde_json::{Value, json};
use token_core::verdict::Part;
use token_core::{RuleId, Verdict};

use crate::commands::inspect::Inspected;
use crate::exit::Exit;
use crate::report::{FindingView, Judged, Place, ProblemView, SnapshotView};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of what is refused before the catalogue can be asked.
const INPUT: &str = "INPUT";

/// The broken checks of judged tokens and of the keys they were judged with.
pub(crate) fn judged(tokens: &[Judged], key_findings: &[FindingView], exit: Exit) -> String {
    let mut log = Log::default();
    for finding in key_findings {
        // The finding itself names the document; it has no place among the inputs.
        log.finding(finding, finding.byte, None, &[]);
    }
    for token in tokens {
        for finding in token.broken() {
            let byte = finding.byte.filter(|_| token.maps(finding));
            log.finding(finding, byte, Some(&token.place), &token.notes);
        }
        if token.rule.is_none() && token.verdict != Verdict::Valid {
            log.result(
                None,
                "error",
                &token.message,
                location(&token.place, None, None),
                json!({ "notes": token.notes }),
            );
        }
    }
    // All tokens of a run are judged with the same keys.
    log.key_snapshots = tokens.first().map(|token| token.key_snapshots.clone()).unwrap_or_default();
    log.finish(exit)
}

/// What could not be decoded of inspected tokens.
pub(crate) fn inspected(items: &[Inspected], exit: Exit) -> String {
    let mut log = Log::default();
    for item in items {
        match item {
            Inspected::Token { place, token, notes } => {
                for layer in &token.layers {
                    for problem in &layer.problems {
                        let byte = problem.byte.filter(|_| layer.layer != Part::Actor.as_str());
                        let message = format!("{}: {}", layer.layer, problem.message);
                        let properties =
                            json!({ "layer": layer.layer, "layerByte": problem.byte, "notes": notes });
                        log.result(
                            Some(problem.rule),
                            "error",
                            &message,
                            location(place, byte, Some(layer.layer)),
                            properties,
                        );
                    }
                }
            }
            Inspected::Message { place, message, notes } => {
                log.problems(&message.problems, Part::Message, place, notes);
            }
            Inspected::FederationInformation { place, federation_information, notes } => {
                log.problems(&federation_information.problems, Part::Federation, place, notes);
            }
            Inspected::KeyDocument { document } => {
                if let Some(error) = &document.error {
                    let properties = json!({});
                    let rule = RuleId::Key10.as_str();
                    log.result(Some(rule), "error", error, location(&document.place, None, None), properties);
                }
                for finding in &document.findings {
                    log.finding(finding, finding.byte, Some(&document.place), &[]);
                }
            }
            Inspected::Challenge { read } => {
                for check in read.broken() {
                    // Bytes of a challenge are counted in the value of its header, and not in the input.
                    log.finding(check, None, Some(&read.place), &[]);
                }
            }
            Inspected::Refused { place, message, notes } => {
                log.result(None, "error", message, location(place, None, None), json!({ "notes": notes }));
            }
        }
    }
    log.finish(exit)
}

/// Broken checks that are not about a token, each with its place.
pub(crate) fn located<'f>(findings: impl Iterator<Item = (&'f FindingView, Place)>, exit: Exit) -> String {
    let mut log = Log::default();
    for (finding, place) in findings {
        // Bytes of a challenge are counted in the value of its header, and not in the input.
        log.finding(finding, None, Some(&place), &[]);
    }
    log.finish(exit)
}

#[derive(Default)]
struct Log {
    results: Vec<Value>,
    key_snapshots: Vec<SnapshotView>,
}

impl Log {
    /// Adds a broken check; `byte` is that of the item, where the check's byte is one.
    fn finding(&mut self, finding: &FindingView, byte: Option<usize>, place: Option<&Place>, notes: &[&str]) {
        let locations = match place {
            Some(place) => location(place, byte, Some(&logical(finding))),
            None => json!({ "logicalLocations": [{ "fullyQualifiedName": logical(finding) }] }),
        };
        let properties = json!({
            "outcome": finding.outcome,
            "layer": finding.layer,
            "claim": finding.claim,
            "layerByte": finding.byte,
            "expected": finding.expected,
            "seen": finding.seen,
            "clause": finding.clause,
            "remedy": finding.remedy,
            "notes": notes,
        });
        let level = finding.severity.unwrap_or("none");
        self.result(Some(finding.rule), level, &finding.message, locations, properties);
    }

    /// Adds what is wrong with the shape of a message.
    fn problems(&mut self, problems: &[ProblemView], part: Part, place: &Place, notes: &[&str]) {
        for problem in problems {
            let location = location(place, problem.byte, Some(part.as_str()));
            let properties = json!({ "layer": part.as_str(), "layerByte": problem.byte, "notes": notes });
            self.result(Some(problem.rule), "error", &problem.message, location, properties);
        }
    }

    fn result(&mut self, rule: Option<&str>, level: &str, message: &str, location: Value, properties: Value) {
        // The rule of the input stands behind those of the catalogue.
        let known = rule.and_then(|rule| RuleId::ALL.iter().position(|id| id.as_str() == rule));
        self.results.push(json!({
            "ruleId": rule.unwrap_or(INPUT),
            "ruleIndex": known.unwrap_or(RuleId::ALL.len()),
            "level": level,
            "message": { "text": message },
            "locations": [location],
            "properties": properties,
        }));
    }

    fn finish(self, exit: Exit) -> String {
        let rules: Vec<_> = RuleId::ALL.iter().map(|id| rule(*id)).chain([input_rule()]).collect();
        let mut log = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "s2s", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "invocations": [{ "executionSuccessful": exit != Exit::Failed, "exitCode": exit.code() }],
                "results": self.results,
            }],
        });
        if !self.key_snapshots.is_empty() {
            log["runs"][0]["properties"] = json!({ "keySnapshots": self.key_snapshots });
        }
        let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn input_rule() -> Value {
    json!({
        "id": INPUT,
        "shortDescription": { "text": "The input holds the token as it was sent, and one token in one place." },
        "help": { "text": "Capture the request again, and give the compact token." },
        "defaultConfiguration": { "level": "error" },
    })
}

fn rule(id: RuleId) -> Value {
    let rule = id.rule();
    json!({
        "id": id.as_str(),
        "shortDescription": { "text": format!("{}.", rule.title) },
        "fullDescription": { "text": format!("{}. {} [{}]", rule.title, rule.why, rule.clause) },
        "help": { "text": rule.remedy },
        "defaultConfiguration": { "level": rule.severity.as_str() },
    })
}

/// Where in a token: the layer, and the claim where there is one.
fn logical(finding: &FindingView) -> String {
    let entry = finding.entry.map(|entry| format!("[{entry}]")).unwrap_or_default();
    match finding.claim {
        Some(claim) => format!("{}{entry}/{claim}", finding.layer),
        None => format!("{}{entry}", finding.layer),
    }
}

fn location(place: &Place, byte: Option<usize>, logical: Option<&str>) -> Value {
    let offset = place.offset + byte.unwrap_or_default();
    let mut region = json!({ "byteOffset": offset, "byteLength": usize::from(byte.is_some()) });
    if let Some(line) = place.line {
        region["startLine"] = json!(line);
    }
    let artifact = json!({ "uri": uri(&place.input) });
    let mut location = json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } });
    if let Some(logical) = logical {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": logical }]);
    }
    location
}

/// A path as a relative URI (RFC 3986 section 4.2); stdin and arguments have names that no file needs.
fn uri(input: &str) -> String {
    if input == "-" {
        return "stdin".to_owned();
    }
    if input.starts_with("https://") || input.starts_with("http://") {
        return input.to_owned();
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let mut uri = String::new();
    for byte in input.bytes() {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    if input.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uri_of_paths() {
        assert_eq!(uri("-"), "stdin");
        assert_eq!(uri("captures/a b:1.txt"), "captures/a%20b%3A1.txt");
        assert_eq!(uri("/tmp/ü"), "file:///tmp/%C3%BC");
    }
}
