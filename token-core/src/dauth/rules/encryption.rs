//! DA-16 and DA-23: for whom the token is encrypted, with what, and whether it opens.
//!
//! Follows XML Encryption 1.1 sections 5 and 6.1 and ruling 18: between the session key and the issuer's signature there
//! is one answer for everything that can go wrong.

use std::ops::ControlFlow;

use super::{Context, check_shape};
use crate::dauth::decrypt::{OwnKey, OwnKeys};
use crate::dauth::defect::Defects;
use crate::dauth::encrypted::{Cipher, EncryptedToken, Sealed};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Chooses the own key for which the token is encrypted. Returns both, where the token can be opened.
///
/// # Findings
/// `DA-16`, `DA-23`.
pub(in crate::dauth) fn choose_own_key<'t, 'k, S: Sink>(
    token: &'t EncryptedToken,
    defects: &Defects,
    own: &'k OwnKeys,
    context: Context<'_>,
    sink: &mut S,
) -> ControlFlow<(), Option<(Sealed<'t>, &'k OwnKey)>> {
    if defects.breaks(RuleId::Da16) {
        check_shape(RuleId::Da16, Part::Encrypted, defects, sink)?;
        return ControlFlow::Continue(None);
    }
    if token.cipher() == Some(&Cipher::TripleDesCbc) && !context.policy.danger().triple_des {
        let check = Check::new(RuleId::Da16, Part::Encrypted).claim("EncryptionMethod");
        sink.check(check, false, || Evidence::new("a cipher that the policy allows", Cipher::TripleDesCbc))?;
        return ControlFlow::Continue(None);
    }
    if let Some(cipher) = token.cipher() {
        let check = Check::new(RuleId::Da23, Part::Encrypted).claim("EncryptionMethod");
        sink.check(check, cipher.is_authenticated(), || {
            Evidence::new("an authenticated cipher, as aes256-gcm", cipher)
        })?;
    }
    let (Some(sealed), Some(recipient)) = (token.sealed(), token.recipient()) else {
        sink.not_run(Check::new(RuleId::Da16, Part::Encrypted), "the token could not be read");
        return ControlFlow::Continue(None);
    };
    let key = own.find(recipient);
    let check = Check::new(RuleId::Da16, Part::Encrypted).claim("KeyIdentifier");
    let outcome = if key.is_some() { Outcome::Passed } else { Outcome::Undecided };
    sink.record(check, outcome, || {
        let at_hand: Vec<_> = own.iter().map(|key| key.ski().to_string()).collect();
        let at_hand = if at_hand.is_empty() { "none".to_owned() } else { at_hand.join(", ") };
        let expected = format!("a certificate whose private key is at hand: {at_hand}");
        Evidence::new(expected, format_args!("{recipient} (hexadecimal {})", recipient.to_hex()))
    })?;
    ControlFlow::Continue(key.map(|key| (sealed, key)))
}

/// Says whether the token opened and what is inside is signed by the issuer: one answer.
///
/// # Findings
/// `DA-16`.
pub(in crate::dauth) fn check_opened<S: Sink>(opened: bool, sink: &mut S) -> Flow {
    sink.check(Check::new(RuleId::Da16, Part::Encrypted), opened, || {
        let seen = if opened { "it does" } else { "it does not, or what is inside is no such assertion" };
        Evidence::new(
            "a token that opens with the own key, and an assertion in it that its issuer signed",
            seen,
        )
    })
}
