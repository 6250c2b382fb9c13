//! Relaxations. Each is off unless asked for by name, and each is repeated in every review.

/// What the policy for federated delegation gives up on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DauthDanger {
    /// Signatures may be made with rsa-sha1, or over a SHA-1 digest (ruling 15).
    pub sha1_signatures: bool,
    /// Tokens may be encrypted with triple DES. Only builds with the feature `legacy-3des` can open them.
    pub triple_des: bool,
}

impl DauthDanger {
    /// Says what is given up, one sentence for each relaxation.
    #[must_use]
    pub fn sentences(&self) -> Vec<&'static str> {
        let all = [
            (
                self.sha1_signatures,
                "dauth.sha1_signatures: assertions may be signed with rsa-sha1 or over a SHA-1 digest, for which collisions can be made",
            ),
            (
                self.triple_des,
                "dauth.triple_des: tokens may be encrypted with triple DES, whose blocks are too short and unauthenticated",
            ),
        ];
        all.into_iter().filter_map(|(on, sentence)| on.then_some(sentence)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_only_of_what_is_switched_on() {
        assert!(DauthDanger::default().sentences().is_empty());
        let sentences = DauthDanger { sha1_signatures: true, ..DauthDanger::default() }.sentences();
        assert!(sentences.len() == 1 && sentences[0].starts_with("dauth.sha1_signatures: "));
        let sentences = DauthDanger { triple_des: true, ..DauthDanger::default() }.sentences();
        assert!(sentences.len() == 1 && sentences[0].starts_with("dauth.triple_des: "));
    }
}
