//! What the well-known names mean: application ids, claims, hosts and token kinds, each with its source.
//!
//! Follows the claim tables and lists of the documents that each entry names. Static and offline: nothing is fetched,
//! and nothing here decides a verdict. Rules and attacks explain themselves: see [`RuleId::rule`](crate::verdict::RuleId::rule).

mod applications;
mod claims;
mod delegation;
mod hosts;
mod kinds;

pub use applications::{Application, ApplicationUse, application, applications};
pub use claims::{Member, Place, claim, header_member, members};
pub use delegation::{DelegationTerm, DelegationTermUse, delegation_term, delegation_terms};
pub use hosts::{Cloud, Host, host, hosts};
pub use kinds::{KindEntry, kind, kinds};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every entry as (name that must be unique, sentence, source).
    fn all() -> Vec<(String, &'static str, &'static str)> {
        let applications = applications().iter().map(|a| (format!("id {}", a.id), a.sentence, a.source));
        let members = members().iter().map(|m| (format!("{:?} {}", m.place, m.name), m.sentence, m.source));
        let hosts = hosts().iter().map(|h| (format!("host {}", h.name), h.sentence, h.source));
        let kinds = kinds().iter().map(|k| (format!("kind {}", k.kind), k.sentence, k.source));
        let terms = delegation_terms().iter().map(|t| (format!("{} {}", t.of, t.name), t.sentence, t.source));
        applications.chain(members).chain(hosts).chain(kinds).chain(terms).collect()
    }

    #[test]
    fn entries_unique_and_each_a_sentence_with_its_source() {
        let mut seen = HashSet::new();
        for (name, sentence, source) in all() {
            assert!(
                sentence.ends_with('.') && sentence.starts_with(|c: char| !c.is_lowercase()),
                "{name}: {sentence}"
            );
            assert!(!source.is_empty(), "{name}");
            assert!(seen.insert(name.to_lowercase()), "{name} twice");
        }
    }
}
