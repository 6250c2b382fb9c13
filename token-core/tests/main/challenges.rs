//! Runs the vectors for challenges, tokens against challenges, endpoints and drift; and demands that every rule of the
//! family CHL has a vector that hits it and one that nearly does.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use token_core::challenge::{
    BearerChallenge, Body, Challenge, ChallengeReview, Param, Service, Situation, Text, Transport,
    TrustedIssuerEntry, challenges, challenges_of_lines, would_satisfy,
};
use token_core::endpoint::{AnswerRecord, PathRecord, ServerRecord, drift, review_server};
use token_core::verdict::{Attack, Outcome};
use token_core::{Budget, Policy, RuleId, Scratch, Token, UnixTime};

const VECTORS: &str = include_str!("../../../test-vectors/vectors/challenges.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    schema: String,
    #[serde(rename = "title")]
    _title: String,
    policies: BTreeMap<String, Value>,
    samples: Vec<Sample>,
    challenges: Vec<Vector<ChallengeCase>>,
    tokens: Vec<Vector<TokenCase>>,
    endpoints: Vec<Vector<EndpointCase>>,
    drifts: Vec<Vector<DriftCase>>,
}

/// The full parse of a response.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    id: u32,
    name: String,
    #[serde(rename = "source")]
    _source: String,
    lines: Vec<String>,
    #[serde(default)]
    bare_values: bool,
    challenges: Vec<ParsedChallenge>,
    bearer: Option<Value>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParsedChallenge {
    scheme: String,
    #[serde(default)]
    line: usize,
    #[serde(default)]
    parameters: Vec<(String, String)>,
    token68_length: Option<usize>,
}

#[derive(Deserialize)]
struct Vector<T> {
    id: u32,
    name: String,
    #[serde(flatten)]
    case: T,
    attack: Option<String>,
    broken: Vec<String>,
    #[serde(default)]
    near_miss_of: Vec<String>,
    verdict: String,
}

#[derive(Deserialize)]
struct ChallengeCase {
    policy: String,
    path: String,
    transport: String,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct TokenCase {
    challenge: String,
    token: TokenParts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenParts {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    actor: Option<Box<TokenParts>>,
}

#[derive(Deserialize)]
struct EndpointCase {
    now: u64,
    server: ServerRecord,
}

#[derive(Deserialize)]
struct DriftCase {
    baseline: ServerRecord,
    seen: ServerRecord,
}

fn vectors() -> Vectors {
    let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.schema, "challenge-vectors-v1.schema.json");
    vectors
}

/// The rules that a run of all vectors broke, and those that nearly were.
#[derive(Default)]
struct Coverage {
    hits: BTreeSet<String>,
    near_misses: BTreeSet<String>,
    attacks: BTreeSet<String>,
    failures: Vec<String>,
}

impl Coverage {
    fn take<T>(&mut self, what: &str, vector: &Vector<T>, review: &ChallengeReview) {
        let name = format!("{what} {}: {}", vector.id, vector.name);
        let mut broken: Vec<_> = review.broken().map(|finding| finding.rule.as_str()).collect();
        broken.sort_unstable();
        if broken != vector.broken || review.verdict().as_str() != vector.verdict {
            let seen: Vec<_> = review.broken().map(ToString::to_string).collect();
            let expected = (&vector.broken, &vector.verdict);
            self.failures
                .push(format!("{name}: expected {expected:?}, found {} {seen:#?}", review.verdict()));
        }
        for rule in &vector.near_miss_of {
            let held =
                review.findings().iter().any(|f| f.rule.as_str() == rule && f.outcome == Outcome::Passed);
            if !held || broken.contains(&rule.as_str()) {
                self.failures.push(format!("{name}: {rule} was not run, or was hit"));
            }
        }
        if let Some(attack) = &vector.attack {
            let rules = Attack::parse(attack).unwrap().rules;
            if !review.broken().any(|finding| rules.contains(&finding.rule)) {
                self.failures.push(format!("{name}: {attack} not seen"));
            }
            self.attacks.insert(attack.clone());
        }
        self.hits.extend(vector.broken.iter().cloned());
        self.near_misses.extend(vector.near_miss_of.iter().cloned());
    }
}

fn compact(parts: &TokenParts) -> String {
    let mut claims = parts.claims.clone();
    if let Some(actor) = &parts.actor {
        claims.insert("actortoken".to_owned(), Value::String(compact(actor)));
    }
    let encode = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_string(map).unwrap());
    let signature = if parts.header.get("alg").is_some_and(|alg| alg == "none") { "" } else { "AA" };
    format!("{}.{}.{signature}", encode(&parts.header), encode(&claims))
}

fn run_all() -> Coverage {
    let (vectors, budget) = (vectors(), Budget::DEFAULT);
    let mut coverage = Coverage::default();
    for vector in &vectors.challenges {
        let case = &vector.case;
        let policy = Policy::from_json(&vectors.policies[&case.policy].to_string()).unwrap();
        let transport = match &*case.transport {
            "http" => Transport::Http,
            "https" => Transport::Https,
            _ => Transport::Unknown,
        };
        let situation = Situation { transport, service: Service::of_path(&case.path) };
        let lines = case.lines.iter().map(String::as_str);
        coverage.take(
            "challenge",
            vector,
            &ChallengeReview::of_lines(lines, situation, Some(&policy), &budget),
        );
    }
    for vector in &vectors.tokens {
        let challenge = challenges(&vector.case.challenge, &budget).next().unwrap().unwrap();
        let challenge = BearerChallenge::new(&challenge, &budget).unwrap();
        let (compact, mut scratch) = (compact(&vector.case.token), Scratch::new());
        let token = Token::decode(compact.as_bytes(), &budget, &mut scratch);
        assert_eq!(token.problems().count(), 0, "token {}", vector.id);
        coverage.take("token", vector, &would_satisfy(&token, &challenge));
    }
    for vector in &vectors.endpoints {
        let review = review_server(&vector.case.server, UnixTime::from_secs(vector.case.now));
        coverage.take("endpoint", vector, &review);
    }
    for vector in &vectors.drifts {
        coverage.take("drift", vector, &drift(&vector.case.baseline, &vector.case.seen));
    }
    coverage
}

fn parsed(challenge: &Challenge<'_>) -> ParsedChallenge {
    let param = |param: Param<'_>| (param.name().to_owned(), param.value().into_owned());
    ParsedChallenge {
        scheme: challenge.scheme_name().to_owned(),
        line: challenge.line(),
        parameters: challenge.params().map(param).collect(),
        token68_length: match challenge.body() {
            Body::Token68(token68) => Some(token68.expose().len()),
            _ => None,
        },
    }
}

/// The typed challenge as the vectors write it; what they have no member for must be empty.
fn typed(bearer: &BearerChallenge) -> Value {
    let mut members = Map::new();
    let mut member = |name: &str, value: Option<Value>| {
        members.extend(value.map(|value| (name.to_owned(), value)));
    };
    let text = |text: &Option<Text<'static>>| text.as_ref().map(|text| Value::from(text.as_str()));
    member("client_id", text(&bearer.client_id));
    member("realm", text(&bearer.realm));
    let entry = |entry: &TrustedIssuerEntry| match entry {
        TrustedIssuerEntry::Principal { name, realm } => {
            json!({ "name": name.as_str(), "realm": realm.as_ref().unwrap().as_str() })
        }
        TrustedIssuerEntry::Url(url) => json!({ "url": url.as_str() }),
        other => panic!("no entry of a sample: {other:?}"),
    };
    let issuers = bearer.trusted_issuers.as_ref();
    member("trusted_issuers", issuers.map(|issuers| issuers.entries.iter().map(entry).collect()));
    let types = bearer.token_types.as_ref();
    member("token_types", types.map(|types| types.iter().map(|kind| Value::from(kind.as_str())).collect()));
    member("authorization_uri", text(&bearer.authorization_uri));
    member("issuer_kind", text(&bearer.issuer_kind));
    member("error", text(&bearer.error));
    member("claims", bearer.claims.as_ref().map(|claims| Value::from(claims.json().unwrap().as_str())));
    assert!(bearer.unknown.is_empty() && bearer.duplicates.is_empty() && bearer.scope.is_none());
    Value::from(members)
}

#[test]
fn challenge_samples_fully_parsed() {
    let budget = Budget::DEFAULT;
    for (sample, id) in vectors().samples.iter().zip(1..) {
        assert_eq!(sample.id, id);
        let lines = || challenges_of_lines(&sample.lines, &budget);
        let strict: Result<Vec<_>, _> = lines().collect();
        assert_eq!(strict.is_err(), sample.bare_values, "{}", sample.name);
        let read: Vec<_> = lines().accepting_bare_values().map(Result::unwrap).collect();
        assert_eq!(read.iter().map(parsed).collect::<Vec<_>>(), sample.challenges, "{}", sample.name);
        let bearer = read.iter().find_map(|challenge| BearerChallenge::new(challenge, &budget).ok());
        assert_eq!(bearer.as_ref().map(typed), sample.bearer, "{}", sample.name);
    }
    assert!(vectors().samples.len() >= 11);
}

#[test]
fn challenge_vectors_judged_as_they_say() {
    let failures = run_all().failures;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn challenge_rules_each_have_a_hit_and_a_near_miss() {
    let coverage = run_all();
    for rule in RuleId::ALL.iter().map(|rule| rule.as_str()).filter(|rule| rule.starts_with("CHL-")) {
        assert!(coverage.hits.contains(rule), "{rule} has no vector that hits it");
        assert!(coverage.near_misses.contains(rule), "{rule} has no near miss");
    }
    assert!(coverage.attacks.contains("J26"));
}

#[test]
fn challenge_vectors_numbered_from_one_with_names_of_their_own() {
    fn check<T>(vectors: &[Vector<T>]) {
        let names: BTreeSet<_> = vectors.iter().map(|vector| &vector.name).collect();
        assert_eq!(names.len(), vectors.len());
        assert!(vectors.iter().zip(1..).all(|(vector, id)| vector.id == id));
    }
    let vectors = vectors();
    check(&vectors.challenges);
    check(&vectors.tokens);
    check(&vectors.endpoints);
    check(&vectors.drifts);
}

#[test]
fn challenge_review_without_policy_runs_what_needs_none() {
    let budget = Budget::DEFAULT;
    for vector in &vectors().challenges {
        let lines = vector.case.lines.iter().map(String::as_str);
        let review = ChallengeReview::of_lines(lines, Situation::default(), None, &budget);
        let needs_policy = |rule: RuleId| (RuleId::Chl04..=RuleId::Chl10).contains(&rule);
        assert!(review.broken().all(|finding| !needs_policy(finding.rule)), "{}", vector.name);
    }
}

#[test]
fn challenge_findings_hold_no_token() {
    let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
    let policy = Policy::from_json(&vectors().policies["exchange"].to_string()).unwrap();
    let line = format!(
        "Bearer client_id=\"{token}\", trusted_issuers=\"{token}@a\", realm=\"{token}\", \
         authorization_uri=\"https://{token}/\", error=\"{token}\", error_description=\"{token}\", \
         error=\"{token}\", NTLM {}",
        "TlRM".repeat(20)
    );
    let situation = Situation { transport: Transport::Http, service: Service::Api };
    let review = ChallengeReview::of_lines([&*line], situation, Some(&policy), &Budget::DEFAULT);
    let printed = format!("{review:?} {}", review.broken().map(ToString::to_string).collect::<String>());
    assert!(review.broken().count() >= 6, "{printed}");
    assert!(!printed.contains("eyJ") && !printed.contains("TlRM"), "{printed}");
}

proptest! {
    #[test]
    fn challenge_review_any_bytes_judged_without_panic(lines in vec(vec(any::<u8>(), 0..200), 0..5)) {
        let policy = Policy::from_json(&vectors().policies["oauth_only"].to_string()).unwrap();
        let situation = Situation { transport: Transport::Http, service: Service::MrsProxy };
        let review = ChallengeReview::of_lines(&lines, situation, Some(&policy), &Budget::DEFAULT);
        prop_assert!(!review.findings().is_empty());
    }

    #[test]
    fn challenge_review_anything_like_a_challenge_judged_without_panic(
        lines in vec("(Bearer|NTLM|Basic|x)( ?,? ?(client_id|trusted_issuers|realm|authorization_uri|error)=\"[ -~]{0,40}\"){0,4}", 0..4)
    ) {
        let policy = Policy::from_json(&vectors().policies["sharepoint"].to_string()).unwrap();
        for policy in [None, Some(&policy)] {
            let review = ChallengeReview::of_lines(&lines, Situation::default(), policy, &Budget::DEFAULT);
            for finding in review.findings() {
                prop_assert!(!finding.to_string().contains(char::is_control));
            }
        }
        let headers = lines.iter().map(|line| ("www-authenticate", line.as_bytes()));
        let answer = AnswerRecord::of_response(401, headers, &Budget::DEFAULT);
        let path = PathRecord { path: "/".to_owned(), answer: Some(answer), failure: None };
        let server = ServerRecord { url: "https://a".to_owned(), tls: None, paths: vec![path] };
        let json = serde_json::to_string(&server).unwrap();
        let read: ServerRecord = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &server);
        prop_assert_eq!(drift(&server, &read).broken().count(), 0);
    }
}
