//! Relaxations. Each is off unless asked for by name, and each is repeated in every review.

/// What the policy gives up on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Danger {
    /// A token that names no key is verified with the only key of its issuer.
    pub sole_key_without_id: bool,
    /// The outer token may be meant for another audience than its actor token.
    pub outer_audience_may_differ: bool,
    /// Every application for which a trusted issuer vouches may act.
    pub any_application: bool,
    /// Keys may be fetched over plain HTTP: whoever is on the way chooses them.
    pub keys_over_http: bool,
}

impl Danger {
    /// Says what is given up, one sentence for each relaxation.
    #[must_use]
    pub fn sentences(&self) -> Vec<&'static str> {
        let all = [
            (
                self.sole_key_without_id,
                "sole_key_without_id: a token that names no key is verified with its issuer's only key",
            ),
            (
                self.outer_audience_may_differ,
                "outer_audience_may_differ: the outer token may be meant for another audience than its actor token",
            ),
            (
                self.any_application,
                "any_application: every application for which a trusted issuer vouches may act",
            ),
            (
                self.keys_over_http,
                "keys_over_http: keys may be fetched over plain HTTP, where anybody on the way can choose them",
            ),
        ];
        all.into_iter().filter_map(|(on, sentence)| on.then_some(sentence)).collect()
    }
}
