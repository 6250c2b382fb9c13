//! `s2s explain`: the offline dictionary, with the nearest names where there is no such name.

use serde::Serialize;
use token_core::RuleId;
use token_core::challenge::{self, Code};
use token_core::dauth::AttributeName;
use token_core::dauth::policy::Offer;
use token_core::dictionary::{self, DelegationTerm, DelegationTermUse};
use token_core::s2s::Kind;
use token_core::verdict::Attack;

use crate::args::{Explain, PlainFormat};
use crate::clock;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{json, text};
use crate::redacted;

/// One meaning of a name. Its fields are printed in their order.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) name: String,
    /// What it is: `rule`, `claim`, `application id`.
    pub(crate) what: String,
    pub(crate) summary: String,
    pub(crate) details: Vec<(&'static str, String)>,
    pub(crate) source: String,
}

/// How many nearest names are offered.
const MAX_NEAR: usize = 5;

pub(crate) fn run(args: &Explain, console: &mut Console) -> Result<Exit, CliError> {
    let mut all = Vec::new();
    let mut exit = Exit::Clean;
    for name in &args.names {
        let mut found = explain(name.trim());
        if found.is_empty() {
            let near = near(name.trim());
            let hint = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
            let expected = "a rule, claim, error code, GUID, host, attack, kind of token, offer or attribute";
            console.error(&format!("expected {expected}, found {}{hint}", redacted::text(name)));
            exit = Exit::Nothing;
        }
        all.append(&mut found);
    }
    match args.format {
        PlainFormat::Text => console.write(&text::explanations(&all, console.width()))?,
        PlainFormat::Json => console.write(&json::explanations(&all))?,
    }
    Ok(exit)
}

/// Finds every meaning of a name.
fn explain(name: &str) -> Vec<Explanation> {
    let mut found = Vec::new();
    found.extend(RuleId::parse(name).map(rule));
    found.extend(Attack::parse(name).map(attack));
    found.extend(Kind::parse(name).map(kind));
    let id = name.trim_matches(['{', '}']);
    found.extend(dictionary::application(id).map(|known| Explanation {
        name: known.id.to_owned(),
        what: known.of.as_str().to_owned(),
        summary: format!("{}. {}", known.name, known.sentence),
        details: Vec::new(),
        source: known.source.to_owned(),
    }));
    found.extend(challenge::code(name).map(code));
    found.extend(dictionary::host(name).map(|known| Explanation {
        name: known.name.to_owned(),
        what: format!("host, {}", known.cloud),
        summary: known.sentence.to_owned(),
        details: Vec::new(),
        source: known.source.to_owned(),
    }));
    // A claim in another letter case is another claim for the library, but not for somebody who asks.
    let members = dictionary::members().iter().filter(|known| known.name.eq_ignore_ascii_case(name));
    found.extend(members.map(|known| Explanation {
        name: known.name.to_owned(),
        what: known.place.to_string(),
        summary: known.sentence.to_owned(),
        details: Vec::new(),
        source: known.source.to_owned(),
    }));
    let terms = dictionary::delegation_terms().iter().filter(|known| known.name.eq_ignore_ascii_case(name));
    found.extend(terms.map(term));
    found
}

fn term(term: &DelegationTerm) -> Explanation {
    let mut details = Vec::new();
    if let Some(offer) = Offer::parse(term.name).filter(|_| term.of == DelegationTermUse::Offer) {
        details.push(("taken for", format!("{} after NotBefore", clock::span(offer.usual_life().as_secs()))));
    }
    let attribute = AttributeName::ALL.iter().find(|name| name.as_str() == term.name);
    if let Some(attribute) = attribute.filter(|_| term.of == DelegationTermUse::Attribute) {
        details.push(("namespace", attribute.namespace().to_owned()));
    }
    Explanation {
        name: term.name.to_owned(),
        what: term.of.to_string(),
        summary: term.sentence.to_owned(),
        details,
        source: term.source.to_owned(),
    }
}

fn rule(id: RuleId) -> Explanation {
    let rule = id.rule();
    let mut details = vec![
        ("severity", rule.severity.to_string()),
        ("why", rule.why.to_owned()),
        ("remedy", rule.remedy.to_owned()),
    ];
    let attacks: Vec<_> =
        Attack::ALL.iter().filter(|attack| attack.rules.contains(&id)).map(|a| a.id).collect();
    if !attacks.is_empty() {
        details.push(("attacks", attacks.join(", ")));
    }
    Explanation {
        name: id.to_string(),
        what: "rule".to_owned(),
        summary: format!("{}.", rule.title),
        details,
        source: rule.clause.to_owned(),
    }
}

fn attack(attack: &Attack) -> Explanation {
    let rules: Vec<_> = attack.rules.iter().map(|id| id.as_str()).collect();
    Explanation {
        name: attack.id.to_owned(),
        what: "attack".to_owned(),
        summary: format!("{}.", attack.title),
        details: vec![("rules", rules.join(", "))],
        source: attack.reference.to_owned(),
    }
}

fn code(code: &Code) -> Explanation {
    let mut details = vec![("cause", code.cause.to_owned()), ("remedy", code.remedy.to_owned())];
    let rules: Vec<_> = code.rules.iter().map(|id| id.as_str()).collect();
    if !rules.is_empty() {
        details.push(("rules", rules.join(", ")));
    }
    Explanation {
        name: code.number.to_string(),
        what: code.family.as_str().to_owned(),
        summary: if code.name.is_empty() {
            code.meaning.to_owned()
        } else {
            format!("{}. {}", code.name, code.meaning)
        },
        details,
        source: code.source.to_owned(),
    }
}

fn kind(kind: Kind) -> Explanation {
    let entry = dictionary::kind(kind);
    let mut details = vec![
        ("in policies", kind.as_str().to_owned()),
        ("usual lifetime", format!("at most {}", clock::span(kind.usual_lifetime().as_secs()))),
    ];
    if let Some(entry) = entry {
        details.push(("signed by", entry.signed_by.to_owned()));
    }
    let mut title = kind.title().to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Explanation {
        name: kind.id().to_owned(),
        what: "kind of token".to_owned(),
        summary: entry.map_or_else(|| title.clone(), |entry| format!("{title}. {}", entry.sentence)),
        details,
        source: entry.map_or("", |entry| entry.source).to_owned(),
    }
}

/// The names that differ least, at most a third of their letters.
fn near(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    // Beyond this nothing can be near, and the comparison takes time.
    if name.len() > 64 || name.is_empty() {
        return Vec::new();
    }
    let mut candidates: Vec<_> = names()
        .filter_map(|known| {
            let lower = known.to_ascii_lowercase();
            let begins = name.len() >= 3 && (lower.starts_with(&name) || lower.contains(&format!("-{name}")));
            let distance = if begins { 0 } else { distance(&name, &lower) };
            (distance <= name.len() / 3).then_some((distance, known))
        })
        .collect();
    candidates.sort();
    candidates.dedup();
    candidates.into_iter().take(MAX_NEAR).map(|(_, known)| known).collect()
}

fn names() -> impl Iterator<Item = String> {
    let rules = RuleId::ALL.iter().map(ToString::to_string);
    let attacks = Attack::ALL.iter().map(|attack| attack.id.to_owned());
    let kinds = Kind::ALL.iter().map(|kind| kind.as_str().to_owned());
    let ids = dictionary::applications().iter().map(|known| known.id.to_owned());
    let codes = challenge::codes().map(|known| known.number.to_string());
    let hosts = dictionary::hosts().iter().map(|known| known.name.to_owned());
    let members = dictionary::members().iter().map(|known| known.name.to_owned());
    let terms = dictionary::delegation_terms().iter().map(|known| known.name.to_owned());
    rules.chain(attacks).chain(kinds).chain(ids).chain(codes).chain(hosts).chain(members).chain(terms)
}

/// How many letters must be inserted, removed or replaced to make one text of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<_> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explain_each_family() {
        let what = |name| explain(name).into_iter().map(|e| e.what).collect::<Vec<_>>();
        assert_eq!(what("s2s-05"), ["rule"]);
        assert_eq!(what("J3"), ["attack"]);
        assert_eq!(what("t4"), ["kind of token"]);
        assert_eq!(what("outer"), ["kind of token"]);
        assert_eq!(what("NAMEID"), ["claim"]);
        assert_eq!(what("nonce"), ["header member", "claim"]);
        assert_eq!(what("AADSTS500011"), ["AADSTS error of the token service"]);
        assert_eq!(what("{00000002-0000-0ff1-ce00-000000000000}"), ["application id"]);
        assert_eq!(what("outlook.office365.us"), ["host, US Government, GCC High"]);
        assert_eq!(what("DA-05"), ["rule"]);
        assert_eq!(what("d1"), ["attack"]);
        assert_eq!(what("emailaddress"), ["attribute of an assertion"]);
        assert_eq!(what("MSExchange.MailTips"), ["offer of federated delegation"]);
        assert_eq!(what("outlook.com"), ["party of federated delegation"]);
        assert!(what("nothing like it").is_empty());
    }

    #[test]
    fn near_offers_the_closest_names() {
        assert_eq!(near("namid").first().map(String::as_str), Some("nameid"));
        assert!(near("S2S-5").contains(&"S2S-05".to_owned()));
        assert!(near("xms_").iter().all(|name| name.starts_with("xms_")));
        assert!(near("completely different").is_empty());
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("a", "a"), 0);
    }
}
